package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const packageComment = "// Package a is documented.\npackage a\n"

// writeTree writes files into a new folder and reads them as a tree.
func writeTree(t *testing.T, files map[string]string) tree {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module example\n"
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// measureOne returns the figure of that name.
func measureOne(t *testing.T, name string, files map[string]string) figure {
	t.Helper()
	figures := measureTree(writeTree(t, files))
	i := slices.IndexFunc(figures, func(f figure) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no figure %q", name)
	}
	return figures[i]
}

// declare repeats a declaration n times; %d is its number.
func declare(n int, pattern string) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, strings.ReplaceAll(pattern, "%d", "%[1]d")+"\n", i)
	}
	return all.String()
}

func manyFiles(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("internal/a/f%d.go", i)] = packageComment
		files[fmt.Sprintf("internal/a/f%d_test.go", i)] = "package a\n" // tests do not count
	}
	return files
}

// functionOfLines is a function of that many lines.
func functionOfLines(n int) string {
	return "func readThing() {\n" + strings.Repeat("\t_ = 0\n", n-2) + "}\n"
}

func TestLimits(t *testing.T) {
	code := func(text string) map[string]string {
		return map[string]string{"internal/a/a.go": packageComment + text}
	}
	const (
		method   = "func (s *store) readThing%d() {}"
		twoWords = "func readThing%d() {}"
		oneWord  = "func read%d() {}"
		exported = "func ReadThing%d() {}"
		short    = "func Read%d() {}"
	)
	for _, tt := range []struct {
		figure   string
		files    map[string]string
		value    string
		exceeded bool
	}{
		{"most methods on one type", code("type store struct{}\n" + declare(39, method)), "39 (internal/a.store)", false},
		{"most methods on one type", code("type store struct{}\n" + declare(40, method)), "40 (internal/a.store)", false},
		{"most methods on one type", code("type store struct{}\n" + declare(41, method)), "41 (internal/a.store)", true},
		{"most methods on one type", map[string]string{
			"internal/a/a.go":        packageComment + "type store struct{}\n" + declare(39, method),
			"internal/a/a_linux.go":  "package a\n\nfunc (s *store) openFile() {}\n",
			"internal/a/a_darwin.go": "package a\n\nfunc (s *store) openFile() {}\n",
		}, "40 (internal/a.store)", false},
		{"files in one package, without tests", manyFiles(29), "29 (internal/a)", false},
		{"files in one package, without tests", manyFiles(30), "30 (internal/a)", false},
		{"files in one package, without tests", manyFiles(31), "31 (internal/a)", true},
		{"function lines median / p90 / p99 / max", code(functionOfLines(39)), "39 / 39 / 39 / 39", false},
		{"function lines median / p90 / p99 / max", code(functionOfLines(40)), "40 / 40 / 40 / 40", false},
		{"function lines median / p90 / p99 / max", code(functionOfLines(41)), "41 / 41 / 41 / 41", true},
		// One of 100 functions may be longer, two may not.
		{"function lines median / p90 / p99 / max", code(declare(99, twoWords) + functionOfLines(90)), "1 / 1 / 1 / 90", false},
		{"function lines median / p90 / p99 / max", code(declare(98, twoWords) + functionOfLines(90) + functionOfLines(90)), "1 / 1 / 90 / 90", true},
		{"one-word function names", code(declare(24, oneWord) + declare(76, twoWords)), "24.0 % (24 of 100)", false},
		{"one-word function names", code(declare(25, oneWord) + declare(75, twoWords)), "25.0 % (25 of 100)", false},
		{"one-word function names", code(declare(26, oneWord) + declare(74, twoWords)), "26.0 % (26 of 100)", true},
		{"one-word function names, exported", code(declare(14, short) + declare(86, exported)), "14.0 % (14 of 100)", false},
		{"one-word function names, exported", code(declare(15, short) + declare(85, exported)), "15.0 % (15 of 100)", false},
		{"one-word function names, exported", code(declare(16, short) + declare(84, exported)), "16.0 % (16 of 100)", true},
		{"one-word function names, exported", code(declare(9, oneWord)), "0.0 % (0 of 0)", false},
		{"init functions", code("func readThing() {}\n"), "0", false},
		{"init functions", code("func init() {}\n"), "1", true},
		{"init functions", code("type store struct{}\nfunc (s store) init() {}\n"), "0", false},
		{"packages with doc comment", code(""), "100.0 % (1 of 1)", false},
		{"packages with doc comment", map[string]string{"internal/a/a.go": "package a\n", "internal/b/b.go": packageComment}, "50.0 % (1 of 2)", true},
		{"packages with doc comment", map[string]string{"internal/a/a.go": "package a\n", "internal/a/doc.go": packageComment}, "100.0 % (1 of 1)", false},
	} {
		t.Run(tt.figure+" "+tt.value, func(t *testing.T) {
			got := measureOne(t, tt.figure, tt.files)
			if got.Value != tt.value || got.Exceeded != tt.exceeded {
				t.Errorf("%s = %q, exceeded %v, want %q, %v", tt.figure, got.Value, got.Exceeded, tt.value, tt.exceeded)
			}
			if got.Exceeded != (len(got.Offenders) > 0) {
				t.Errorf("exceeded is %v, but the offenders are %q", got.Exceeded, got.Offenders)
			}
		})
	}
}

