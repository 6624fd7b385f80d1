package agent

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/wire"
)

// call is one request about one app.
type call struct {
	*http.Request
	app        *app
	token      uint64
	killSwitch *killSwitch
}

// callHandler does what a call asks for and returns what to send back as JSON;
// nil is an empty answer.
type callHandler func(call) (any, error)

func (g *agent) newHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api.PingPath, func(w http.ResponseWriter, r *http.Request) {
		build, err := g.build()
		sendReply(w, api.PingAnswer{Agent: os.Getpid(), Keeper: g.link.KeeperPID(), Build: build}, err)
	})
	mux.HandleFunc("POST "+api.ReplacePath, g.handleReplace)
	mux.HandleFunc("POST "+api.StopPath, g.handleStop)
	for pattern, do := range map[string]callHandler{
		"GET {app}":                   handleObserve,
		"DELETE {app}":                handleRemove,
		"POST {app}/lock":             handleLock,
		"POST {app}/probe":            handleProbeSecret,
		"POST {app}/renew":            handleRenew,
		"POST {app}/unlock":           handleUnlock,
		"POST {app}/backup":           handleBackup,
		"POST {app}/switch":           handleSwitch,
		"PUT {app}/colors/{color}":    handleApply,
		"DELETE {app}/colors/{color}": handleRetire,
		"POST {app}/colors/{color}":   handleConfirm,

		"GET {app}/deploys":              handleListDeploys,
		"POST {app}/deploys":             handleBeginDeploy,
		"GET {app}/deploys/{id}":         handleReadDeploy,
		"POST {app}/deploys/{id}":        handleAppendDeploy,
		"GET {app}/deploys/{id}/{name}":  handleReadAttachment,
		"POST {app}/deploys/{id}/{name}": handleAttach,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+api.AppsPath+path, g.handleCall(do))
	}
	mux.HandleFunc("GET "+api.AppsPath+"{app}/logs", g.streamLogs)
	return mux
}

// handleCall finds the app of a request and sends the answer.
func (g *agent) handleCall(do callHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer g.beginRequest()()
		if !g.replacing.TryRLock() {
			panic(http.ErrAbortHandler) // the next agent answers when the call is repeated
		}
		defer g.replacing.RUnlock()
		r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
		c, err := g.newCall(r)
		if err != nil {
			sendReply(w, nil, err)
			return
		}
		body, err := do(c)
		sendReply(w, body, err)
	}
}

// beginRequest counts a request that is being answered, so that the agent keeps
// running.
func (g *agent) beginRequest() (end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.calls--
		g.used = time.Now()
	}
}

func (g *agent) newCall(r *http.Request) (c call, err error) {
	name := r.PathValue("app")
	if err := api.CheckAppName(name); err != nil {
		return c, err
	}
	c = call{Request: r, app: g.openedApp(name), killSwitch: g.killSwitch}
	if t := r.Header.Get(wire.HeaderToken); t != "" {
		if c.token, err = strconv.ParseUint(t, 10, 64); err != nil {
			return c, fmt.Errorf("read %s: %w", wire.HeaderToken, err)
		}
	}
	return c, c.app.damaged
}

func sendReply(w http.ResponseWriter, body any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		body = api.FromError(err)
	}
	if body == nil {
		body = struct{}{}
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.Debug("send answer", "error", err) // the client is gone
	}
}

func (c call) readRequest(v any) error {
	return readBody(c.Request, v)
}

func readBody(r *http.Request, v any) error {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		return problem.Wrap(err, problem.Failed, "", "read the request")
	}
	return nil
}

func (c call) parseColor() (color.Color, error) { return color.Parse(c.PathValue("color")) }
