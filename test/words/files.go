package main

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// readDocument keeps a document's paragraphs, which may break a phrase over
// two lines, and skips blocks of code.
func readDocument(path string, content []byte) ([]text, error) {
	var texts []text
	var open []string
	begin, code := 0, false
	flush := func() {
		if len(open) > 0 {
			texts = append(texts, text{path: path, line: begin, value: strings.Join(open, "\n")})
		}
		open = nil
	}
	for i, line := range strings.Split(string(content), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
			line = ""
		}
		if code || strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		if len(open) == 0 {
			begin = i + 1
		}
		open = append(open, line)
	}
	flush()
	return texts, nil
}

// readHashComments keeps neighboring comments together, and what stands behind
// ## in a Makefile, which is its help.
func readHashComments(path string, content []byte) ([]text, error) {
	return joinComments(path, content, regexp.MustCompile(`(?:^|\s)##? (.*)$`), ""), nil
}

func readSlashComments(path string, content []byte) ([]text, error) {
	return joinComments(path, content, regexp.MustCompile(`(?:^|\s)(?://|/\*|\*) (.*)$`), "*/"), nil
}

// joinComments joins what comment matches on lines that follow each other.
func joinComments(path string, content []byte, comment *regexp.Regexp, end string) []text {
	var texts []text
	last := -1
	for i, line := range strings.Split(string(content), "\n") {
		m := comment.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		value := strings.TrimSpace(strings.TrimSuffix(m[1], end))
		if last == i-1 && len(texts) > 0 {
			texts[len(texts)-1].value += "\n" + value
		} else {
			texts = append(texts, text{path: path, line: i + 1, value: value})
		}
		last = i
	}
	return texts
}

// readTranslation keeps the values of a table of translations, one a line.
func readTranslation(path string, content []byte) ([]text, error) {
	pair := regexp.MustCompile(`^\s*"[^"]+"\s*:\s*"((?:[^"\\]|\\.)*)"`)
	var texts []text
	for i, line := range strings.Split(string(content), "\n") {
		if m := pair.FindStringSubmatch(line); m != nil {
			texts = append(texts, text{path: path, line: i + 1, value: m[1], shown: true})
		}
	}
	return texts, nil
}

// readPage keeps the words of a page's template: text, and attributes that are
// shown or read aloud. Comments count as comments.
func readPage(path string, content []byte) ([]text, error) {
	actions := regexp.MustCompile(`\{\{[^}]*\}\}`)
	plain := actions.ReplaceAllFunc(content, func(action []byte) []byte {
		return bytes.Repeat([]byte("\n"), bytes.Count(action, []byte("\n")))
	})
	tokens := html.NewTokenizer(bytes.NewReader(plain))
	var texts []text
	line, code := 1, false
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			if err := tokens.Err(); err != io.EOF {
				return nil, err
			}
			return texts, nil
		}
		raw := bytes.Clone(tokens.Raw())
		token := tokens.Token()
		if token.Data == "script" || token.Data == "style" {
			code = kind == html.StartTagToken
		}
		if !code {
			texts = append(texts, wordsOfToken(path, line, token)...)
		}
		line += bytes.Count(raw, []byte("\n"))
	}
}

func wordsOfToken(path string, line int, token html.Token) []text {
	switch token.Type {
	case html.CommentToken:
		return []text{{path: path, line: line, value: token.Data}}
	case html.TextToken:
		if hasWord(token.Data) {
			lead := len(token.Data) - len(strings.TrimLeft(token.Data, " \t\n"))
			return []text{{path: path, line: line + strings.Count(token.Data[:lead], "\n"), value: strings.TrimSpace(token.Data), shown: true}}
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		return wordsOfAttributes(path, line, token.Attr)
	}
	return nil
}

func wordsOfAttributes(path string, line int, attributes []html.Attribute) []text {
	var texts []text
	for _, a := range attributes {
		if hasWord(a.Val) && slices.Contains([]string{"alt", "title", "placeholder", "aria-label"}, a.Key) {
			texts = append(texts, text{path: path, line: line, value: a.Val, shown: true})
		}
	}
	return texts
}
