package entrances

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
	"version-manager/internal/target/kubernetes/gateway"
)

var errUnreachable = errors.New("not reachable from here")

// ConfirmEntrances asks the public entrances that are reachable from here
// until each answers from color c. If no proxy was asked, they are the only
// evidence and must follow for longer.
func (f *Finder) ConfirmEntrances(ctx context.Context, asker *gateway.Confirmer, proxiesAsked bool, c color.Color) error {
	e, err := f.ListEntrances(ctx)
	if err != nil {
		return err
	}
	minTime := time.Duration(0)
	if !proxiesAsked {
		minTime = gateway.EntranceConfirmTime
	}
	reached := 0
	for _, base := range e.Public {
		switch err := f.confirmEntrance(ctx, asker, base, c, minTime); {
		case errors.Is(err, errUnreachable):
		case err != nil:
			return fmt.Errorf("at %s: %w", base, err)
		default:
			reached++
		}
	}
	if reached == 0 && !proxiesAsked {
		return fmt.Errorf("%w, and no entrance is reachable from here: %v", gateway.ErrNoProxy, e.Public)
	}
	return nil
}

// confirmEntrance asks one entrance, with a new connection each time as a new
// client has, until it has followed for minTime and a few times in a row.
func (f *Finder) confirmEntrance(ctx context.Context, asker *gateway.Confirmer, base string, c color.Color, minTime time.Duration) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	client := httpx.NewNoRedirectClient(&http.Transport{DialContext: f.DialEntrance, DisableKeepAlives: true}, gateway.AskTimeout)
	if !f.canReach(ctx, u) {
		return errUnreachable
	}
	q := asker.NewQuestion(ctx, u.Host, c)
	inRow, since, last := 0, time.Now(), errors.New("no answer yet")
	for inRow < gateway.AnswersNeeded || time.Since(since) < minTime {
		switch a, err := gateway.SendQuestion(ctx, client, u.Scheme, q); {
		case err == nil && q.IsAnsweredBy(a):
			inRow++
		case err != nil:
			inRow, since, last = 0, time.Now(), err
		default:
			inRow, since, last = 0, time.Now(), errors.New(a.String())
		}
		if err := wait.SleepContext(ctx, gateway.AskInterval); err != nil {
			return fmt.Errorf("%w: %w", err, last)
		}
	}
	return nil
}

func (f *Finder) canReach(ctx context.Context, u *url.URL) bool {
	endpoints, err := parseEndpoints([]string{u.String()})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := f.DialEntrance(ctx, "tcp", endpoints[0].address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
