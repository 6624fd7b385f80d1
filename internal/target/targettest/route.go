package targettest

import (
	"errors"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// status asks an entrance and fails the test if there is no answer at all.
func (s *suite) status(url string) (int, Identity) {
	s.Helper()
	status, id, err := AskWith(s.Context(), s.h.Client, s.secret, url+"/version")
	if err != nil {
		s.Fatalf("ask %s: %v", url, err)
	}
	return status, id
}

func (s *suite) answeredBy(url string, c color.Color) {
	s.Helper()
	if status, id := s.status(url); status != http.StatusOK || id.Color != c {
		s.Errorf("%s was answered with %d by %+v, want %s", url, status, id, c)
	}
}

// previewed waits until the preview is answered by a color: an ingress may
// hear of new instances a moment later than the target.
func (s *suite) previewed(c color.Color) Identity {
	s.Helper()
	url := s.observe().Entrances.Preview
	for deadline := time.Now().Add(s.h.Patience); ; time.Sleep(20 * time.Millisecond) {
		status, id := s.status(url)
		switch {
		case status == http.StatusOK && id.Color == c:
			return id
		case status != http.StatusServiceUnavailable || time.Now().After(deadline):
			s.Fatalf("%s was answered with %d by %+v, want %s", url, status, id, c)
		}
	}
}

func standbyByPreview(s *suite) {
	session := s.lock()
	o := s.start(session, color.Blue, "v1.0.0", 1)
	if len(o.Entrances.Public) == 0 || o.Entrances.Preview == "" {
		s.Fatalf("entrances are %+v", o.Entrances)
	}
	if o.Active != color.None {
		s.Errorf("active is %q before the first switch", o.Active)
	}
	for _, url := range o.Entrances.Public {
		if status, _ := s.status(url); status != http.StatusServiceUnavailable {
			s.Errorf("%s answers %d before the first switch, want 503", url, status)
		}
	}
	s.activate(session, color.Blue)
	for _, url := range o.Entrances.Public {
		s.answeredBy(url, color.Blue)
	}
	if status, _ := s.status(o.Entrances.Preview); status != http.StatusServiceUnavailable {
		s.Errorf("the preview without a standby color answers %d, want 503", status)
	}
	s.start(session, color.Green, "v1.1.0", 1)
	s.previewed(color.Green)
	s.answeredBy(o.Entrances.Public[0], color.Blue)
	s.must(session.RetireColor(s.Context(), color.Green))
	if status, _ := s.status(o.Entrances.Preview); status != http.StatusServiceUnavailable {
		s.Errorf("the preview of a retired color answers %d, want 503", status)
	}
}

func switchGuards(s *suite) {
	ctx := s.Context()
	session := s.lock()
	before := s.firstDeploy(session, 1)
	if err := session.SwitchRoute(ctx, color.Green, before.Revision); !errors.Is(err, deploy.ErrRefused) {
		s.Errorf("switch to a color without instances = %v, want ErrRefused", err)
	}
	s.must(session.ApplySpec(ctx, color.Green, deploy.Spec{Release: s.h.Release("v1.1.0", map[string]string{"BEHAVIOR": "never-ready"}), Replicas: 1}))
	if err := session.SwitchRoute(ctx, color.Green, before.Revision); !errors.Is(err, deploy.ErrRefused) {
		s.Errorf("switch to a color that is not ready = %v, want ErrRefused", err)
	}
	s.start(session, color.Green, "v1.1.1", 1)
	if err := session.SwitchRoute(ctx, color.Green, before.Revision+"0"); !errors.Is(err, deploy.ErrConflict) {
		s.Errorf("switch with another revision = %v, want ErrConflict", err)
	}
	s.must(session.SwitchRoute(ctx, color.Green, before.Revision))
	s.must(session.SwitchRoute(ctx, color.Green, before.Revision)) // as a client that lost the answer asks again
	after := s.observe()
	if after.Active != color.Green || after.Revision == before.Revision {
		s.Errorf("after the switch: active %s, revision %s, was %s", after.Active, after.Revision, before.Revision)
	}
	if err := session.SwitchRoute(ctx, color.Blue, before.Revision); !errors.Is(err, deploy.ErrConflict) {
		s.Errorf("switch with an old revision = %v, want ErrConflict", err)
	}
	s.must(session.ConfirmRoute(ctx, color.Green))
}

func activeIsProtected(s *suite) {
	ctx := s.Context()
	session := s.lock()
	before := s.firstDeploy(session, 1)
	for name, err := range map[string]error{
		"replace":       session.ApplySpec(ctx, color.Blue, deploy.Spec{Release: s.h.Release("v1.1.0", nil), Replicas: 1}),
		"scale to zero": session.ApplySpec(ctx, color.Blue, deploy.Spec{Release: s.h.Release("v1.0.0", nil), Replicas: 0}),
		"retire":        session.RetireColor(ctx, color.Blue),
	} {
		if !errors.Is(err, deploy.ErrRefused) {
			s.Errorf("%s the active color = %v, want ErrRefused", name, err)
		}
	}
	after := s.ready(color.Blue, "v1.0.0", 1)
	if after.Colors[color.Blue].Instances[0].Started != before.Colors[color.Blue].Instances[0].Started {
		s.Error("the instance was started again")
	}
	s.answeredBy(after.Entrances.Public[0], color.Blue)
}

func upgrade(s *suite) {
	ctx := s.Context()
	session := s.lock()
	o := s.firstDeploy(session, 2)
	traffic := Pester(s.T, s.h.Client, urls(o)...)
	s.start(session, color.Green, "v1.1.0", 2)
	s.must(session.SwitchRoute(ctx, color.Green, o.Revision))
	s.must(session.ConfirmRoute(ctx, color.Green))
	confirmed := time.Now()
	s.until("the old color to be empty", func(o deploy.Observed) bool { return o.Colors[color.Blue].InFlight == 0 })
	s.must(session.RetireColor(ctx, color.Blue))
	s.must(session.RetireColor(ctx, color.Blue)) // nothing is left to do
	s.answeredBy(o.Entrances.Public[0], color.Green)
	s.noneFailed(traffic)
	if last := traffic.Last("v1.0.0"); last.After(confirmed) {
		s.Errorf("v1.0.0 answered a request that began %v after the switch was confirmed", last.Sub(confirmed))
	}
	if traffic.Last("v1.1.0").IsZero() || traffic.Last("v1.0.0").IsZero() {
		s.Error("not both versions were seen")
	}
	if o := s.observe(); len(o.Colors) != 1 || o.Colors[color.Green].Requests == 0 || o.Colors[color.Green].Errors > 0 {
		s.Errorf("after the upgrade: %+v", o.Colors)
	}
}

func inFlight(s *suite) {
	ctx := s.Context()
	session := s.lock()
	o := s.firstDeploy(session, 1)
	type answer struct {
		status int
		id     Identity
		err    error
	}
	slow := make(chan answer, 1)
	go func() {
		status, id, err := Ask(ctx, s.h.Client, o.Entrances.Public[0]+"/slow?for="+s.h.Slow.String())
		slow <- answer{status, id, err}
	}()
	s.until("a request in flight", func(o deploy.Observed) bool { return o.Colors[color.Blue].InFlight == 1 })
	s.start(session, color.Green, "v1.1.0", 1)
	s.activate(session, color.Green)
	if n := s.observe().Colors[color.Blue].InFlight; n != 1 {
		s.Errorf("%d requests in flight on the old color, want 1", n)
	}
	if a := <-slow; a.err != nil || a.status != http.StatusOK || a.id.Color != color.Blue {
		s.Errorf("the slow request: %+v", a)
	}
	s.until("the old color to be empty", func(o deploy.Observed) bool { return o.Colors[color.Blue].InFlight == 0 })
}

func urls(o deploy.Observed) (list []string) {
	for _, u := range o.Entrances.Public {
		list = append(list, u+"/version")
	}
	return list
}

func (s *suite) noneFailed(traffic *Traffic) {
	s.Helper()
	sent, failed := traffic.Stop()
	if len(failed) > 0 || sent == 0 {
		s.Errorf("%d of %d requests failed, the first with %s", len(failed), sent, failed[:min(1, len(failed))])
	}
}
