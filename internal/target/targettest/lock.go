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
	ids, err := s.h.Target.JournalReader().ListDeploys(s.Context())
	if err != nil || len(ids) > 0 {
		s.Errorf("a new target has deploys %v, %v", ids, err)
	}
	if _, err := s.h.Target.JournalReader().Read(s.Context(), "1"); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("reading an unknown deploy = %v, want ErrNotFound", err)
	}
}

func oneHolder(s *suite) {
	before := time.Now()
	first, err := s.h.Target.AcquireLock(s.Context(), "ada")
	s.must(err)
	_, err = s.h.Target.AcquireLock(s.Context(), "bob")
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
	s.must(first.RenewLock(s.Context()))
	s.must(first.ReleaseLock(s.Context()))
	s.must(first.ReleaseLock(s.Context())) // as a client that lost the answer asks again
	if o := s.observe(); o.Lock != nil {
		s.Errorf("observed lock %+v after Unlock", o.Lock)
	}
	second, err := s.h.Target.AcquireLock(s.Context(), "bob")
	s.must(err)
	s.must(second.ReleaseLock(s.Context()))
}

func fencing(s *suite) {
	ctx := s.Context()
	old, err := s.h.Target.AcquireLock(ctx, "ada")
	s.must(err)
	id, err := old.JournalWriter().BeginDeploy(ctx)
	s.must(err)
	s.must(old.ReleaseLock(ctx))
	young := s.lock()
	for name, call := range map[string]func() error{
		"renew":  func() error { return old.RenewLock(ctx) },
		"unlock": func() error { return old.ReleaseLock(ctx) },
		"backup": func() error { _, err := old.BackUpState(ctx, "1"); return err },
		"apply": func() error {
			return old.ApplySpec(ctx, color.Blue, deploy.Spec{Release: s.h.Release("v1.0.0", nil), Replicas: 1})
		},
		"switch":  func() error { return old.SwitchRoute(ctx, color.Blue, s.observe().Revision) },
		"confirm": func() error { return old.ConfirmRoute(ctx, color.Blue) },
		"retire":  func() error { return old.RetireColor(ctx, color.Green) },
		"remove":  func() error { return old.RemoveApp(ctx) },
		"begin":   func() error { _, err := old.JournalWriter().BeginDeploy(ctx); return err },
		"append":  func() error { return old.JournalWriter().AppendRecord(ctx, id, journal.Record{Seq: 1, Type: "x"}) },
		"attach":  func() error { return old.JournalWriter().AttachFile(ctx, id, "report.json", []byte("{}")) },
	} {
		if err := call(); !errors.Is(err, deploy.ErrFenced) {
			s.Errorf("%s without the lock = %v, want ErrFenced", name, err)
		}
	}
	if o := s.observe(); len(o.Colors) > 0 {
		s.Errorf("something was applied: %+v", o)
	}
	s.must(young.RenewLock(ctx))
}
