package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"version-manager/internal/cli/command"
)

// TestHintsAreCommandLines: a hint of any package that begins with this program
// is a command line that its parser accepts, so that it can be pasted.
func TestHintsAreCommandLines(t *testing.T) {
	found := 0
	for place, hint := range listHints(t) {
		for line := range strings.SplitSeq(hint, "\n") {
			for _, call := range regexp.MustCompile(`\s*(?:&&|;|\|)\s*`).Split(line, -1) {
				rest, ok := strings.CutPrefix(strings.TrimPrefix(call, "sudo "), command.ProgramName+" ")
				if !ok {
					continue
				}
				found++
				if err := parseLine(rest); err != nil {
					t.Errorf("%s: the hint %q is not understood: %v", place, line, err)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d command lines were found: does the test still see the hints?", found)
	}
}

func TestParseLineRefuses(t *testing.T) {
	for _, line := range []string{"deplyo v1", "deploy", "list    (all of them)", "status --nonsense", "resume, then rollback", "cluster status, or: x"} {
		if parseLine(line) == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}

// parseLine returns why the arguments of a command line are invalid.
func parseLine(line string) error {
	words := splitWords(line)
	c, rest, err := testRoot().Find(words)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	args := c.Flags().Args()
	if len(args) > 0 && c.HasSubCommands() {
		return command.UsageError(c, "%q is no command", args[0])
	}
	return c.ValidateArgs(args)
}

// listHints returns the hints in the code of all packages by their place. A
// part of a hint that is computed is replaced by "v1.0.0".
func listHints(t *testing.T) map[string]string {
	hints := map[string]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if hint := hintArgument(call); hint != nil {
					hints[files.Position(call.Pos()).String()] = textOf(hint)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hints
}

// hintArgument returns the argument of a call that is a hint.
func hintArgument(call *ast.CallExpr) ast.Expr {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	of, _ := f.X.(*ast.Ident)
	switch {
	case f.Sel.Name == "SuggestNext" && len(call.Args) > 0:
		return call.Args[0]
	case of == nil || of.Name != "problem":
	case f.Sel.Name == "New" && len(call.Args) > 2:
		return call.Args[1]
	case f.Sel.Name == "Wrap" && len(call.Args) > 3:
		return call.Args[2]
	}
	return nil
}

// textOf is the text of an expression with samples in place of values.
func textOf(e ast.Expr) string {
	const sample = "v1.0.0"
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return replaceVerbs(text)
	case *ast.BinaryExpr:
		return textOf(e.X) + textOf(e.Y)
	case *ast.SelectorExpr:
		if e.Sel.Name == "Cluster" {
			return "kubernetes"
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "String" {
			return "1m0s" // of a duration
		}
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return textOf(e.Args[0])
		}
	}
	return sample
}

// replaceVerbs fills in the verbs of a format: a number, the kind of a deploy,
// or a version.
func replaceVerbs(text string) string {
	text = strings.ReplaceAll(text, "--target %s", "--target kubernetes")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "--target kubernetes %s %s", "--target kubernetes diff %s"), "version-manager %s %s", "version-manager deploy %s")
	return strings.ReplaceAll(strings.ReplaceAll(text, "%d", "1"), "%s", "v1.0.0")
}
