package targettest

import (
	"errors"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
)

func nothingAtFirst(s *suite) {
	o := s.observe()
	if o.Active != color.None || len(o.Colors) > 0 || o.Lock != nil || len(o.Entrances.Public) > 0 {
		s.Errorf("a new target looks like %+v", o)
	}
	ids, err := s.h.Target.History().List(s.Context())
	if err != nil || len(ids) > 0 {
		s.Errorf("a new target has deploys %v, %v", ids, err)
	}
	if _, err := s.h.Target.History().Read(s.Context(), "1"); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("reading an unknown deploy = %v, want ErrNotFound", err)
	}
}

func oneHolder(s *suite) {
	before := time.Now()
	first, err := s.h.Target.Lock(s.Context(), "ada")
	s.must(err)
	_, err = s.h.Target.Lock(s.Context(), "bob")
	held, ok := errors.AsType[*deploy.HeldError](err)
	if !ok || held.Holder.Name != "ada" {
		s.Fatalf("a second Lock = %v, want held by ada", err)
	}
	if age := held.Now.Sub(held.Holder.Since); age < 0 || age > time.Since(before)+time.Second {
		s.Errorf("held for %v", age)
	}
	if o := s.observe(); o.Lock == nil || o.Lock.Name != "ada" {
		s.Errorf("observed lock %+v", o.Lock)
	}
	s.must(first.Renew(s.Context()))
	s.must(first.Unlock(s.Context()))
	s.must(first.Unlock(s.Context())) // whoever lost the answer asks again
	if o := s.observe(); o.Lock != nil {
		s.Errorf("observed lock %+v after Unlock", o.Lock)
	}
	second, err := s.h.Target.Lock(s.Context(), "bob")
	s.must(err)
	s.must(second.Unlock(s.Context()))
}

func fencing(s *suite) {
	ctx := s.Context()
	old, err := s.h.Target.Lock(ctx, "ada")
	s.must(err)
	id, err := old.Journal().Begin(ctx)
	s.must(err)
	s.must(old.Unlock(ctx))
	young := s.lock()
	for name, call := range map[string]func() error{
		"renew":  func() error { return old.Renew(ctx) },
		"unlock": func() error { return old.Unlock(ctx) },
		"backup": func() error { _, err := old.Backup(ctx, "1"); return err },
		"apply": func() error {
			return old.Apply(ctx, color.Blue, deploy.Spec{Release: s.h.Release("v1.0.0", nil), Replicas: 1})
		},
		"switch":  func() error { return old.Switch(ctx, color.Blue, s.observe().Revision) },
		"confirm": func() error { return old.Confirm(ctx, color.Blue) },
		"retire":  func() error { return old.Retire(ctx, color.Green) },
		"remove":  func() error { return old.Remove(ctx) },
		"begin":   func() error { _, err := old.Journal().Begin(ctx); return err },
		"append":  func() error { return old.Journal().Append(ctx, id, journal.Record{Seq: 1, Type: "x"}) },
		"attach":  func() error { return old.Journal().Attach(ctx, id, "report.json", []byte("{}")) },
	} {
		if err := call(); !errors.Is(err, deploy.ErrFenced) {
			s.Errorf("%s without the lock = %v, want ErrFenced", name, err)
		}
	}
	if o := s.observe(); len(o.Colors) > 0 {
		s.Errorf("something was applied: %+v", o)
	}
	s.must(young.Renew(ctx))
}
