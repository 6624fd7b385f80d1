package targettest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/probe"
	"version-manager/internal/release"
	"version-manager/internal/wire"
)

// PlainClient returns a client that opens a new connection for each request
// and repeats none. resolve may map the host:port of a URL to where it really
// is; nil maps nothing.
func PlainClient(resolve func(address string) string) *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if resolve != nil {
			address = resolve(address)
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return &http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		Timeout:   30 * time.Second,
	}
}

// Identity is what the fixture app says about who answered.
type Identity struct {
	Version  release.Version `json:"version"`
	Color    color.Color     `json:"color"`
	Instance string          `json:"instance"`
}

// Ask sends one request and returns the status and who answered it.
func Ask(ctx context.Context, c *http.Client, url string) (status int, id Identity, err error) {
	return AskWith(ctx, c, probe.Anonymous, url)
}

// AskWith is Ask for who shows a secret to the ingress.
func AskWith(ctx context.Context, c *http.Client, secret, url string) (status int, id Identity, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, id, err
	}
	req.Header.Set(wire.HeaderProbe, secret)
	res, err := c.Do(req)
	if err != nil {
		return 0, id, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return res.StatusCode, id, err
	}
	return res.StatusCode, id, json.Unmarshal(body, &id)
}

// Traffic is a steady stream of requests to some entrances.
type Traffic struct {
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu     sync.Mutex
	began  map[release.Version]time.Time // when the last answered request of a version began
	sent   int
	failed []string
}

// Pester sends a request to each URL every few milliseconds until Stop.
func Pester(t *testing.T, c *http.Client, urls ...string) *Traffic {
	ctx, cancel := context.WithCancel(t.Context())
	tr := &Traffic{stop: cancel, began: map[release.Version]time.Time{}}
	t.Cleanup(func() { tr.Stop() })
	for _, url := range urls {
		tr.wg.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
				tr.one(context.WithoutCancel(ctx), c, url)
			}
		})
	}
	return tr
}

func (tr *Traffic) one(ctx context.Context, c *http.Client, url string) {
	began := time.Now()
	status, id, err := Ask(ctx, c, url)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.sent++
	if err != nil || status != http.StatusOK {
		tr.failed = append(tr.failed, fmt.Sprintf("%s: %d %v", url, status, err))
		return
	}
	if began.After(tr.began[id.Version]) {
		tr.began[id.Version] = began
	}
}

// Stop ends the stream and returns what came of it.
func (tr *Traffic) Stop() (sent int, failed []string) {
	tr.stop()
	tr.wg.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.sent, tr.failed
}

// Sent counts the requests so far.
func (tr *Traffic) Sent() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.sent
}

// Last is when the last request began that version v answered.
func (tr *Traffic) Last(v release.Version) time.Time {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.began[v]
}