func TestFiguresWithoutLimit(t *testing.T) {
	files := map[string]string{
		"internal/a/a.go": packageComment + `
import ("embed"; "errors"; "regexp")

// ErrGone is documented.
var ErrGone = errors.New("gone")

// ErrOther is documented.
var ErrOther = other.ErrGone

var pattern = regexp.MustCompile("x")

//go:embed a.txt
var files embed.FS

var _ error = ErrGone

var counter, limit = 1, 2

func readDeep() {
	if true {
		for {
			switch {
			default:
				if true {
				}
			}
		}
	} else if true {
	}
}

func Undocumented() {}
`,
		"internal/a/a_test.go": strings.Repeat("\n", 17) + "package a\n\nfunc init() {}\n",
	}
	for name, want := range map[string]string{
		"files / code lines":                         "1 / 34",
		"functions with nesting >= 4":                "50.0 % (1 of 2)",
		"globals (no sentinel error, regexp, embed)": "2",
		"exported names with doc comment":            "66.7 % (2 of 3)",
		"test lines / code lines":                    "0.59",
		"function name length median / p90":          "8 / 12",
	} {
		if got := measureOne(t, name, files); got.Value != want || got.Exceeded {
			t.Errorf("%s = %q, exceeded %v, want %q", name, got.Value, got.Exceeded, want)
		}
	}
}

