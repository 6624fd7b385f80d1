package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// text is something that a person may read, where it starts, and whether the
// program shows it. What is not shown is a comment, a document, or a test.
type text struct {
	path  string // relative to the root, with slashes
	line  int
	value string
	shown bool
	hint  bool // what to type after an error
}

// reader extracts the texts of one kind of file.
type reader func(path string, content []byte) ([]text, error)

// readerOf chooses a reader by the file's name, nil for other files.
func readerOf(path string) reader {
	name := filepath.Base(path)
	switch filepath.Ext(name) {
	case ".go":
		return readGo
	case ".md":
		return readDocument
	case ".html":
		return readPage
	case ".json":
		if dir := filepath.Base(filepath.Dir(path)); dir == "i18n" || dir == "page" {
			return readTranslation
		}
	case ".js", ".css":
		return readSlashComments
	case ".yaml", ".sh", ".txtar":
		return readHashComments
	}
	if name == "Makefile" || filepath.Base(filepath.Dir(path)) == ".ci" {
		return readHashComments
	}
	return nil
}

// readTexts reads all files below root that a person works with. Folders, if
// there are any, are the only ones that count.
func readTexts(root string, folders []string) ([]text, error) {
	var all []text
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		if d.IsDir() {
			return skipFolder(name)
		}
		if !isInside(name, folders) {
			return nil
		}
		found, err := readFile(path, name)
		all = append(all, found...)
		return err
	})
	if err == nil && len(all) == 0 {
		err = errors.New("no text found")
	}
	slices.SortStableFunc(all, func(a, b text) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line))
	})
	return all, err
}

func readFile(path, name string) ([]text, error) {
	read := readerOf(name)
	if read == nil {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return read(name, content)
}

// skipFolder skips what was not written here, what is test data, and this
// program, which quotes the phrases.
func skipFolder(name string) error {
	base := filepath.Base(name)
	foreign := strings.HasPrefix(base, ".") && name != "." && base != ".ci" || strings.HasPrefix(base, "_")
	if foreign || name == "test/words" || slices.Contains([]string{"testdata", "node_modules", "crds", "bin"}, base) {
		return filepath.SkipDir
	}
	return nil
}

func isInside(name string, folders []string) bool {
	return len(folders) == 0 || slices.ContainsFunc(folders, func(folder string) bool {
		folder = strings.Trim(strings.TrimSuffix(strings.TrimPrefix(folder, "./"), "..."), "/")
		return folder == "" || folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
	})
}

// printStrings prints what the program shows, one per line.
func printStrings(w io.Writer, texts []text) {
	for _, t := range texts {
		if t.shown {
			quoted := strconv.Quote(t.value)
			fmt.Fprintf(w, "%s:%d\t%s\n", t.path, t.line, strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
		}
	}
}
