package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPhrases(t *testing.T) {
	phrases, err := parsePhrases("# comment\n\nshall => must\nthe way back\nany more => anymore\n\"What runs\" => Operate\n!there is no number => is not a number\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text string
		want string // the phrases that are found, by their words
	}{
		{"nothing to say", ""},
		{"it shall run", "shall"},
		{"Shall, it, shall!", "shall shall"},
		{"marshall and shallow", ""},
		{"shall-x x-shall shall_x", ""},
		{"deploy/shall.go and a.shall", ""},
		{"it shall.", "shall"},
		{"it shall. Then", "shall"},
		{"(shall)", "shall"},
		{"on the way\nback", "the way back"},
		{"on the  way back", "the way back"},
		{"on the way to the back", ""},
		{"What runs", "\"What runs\""},
		{"What runs:", "\"What runs\""},
		{"what runs", ""},
		{"What runs here", ""},
		{"x is no number", "is no number"},
		{"there is no number", ""},
		{"There is no number", ""},
		{"over there: x is no number", "is no number"},
		{"there are\nany more of it shall", "any more shall"},
	} {
		var got []string
		for _, p := range phrases {
			for range findPhrases([]text{{value: tt.text}}, []phrase{p}) {
				got = append(got, p.words)
			}
		}
		if want := tt.want; sorted(strings.Join(got, " ")) != sorted(want) {
			t.Errorf("%q has %q, want %q", tt.text, got, want)
		}
	}
}

// sorted makes the order of phrases irrelevant.
func sorted(words string) string {
	count := map[string]int{}
	for _, w := range strings.Fields(words) {
		count[w]++
	}
	var b strings.Builder
	for _, w := range []string{"shall", "the", "way", "back", "any", "more", "\"What", "runs\"", "is", "no", "number"} {
		b.WriteString(strings.Repeat(w+" ", count[w]))
	}
	return b.String()
}

func TestBadLists(t *testing.T) {
	for _, list := range []string{"", "# only a comment\n", "shall => must\nShall => will\n", " => nothing\n"} {
		if _, err := parsePhrases(list); err == nil {
			t.Errorf("the list %q is accepted", list)
		}
	}
}

// Every phrase of the real list has a replacement and finds itself.
func TestListFindsItself(t *testing.T) {
	phrases, err := parsePhrases(phraseList)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range phrases {
		if p.instead == "" {
			t.Errorf("%q has no replacement", p.words)
		}
		sample := strings.Trim(p.words, `"`)
		if found := findPhrases([]text{{value: sample}}, []phrase{p}); len(found) != 1 {
			t.Errorf("%q is not found in itself", p.words)
		}
	}
}

// writeTree writes files below a new root.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// run returns what is printed below a root, and whether it passed.
func run(t *testing.T, root string, check bool, folders ...string) (string, bool) {
	t.Helper()
	var out strings.Builder
	ok, err := runWords(&out, root, folders, check)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), ok
}

func TestPhrasesInEveryKindOfFile(t *testing.T) {
	for name, content := range map[string]string{
		"a.go":                    "package a\n\n\n// It\n// shall run.\n",
		"b.go":                    "package a\n\n\nconst x = `a\nshall`\n",
		"c.go":                    "package a\n\n\n\nvar x = y + \" it \" + \"shall\"\n",
		"d_test.go":               "package a\n\n\n\nvar x = \"shall\"\n",
		"README.md":               "# Title\n\nOne\ntwo\nshall\n",
		"docs/decisions/x.md":     "\n\n\n\nshall\n",
		"Makefile":                "a:\n\nb:\n\nrun: ## shall run\n",
		"deploy/x.yaml":           "a: 1\n\n\n\nb: 2 # shall\n",
		"x.sh":                    "\n\n\n\n# shall\n",
		"test/x.txtar":            "\n\n\n\n# shall\n",
		".ci/run":                 "\n\n\n\n# shall\n",
		"web/x.html":              "<html>\n<body>\n<p>\n\nshall {{.X}}</p>\n",
		"web/y.html":              "<html>\n{{- /* a\ncomment */ -}}\n\n<img alt=\"shall\">\n",
		"internal/a/i18n/en.json": "{\n\n\n\n \"a\": \"It shall\"\n}\n",
		"x.js":                    "x\n\n\n\n// shall\n",
		"x.css":                   "x\n\n\n\n/* shall */\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := run(t, writeTree(t, map[string]string{name: content}), true)
			if want := name + `:5: "shall", better: must, will, should` + "\n"; ok || !strings.HasPrefix(got, want) {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
}

func TestNotSearched(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a.go":                  "package a\n\nimport _ \"shall\"\n\n//go:embed shall\nvar x struct { A int `shall:\"shall\"` }\n",
		"testdata/a.go":         "package a // shall\n",
		"node_modules/a.js":     "// shall\n",
		"test/words/a.go":       "package a // shall\n",
		".git/x.md":             "shall\n",
		"deploy/crds/x.yaml":    "# shall\n",
		"README.md":             "Text.\n\n```console\nshall\n```\n",
		"deploy/x.yaml":         "a: shall\n",
		"web/x.html":            "<p>text</p><script>shall</script>\n",
		"internal/other/x.json": "{\"a\": \"shall\"}\n",
	})
	if got, ok := run(t, root, true); !ok {
		t.Errorf("found %q", got)
	}
}

