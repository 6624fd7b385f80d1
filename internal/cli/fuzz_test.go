package cli

import (
	"strings"
	"testing"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/cli/targets"
)

// FuzzFlags: no flag makes the parser of the command line panic, and none is
// taken for granted.
func FuzzFlags(f *testing.F) {
	for _, s := range []string{"logs --tail 20", "logs --tail -1", "logs --color green", "--color=never version", "scale -5", "rollback --max-failed x", "-C /nowhere -o json status", "help help"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		inv, _, _ := commandtest.NewInvocation()
		root := newRoot(inv, new(targets.Flags))
		command, rest, err := root.Find(words)
		if err != nil || command == nil {
			return
		}
		_ = command.ParseFlags(rest) // only that it does not panic
	})
}
