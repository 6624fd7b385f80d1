package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The README lists the commands that the program has, as its help lists them.
func TestCommandTableIsCurrent(t *testing.T) {
	program := filepath.Join(t.TempDir(), "version-manager")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/version-manager")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := commandTable(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(want, "\n"); n < 20 {
		t.Errorf("the table has only %d lines:\n%s", n, want)
	}
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if got := replaceSection(string(page), "commands", want); got != string(page) {
		t.Errorf("the README does not list the commands as the program does; make readme writes\n%s", want)
	}
}

func TestReplaceSection(t *testing.T) {
	page := "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n"
	if got, want := replaceSection(page, "x", "new\n"), "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n"; got != want {
		t.Errorf("the page is %q, want %q", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("a section that the page does not have was replaced")
		}
	}()
	replaceSection(page, "y", "new\n")
}
