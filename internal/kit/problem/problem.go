// Package problem holds the one error type that reaches a person: what
// failed, why, and what to type next.
//
// Any package may return a *Problem; only the command line prints it. An
// ordinary error is fine wherever there is no better advice than the message.
// Texts are lower case and end without a full stop. A hint is a command that
// can be pasted, or a sentence where no command helps.
package problem

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure this is. Each has its own exit code, which
// is a contract with scripts: never renumber.
type Kind int

const (
	Failed      Kind = 1   // something went wrong
	Usage       Kind = 2   // invalid command line
	RolledBack  Kind = 3   // failed, and the version that was active has the traffic
	NeedsPerson Kind = 4   // failed, and the rollback failed or was impossible: nothing was removed
	NotFound    Kind = 5   // no such version, deploy, or app
	LockHeld    Kind = 6   // somebody else is deploying
	Running     Kind = 8   // still under way when --wait ended
	Differs     Kind = 9   // what is running differs from the version
	Diverted    Kind = 10  // somebody else gave the traffic to another version
	Interrupted Kind = 130 // Ctrl-C
)

// Problem is message, cause and hint.
type Problem struct {
	Kind  Kind
	What  string   // "create v1.2.0: the working tree has changes"
	Cause error    // may be nil
	Hint  string   // "version-manager create v1.2.0 -m 'what changed'"
	Lines []string // evidence worth showing below: compiler output, last log lines
}

// New returns a Problem without a cause.
func New(kind Kind, hint, format string, args ...any) *Problem {
	return &Problem{Kind: kind, What: fmt.Sprintf(format, args...), Hint: hint}
}

// Wrap returns a Problem caused by err.
func Wrap(err error, kind Kind, hint, format string, args ...any) *Problem {
	return &Problem{Kind: kind, What: fmt.Sprintf(format, args...), Cause: err, Hint: hint}
}

// With returns p with evidence lines attached.
func (p *Problem) With(lines ...string) *Problem {
	p.Lines = append(p.Lines, lines...)
	return p
}

func (p *Problem) Error() string {
	if p.Cause == nil {
		return p.What
	}
	return p.What + ": " + p.Cause.Error()
}

func (p *Problem) Unwrap() error { return p.Cause }

// KindOf returns the kind of the outermost Problem in err's chain: Failed for
// any other error, 0 for nil.
func KindOf(err error) Kind {
	if err == nil {
		return 0
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Kind
	}
	return Failed
}
