package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
)

// TestHelpPages freezes what --help prints, so that a change of it is read in
// review.
func TestHelpPages(t *testing.T) {
	for _, c := range listCommands(testRoot()) {
		words := append([]string{"help"}, commandWords(c)...)
		name := strings.Join(commandWords(c), "-")
		if !c.HasParent() {
			name = c.Name()
		}
		file := filepath.Join("testdata", "help", name+".txt")
		code, out, err := execute(t, words...)
		if code != 0 || err != "" {
			t.Fatalf("%s: exit code %d, %s", words, code, err)
		}
		golden.CompareFile(t, file, []byte(out))
	}
}

// TestHelpIsOnePage: "help X" and "X --help" print the same, for every command
// and topic.
func TestHelpIsOnePage(t *testing.T) {
	for _, c := range listCommands(testRoot()) {
		_, page, _ := execute(t, append([]string{"help"}, commandWords(c)...)...)
		code, other, err := execute(t, append(commandWords(c), "--help")...)
		if code != 0 || other != page || page == "" || err != "" {
			t.Errorf("%s --help: exit code %d, %s\n%s\nwant the page of help\n%s", c.CommandPath(), code, err, other, page)
		}
	}
}
