package main

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

//go:embed phrases.txt
var phraseList string

// phrase is a construction that is not written here, and what is.
type phrase struct {
	words, instead string
	unless         string // word before it that makes it right
	pattern        *regexp.Regexp
}

// parsePhrases reads a list: one phrase per line, what to write instead behind
// =>, and comments behind #.
func parsePhrases(list string) ([]phrase, error) {
	var all []phrase
	seen := map[string]bool{}
	for i, line := range strings.Split(list, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words, instead, _ := strings.Cut(line, "=>")
		words = strings.Join(strings.Fields(words), " ")
		if words == "" || seen[strings.ToLower(words)] {
			return nil, fmt.Errorf("phrases.txt:%d: %q is empty or listed twice", i+1, words)
		}
		seen[strings.ToLower(words)] = true
		p := phrase{words: words, instead: strings.TrimSpace(instead)}
		if marked, ok := strings.CutPrefix(words, "!"); ok {
			p.unless, p.words, _ = strings.Cut(marked, " ")
		}
		p.pattern = compilePhrase(p.words)
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, errors.New("phrases.txt lists nothing")
	}
	return all, nil
}

// compilePhrase matches whole words in any case, also across lines, but not
// parts of a path or of a qualified name. What is quoted matches a whole text.
func compilePhrase(words string) *regexp.Regexp {
	if heading, ok := strings.CutPrefix(words, `"`); ok {
		return regexp.MustCompile(`^\s*(` + regexp.QuoteMeta(strings.TrimSuffix(heading, `"`)) + `):?\s*$`)
	}
	var parts []string
	for _, w := range strings.Fields(words) {
		parts = append(parts, regexp.QuoteMeta(w))
	}
	before, after := `(?:^|[^\pL\pN_./-])`, `(?:$|[^\pL\pN_.-]|\.(?:$|[^\pL\pN]))`
	return regexp.MustCompile(`(?i)` + before + `(` + strings.Join(parts, `\s+`) + `)` + after)
}

// findPhrases returns a line for each phrase in each text.
func findPhrases(texts []text, phrases []phrase) []string {
	var found []string
	for _, t := range texts {
		for _, p := range phrases {
			found = append(found, p.findIn(t)...)
		}
	}
	return found
}

func (p phrase) findIn(t text) []string {
	var found []string
	for _, at := range p.pattern.FindAllStringSubmatchIndex(t.value, -1) {
		before := t.value[:at[2]]
		if !p.isRightAfter(before) {
			found = append(found, describeFinding(t.path, t.line+strings.Count(before, "\n"), p))
		}
	}
	return found
}

// isRightAfter reports whether the text ends with the word that makes the
// phrase right.
func (p phrase) isRightAfter(before string) bool {
	words := strings.Fields(before)
	return p.unless != "" && len(words) > 0 && strings.EqualFold(strings.TrimLeft(words[len(words)-1], `("`), p.unless)
}

func describeFinding(path string, line int, p phrase) string {
	if p.instead == "" {
		return fmt.Sprintf("%s:%d: %q", path, line, p.words)
	}
	return fmt.Sprintf("%s:%d: %q, better: %s", path, line, p.words, p.instead)
}
