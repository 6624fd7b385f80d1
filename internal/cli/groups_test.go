package cli

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"version-manager/internal/cli/answer"
)

// TestGroupsAreApart: the packages of command groups never import each other,
// so that each can be read and changed alone.
func TestGroupsAreApart(t *testing.T) {
	files, err := filepath.Glob("*cmd/*.go")
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if group, ok := strings.CutPrefix(path, "version-manager/internal/cli/"); ok && strings.HasSuffix(group, "cmd") {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// TestTargetFlagsExistWhereTheyMeanSomething: a flag that a command would
// ignore is an error instead.
func TestTargetFlagsExistWhereTheyMeanSomething(t *testing.T) {
	for _, c := range listCommands(testRoot()) {
		words := commandWords(c)
		if len(words) == 0 || !c.Runnable() {
			continue
		}
		want := !slices.Contains([]string{"cluster", "version", "licenses", "completion", "help", "agent", "state", "create", "install-ingress"}, words[0])
		for _, flag := range []string{"target", "namespace"} {
			if has := c.Flags().Lookup(flag) != nil || c.InheritedFlags().Lookup(flag) != nil; has != want {
				t.Errorf("%s: --%s exists: %t, want %t", c.CommandPath(), flag, has, want)
			}
		}
	}
}

// TestEveryAnswerIsDocumented: each command either has its answer in
// docs/json.md or prints something that is no JSON.
func TestEveryAnswerIsDocumented(t *testing.T) {
	plain := []string{"cluster stop", "cluster down", "cluster kubeconfig", "cluster node kill", "cluster node cut", "cluster node heal", "completion", "licenses", "help"}
	var documented []string
	for _, o := range answer.Objects() {
		documented = append(documented, o.Commands...)
	}
	for _, c := range listCommands(testRoot()) {
		name := strings.Join(commandWords(c), " ")
		if name == "" || c.HasSubCommands() || !c.Runnable() {
			continue
		}
		if slices.Contains(plain, name) == slices.Contains(documented, name) {
			t.Errorf("%s: list it either with its answer in docs/json.md or as plain here", name)
		}
	}
	if _, err := os.Stat("../../docs/json.md"); err != nil {
		t.Error(err)
	}
}
