// Package howto reads the pages in docs/ that people follow step by step, so
// that tests run exactly the same commands.
//
// A page's blocks of code carry a name behind their language: a block of shell
// commands has a name of one word, and a block with the content of a file has
// the file's path:
//
//	```sh deploy
//	```yaml version-manager.yaml
//
// A test in package docs fails for a block of commands that no test runs.
package howto

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Block is one block of code on a page.
type Block struct {
	Language string // sh, yaml, go, console
	Name     string // empty where the page gives none
	Text     string // complete lines
	Line     int    // of the opening fence, from 1
}

// IsShell reports whether the block has commands that a reader types.
func (b Block) IsShell() bool {
	return b.Language == "sh" || b.Language == "bash" || b.Language == "shell" || b.Language == ""
}

// ParseBlocks returns the fenced blocks of a page in Markdown, in their order.
func ParseBlocks(page string) ([]Block, error) {
	var blocks []Block
	var open *Block
	for i, line := range strings.Split(page, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case !isFence && open != nil:
			open.Text += line + "\n"
		case !isFence:
		case open == nil:
			open = newBlock(fence, i+1)
		default:
			blocks = append(blocks, *open)
			open = nil
		}
	}
	if open != nil {
		return nil, fmt.Errorf("the block of line %d is not closed", open.Line)
	}
	return blocks, nil
}

func newBlock(info string, line int) *Block {
	language, name, _ := strings.Cut(strings.TrimSpace(info), " ")
	return &Block{Language: language, Name: strings.TrimSpace(name), Line: line}
}

// PagePath returns where a page is below the root of this repository: README
// at the top, every other page in docs.
func PagePath(root, page string) string {
	if page == "README" {
		return filepath.Join(root, "README.md")
	}
	return filepath.Join(root, "docs", page+".md")
}

// ReadBlock returns one block of a page, such as "howto-kubernetes", "deploy".
func ReadBlock(root, page, name string) (Block, error) {
	text, err := os.ReadFile(PagePath(root, page))
	if err != nil {
		return Block{}, err
	}
	blocks, err := ParseBlocks(string(text))
	if err != nil {
		return Block{}, fmt.Errorf("%s: %w", page, err)
	}
	for _, b := range blocks {
		if b.Name == name {
			return b, nil
		}
	}
	return Block{}, fmt.Errorf("%s has no block %q", page, name)
}
