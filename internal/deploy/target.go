package deploy

import (
	"context"
	"fmt"
	"io"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// Target is a place where one app runs. Looking needs no permission; every
// change goes through the Session that Lock returns, so that code without
// the lock cannot even be written. Package targettest has the behavior that
// every implementation must show.
type Target interface {
	// ObserveApp reports what runs now. It must not change anything, and may be
	// called while a call of the Session is under way.
	ObserveApp(ctx context.Context) (Observed, error)
	// OpenLogs returns the lines of the app's instances as text, oldest first. With
	// Follow it stays open until ctx ends.
	OpenLogs(ctx context.Context, q LogQuery) (io.ReadCloser, error)
	// JournalReader reads the journals that live with the target.
	JournalReader() journal.Reader
	// AcquireLock makes the caller the only one who may change the target. It does
	// not wait: if somebody else holds the lock it fails with a *HeldError.
	AcquireLock(ctx context.Context, holder string) (Session, error)
}

// Session is the right to change a target. Every call fails with ErrFenced
// once another holder has taken over, so that a process which slept through
// its own expiry cannot do harm. All calls are safe to repeat.
type Session interface {
	// RenewLock extends the lock, which otherwise expires after LockExpiry.
	RenewLock(ctx context.Context) error
	// ReleaseLock releases the lock.
	ReleaseLock(ctx context.Context) error
	// JournalWriter writes the journals that live with the target.
	JournalWriter() journal.Writer

	// BackUpState copies the target's own state aside under the id of a deploy
	// and returns where it is.
	BackUpState(ctx context.Context, id string) (string, error)
	// ApplySpec makes color c run exactly spec and returns when all its instances
	// were started, not when they are ready. What already runs as asked is
	// adopted untouched, only the number of instances changes; another release
	// in that color is replaced. It must not touch the route, and refuses to
	// replace the release of the active color or to scale that color to zero.
	ApplySpec(ctx context.Context, c color.Color, spec Spec) error
	// RepairColor recreates what color c needs to be reached and that is missing, and
	// puts right what others changed in it. It touches neither instances nor who
	// has the traffic, and returns the names of what it made.
	RepairColor(ctx context.Context, c color.Color, spec Spec) ([]string, error)
	// SwitchRoute sends all new requests to color c, provided the route still has
	// the given revision; otherwise it fails with ErrConflict. It refuses a
	// color without a ready instance. A route that is gone is recreated.
	SwitchRoute(ctx context.Context, c color.Color, ifRevision string) error
	// ConfirmRoute returns when every ingress instance was seen to send new
	// requests to color c.
	ConfirmRoute(ctx context.Context, c color.Color) error
	// RetireColor says goodbye to the WebSockets of color c, cuts what else is
	// still open on it, stops its instances and forgets them. It refuses the
	// active color.
	RetireColor(ctx context.Context, c color.Color) error
	// RemoveApp stops both colors and takes the app off the target. Journals stay.
	RemoveApp(ctx context.Context) error
}

// LockExpiry is how long a lock outlives its holder's last sign of life.
const LockExpiry = 15 * time.Second

// Spec is what a color runs.
type Spec struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Secrets  Secrets         `json:"secrets,omitempty"` // never logged, never journaled; nil keeps those that the color runs with
	// Spare are the secrets of a color that has none anymore, where Secrets is nil.
	Spare Secrets `json:"spare,omitempty"`
}

// CheckApply refuses to apply a spec that is invalid or would cost requests: one
// that stops the active color or replaces its release. RunsOther says that the
// color runs another release now.
func (s Spec) CheckApply(app string, c color.Color, isActive, runsOther bool) error {
	switch {
	case s.Release.App != app:
		return problem.New(problem.Usage, "", "%s is a version of %q, not of %q", s.Release.Version, s.Release.App, app)
	case s.Replicas < 0:
		return problem.New(problem.Usage, "", "invalid number of instances: %d", s.Replicas)
	case isActive && s.Replicas == 0:
		return fmt.Errorf("cannot scale %s to zero: it is active: %w", c, ErrRefused)
	case isActive && runsOther:
		return fmt.Errorf("cannot start %s in %s: it is active and runs another version: %w", s.Release.Version, c, ErrRefused)
	}
	return nil
}

