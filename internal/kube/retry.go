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

	"version-manager/internal/kit/wait"
)

const (
	firstWait = 50 * time.Millisecond
	maxWait   = 2 * time.Second
	// settling is how long after an outage a starting server may not know
	// its roles yet, and forbid what is allowed.
	settling = 10 * time.Second
)

// retryCall makes a call until it works, fails for good, or the client's patience
// is at its end.
func retryCall[T any](ctx context.Context, c *Client, f func(context.Context) (T, error)) (T, error) {
	end := time.Now().Add(c.retryTime)
	for delay := firstWait; ; delay = min(2*delay, maxWait) {
		v, err := f(ctx)
		again := c.judgeError(err)
		if err == nil {
			return v, nil
		}
		again = again && c.reached.Load() && time.Now().Add(delay).Before(end)
		if !again || wait.SleepContext(ctx, max(delay, withAnswer(err))) != nil {
			return v, isFinal(ctx, err)
		}
	}
}

// isFinal is the error of a call that is given up.
func isFinal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

// withTimeout gives each try its time.
func withTimeout[T any](c *Client, f func(context.Context) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		ctx, cancel := context.WithTimeout(ctx, c.tryTimeout)
		defer cancel()
		return f(ctx)
	}
}

// withAnswer is the delay that the server wants, within reason.
func withAnswer(err error) time.Duration {
	s, _ := apierrors.SuggestsClientDelay(err)
	return min(time.Duration(s)*time.Second, maxWait)
}

// answer is an error that came from the server.
type answer interface {
	error
	apierrors.APIStatus
}

// judgeError tells whether a call may go better next time.
func (c *Client) judgeError(err error) (again bool) {
	status, answered := errors.AsType[answer](err)
	if err == nil || answered {
		c.reached.Store(true)
	}
	switch {
	case err == nil:
		return false
	case IsForbidden(err):
		return time.Since(time.Unix(0, c.outage.Load())) < settling
	case answered:
		again = judgeStatus(status, err)
	default:
		again = judgeTransport(err)
	}
	if again {
		c.outage.Store(time.Now().UnixNano())
	}
	return again
}

func judgeStatus(s answer, err error) (again bool) {
	switch {
	case apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err),
		apierrors.IsTimeout(err), apierrors.IsServerTimeout(err), s.Status().Code == http.StatusBadGateway:
		return true
	case apierrors.IsInternalError(err):
		// A server that goes down loses its store first.
		text := err.Error()
		return strings.Contains(text, "rpc error") || strings.Contains(text, "etcdserver")
	}
	return false
}

func judgeTransport(err error) (again bool) {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsTemporary || dns.IsTimeout
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	if isCut(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}
