package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"version-manager/internal/color"
)

const (
	confirmTimes = 3 // answers in a row that must come from the wanted color
	confirmLimit = 10 * time.Second
)

// confirm asks through every entrance, as any client would, until each has
// shown that it obeys the route.
func (a *app) confirm(ctx context.Context, token uint64, c color.Color) error {
	if err := a.check(token); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, confirmLimit)
	defer cancel()
	st, path := a.now(), "/"
	if w := st.Colors[c]; w != nil {
		path = w.Release.Config.Health
	}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, // a new connection is what a new client has
		// It is our own listener on this machine, and its name may be any.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, e := range st.Entrances {
		if err := confirmOne(ctx, client, e.url()+path, c); err != nil {
			return fmt.Errorf("confirm %s at %s: %w", c, e.url(), err)
		}
	}
	return nil
}

func confirmOne(ctx context.Context, client *http.Client, url string, want color.Color) error {
	for row := 0; row < confirmTimes; row++ {
		got, err := ask(ctx, client, url)
		if ctx.Err() != nil {
			return fmt.Errorf("the last answer came from %q: %w", got, errors.Join(ctx.Err(), err))
		}
		if err != nil || got != want {
			row = -1
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}

func ask(ctx context.Context, client *http.Client, url string) (color.Color, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return color.None, err
	}
	req.Header.Set("Version-Manager-Probe", "1")
	res, err := client.Do(req)
	if err != nil {
		return color.None, err
	}
	res.Body.Close()
	return color.Color(res.Header.Get("Version-Manager-Color")), nil
}