func TestFolderCycles(t *testing.T) {
	importing := func(folders ...string) string {
		text := packageComment
		for _, f := range folders {
			text += "import _ \"example/" + f + "\"\n"
		}
		return text
	}
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"down only", map[string]string{"internal/a/x/x.go": importing("internal/b/y"), "internal/b/y/y.go": importing("internal/c"), "internal/c/c.go": packageComment}, nil},
		{"two folders, four packages", map[string]string{"internal/a/x/x.go": importing("internal/b/y"), "internal/b/z/z.go": importing("internal/a/w")},
			[]string{"internal/a <-> internal/b"}},
		{"three folders", map[string]string{"internal/a/x/x.go": importing("internal/b"), "internal/b/b.go": importing("internal/c"), "internal/c/c.go": importing("internal/a/y")},
			[]string{"internal/a <-> internal/b <-> internal/c"}},
		{"parent imports its children", map[string]string{"internal/a/a.go": importing("internal/a/x"), "internal/a/x/x.go": importing("internal/a/y"), "internal/a/y/y.go": packageComment}, nil},
		{"parent in the circle", map[string]string{"internal/a/a.go": importing("internal/a/x/one"), "internal/a/x/two/two.go": importing("internal/a")},
			[]string{"internal/a/(package) <-> internal/a/x"}},
		{"only a test looks up", map[string]string{"internal/a/a.go": importing("internal/b"), "internal/b/b.go": packageComment, "internal/b/b_test.go": importing("internal/a")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := writeTree(t, tt.files).folderCycles(); !slices.Equal(got, tt.want) {
				t.Errorf("cycles are %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSplitWords(t *testing.T) {
	for name, want := range map[string]string{
		"run": "run", "Run": "Run", "HTTP": "HTTP", "h2": "h2", "V1": "V1",
		"readJournal": "read Journal", "ReadJournal": "Read Journal", "HTTPServer": "HTTP Server", "dialTLS": "dial TLS", "podHTTP": "pod HTTP",
		"sha256Sum": "sha256 Sum", "read_file": "read file", "_": "", "aB": "a B",
	} {
		if got := strings.Join(splitWords(name), " "); got != want {
			t.Errorf("splitWords(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFixedNames(t *testing.T) {
	for _, tt := range []struct {
		name    string
		methods []string // of its receiver; none for a function
		want    bool
	}{
		{"main", nil, true},
		{"init", nil, true},
		{"main", []string{"main"}, false},
		{"Close", []string{"Close"}, true},
		{"Close", nil, false},
		{"Run", []string{"Run"}, false},
		{"Size", []string{"Size"}, false},
		{"Size", []string{"Compressed", "Digest", "MediaType"}, false},
		{"Size", []string{"Compressed", "Digest", "MediaType", "Size"}, true},
	} {
		if got := isFixedName(tt.name, tt.methods); got != tt.want {
			t.Errorf("isFixedName(%q, %q) = %v, want %v", tt.name, tt.methods, got, tt.want)
		}
	}
	for name, reason := range fixedNames() {
		if reason == "" {
			t.Errorf("nothing says what fixes %s", name)
		}
	}
}

// A fixed name counts neither above nor below the line.
func TestFixedNamesDoNotCount(t *testing.T) {
	files := map[string]string{"internal/a/a.go": packageComment + "type a struct{}\nfunc (a) Close() {}\nfunc (a) ServeHTTP() {}\nfunc run() {}\nfunc readThing() {}\n"}
	if got := measureOne(t, "one-word function names", files); got.Value != "50.0 % (1 of 2)" {
		t.Errorf("got %s", got.Value)
	}
}

func TestAnswers(t *testing.T) {
	root := t.TempDir()
	text := packageComment + "type Store[T any] struct{}\n\n// Read is documented.\nfunc (s *Store[T]) Send() {}\n\nfunc readThing() {}\n"
	if err := os.MkdirAll(filepath.Join(root, "internal/a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "internal/a/a.go"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	answer := func(folder string, asJSON, want bool) string {
		t.Helper()
		var out strings.Builder
		if ok, err := runShape(&out, root, folder, asJSON); err != nil || ok != want {
			t.Errorf("runShape returned %v, %v, want %v", ok, err, want)
		}
		return out.String()
	}
	if got, want := answer("./internal/a/...", false, true), "internal/a/a.go:6 Store.Send\none word: 50.0 % (1 of 2); exported: 100.0 % (1 of 1)\n"; got != want {
		t.Errorf("names are\n%swant\n%s", got, want)
	}
	if got := answer("", false, false); !strings.Contains(got, "EXCEEDED") || !strings.Contains(got, "  internal/a: 1 of 1\n") {
		t.Errorf("the table does not name the offender:\n%s", got)
	}
	var figures []figure
	if err := json.Unmarshal([]byte(answer("", true, false)), &figures); err != nil || len(figures) < 10 {
		t.Errorf("JSON has %d figures: %v", len(figures), err)
	}
	if _, err := runShape(&strings.Builder{}, root, "internal/none", false); err == nil {
		t.Error("a folder without code is accepted")
	}
}

// The page with the rules has the limits that are checked.
func TestPrinciplesNameTheLimits(t *testing.T) {
	page, err := os.ReadFile("../../docs/PRINCIPLES.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, want := range []string{
		fmt.Sprintf("At most %.0f %% of all function names, and %.0f %% of exported ones, have one word", maxOneWordPercent, maxOneWordExported),
		fmt.Sprintf("99 %% of them at most %d lines", maxFunctionLinesP99),
		fmt.Sprintf("A type has at most %d methods and a package at most %d files", maxMethodsPerReceiver, maxFilesPerPackage),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("PRINCIPLES.md does not say %q", want)
		}
	}
}
