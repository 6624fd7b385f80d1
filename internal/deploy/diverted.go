package deploy

import (
	"fmt"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/release"
)

// DivertedError says that somebody else decided who has the traffic while a
// deploy was under way.
type DivertedError struct {
	Want   color.Color     // that was to have it
	Active color.Color     // that has it; None: none of ours
	Runs   release.Version // in Active
	Route  Route
}

func newDiverted(now Observed, want color.Color) *DivertedError {
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
