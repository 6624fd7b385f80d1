package process

import (
	"syscall"
	"testing"

	"version-manager/internal/kit/waittest"
)

// A daemon has a session, an environment and soon a parent of its own. Who has
// looked before the program that started it ended, still finds it.
func TestSeenDaemonsAreFoundAfterTheirLeader(t *testing.T) {
	const daemon = `(env -i setsid /bin/sh -c 'trap "" TERM; echo $$; while :; do /bin/sleep 60; done' &) ; `
	for name, tt := range map[string]struct {
		script string
		sig    syscall.Signal // by which the leader ends
	}{
		"the leader is killed":                             {daemon + `echo $$; exec /bin/sleep 60`, syscall.SIGKILL},
		"the leader exits on SIGTERM, its daemon does not": {daemon + `echo $$; exec /bin/sleep 60`, syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			g, pids, ended := startGroup(t, tt.script, 2)
			g.Seen = new(Seen)
			t.Cleanup(func() { _ = g.Signal(syscall.SIGKILL) })
			if n, err := g.Size(); n < 2 || err != nil {
				t.Fatalf("%d processes, %v", n, err)
			}
			if tt.sig == syscall.SIGKILL {
				_ = syscall.Kill(g.Leader.PID, tt.sig)
			} else if err := g.Signal(tt.sig); err != nil {
				t.Fatal(err)
			}
			waittest.Receive(t, ended)
			killGroup(t, g, pids)
			if len(g.Seen.ids) != 0 {
				t.Errorf("still remembered after the end: %v", g.Seen.ids)
			}
		})
	}
}

// Without a memory nothing is remembered, and nothing fails.
func TestNoSeen(t *testing.T) {
	var s *Seen
	s.note([]Identity{{1, "x"}}, func(Identity) bool { return true })
	if s.has(Identity{1, "x"}) {
		t.Error("it was remembered")
	}
}