// Observed is a target at one moment.
type Observed struct {
	App       string               `json:"app"`
	Active    color.Color          `json:"active"`   // None before the first deploy
	Revision  string               `json:"revision"` // of the route; changes with every switch
	Route     Route                `json:"route"`
	Missing   []string             `json:"missing,omitempty"` // objects without which requests cannot arrive: "Service/shop-blue"
	Colors    map[color.Color]Side `json:"colors"`            // only those that run something
	Entrances Entrances            `json:"entrances"`
	Lock      *Holder              `json:"lock,omitempty"` // nil: nobody is changing anything
	Down      bool                 `json:"down,omitempty"` // nothing runs what is recorded here, as after a restart of the machine
}

// Route is what is known about the object that decides who has the traffic,
// apart from who has it. On a target where nobody else can change it, it is
// empty.
type Route struct {
	Foreign   string    `json:"foreign,omitempty"`   // where it leads instead of to one color; Active is None then
	ChangedBy string    `json:"changedBy,omitempty"` // who wrote it last, if that was somebody else
	ChangedAt time.Time `json:"changedAt,omitzero"`  // when that was
}

// hasNoRoute reports whether there is no route to anywhere.
func (o Observed) hasNoRoute() bool { return o.Active == color.None && o.Route.Foreign == "" }

// countInstances counts the instances of colors.
func (o Observed) countInstances(colors []color.Color) int {
	n := 0
	for _, c := range colors {
		n += len(o.Colors[c].Instances)
	}
	return n
}

// Side is one color.
type Side struct {
	Version   release.Version `json:"version"`
	Image     string          `json:"image"`
	Want      int             `json:"want"`     // instances asked for
	InFlight  int             `json:"inFlight"` // requests being answered
	Tunnels   int             `json:"tunnels"`  // WebSockets and other upgraded connections
	Requests  uint64          `json:"requests"` // answered since the color was started
	Errors    uint64          `json:"errors"`   // of them with a 5xx
	Instances []Instance      `json:"instances"`
	Edited    string          `json:"edited,omitempty"` // who changed what its instances run, and when, if somebody else did
}

// Ready counts the instances that pass their health check.
func (s Side) Ready() int {
	n := 0
	for _, i := range s.Instances {
		if i.Ready {
			n++
		}
	}
	return n
}

// Restarts adds up how often the instances had to be started again.
func (s Side) Restarts() int {
	n := 0
	for _, i := range s.Instances {
		n += i.Restarts
	}
	return n
}

// notReadyReason says which instance is not ready and why: " (blue-1: exit
// status 2)". It is empty if all are ready or nothing is known.
func (s Side) notReadyReason() string {
	for _, i := range s.Instances {
		if !i.Ready && i.Reason != "" {
			return fmt.Sprintf(" (%s: %s)", i.ID, i.Reason)
		}
	}
	return ""
}

// Instance is one running copy of the app.
type Instance struct {
	ID       string    `json:"id"` // "blue-1"
	Ready    bool      `json:"ready"`
	Started  time.Time `json:"started"`
	Restarts int       `json:"restarts"`
	Reason   string    `json:"reason,omitempty"` // why it is not ready: "exit status 2", "GET /readyz: 503"
	Address  string    `json:"address,omitempty"`
	Node     string    `json:"node,omitempty"` // the machine of a cluster on which it runs
}

// Holder is who holds the lock.
type Holder struct {
	Name  string    `json:"name"` // "ada@laptop, process 4711"
	Since time.Time `json:"since"`
	Seen  time.Time `json:"seen"` // last sign of life
}

// LogQuery selects log lines. Zero values mean all.
type LogQuery struct {
	Color    color.Color
	Instance string
	Since    time.Time // only what was written after it
	Tail     int       // last lines of each instance
	Follow   bool
}
