package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// maxListedOffenders keeps the answer readable on the first day of a rule.
const maxListedOffenders = 40

// printTable prints the figures, then what exceeds a limit.
func printTable(w io.Writer, figures []figure) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FIGURE\tVALUE\tLIMIT\t")
	for _, f := range figures {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.Name, f.Value, f.Limit, verdictOf(f))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nNot counted as names, because others fix them: %s.\n", strings.Join(listFixedNames(), ", "))
	for _, f := range figures {
		printOffenders(w, f)
	}
	if !withinLimits(figures) {
		fmt.Fprintln(w, "\nAt least one limit is exceeded. One-word names of a package: go run ./test/shape -package FOLDER")
	}
	return nil
}

func verdictOf(f figure) string {
	switch {
	case f.Limit == "":
		return ""
	case f.Exceeded:
		return "EXCEEDED"
	}
	return "ok"
}

func printOffenders(w io.Writer, f figure) {
	if !f.Exceeded {
		return
	}
	fmt.Fprintf(w, "\n%s: %s, limit %s\n", f.Name, f.Value, f.Limit)
	for i, line := range f.Offenders {
		if i == maxListedOffenders {
			fmt.Fprintf(w, "  and %d more\n", len(f.Offenders)-i)
			return
		}
		fmt.Fprintln(w, "  "+line)
	}
}

func listFixedNames() []string {
	names := append([]string{"main", "init"}, slices.Sorted(mapKeys(fixedNames()))...)
	for _, of := range slices.Sorted(mapKeys(fixedSets())) {
		names = append(names, "all of "+of)
	}
	return names
}

func writeJSON(w io.Writer, figures []figure) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(figures)
}

// printOneWordNames lists the one-word names below a folder by their place.
func printOneWordNames(w io.Writer, t tree, folder string) error {
	folder = strings.Trim(strings.TrimSuffix(strings.TrimPrefix(folder, "./"), "..."), "/")
	inside := slices.DeleteFunc(t.functions(), func(f function) bool {
		return f.folder != folder && !strings.HasPrefix(f.folder, folder+"/")
	})
	if len(inside) == 0 {
		return fmt.Errorf("there are no functions below %s", folder)
	}
	for _, f := range withOneWord(inside) {
		fmt.Fprintln(w, f.place, f.label())
	}
	exported := exportedOnly(inside)
	_, err := fmt.Fprintf(w, "one word: %s; exported: %s\n",
		formatShare(len(withOneWord(inside)), len(countable(inside))), formatShare(len(withOneWord(exported)), len(countable(exported))))
	return err
}
