// Package caloguessr is a web app that estimates the calories of a meal: from a
// photo, if there is a key for Google's Gemini, or from a search.
//
// RunServer reads its configuration from the environment:
//
//	HOST, PORT              where to listen; 127.0.0.1 and 8080
//	APP_VERSION, APP_COLOR, APP_INSTANCE   identify this copy of the app
//	DATA_DIR                folder for the key that is entered on the page
//	GEMINI_API_KEY          a fixed key, or
//	GEMINI_API_KEY_FILE     a file that contains it
//	GEMINI_MODEL            the model that recognizes food
//	GEMINI_BASE_URL         URL of the API, for tests and proxies
//	CALOGUESSR_ADMIN_TOKEN  allows its holders, and only them, to change the key
//	                        from anywhere; without it, users of this machine may,
//	                        if HOST is a loopback address
//	TRUSTED_PROXIES         networks whose X-Forwarded-For is trusted, besides loopback
//	LOG_FORMAT              json or text, on standard error
//	DRAIN_LINGER            time after SIGTERM in which new requests are accepted; 500ms
//	DRAIN_TIMEOUT           time for open requests after that; 30s
//
// The packages below it do the work: upload and photo take in photos, estimate
// recognizes food, nutrition has the facts, meal adds them up, keys stores the key,
// and web serves the pages. None of them knows the platform that deploys this app.
package caloguessr

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"runtime"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
	"version-manager/internal/caloguessr/web"
	"version-manager/internal/kit/httpkit"
	"version-manager/internal/kit/memlimit"
)

const (
	maxCachedEstimates = 512 // per instance

	defaultHeaderTimeout = 10 * time.Second
	defaultReadTimeout   = 90 * time.Second // for an upload over a slow network
	defaultWriteTimeout  = 2 * time.Minute
	defaultIdleTimeout   = 2 * time.Minute
	maxHeaderBytes       = 32 << 10
)

// RunServer serves until ctx ends, then drains. It returns the exit code: 0 after
// a clean drain, 1 for a failure, 2 for an invalid configuration.
func RunServer(ctx context.Context, getenv func(string) string, stderr io.Writer) int {
	c, err := readConfig(getenv)
	if err != nil {
		fmt.Fprintln(stderr, "caloguessr:", err)
		return 2
	}
	log := newLogger(c, stderr)
	if err := runWithConfig(ctx, c, log); err != nil {
		log.Error("stopped", "error", err)
		return 1
	}
	return 0
}

func newLogger(c config, w io.Writer) *slog.Logger {
	var h slog.Handler = slog.NewJSONHandler(w, nil)
	if c.LogText {
		h = slog.NewTextHandler(w, nil)
	}
	log := slog.New(h).With("version", c.Build.Version)
	if c.Build.Color != "" {
		log = log.With("color", c.Build.Color, "instance", c.Build.Instance)
	}
	return log
}

func runWithConfig(ctx context.Context, c config, log *slog.Logger) error {
	store, err := keys.OpenStore(c.DataDir, c.Key)
	if err != nil {
		return err
	}
	memory := memlimit.Apply()
	server, gemini, err := newServer(c, store, memory, log)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Address)
	if err != nil {
		return err
	}
	log.Info("listening", "address", listener.Addr().String(), "model", c.Model, "memory", memory.Limit>>20, "by", memory.Source)
	go checkModel(ctx, gemini, store, c.Model, log)
	return serveUntilDrained(ctx, listener, server, c, log)
}

// newServer connects the parts.
func newServer(c config, store *keys.Store, memory memlimit.Memory, log *slog.Logger) (*web.Server, *estimate.Gemini, error) {
	table, err := nutrition.LoadTable()
	if err != nil {
		return nil, nil, err
	}
	words, err := i18n.LoadPrinters()
	if err != nil {
		return nil, nil, err
	}
	gemini := estimate.NewGemini(table, currentKey(store), c.Model, c.BaseURL)
	server, err := web.NewServer(web.Options{
		Build: c.Build, Table: table, Words: words, Keys: store,
		Uploads:   upload.NewReceiver(upload.DefaultLimits(upload.DiskLimit(memory))),
		Intake:    photo.NewIntake(photoLimits(memory)),
		Estimator: estimate.NewCache(gemini, c.Model, maxCachedEstimates),
		Checker:   gemini, Model: c.Model,
		Clients:    httpkit.NewClients(c.Build.Instance != "", c.Proxies...),
		AdminToken: c.AdminToken, LocalAdmin: c.isLocalOnly(), Log: log,
	})
	return server, gemini, err
}

// photoLimits leaves half of the memory to everything but photos. Decoding ends
// above the ceiling, before the kernel would kill the process.
func photoLimits(m memlimit.Memory) photo.Limits {
	const share, most, ceiling = 50, 512 << 20, 80 // percent, bytes, percent
	return photo.Limits{Parallel: runtime.GOMAXPROCS(0), Memory: m.Budget(share, most), Ceiling: m.Budget(ceiling, math.MaxInt64)}
}

// currentKey lets the estimator read the key for each photo.
func currentKey(store *keys.Store) func() (string, error) {
	return func() (string, error) {
		k, err := store.CurrentKey()
		if err != nil {
			return "", &estimate.Error{Reason: estimate.NoKey, Err: err}
		}
		return k.RevealKey(), nil
	}
}
