// Command shape measures this tree's Go code and prints one table: each figure
// beside the same figure's limit. It exits with 1 when a limit is exceeded and
// lists what exceeds it as path:line name.
//
//	go run ./test/shape                            the table
//	go run ./test/shape -json                      the same as JSON
//	go run ./test/shape -package internal/deploy   the one-word function names of a package
//
// Test files count only for the ratio of test lines to code lines.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	asJSON := flag.Bool("json", false, "print JSON")
	folder := flag.String("package", "", "list the one-word function names of this `folder` and those below it")
	flag.Parse()
	ok, err := runShape(os.Stdout, ".", *folder, *asJSON)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shape:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// runShape measures the tree at root and reports whether it is within all limits.
func runShape(w io.Writer, root, folder string, asJSON bool) (bool, error) {
	t, err := readTree(root)
	if err != nil {
		return false, err
	}
	if folder != "" {
		return true, printOneWordNames(w, t, folder)
	}
	figures := measureTree(t)
	if asJSON {
		err = writeJSON(w, figures)
	} else {
		err = printTable(w, figures)
	}
	return withinLimits(figures), err
}
