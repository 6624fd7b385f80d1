package scripts_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"version-manager/test/howto"
)

// blockLimit is how long one block of a page may take.
const blockLimit = 2 * time.Minute

// runPage runs a block of a page in docs as a reader would, or writes the file
// that the block contains: page PAGE BLOCK
// Folder and variables that the block leaves behind are those of the script
// from then on. Its output is left in $WORK/page.txt.
func runPage(root string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 2 {
			ts.Fatalf("usage: page PAGE BLOCK")
		}
		block, err := howto.ReadBlock(root, args[0], args[1])
		ts.Check(err)
		var out strings.Builder
		shell := howto.Shell{Dir: ts.MkAbs("."), Env: scriptEnviron(ts), Output: &out}
		if !block.IsShell() {
			ts.Check(shell.WriteFile(block))
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), blockLimit)
		defer cancel()
		err = shell.RunBlock(ctx, block)
		ts.Check(os.WriteFile(ts.MkAbs(ts.Getenv("WORK")+"/page.txt"), []byte(out.String()), 0o600))
		if err != nil {
			ts.Fatalf("%v\n%s", err, out.String())
		}
		adoptShell(ts, shell)
	}
}

// scriptEnviron is what programs of a script get, and what blocks before this
// one have exported.
func scriptEnviron(ts *testscript.TestScript) []string {
	env := command(ts, []string{"bash"}).Env
	for _, name := range strings.Fields(ts.Getenv("EXPORTED")) {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// adoptShell makes the script go on where a block ended.
func adoptShell(ts *testscript.TestScript, shell howto.Shell) {
	exported := strings.Fields(ts.Getenv("EXPORTED"))
	for _, pair := range shell.Env {
		name, value, _ := strings.Cut(pair, "=")
		if value != ts.Getenv(name) && name != "PWD" && name != "OLDPWD" && name != "SHLVL" && name != "_" {
			ts.Setenv(name, value)
			exported = append(exported, name)
		}
	}
	ts.Setenv("EXPORTED", strings.Join(exported, " "))
	ts.Check(ts.Chdir(shell.Dir))
}

// repositoryRoot is the folder with go.mod, README.md and docs.
func repositoryRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(dir, "/test/scripts")
}
