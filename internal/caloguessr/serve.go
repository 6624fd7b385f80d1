package caloguessr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/web"
)

// checkModel logs once if photos cannot be recognized. It never fails: the search
// works without a model.
func checkModel(ctx context.Context, g *estimate.Gemini, store *keys.Store, model string, log *slog.Logger) {
	if estimate.IsRetired(model) {
		log.Error("model is shut down: set GEMINI_MODEL to another, or leave it unset", "model", model, "default", estimate.DefaultModel)
		return
	}
	key, err := store.CurrentKey()
	if errors.Is(err, keys.ErrNone) {
		log.Info("no key is set: photos cannot be recognized, but the search works")
		return
	}
	if err == nil {
		err = g.CheckKey(ctx, key.RevealKey())
	}
	e, _ := errors.AsType[*estimate.Error](err)
	switch {
	case err == nil:
		log.Info("model is available", "model", model)
	case e != nil && e.Reason == estimate.NoModel:
		log.Error("model does not exist: set GEMINI_MODEL to another, or leave it unset", "model", model, "error", err)
	case ctx.Err() == nil:
		log.Warn("photos may not be recognized", "model", model, "error", err)
	}
}

// serveUntilDrained answers until ctx ends. Then the instance reports that it is not
// ready, accepts requests for a moment longer, because a proxy may not have noticed
// yet, closes the listener, and waits for the requests in flight.
func serveUntilDrained(ctx context.Context, l net.Listener, s *web.Server, c config, log *slog.Logger) error {
	h := &http.Server{
		Handler: s, ReadHeaderTimeout: defaultHeaderTimeout, ReadTimeout: defaultReadTimeout, WriteTimeout: defaultWriteTimeout,
		IdleTimeout: defaultIdleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("draining")
	s.StartDraining()
	h.SetKeepAlivesEnabled(false)
	time.Sleep(c.Linger)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Drain)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("drain: %w", err), h.Close())
	}
	log.Info("drained")
	return nil
}
