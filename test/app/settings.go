package main

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// The values of BEHAVIOR.
const (
	good            = ""
	neverReady      = "never-ready"
	crashAtStart    = "crash-at-start"    // exits with 2 before it listens
	crashAfterReady = "crash-after-ready" // exits with 2 after AFTER
	failAfter       = "fail-after"        // 500 once it has served real traffic for AFTER
	slow            = "slow"              // DELAY on top of BASE_DELAY
	flapping        = "flapping"          // every second readyz is a 503
	ignoreTerm      = "ignore-term"       // has to be killed
)

func behaviors() []string {
	return []string{good, neverReady, crashAtStart, crashAfterReady, failAfter, slow, flapping, ignoreTerm}
}

// settings is the environment, parsed.
type settings struct {
	Address   string // HOST:PORT
	Version   string // APP_VERSION
	Color     string // APP_COLOR
	Instance  string // APP_INSTANCE
	Behavior  string
	After     time.Duration // AFTER, 2s
	BaseDelay time.Duration // BASE_DELAY, 0: of every answer but health
	Delay     time.Duration // DELAY, 200ms: added by slow
	Drain     time.Duration // DRAIN, 20s: how long open requests may take at the end
	Preview   string        // PREVIEW_HOST, preview.localhost: requests to it are not real traffic
}

// readSettings takes the settings from an environment such as os.Getenv.
func readSettings(getenv func(string) string) (settings, error) {
	s := settings{
		Address:  net.JoinHostPort(valueOr(getenv("HOST"), "127.0.0.1"), valueOr(getenv("PORT"), "8080")),
		Version:  valueOr(getenv("APP_VERSION"), "v0.0.0"),
		Color:    getenv("APP_COLOR"),
		Instance: getenv("APP_INSTANCE"),
		Behavior: getenv("BEHAVIOR"),
		Preview:  valueOr(getenv("PREVIEW_HOST"), "preview.localhost"),
	}
	if !slices.Contains(behaviors(), s.Behavior) {
		return s, fmt.Errorf("BEHAVIOR=%s: want one of %s", s.Behavior, strings.Join(behaviors()[1:], ", "))
	}
	for _, d := range []struct {
		name, fallback string
		to             *time.Duration
	}{
		{"AFTER", "2s", &s.After},
		{"BASE_DELAY", "0s", &s.BaseDelay},
		{"DELAY", "200ms", &s.Delay},
		{"DRAIN", "20s", &s.Drain},
	} {
		var err error
		if *d.to, err = time.ParseDuration(valueOr(getenv(d.name), d.fallback)); err != nil {
			return s, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return s, nil
}

func valueOr(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}
