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
)

// call is one request about one app.
type call struct {
	*http.Request
	app   *app
	token uint64
	crash *crasher
}

// answer does what a call asks for and returns what to send back as JSON; nil
// is an empty answer.
type answer func(call) (any, error)

func (g *agent) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api.PingPath, func(w http.ResponseWriter, r *http.Request) {
		build, err := g.build()
		reply(w, api.Ping{Agent: os.Getpid(), Keeper: g.link.Keeper(), Build: build}, err)
	})
	mux.HandleFunc("POST "+api.ReplacePath, g.replace)
	mux.HandleFunc("POST "+api.StopPath, g.stop)
	for pattern, do := range map[string]answer{
		"GET {app}":                   observe,
		"DELETE {app}":                remove,
		"POST {app}/lock":             lock,
		"POST {app}/probe":            probeSecret,
		"POST {app}/renew":            renew,
		"POST {app}/unlock":           unlock,
		"POST {app}/backup":           backup,
		"POST {app}/switch":           switchTo,
		"PUT {app}/colors/{color}":    apply,
		"DELETE {app}/colors/{color}": retire,
		"POST {app}/colors/{color}":   confirm,

		"GET {app}/deploys":              listDeploys,
		"POST {app}/deploys":             beginDeploy,
		"GET {app}/deploys/{id}":         readDeploy,
		"POST {app}/deploys/{id}":        appendDeploy,
		"GET {app}/deploys/{id}/{name}":  readAttachment,
		"POST {app}/deploys/{id}/{name}": attach,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+api.Prefix+path, g.call(do))
	}
	mux.HandleFunc("GET "+api.Prefix+"{app}/logs", g.logs)
	return mux
}

// call finds the app that a request is about and sends the answer.
func (g *agent) call(do answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer g.begin()()
		if !g.moving.TryRLock() {
			panic(http.ErrAbortHandler) // the next agent answers when this is repeated
		}
		defer g.moving.RUnlock()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		c, err := g.newCall(r)
		if err != nil {
			reply(w, nil, err)
			return
		}
		body, err := do(c)
		reply(w, body, err)
	}
}

// begin notes that a request is being answered, so that the agent stays.
func (g *agent) begin() (end func()) {
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
	if err := api.CheckName(name); err != nil {
		return c, err
	}
	c = call{Request: r, app: g.app(name), crash: g.crash}
	if t := r.Header.Get(api.TokenHeader); t != "" {
		if c.token, err = strconv.ParseUint(t, 10, 64); err != nil {
			return c, fmt.Errorf("read %s: %w", api.TokenHeader, err)
		}
	}
	return c, c.app.damaged
}

func reply(w http.ResponseWriter, body any, err error) {
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

func (c call) read(v any) error {
	return readBody(c.Request, v)
}

func readBody(r *http.Request, v any) error {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		return problem.Wrap(err, problem.Failed, "", "read the request")
	}
	return nil
}

func (c call) color() (color.Color, error) { return color.Parse(c.PathValue("color")) }
