package targettest

import (
	"slices"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

func applyAgain(s *suite) {
	session := s.lock()
	before := s.start(session, color.Blue, "v1.0.0", 2).Colors[color.Blue]
	after := s.start(session, color.Blue, "v1.0.0", 2).Colors[color.Blue]
	if !slices.Equal(before.Instances, after.Instances) {
		s.Errorf("instances were %+v and are %+v", before.Instances, after.Instances)
	}
	if before.Want != 2 || before.Image == "" || before.Restarts() != 0 {
		s.Errorf("the color looks like %+v", before)
	}
}

func scaling(s *suite) {
	session := s.lock()
	o := s.firstDeploy(session, 1)
	first := o.Colors[color.Blue].Instances[0]
	traffic := Pester(s.T, s.h.Client, urls(o)...)
	for _, n := range []int{3, 2, 1, 2} {
		o := s.start(session, color.Blue, "v1.0.0", n)
		if got := o.Colors[color.Blue]; got.Want != n || got.Instances[0] != first {
			s.Errorf("scaled to %d: %+v", n, got)
		}
	}
	s.noneFailed(traffic)
}

func replaceStandby(s *suite) {
	session := s.lock()
	o := s.firstDeploy(session, 1)
	traffic := Pester(s.T, s.h.Client, urls(o)...)
	s.start(session, color.Green, "v1.1.0", 2)
	o = s.start(session, color.Green, "v1.2.0", 1)
	s.answeredBy(o.Entrances.Preview, color.Green)
	if _, id := s.status(o.Entrances.Preview); id.Version != "v1.2.0" {
		s.Errorf("the preview is answered by %+v", id)
	}
	s.must(session.Apply(s.Context(), color.Green, deploy.Spec{Release: s.h.Release("v1.2.0", nil)}))
	s.until("no instance", func(o deploy.Observed) bool { return len(o.Colors[color.Green].Instances) == 0 })
	s.noneFailed(traffic)
}

// bad applies a version that misbehaves and waits until its only instance
// looks as expected.
func (s *suite) bad(session deploy.Session, v release.Version, env map[string]string, ok func(deploy.Instance) bool) {
	s.Helper()
	s.must(session.Apply(s.Context(), color.Blue, deploy.Spec{Release: s.h.Release(v, env), Replicas: 1}))
	s.until("what is wrong", func(o deploy.Observed) bool {
		list := o.Colors[color.Blue].Instances
		return len(list) == 1 && ok(list[0])
	})
}

func neverReady(s *suite) {
	s.bad(s.lock(), "v1.0.0", map[string]string{"BEHAVIOUR": "never-ready"}, func(i deploy.Instance) bool {
		return !i.Ready && strings.Contains(i.Reason, "503")
	})
}

func crashes(s *suite) {
	session := s.lock()
	s.bad(session, "v1.0.0", map[string]string{"BEHAVIOUR": "crash-at-start"}, func(i deploy.Instance) bool {
		return !i.Ready && i.Restarts > 0 && strings.Contains(i.Reason, "exit status 2")
	})
	if got := s.logs(deploy.LogQuery{Color: color.Blue}); !strings.Contains(got, "crash: ") {
		s.Errorf("its last words are not in the logs: %q", got)
	}
	s.bad(session, "v1.0.1", map[string]string{"BEHAVIOUR": "crash-after-ready", "AFTER": "300ms"}, func(i deploy.Instance) bool {
		return i.Restarts > 0
	})
}
