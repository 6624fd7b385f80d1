package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/wait"
	"version-manager/internal/wire"
)

const (
	confirmAnswers  = 3 // answers in a row that must come from the wanted color
	confirmInterval = 10 * time.Millisecond
)

// confirmColor asks through every entrance, as any client would, until each has
// shown that it follows the route. The caller's context limits how long. It
// asks for the path of the health checks, which is cheap.
func (a *app) confirmColor(ctx context.Context, token uint64, c color.Color) error {
	if err := a.checkToken(token); err != nil {
		return err
	}
	st := a.currentState()
	w := st.Colors[c]
	if w == nil {
		return fmt.Errorf("confirm %s: nothing is running there: %w", c, deploy.ErrRefused)
	}
	client := newConfirmClient()
	secret, err := a.probeSecret()
	if err != nil {
		return err
	}
	for _, e := range st.Entrances {
		if !a.entrances.set.IsServing(e.Address) {
			continue // it is not open, and another program may answer there
		}
		if err := confirmEntrance(ctx, client, secret, e.BaseURL("")+w.Release.Config.Health, c); err != nil {
			return fmt.Errorf("confirm %s at %s: %w", c, e.BaseURL(""), err)
		}
	}
	return nil
}

func newConfirmClient() *http.Client {
	return httpx.NewNoRedirectClient(&http.Transport{
		DisableKeepAlives: true, // a new client has a new connection
		// It is our own listener on this machine, and its name may be any.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}, supervisor.HealthTimeout)
}

// confirmEntrance returns when confirmAnswers answers in a row came from color
// want.
func confirmEntrance(ctx context.Context, client *http.Client, secret, url string, want color.Color) error {
	var got color.Color
	var last error
	row := 0
	err := wait.PollUntil(ctx, 0, func(ctx context.Context) (bool, error) {
		got, last = askColor(ctx, client, secret, url)
		if last == nil && got == want {
			row++
			return row >= confirmAnswers, nil
		}
		row = 0
		return false, wait.SleepContext(ctx, confirmInterval)
	})
	if err != nil {
		return fmt.Errorf("the last answer came from %q: %w", got, errors.Join(err, last))
	}
	return nil
}

// askColor returns the color that answers.
func askColor(ctx context.Context, client *http.Client, secret, url string) (color.Color, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return color.None, err
	}
	req.Header.Set(wire.HeaderProbe, secret)
	res, err := client.Do(req)
	if err != nil {
		return color.None, err
	}
	res.Body.Close()
	return color.Color(res.Header.Get(wire.HeaderColor)), nil
}
