package kubernetes

import (
	"context"
	"errors"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/history"
	"version-manager/internal/target/kubernetes/routes"
	"version-manager/internal/target/kubernetes/workload"
)

// AcquireLock implements [deploy.Target].
func (t *Target) AcquireLock(ctx context.Context, holder string) (deploy.Session, error) {
	if err := t.preflight.CheckAll(ctx); err != nil {
		return nil, err
	}
	lock, clean, err := t.locker.TakeLock(ctx, holder)
	if err != nil {
		return nil, err
	}
	s := t.newSession(lock)
	if err := s.prepareLock(ctx, clean); err != nil {
		if clean {
			err = errors.Join(err, lock.ReleaseLease(context.WithoutCancel(ctx)))
		} // else the next holder must stamp too, which it does for a lock that was not released
		return nil, err
	}
	return s, nil
}

// newSession assembles what works under a lock.
func (t *Target) newSession(lock *fenced.Lock) *session {
	s := &session{Target: t, lock: lock, out: fenced.NewWriter(lock)}
	s.history = history.NewWriter(s.out)
	s.scaler = autoscale.NewScaler(s.out)
	s.routes = routes.NewSwitcher(s.out, routes.Environment{
		Confirmer: t.confirmer, Entrances: t.entrances, Neighbors: t.neighbors,
		FollowTraffic: s.scaler.FollowTraffic, OwnDeploy: s.history.HasBegun,
	})
	s.deployer = workload.NewDeployer(s.out, workload.Parts{
		Images: t.images, Gateway: t.gateway, Secret: t.secret, Scaler: s.scaler, Routes: s.routes,
	})
	return s
}

// prepareLock makes the lock safe to work under. clean reports whether the
// holder before released it.
func (s *session) prepareLock(ctx context.Context, clean bool) error {
	steps := []func(context.Context) error{s.out.EnsureAnchor, s.out.NoteTerm}
	if !clean {
		steps = append(steps, s.out.StampObjects, s.history.StampNewest)
	}
	for _, step := range append(steps, s.scaler.HoldMinimum) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// RenewLock implements [deploy.Session].
func (s *session) RenewLock(ctx context.Context) error { return s.lock.RenewLease(ctx) }

// ReleaseLock implements [deploy.Session].
func (s *session) ReleaseLock(ctx context.Context) error {
	if s.lock.IsReleased(ctx) {
		return nil // the caller lost the first answer
	}
	if err := s.lock.VerifyHeld(ctx); err != nil {
		return err
	}
	if err := s.scaler.ReleaseMinimum(ctx); err != nil {
		return err
	}
	return s.lock.ReleaseLease(ctx)
}

var _ deploy.ProbeSecretKeeper = (*session)(nil)

// ProbeSecret implements [deploy.ProbeSecretKeeper]. Running pods that were made
// without the secret answer everybody.
func (s *session) ProbeSecret(ctx context.Context) (string, error) {
	return s.secret.EnsureSecrets(ctx, s.out)
}

var _ deploy.SecretKeeper = (*session)(nil)

// KeptSecrets implements [deploy.SecretKeeper].
func (s *session) KeptSecrets(ctx context.Context, c color.Color, names []string) ([]string, error) {
	return s.deployer.SecretNames(ctx, c, names)
}