func TestFolders(t *testing.T) {
	root := writeTree(t, map[string]string{"internal/a/a.go": "package a // shall\n", "internal/ab/b.go": "package ab\n\n// Fine.\n"})
	for _, tt := range []struct {
		folders []string
		want    bool
	}{
		{nil, false}, {[]string{"."}, false}, {[]string{"./internal/..."}, false}, {[]string{"internal/a"}, false},
		{[]string{"internal/a/a.go"}, false}, {[]string{"internal/ab"}, true}, {[]string{"internal/ab", "./internal/a/"}, false},
	} {
		if got, ok := run(t, root, true, tt.folders...); ok != tt.want {
			t.Errorf("in %q: passed = %v, want %v: %s", tt.folders, ok, tt.want, got)
		}
	}
	if _, err := runWords(&strings.Builder{}, root, []string{"internal/none"}, true); err == nil {
		t.Error("a folder without texts passes")
	}
}

func TestStrings(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a.go": `package a

import "errors"

var (
	_ = errors.New("gone")
	_ = fmt.Errorf("%s: %w", a, b)
	_ = &cobra.Command{Use: "run", Args: "key"}
	_ = "two words, \"quoted\"\nand a line"
	_ = "sum of " + name + " and more"
	_ = "one"
	_ = "SELECT"
	_ = regexp.MustCompile("a [^b] c")
	_ = slog.Info("ready")
	_ = "%s: %d"
	_ = ui.Table{Heading: []string{"NODE", "ROLE"}, Rows: []string{"a"}}
	_ = facts.Add("context", name)
	_ = "text/html; charset=utf-8"
)
`,
		"a_test.go":               "package a\n\nvar _ = \"words in a test\"\n",
		"kubetest/a.go":           "package kubetest\n\nvar _ = \"words of a fake\"\n",
		"test/bench/a.go":         "package a\n\nvar _ = \"words of a benchmark\"\n",
		"internal/a/i18n/de.json": "{\n\"a\": \"Los\"\n}\n",
		"x.html":                  "<p class=\"many words\">Now: {{.X}} <b>then</b></p>\n",
	})
	got, ok := run(t, root, false)
	want := strings.Join([]string{
		"a.go:6\tgone",
		"a.go:8\trun",
		`a.go:9` + "\t" + `two words, "quoted"\nand a line`,
		"a.go:10\tsum of … and more",
		"a.go:14\tready",
		"a.go:16\tNODE | ROLE",
		"a.go:17\tcontext",
		"internal/a/i18n/de.json:2\tLos",
		"x.html:1\tNow:",
		"x.html:1\tthen",
	}, "\n") + "\n"
	if !ok || got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

func TestHints(t *testing.T) {
	for code, want := range map[string]bool{
		`problem.New(k, "version-manager list", "text    (more)")`:                true,
		`problem.New(k, "git status    (or look)", "text")`:                       false,
		`problem.New(k, "git status "+file+"    (or look)", "text")`:              false,
		`problem.New(k, fmt.Sprintf("git status %s    (or look)", file), "text")`: false,
		`problem.Wrap(err, k, "a, or: b", "text")`:                                false,
		`problem.Wrap(err, k, "a, then: b", "text")`:                              false,
		`problem.Wrap(err, k, "a; then b", "text")`:                               false,
		`problem.Wrap(err, k, "cd a && git add (b)", "text")`:                     true,
		`fmt.Sprint("open: x    (instead of y)")`:                                 true,
	} {
		t.Run(code, func(t *testing.T) {
			got, ok := run(t, writeTree(t, map[string]string{"a.go": "package a\n\nvar _ = " + code + "\n"}), true)
			if ok != want {
				t.Errorf("passed = %v, want %v: %s", ok, want, got)
			}
		})
	}
	root := writeTree(t, map[string]string{"a.go": "package a\n\nfunc f() {\n\thint := \"a\"\n\thint += \"    (or b)\"\n}\n"})
	if got, ok := run(t, root, true); ok || !strings.HasPrefix(got, "a.go:5: hint ") {
		t.Errorf("a hint in a variable is not found: %q", got)
	}
}
