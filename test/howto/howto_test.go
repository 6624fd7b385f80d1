package howto

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseBlocks(t *testing.T) {
	blocks, err := ParseBlocks("# Page\n\n```sh first\nmake run\nmake test\n```\ntext\n```yaml a/b.yaml\nx: 1\n```\n```\nplain\n```\n1. item\n   ```sh second\n   true\n   ```\n")
	want := []Block{
		{"sh", "first", "make run\nmake test\n", 3},
		{"yaml", "a/b.yaml", "x: 1\n", 8},
		{"", "", "plain\n", 11},
		{"sh", "second", "   true\n", 15},
	}
	if err != nil || !slices.Equal(blocks, want) {
		t.Errorf("blocks are %+v, %v, want %+v", blocks, err, want)
	}
	if _, err := ParseBlocks("```sh\nmake run\n"); err == nil {
		t.Error("a block without end is accepted")
	}
}

func TestReadBlock(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{"README.md": "```sh run\nmake run\n```\n", "docs/howto-x.md": "```sh deploy\ntrue\n```\n"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ page, name, want string }{
		{"README", "run", "make run\n"}, {"howto-x", "deploy", "true\n"}, {"howto-x", "other", ""}, {"howto-y", "deploy", ""},
	} {
		b, err := ReadBlock(root, tt.page, tt.name)
		if b.Text != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("block %s of %s is %q, %v, want %q", tt.name, tt.page, b.Text, err, tt.want)
		}
	}
}

func newShell(t *testing.T) (*Shell, *strings.Builder) {
	out := &strings.Builder{}
	return &Shell{Dir: t.TempDir(), Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere"}, Output: out}, out
}

func TestShellCarriesOn(t *testing.T) {
	s, out := newShell(t)
	for _, text := range []string{"mkdir shop && cd shop\nexport NAME='two\nlines'\n", "echo \"$NAME in $(basename \"$PWD\")\"\n"} {
		if err := s.RunBlock(t.Context(), Block{Language: "sh", Name: "x", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if want := "two\nlines in shop\n"; out.String() != want {
		t.Errorf("the second block printed %q, want %q", out, want)
	}
}

func TestShellStopsAtFailure(t *testing.T) {
	for _, text := range []string{"false\necho on\n", "false | cat\necho on\n", "echo $UNSET\necho on\n"} {
		s, out := newShell(t)
		if err := s.RunBlock(t.Context(), Block{Language: "sh", Text: text}); err == nil || strings.HasSuffix(out.String(), "on\n") {
			t.Errorf("%q went on: %v, %q", text, err, out)
		}
	}
}

func TestWriteFile(t *testing.T) {
	s, _ := newShell(t)
	if err := s.WriteFile(Block{Language: "go", Name: "cmd/shop/main.go", Text: "package main\n"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(s.Dir, "cmd", "shop", "main.go"))
	if err != nil || string(text) != "package main\n" {
		t.Errorf("the file has %q, %v", text, err)
	}
	if err := s.RunBlock(t.Context(), Block{Language: "go", Name: "x"}); err == nil {
		t.Error("a file was run")
	}
}
