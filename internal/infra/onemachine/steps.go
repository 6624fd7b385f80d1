package onemachine

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A step is a part of starting a cluster. Each can be repeated: `up` on a
// cluster that runs does all of them again and changes nothing.
type step struct {
	Name    string
	Do      func(context.Context) error
	Undo    func(context.Context) error // nil: there is nothing to take back
	Lasting bool                        // `stop` leaves it as it is, only `down` takes it back
	Stands  bool                        // what was not taken back of it still stands on the steps before it
}

// do does all steps and tells the name of each when it begins.
func do(ctx context.Context, steps []step, tell func(string)) error {
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		tell(s.Name)
		if err := s.Do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// undo takes back the steps, the last one first. An error stops none of those
// that remain, as what can be removed is removed; only the end of ctx does, and
// something that still stands on them.
func undo(ctx context.Context, steps []step, lasting bool, tell func(string)) error {
	var errs []error
	for _, s := range slices.Backward(steps) {
		if s.Undo == nil || s.Lasting && !lasting {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		tell(s.Name)
		err := s.Undo(ctx)
		if err != nil {
			errs = append(errs, fmt.Errorf("take back %s: %w", s.Name, err))
		}
		if err != nil && s.Stands {
			break
		}
	}
	return errors.Join(errs...)
}
