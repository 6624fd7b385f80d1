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

// scaling changes the number of instances under load. Which of them go is the
// target's affair, but those that stay are not touched, and what was counted
// is not forgotten.
func scaling(s *suite) {
	session := s.lock()
	o := s.firstDeploy(session, 1)
	traffic := Pester(s.T, s.h.Client, urls(o)...)
	before := o.Colors[color.Blue]
	for _, n := range []int{3, 2, 1, 2} {
		after := s.start(session, color.Blue, "v1.0.0", n).Colors[color.Blue]
		if got, want := untouched(before, after), min(n, len(before.Instances)); got != want || after.Want != n {
			s.Errorf("scaled to %d: %d instances were left alone, want %d: %+v, before: %+v", n, got, want, after, before)
		}
		if after.Requests < before.Requests || after.Errors > 0 {
			s.Errorf("scaled to %d: %d requests were counted, %d before", n, after.Requests, before.Requests)
		}
		before = after
	}
	s.noneFailed(traffic)
}

// untouched counts the instances that are the same processes as before.
func untouched(before, after deploy.Side) (n int) {
	for _, i := range after.Instances {
		if slices.ContainsFunc(before.Instances, func(j deploy.Instance) bool {
			return i.ID == j.ID && i.Started.Equal(j.Started) && i.Restarts == j.Restarts
		}) {
			n++
		}
	}
	return n
}

func replaceStandby(s *suite) {
	session := s.lock()
	o := s.firstDeploy(session, 1)
	traffic := Pester(s.T, s.h.Client, urls(o)...)
	s.start(session, color.Green, "v1.1.0", 2)
	s.start(session, color.Green, "v1.2.0", 1)
	if id := s.previewed(color.Green); id.Version != "v1.2.0" {
		s.Errorf("the preview is answered by %+v", id)
	}
	s.must(session.ApplySpec(s.Context(), color.Green, deploy.Spec{Release: s.h.Release("v1.2.0", nil)}))
	s.until("no instance", func(o deploy.Observed) bool { return len(o.Colors[color.Green].Instances) == 0 })
	s.noneFailed(traffic)
}

// bad applies a version that misbehaves and waits until its only instance
// looks as expected.
func (s *suite) bad(session deploy.Session, v release.Version, env map[string]string, ok func(deploy.Instance) bool) {
	s.Helper()
	s.must(session.ApplySpec(s.Context(), color.Blue, deploy.Spec{Release: s.h.Release(v, env), Replicas: 1}))
	s.until("what is wrong", func(o deploy.Observed) bool {
		list := o.Colors[color.Blue].Instances
		return len(list) == 1 && ok(list[0])
	})
}

func neverReady(s *suite) {
	s.bad(s.lock(), "v1.0.0", map[string]string{"BEHAVIOR": "never-ready"}, func(i deploy.Instance) bool {
		return !i.Ready && strings.Contains(i.Reason, "503")
	})
}

func crashes(s *suite) {
	session := s.lock()
	s.bad(session, "v1.0.0", map[string]string{"BEHAVIOR": "crash-at-start"}, func(i deploy.Instance) bool {
		return !i.Ready && i.Restarts > 0 && strings.Contains(i.Reason, "exit status 2")
	})
	if got := s.logs(deploy.LogQuery{Color: color.Blue}); !strings.Contains(got, "crash: ") {
		s.Errorf("its last output is not in the logs: %q", got)
	}
	s.bad(session, "v1.0.1", map[string]string{"BEHAVIOR": "crash-after-ready", "AFTER": "300ms"}, func(i deploy.Instance) bool {
		return i.Restarts > 0
	})
}
