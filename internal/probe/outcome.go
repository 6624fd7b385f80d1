package probe

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"version-manager/internal/color"
)

// Outcome is how one request ended. Its names are part of the report's JSON.
type Outcome uint8

const (
	OK        Outcome = iota
	Status            // 408, 429, 500 and above; 404 by nobody
	Refused           // no connection: refused, unreachable, unknown host
	Reset             // the connection broke, before or in the middle of the answer
	Timeout           // no complete answer in time
	Stray             // answered, but by something other than the app
	Garbled           // not HTTP, or not what the check wanted
	Polite            // a WebSocket closed with 1000, 1001 or 1012, and reconnected at once
	Skipped           // not sent: too many were outstanding, or this machine ran out of sockets
	Abandoned         // still open when the probe was stopped
)

func outcomeNames() []string {
	return []string{"ok", "status", "refused", "reset", "timeout", "stray", "garbled", "polite", "skipped", "abandoned"}
}

func (o Outcome) String() string { return outcomeNames()[o] }

// Failed reports whether a user would have noticed.
func (o Outcome) Failed() bool { return o >= Status && o <= Garbled }

// Sent reports whether the request reached the network and came to an end.
func (o Outcome) Sent() bool { return o != Skipped && o != Abandoned }

// MarshalText makes outcomes readable as keys of JSON objects.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (o *Outcome) UnmarshalText(b []byte) error {
	i := slices.Index(outcomeNames(), string(b))
	if i < 0 {
		return fmt.Errorf("unknown outcome %q", b)
	}
	*o = Outcome(i)
	return nil
}

// judge tells what a status means to a probe. A 404 that no color has given is
// a gateway's own, which knows no way to the app.
func judge(status int, from Source) Outcome {
	lost := status == 404 && from.Color == color.None
	if lost || status >= 500 || status == 408 || status == 429 {
		return Status
	}
	return OK
}

// dialOutcome classifies the error of a connection that did not come about.
func dialOutcome(err error) Outcome {
	switch {
	case ownLimit(err):
		return Skipped
	case timedOut(err):
		return Timeout
	case broken(err):
		return Reset // in the TLS handshake
	}
	return Refused
}

// answerOutcome classifies the error of an answer that did not arrive whole.
func answerOutcome(err error) Outcome {
	switch {
	case timedOut(err):
		return Timeout
	case broken(err):
		return Reset
	}
	return Garbled
}

func timedOut(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func broken(err error) bool {
	for _, target := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed,
		syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// ownLimit: this machine has no socket left, which says nothing of the target.
func ownLimit(err error) bool {
	for _, target := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
