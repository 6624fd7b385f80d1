// Package command is what all commands share: the invocation with its streams
// and global flags, usage errors, checks of arguments, flags that take one of
// a few values, questions, notes and hints.
//
// It knows no project and no target; packages project and targets do. The
// commands themselves are in packages named after their group, such as appcmd,
// which never import each other.
package command

import (
	"time"

	"version-manager/internal/ui"
)

// ProgramName is how messages name the program. [Invocation.Streams] replaces
// it in commands to paste by the way in which the program was called.
const ProgramName = "version-manager"

// Invocation is one call of the program: its streams, environment, clock,
// arguments and global flags. All commands of the tree share one.
type Invocation struct {
	Streams *ui.Streams
	Getenv  func(string) string
	Now     func() time.Time
	Args    []string // without the program
	Global  GlobalFlags
}
