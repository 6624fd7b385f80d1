// Package fenced holds an app's lock and makes every write under it.
//
// A cluster has no transaction that spans the Lease and the objects that it
// protects, and a process can pause between any two lines. So every write goes
// like this:
//
//  1. read the object;
//  2. verify that the Lease is still ours;
//  3. write, with the version that was read as a precondition.
//
// A process that takes over a lock that was not released changes every object
// of the app before it does anything else ([Writer.StampObjects]). A holder that paused
// after step 2 then fails in step 3, reads again, and finds in step 2 that the
// lock is gone. An object that does not exist yet has no version to depend on:
// a Create fails if the new holder was first, and otherwise the paused holder
// verifies the Lease once more and deletes what it created.
//
// The package knows objects, but not what they are for: routes, workloads and
// journals belong to the packages above.
package fenced

import (
	"context"
	"errors"
	"fmt"

	"version-manager/internal/kube"
)

// maxAttempts bounds how often a write is tried that conflicts with the writes
// of others.
const maxAttempts = 100

var errBusy = errors.New("too many write conflicts")

// RetryConflicts repeats one read-verify-write until it loses no race.
// Controllers win such races all the time: they write the status of what we
// write.
func RetryConflicts(ctx context.Context, what string, try func(ctx context.Context) error) error {
	for range maxAttempts {
		err := try(ctx)
		lost := kube.IsConflict(err) || kube.IsAlreadyExists(err)
		if err == nil || !lost {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s: %w", what, errBusy)
}
