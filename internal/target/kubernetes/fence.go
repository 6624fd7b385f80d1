package kubernetes

import (
	"context"
	"errors"
	"fmt"

	"version-manager/internal/kube"
)

// A cluster has no transaction that spans the Lease and what it protects, and
// a process can sleep between any two lines. So every write goes like this:
//
//  1. read the object;
//  2. see that the Lease is still ours;
//  3. write, on condition that the object is still as it was read.
//
// Whoever takes a lock over that was not given back changes every object of
// the app before he does anything else ([session.stamp]). A holder who slept
// after step 2 then fails in step 3, reads again, and finds in step 2 that the
// lock is gone. What is not there yet can carry no condition: a Create fails
// where the new holder was first, and where it does not the sleeper looks at
// the Lease once more and takes back what he has made.

// attempts bounds how often a write is tried that others get in the way of.
const attempts = 100

var errBusy = errors.New("others change it all the time")

// verify reports whether the lock is still ours, and fails with ErrFenced if
// it is not.
func (s *session) verify(ctx context.Context) error {
	_, err := s.heldLease(ctx)
	return err
}

// guarded repeats one read-verify-write until it does not lose a race, which
// controllers win all the time: they write the status of what we write.
func (s *session) guarded(ctx context.Context, what string, try func(ctx context.Context) error) error {
	for range attempts {
		err := try(ctx)
		lost := kube.IsConflict(err) || kube.IsExists(err)
		if err == nil || !lost {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s: %w", what, errBusy)
}
