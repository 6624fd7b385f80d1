package kube

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"version-manager/internal/pause"
)

// manner says what a second try of a call does if the first was carried out
// and only its answer was lost.
type manner int

const (
	repeatable manner = iota // nothing
	guarded                  // it is refused, as a conflict or because the object is there
)

const (
	firstWait = 50 * time.Millisecond
	maxWait   = 2 * time.Second
	// settling is how long after an outage a starting server may not know
	// its roles yet, and forbid what is allowed.
	settling = 10 * time.Second
)

// retry makes a call until it works, fails for good, or the client's patience
// is at its end.
func retry[T any](ctx context.Context, c *Client, m manner, f func(context.Context) (T, error)) (T, error) {
	end := time.Now().Add(c.patience)
	lost := false
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		v, err := f(ctx)
		again, sent := c.judge(err)
		if err == nil {
			return v, nil
		}
		lost = lost || sent && m == guarded
		again = again && c.reached.Load() && time.Now().Add(wait).Before(end)
		if !again || pause.For(ctx, max(wait, asked(err))) != nil {
			return v, final(ctx, lost, err)
		}
	}
}

// final is the error of a call that is given up.
func final(ctx context.Context, lost bool, err error) error {
	if ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	if lost {
		err = &unanswered{err}
	}
	return err
}

// timed gives each try its time.
func timed[T any](c *Client, f func(context.Context) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		ctx, cancel := context.WithTimeout(ctx, c.attempt)
		defer cancel()
		return f(ctx)
	}
}

// asked is the delay that the server wants, within reason.
func asked(err error) time.Duration {
	s, _ := apierrors.SuggestsClientDelay(err)
	return min(time.Duration(s)*time.Second, maxWait)
}

// answer is an error that came from the server.
type answer interface {
	error
	apierrors.APIStatus
}

// judge tells whether a call may go better next time, and whether it may have
// been carried out nevertheless.
func (c *Client) judge(err error) (again, sent bool) {
	status, answered := errors.AsType[answer](err)
	if err == nil || answered {
		c.reached.Store(true)
	}
	switch {
	case err == nil:
		return false, true
	case answered:
		again, sent = judgeStatus(status, err)
		if IsForbidden(err) {
			return time.Since(time.Unix(0, c.outage.Load())) < settling, false
		}
	default:
		again, sent = judgeTransport(err)
	}
	if again {
		c.outage.Store(time.Now().UnixNano())
	}
	return again, sent
}

func judgeStatus(s answer, err error) (again, sent bool) {
	switch {
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err):
		return true, false
	case apierrors.IsTimeout(err), apierrors.IsServerTimeout(err), s.Status().Code == http.StatusBadGateway:
		return true, true
	case apierrors.IsInternalError(err):
		// A server that goes down loses its store first.
		text := err.Error()
		again = strings.Contains(text, "rpc error") || strings.Contains(text, "etcdserver")
		return again, again
	}
	return false, false
}

func judgeTransport(err error) (again, sent bool) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false, false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsTemporary || dns.IsTimeout, false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true, false
	}
	if isCut(err) || errors.Is(err, context.DeadlineExceeded) {
		return true, true
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout(), true
}
