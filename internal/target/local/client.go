package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/keeper"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
	"version-manager/internal/wire"
)

const (
	defaultAnswerTimeout = 10 * time.Second // how long an agent may be gone
	firstRetryDelay      = 5 * time.Millisecond
	maxRetryDelay        = 200 * time.Millisecond

	maxAnswerBytes = 256 << 20 // bytes of one answer; the largest is a journal or an attachment
)

// client calls the agent of one state folder.
type client struct {
	http          *http.Client
	starter       *starter
	passive       bool // start no agent
	answerTimeout time.Duration
}

func newClient(state string, argv []string) (*client, error) {
	s, err := newStarter(state, argv)
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, err := api.SocketPath(state)
		if err != nil {
			return nil, err
		}
		return dialOwn(ctx, path)
	}
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second}
	return &client{http: &http.Client{Transport: transport}, starter: s, answerTimeout: defaultAnswerTimeout}, nil
}

// dialOwn connects to an agent of a trusted user. Any other one would learn
// secrets.
func dialOwn(ctx context.Context, path string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := process.CheckPeer(c, ownership.Of(os.Getenv)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// callAgent sends in and reads the answer into out. If the agent is not running, or
// dies before it has answered, the call is repeated with the next one.
func (c *client) callAgent(ctx context.Context, method, path string, token uint64, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	return c.retryCall(ctx, func() error {
		res, err := c.sendRequest(ctx, method, path, token, body)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		return decodeAnswer(res, out)
	})
}

// errSilent means that the agent is running but does not answer.
var errSilent = errors.New("the agent does not answer")

// askQuickly is callAgent for what an agent answers at once. One that is suspended,
// or starved of CPU or disk, must not block the caller.
func (c *client) askQuickly(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := awake.WithTimeout(ctx, c.answerTimeout, errSilent)
	defer cancel()
	err := c.callAgent(ctx, method, path, 0, in, out)
	if err != nil && context.Cause(ctx) == errSilent {
		return c.starter.explainSilence(errSilent)
	}
	return err
}

// errAway means that there was no complete answer.
var errAway = errors.New("the agent did not answer")

// retryCall repeats try while the agent is away, with growing delays.
func (c *client) retryCall(ctx context.Context, try func() error) error {
	hold := firstRetryDelay
	var since time.Time // of the first failure in a row
	for {
		began := time.Now()
		err := try()
		if err == nil || !errors.Is(err, errAway) || errors.Is(err, ownership.ErrForeign) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if since.IsZero() || began.Sub(since) > c.answerTimeout/2 && time.Since(began) > c.answerTimeout/2 {
			since = time.Now() // the agent worked on it for long before it died
		}
		if time.Since(since) > c.answerTimeout {
			return c.starter.explainSilence(err)
		}
		if err := c.wakeAgent(err); err != nil {
			return err
		}
		if err := wait.SleepContext(ctx, hold); err != nil {
			return err
		}
		hold = min(2*hold, maxRetryDelay)
	}
}

// errNoAgent means that no agent serves the state folder, and that none may be
// started.
var errNoAgent = errors.New("no agent is running for the state folder")

// wakeAgent starts an agent if none is running, and if that is allowed.
func (c *client) wakeAgent(why error) error {
	switch {
	case !c.passive:
		return c.starter.startAgent(why)
	case isNotListening(why) && !keeper.IsServed(c.starter.state):
		return errNoAgent
	}
	return nil // it is about to come back
}

func (c *client) sendRequest(ctx context.Context, method, path string, token uint64, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://agent"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token > 0 {
		req.Header.Set(wire.HeaderToken, strconv.FormatUint(token, 10))
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	return res, nil
}

func decodeAnswer(res *http.Response, out any) error {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerBytes+1))
	if err != nil {
		return fmt.Errorf("%w: %w", errAway, err)
	}
	if len(body) > maxAnswerBytes {
		return fmt.Errorf("the agent answered %s with more than %d bytes", res.Status, maxAnswerBytes)
	}
	if res.StatusCode == http.StatusOK {
		if out == nil {
			return nil
		}
		return json.Unmarshal(body, out)
	}
	var e api.Error
	if err := json.Unmarshal(body, &e); err != nil || e.Message == "" {
		return fmt.Errorf("the agent answered %s: %.200s", res.Status, body)
	}
	return e.ToError()
}
