package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// example is a module of one package with one mutant of each kind.
const example = `package example

const limit = 2 + 3 // stays a constant

func decide(a, b int, ok bool) bool {
	if !ok {
		return a < b &&
			b != 0
	}
	for ok {
		return a+b >= limit || a*b == 4
	}
	if ok {
		return "a"+"b" == "ab"
	}
	return false
}
`

func instrumentExample(t *testing.T, code string) ([]mutant, string) {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example\n\ngo 1.26\n")
	write("example.go", code)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src, err := loadSource(ctx, root, ".")
	if err != nil {
		t.Fatal(err)
	}
	in, err := newInstrumenter(src, "example.go", ".", 10)
	if err != nil {
		t.Fatal(err)
	}
	text := in.instrumentFile(src.tree["example.go"])
	return in.mutants, string(text)
}

func TestInstrumentFindsEveryKind(t *testing.T) {
	mutants, text := instrumentExample(t, example)
	var got []string
	for _, m := range mutants {
		got = append(got, string(m.operator)+" "+m.code)
	}
	want := []string{
		"negation !ok",
		"logic a < b && b != 0", "negation a < b", "boundary a < b", "negation b != 0",
		"negation ok",
		"logic a+b >= limit || a*b == 4", "negation a+b >= limit", "boundary a+b >= limit", "arithmetic a+b", "negation a*b == 4", "arithmetic a*b",
		"negation ok",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("mutants:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, piece := range []string{
		"package example" + importLine,
		"const limit = 2 + 3 //",
		"if mutantActive.EvalNot(10, !ok) {",
		"mutantActive.EvalAnd(11, func() bool { return (mutantActive.EvalNot(12, mutantActive.EvalLess(13, a , b)) ) }, func() bool { return (\n\t\t\tmutantActive.EvalNot(14, b != 0)) })",
		`return "a"+"b" == "ab"`,
	} {
		if !strings.Contains(text, piece) {
			t.Errorf("%q is missing in\n%s", piece, text)
		}
	}
	if strings.Count(text, "\n") != strings.Count(example, "\n") {
		t.Error("the lines have moved")
	}
}

func TestInstrumentLeavesCodeWithoutMutantsAlone(t *testing.T) {
	const plain = "package example\n\nfunc one() int { return 1 }\n"
	if mutants, text := instrumentExample(t, plain); len(mutants) != 0 || text != plain {
		t.Errorf("%d mutants in %q", len(mutants), text)
	}
}
