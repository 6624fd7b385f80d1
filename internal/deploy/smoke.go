package deploy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/kit/awake"
	"version-manager/internal/progress"
	"version-manager/internal/wire"
)

const (
	smokeTimeout = 10 * time.Second
	smokeBody    = 1 << 20 // of an answer, to look for a text in
)

// smoke sends the configured requests to the new color before it gets any
// other. A warm color that is rolled back to answered them when it came.
func (r *runner) smoke(ctx context.Context) (string, error) {
	list := r.run.Plan.Release.Config.Smoke
	if len(list) == 0 || r.run.Plan.Kind == Rollback && r.run.Plan.Warm {
		return "", progress.ErrNothingToDo
	}
	for _, s := range list {
		if err := r.ask(ctx, s); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d answers as expected", len(list)), nil
}

// ask sends one request to the preview address.
func (r *runner) ask(ctx context.Context, s config.Smoke) error {
	now, err := r.target.Observe(ctx)
	if err != nil {
		return fmt.Errorf("look at the target: %w", err)
	}
	ctx, cancel := awake.WithTimeout(ctx, smokeTimeout, context.DeadlineExceeded)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, s.Method, now.Entrances.Preview+s.Path, strings.NewReader(s.Body))
	if err != nil {
		return err
	}
	req.Header.Set(wire.HeaderProbe, r.hold.secret)
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, smokeBody))
	if err != nil {
		return fmt.Errorf("%s %s: %w", req.Method, s.Path, err)
	}
	return judgeAnswer(s, req.Method, resp.StatusCode, body)
}

// judgeAnswer compares an answer with what the configuration expects: the
// named status, or any 2xx if none is named.
func judgeAnswer(s config.Smoke, method string, status int, body []byte) error {
	if status != s.Status && (s.Status != 0 || status < 200 || status > 299) {
		return fmt.Errorf("%s %s: status %d%s", method, s.Path, status, excerpt(body))
	}
	if s.Contains != "" && !bytes.Contains(body, []byte(s.Contains)) {
		return fmt.Errorf("%s %s: the answer does not contain %q%s", method, s.Path, s.Contains, excerpt(body))
	}
	return nil
}

func excerpt(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if line == "" {
		return ""
	}
	if len(line) > 120 {
		line = strings.ToValidUTF8(line[:120], "") + "…"
	}
	return fmt.Sprintf(": %q", line)
}
