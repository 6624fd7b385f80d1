// Command words prints every string of this code base that a person may read,
// one per line with its place, and fails on phrases that are not plain
// American English. phrases.txt lists those phrases and what to write instead.
// It also fails on hints of errors that cannot be pasted as they stand.
//
//	go run ./test/words                         strings, then phrases
//	go run ./test/words -check                  phrases only
//	go run ./test/words -check internal/deploy  phrases in one folder or file
//
// Strings are those of the programs, web pages, and translations; tests and the
// programs below test, which users do not see, are left out.
// Phrases are searched in all Go strings and comments, also in tests, and in
// documents, scripts, pages, manifests and the Makefile.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	check := flag.Bool("check", false, "search for phrases without printing the strings")
	flag.Parse()
	ok, err := runWords(os.Stdout, ".", flag.Args(), *check)
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// runWords reports whether there are no findings in the texts below the folders.
func runWords(w io.Writer, root string, folders []string, check bool) (bool, error) {
	phrases, err := parsePhrases(phraseList)
	if err != nil {
		return false, err
	}
	texts, err := readTexts(root, folders)
	if err != nil {
		return false, err
	}
	if !check {
		printStrings(w, texts)
	}
	found := append(findPhrases(texts, phrases), findHints(texts)...)
	for _, f := range found {
		fmt.Fprintln(w, f)
	}
	if len(found) > 0 {
		fmt.Fprintf(w, "%d findings; test/words/phrases.txt lists phrases and what to write instead\n", len(found))
	}
	return len(found) == 0, nil
}
