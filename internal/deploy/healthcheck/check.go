package healthcheck

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
	"version-manager/internal/wire"
)

const (
	requestTimeout = 10 * time.Second
	maxBody        = 1 << 20 // bytes of an answer in which a text is looked for
	maxExcerpt     = 120     // bytes of an answer that an error shows
)

// SendCheck sends one request to a base URL and fails unless the answer is the
// expected one. The ingress knows the sender by the secret.
func SendCheck(ctx context.Context, client *http.Client, base, secret string, check config.Smoke) error {
	ctx, cancel := awake.WithTimeout(ctx, requestTimeout, context.DeadlineExceeded)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, check.Method, base+check.Path, strings.NewReader(check.Body))
	if err != nil {
		return err
	}
	req.Header.Set(wire.HeaderProbe, secret)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return fmt.Errorf("%s %s: %w", req.Method, check.Path, err)
	}
	return compareAnswer(check, req.Method, resp.StatusCode, body)
}

// compareAnswer compares an answer with what the configuration expects: the
// named status, or any 2xx if none is named.
func compareAnswer(check config.Smoke, method string, status int, body []byte) error {
	if !isExpectedStatus(status, check.Status) {
		return fmt.Errorf("%s %s: status %d%s", method, check.Path, status, excerptOf(body))
	}
	if check.Contains != "" && !bytes.Contains(body, []byte(check.Contains)) {
		return fmt.Errorf("%s %s: the answer does not contain %q%s", method, check.Path, check.Contains, excerptOf(body))
	}
	return nil
}

func isExpectedStatus(status, expected int) bool {
	if expected != 0 {
		return status == expected
	}
	return status >= 200 && status <= 299
}

func excerptOf(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if line == "" {
		return ""
	}
	if len(line) > maxExcerpt {
		line = strings.ToValidUTF8(line[:maxExcerpt], "") + "…"
	}
	return fmt.Sprintf(": %q", line)
}
