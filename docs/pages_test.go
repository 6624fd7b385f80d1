package docs

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/config"
	"version-manager/test/howto"
)

// readPages returns the pages that people follow step by step: the README and
// the guides.
func readPages(t *testing.T) map[string]string {
	t.Helper()
	guides, err := filepath.Glob("howto-*.md")
	if err != nil || len(guides) < 3 {
		t.Fatalf("there are guides %q, %v", guides, err)
	}
	pages := map[string]string{"README": readFile(t, "../README.md")}
	for _, g := range guides {
		pages[strings.TrimSuffix(g, ".md")] = readFile(t, g)
	}
	return pages
}

// Every block of commands on a page is run by a test, as it stands there.
func TestBlocksAreRun(t *testing.T) {
	run := blocksThatTestsRun(t)
	for page, text := range readPages(t) {
		for _, problem := range checkBlocks(page, text, run) {
			t.Error(problem)
		}
	}
}

// checkBlocks returns the commands of a page that no test runs.
func checkBlocks(page, text string, run map[string]bool) []string {
	blocks, err := howto.ParseBlocks(text)
	if err != nil {
		return []string{page + ": " + err.Error()}
	}
	var problems []string
	shell := 0
	for _, b := range blocks {
		if !b.IsShell() {
			continue
		}
		shell++
		if !run[page+" "+b.Name] {
			problems = append(problems, page+": no test runs block \""+b.Name+"\"; see test/howto")
		}
	}
	if shell == 0 {
		problems = append(problems, page+" has no block of commands")
	}
	if m := regexp.MustCompile(`(?m)^\n(?: {4,}|\t)\S.*`).FindString(text); m != "" {
		problems = append(problems, page+": put commands between fences, not behind spaces:"+m)
	}
	return problems
}

// blocksThatTestsRun are named by scripts, as "page PAGE BLOCK", and by the
// programs below test, as arguments "PAGE", "BLOCK".
func blocksThatTestsRun(t *testing.T) map[string]bool {
	t.Helper()
	run := map[string]bool{"howto-local-cluster packages": true} // see TestPackagesAreInstalled
	for pattern, mention := range map[string]string{
		"../test/scripts/*.txtar": `(?m)^page (\S+) (\S+)$`,
		"../test/e2e/*.go":        `"(README|howto-[a-z-]+)", "([a-z]+)"`,
		"../test/newuser/*.go":    `"(README|howto-[a-z-]+)", "([a-z]+)"`,
	} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue // they run blocks without a cluster
			}
			for _, m := range regexp.MustCompile(mention).FindAllStringSubmatch(readFile(t, file), -1) {
				run[m[1]+" "+m[2]] = true
				found++
			}
		}
		if found == 0 {
			t.Errorf("no file of %s runs a block of a page", pattern)
		}
	}
	return run
}

func TestCheckBlocks(t *testing.T) {
	run := map[string]bool{"page good": true}
	for text, want := range map[string]int{
		"```sh good\ntrue\n```\n":                             0,
		"```sh bad\ntrue\n```\n":                              1,
		"```sh\ntrue\n```\n":                                  1,
		"```\ntrue\n```\n":                                    1,
		"```sh good\ntrue\n```\n```yaml\na: 1\n```\n":         0,
		"```sh good\ntrue\n```\n\n    version-manager list\n": 1,
		"```sh good\ntrue\n```\n- item\n    goes on\n":        0,
		"text\n":             1,
		"```sh good\ntrue\n": 1,
	} {
		if got := checkBlocks("page", text, run); len(got) != want {
			t.Errorf("%q has the problems %q, want %d", text, got, want)
		}
	}
}

// The README's commands are what .ci/run runs first, in the same order.
func TestReadmeCommandsRunFirst(t *testing.T) {
	var want []string
	for _, name := range []string{"run", "test"} {
		block, err := howto.ReadBlock(root, "README", name)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, strings.TrimSpace(block.Text))
	}
	// A suite is "check NAME MINUTES COMMAND" or a row "NAME MINUTES run COMMAND".
	suite := regexp.MustCompile(`(?m)^(?:check \S+ \d+ |\S+ +\d+ +run +)(.*)$`)
	var got []string
	for _, m := range suite.FindAllStringSubmatch(readFile(t, "../.ci/run"), 2) {
		got = append(got, strings.TrimSpace(m[1]))
	}
	if !slices.Equal(got, want) {
		t.Errorf(".ci/run begins with %q, the README with %q", got, want)
	}
}

// The packages of the local cluster are those that .ci/run installs for it.
func TestPackagesAreInstalled(t *testing.T) {
	block, err := howto.ReadBlock(root, "howto-local-cluster", "packages")
	if err != nil {
		t.Fatal(err)
	}
	names, ok := strings.CutPrefix(strings.TrimSpace(block.Text), "sudo apt install ")
	if !ok {
		t.Fatalf("the block does not install packages: %q", block.Text)
	}
	installed := regexp.MustCompile(`(?m)packages=\((.*)\)$`).FindStringSubmatch(readFile(t, "../.ci/run"))
	if installed == nil {
		t.Fatal(".ci/run installs no packages")
	}
	for _, name := range strings.Fields(names) {
		if !strings.Contains(" "+installed[1]+" ", " "+name+" ") {
			t.Errorf("the page installs %s, and .ci/run does not", name)
		}
	}
}

// A command that a page mentions in a sentence is run by a script or a block,
// up to the first placeholder.
func TestInlineCommandsAreRun(t *testing.T) {
	corpus := commandsThatTestsRun(t)
	checked := 0
	for page, text := range readPages(t) {
		for _, m := range regexp.MustCompile("`(?:bin/)?version-manager ([^`]+)`").FindAllStringSubmatch(text, -1) {
			checked++
			command := "version-manager " + cutPlaceholders(m[1])
			if !strings.Contains(corpus, command) {
				t.Errorf("%s: no test runs %q", page, command)
			}
		}
	}
	if checked < 5 {
		t.Errorf("only %d commands were found: the pattern is wrong", checked)
	}
}

func commandsThatTestsRun(t *testing.T) string {
	t.Helper()
	var corpus strings.Builder
	scripts, err := filepath.Glob("../test/scripts/*.txtar")
	if err != nil || len(scripts) < 10 {
		t.Fatalf("there are scripts %q, %v", scripts, err)
	}
	for _, s := range scripts {
		corpus.WriteString(readFile(t, s))
	}
	for _, text := range readPages(t) {
		blocks, err := howto.ParseBlocks(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			if b.IsShell() {
				corpus.WriteString(b.Text)
			}
		}
	}
	return corpus.String()
}

// cutPlaceholders keeps the words before the first in capital letters.
func cutPlaceholders(command string) string {
	var words []string
	for _, w := range strings.Fields(command) {
		if strings.ToUpper(w) == w && strings.ToLower(w) != w {
			break
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// Configuration examples are valid. An example of one section is completed.
func TestConfigurationExamples(t *testing.T) {
	checked := 0
	for page, text := range readPages(t) {
		blocks, err := howto.ParseBlocks(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			if b.Language != "yaml" {
				continue
			}
			checked++
			example := b.Text
			if !strings.HasPrefix(example, "name:") {
				example = "name: shop\nbuild: {package: ./cmd/shop}\n" + example
			}
			if _, err := config.ParseYAML([]byte(example)); err != nil {
				t.Errorf("%s, line %d: %v", page, b.Line, err)
			}
		}
	}
	if checked < 3 {
		t.Errorf("only %d examples were found", checked)
	}
}
