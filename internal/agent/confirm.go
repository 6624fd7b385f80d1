package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/wait"
)

const (
	confirmAnswers  = 3 // answers in a row that must come from the wanted color
	confirmInterval = 10 * time.Millisecond
)

// confirmColor asks through every entrance, as any client would, until each has
// shown that it obeys the route. How long that may take is the caller's
// business. It asks for the path of the health checks, which is cheap.
func (a *app) confirmColor(ctx context.Context, token uint64, c color.Color) error {
	if err := a.checkToken(token); err != nil {
		return err
	}
	st := a.currentState()
	w := st.Colors[c]
	if w == nil {
		return fmt.Errorf("confirm %s: it runs nothing: %w", c, deploy.ErrRefused)
	}
	client := newConfirmClient()
	secret, err := a.probeSecret()
	if err != nil {
		return err
	}
	for _, e := range st.Entrances {
		if !a.listeners.isServing(e.Address) {
			continue // it is not open, and somebody else may be who answers there
		}
		if err := confirmOne(ctx, client, secret, e.baseURL()+w.Release.Config.Health, c); err != nil {
			return fmt.Errorf("confirm %s at %s: %w", c, e.baseURL(), err)
		}
	}
	return nil
}

func newConfirmClient() *http.Client {
	return httpx.NewNoRedirectClient(&http.Transport{
		DisableKeepAlives: true, // a new connection is what a new client has
		// It is our own listener on this machine, and its name may be any.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}, healthTimeout)
}

func confirmOne(ctx context.Context, client *http.Client, secret, url string, want color.Color) error {
	for row := 0; row < confirmAnswers; {
		got, err := askColor(ctx, client, secret, url)
		if err == nil && got == want {
			row++
			continue
		}
		row = 0
		if over := wait.SleepContext(ctx, confirmInterval); over != nil {
			return fmt.Errorf("the last answer came from %q: %w", got, errors.Join(over, err))
		}
	}
	return nil
}

func askColor(ctx context.Context, client *http.Client, secret, url string) (color.Color, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return color.None, err
	}
	req.Header.Set("Version-Manager-Probe", secret)
	res, err := client.Do(req)
	if err != nil {
		return color.None, err
	}
	res.Body.Close()
	return color.Color(res.Header.Get("Version-Manager-Color")), nil
}
