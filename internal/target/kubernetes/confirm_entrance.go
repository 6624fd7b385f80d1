package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/wait"
)

// confirmEntrances asks the public entrances that are reached from here. Where
// no proxy was asked they are all there is, and asked for longer.
func (s *session) confirmEntrances(ctx context.Context, asked bool, c color.Color) error {
	e, err := s.entrances(ctx)
	if err != nil {
		return err
	}
	long := time.Duration(0)
	if !asked {
		long = entrancesLong
	}
	reached := 0
	for _, base := range e.Public {
		switch err := s.confirmEntrance(ctx, base, c, long); {
		case errors.Is(err, errUnreached):
		case err != nil:
			return fmt.Errorf("at %s: %w", base, err)
		default:
			reached++
		}
	}
	if reached == 0 && !asked {
		return fmt.Errorf("%w, and no entrance is reached from here: %v", errNoProxy, e.Public)
	}
	return nil
}

var errUnreached = errors.New("not reached from here")

// confirmEntrance asks one entrance, with a new connection each time as a new
// client has, until it obeyed for that long and at least a few times in a row.
func (s *session) confirmEntrance(ctx context.Context, base string, c color.Color, long time.Duration) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	client := httpx.NewNoRedirectClient(&http.Transport{DialContext: s.Dial, DisableKeepAlives: true}, confirmAsk)
	if !s.reached(ctx, u) {
		return errUnreached
	}
	q := s.question(ctx, u.Host, c)
	row, since, last := 0, time.Now(), errors.New("no answer yet")
	for row < confirmTimes || time.Since(since) < long {
		switch a, err := ask(ctx, client, u.Scheme, q); {
		case err == nil && q.met(a):
			row++
		case err != nil:
			row, since, last = 0, time.Now(), err
		default:
			row, since, last = 0, time.Now(), errors.New(a.String())
		}
		if err := wait.SleepContext(ctx, confirmPause); err != nil {
			return fmt.Errorf("%w: %w", err, last)
		}
	}
	return nil
}

func (t *Target) reached(ctx context.Context, u *url.URL) bool {
	w, err := configuredWays([]string{u.String()})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, entranceDial)
	defer cancel()
	conn, err := t.Dial(ctx, "tcp", w[0].address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
