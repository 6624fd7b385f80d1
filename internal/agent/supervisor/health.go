package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/wait"
)

const (
	// HealthTimeout limits one health check.
	HealthTimeout = 2 * time.Second

	healthInterval      = 250 * time.Millisecond
	healthStartInterval = 25 * time.Millisecond // until the instance was ready once
	maxHealthMisses     = 3                     // a ready instance stops being ready after that many failures in a row
)

// NewHealthClient returns a client for health checks. A redirect is an answer,
// and not a good one.
func NewHealthClient() *http.Client {
	return httpx.NewNoRedirectClient(&http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Second, DisableCompression: true}, HealthTimeout)
}

// checkHealth asks once and returns nil for a 2xx.
func checkHealth(ctx context.Context, c *http.Client, addr, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "version-manager-health")
	res, err := c.Do(req)
	if err != nil {
		return fmt.Errorf("GET %s: %s", path, briefError(err))
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("GET %s: %s", path, res.Status)
	}
	return nil
}

// briefError leaves out of a network error what its reader knows: the method and
// the address.
func briefError(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	u, ok := errors.AsType[*url.Error](err)
	switch {
	case ok && u.Timeout():
		return "no answer within " + HealthTimeout.String()
	case ok:
		return u.Err.Error()
	}
	return err.Error()
}

// watchHealth reports each change of an instance's health until ctx ends: nil
// after the first good answer, an error after several bad ones in a row.
func watchHealth(ctx context.Context, check func(context.Context) error, wasReady bool, report func(error)) {
	ready, everReady, misses := wasReady, wasReady, 0
	for {
		err := check(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			misses = 0
		} else {
			misses++
		}
		switch {
		case err == nil && !ready:
			ready, everReady = true, true
			report(nil)
		case err != nil && (!ready || misses >= maxHealthMisses):
			ready = false
			report(err)
		}
		every := healthInterval
		if !everReady {
			every = healthStartInterval
		}
		if wait.SleepContext(ctx, every) != nil {
			return
		}
	}
}
