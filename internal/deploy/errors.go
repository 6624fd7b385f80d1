package deploy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/release"
)

var (
	// ErrConflict: the route changed since it was looked at.
	ErrConflict = errors.New("the route was changed by somebody else")
	// ErrFenced: the lock expired and another holder has it.
	ErrFenced = errors.New("the lock was lost to another holder")
	// ErrRefused: the target will not do this because requests would fail.
	ErrRefused = errors.New("refused")
)

// HeldError says who holds the lock.
type HeldError struct {
	Holder Holder
	Now    time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("held by %s for %s, last seen %s ago", e.Holder.Name,
		e.Now.Sub(e.Holder.Since).Round(time.Second), e.Now.Sub(e.Holder.Seen).Round(time.Second))
}

// DivertedError says that somebody else decided who has the traffic while a
// deploy was under way.
type DivertedError struct {
	Want   color.Color     // that was to have it
	Active color.Color     // that has it; None: none of ours
	Runs   release.Version // in Active
	Route  Route
}

func newDivertedError(now Observed, want color.Color) *DivertedError {
	return &DivertedError{want, now.Active, now.Colors[now.Active].Version, now.Route}
}

func (e *DivertedError) Error() string {
	var b strings.Builder
	switch {
	case e.Active != color.None:
		fmt.Fprintf(&b, "the route leads to %s", e.Active)
		if e.Runs != "" {
			fmt.Fprintf(&b, " (%s)", e.Runs)
		}
	case e.Route.Foreign != "":
		fmt.Fprintf(&b, "the route %s", e.Route.Foreign)
	default:
		b.WriteString("the route is deleted again and again")
	}
	fmt.Fprintf(&b, ", not to %s", e.Want)
	if by := e.Route.String(); by != "" {
		b.WriteString(": " + by)
	}
	return b.String()
}

// String says who changed the route last, and when; nothing if that is not
// known.
func (r Route) String() string {
	if r.ChangedBy == "" {
		return ""
	}
	return fmt.Sprintf("changed by %s at %s", r.ChangedBy, r.ChangedAt.UTC().Format(time.TimeOnly+" UTC"))
}

// isDiverted reports whether a step failed because the route no longer belongs
// to the deploy. If that happens before the deploy's own switch, nothing is
// lost: the deploy can be rolled back.
func isDiverted(err error) bool {
	_, is := errors.AsType[*DivertedError](err)
	return is
}
