package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"version-manager/internal/proxy/message"
)

const (
	// uploadFinishTimeout is how long a complete answer waits for the end of an
	// upload whose last bytes are being written.
	uploadFinishTimeout = 50 * time.Millisecond
	// lingerTimeout is how long net/http may go on reading a body that nobody
	// wants, so that the client gets to read the answer.
	lingerTimeout = 500 * time.Millisecond
)

var errTrailer = errors.New("malformed trailer")

// upload copies a request's body to the instance while the handler's goroutine
// already waits for the answer, which may come before the end.
//
// No instance learns of a request before the first part of its body is there: a
// client that sends slowly, or nothing at all, must not hold a connection to
// the app. Until then, and whenever little arrives, the upload has only a small
// buffer.
type upload struct {
	exchange *exchange
	small    []byte        // buffer for what comes slowly
	first    int           // bytes of the body's first part, in small
	done     chan struct{} // closed when the goroutine has ended
	reading  atomic.Bool   // waits for the client
	complete atomic.Bool   // everything was read from the client
	stopped  atomic.Bool   // nobody wants the rest
	limit    *timedReader  // of each read
	started  bool          // it is sent on; used only by the handler's goroutine
	err      error         // why not everything was sent; valid after done
}

// receiveFirstPart waits for the first part of the body, and so asks a
// client for it that expects to be asked. It returns the status to answer with,
// or 0.
func (x *exchange) receiveFirstPart() int {
	u := &upload{exchange: x, small: make([]byte, message.ChunkPrefix+smallBufferSize+message.ChunkSuffix), done: make(chan struct{}),
		limit: newTimedReader(x.ctl, x.proxy.options.BodyTimeout)}
	if x.r.ProtoMajor == 1 {
		_ = x.ctl.EnableFullDuplex() // fails only where it is always on
	}
	x.mu.Lock()
	x.upload = u
	x.mu.Unlock()
	for u.first == 0 && !u.complete.Load() && u.err == nil {
		u.first, u.err = u.readPart(message.BodyRoom(u.small))
		if u.err == io.EOF {
			u.err = nil
			if !message.ValidTrailers(x.r.Trailer) {
				u.err = errTrailer
			}
		}
	}
	if u.err == nil {
		return 0
	}
	u.abortUpload(u.err)
	return x.failureStatus(u.err)
}

// startSending sends the body on. A body that is complete needs no goroutine.
func (u *upload) startSending() {
	u.started = true
	if u.complete.Load() {
		defer close(u.done)
		if u.err = u.sendFirst(); u.err == nil {
			u.err = u.endBody()
		}
		u.exchange.startHeaderTimeout()
		return
	}
	go u.runUpload()
}

func (u *upload) runUpload() {
	defer close(u.done)
	defer func() {
		if v := recover(); v != nil {
			u.err = fmt.Errorf("panic while reading a request body: %v", v)
			u.exchange.abortExchange(clientGone)
		}
	}()
	if u.err = u.sendFirst(); u.err != nil {
		return
	}
	reading, err := u.copyBody()
	u.err = err
	switch {
	case err == nil:
		u.exchange.startHeaderTimeout()
	case reading && !u.stopped.Load():
		u.abortUpload(err)
	}
}

// abortUpload ends an exchange whose body could not be read.
func (u *upload) abortUpload(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		u.exchange.abortExchange(bodyTooSlow)
	case u.exchange.r.Context().Err() == nil && !isConnectionLost(err):
		u.exchange.abortExchange(bodyMalformed)
	default:
		u.exchange.abortExchange(clientGone)
	}
}

// isConnectionLost reports whether reading a body failed because the connection
// did, and not because of what arrived. HTTP/2 has an error without a type for
// that.
func isConnectionLost(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || err.Error() == "client disconnected" || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

func (u *upload) sendFirst() error {
	if u.first == 0 {
		return nil
	}
	_, err := u.exchange.upstream.Write(u.bodyFraming()(u.small, u.first))
	return err
}

// bodyFraming returns how bytes of the body look on their way to the instance.
func (u *upload) bodyFraming() func(buf []byte, n int) []byte {
	if u.exchange.r.ContentLength < 0 {
		return message.FrameChunk
	}
	return message.RawBody
}

// copyBody moves the body. If it fails, reading says whether in reading it.
func (u *upload) copyBody() (reading bool, err error) {
	buf := copyBuffer{pool: &u.exchange.proxy.buffers, small: u.small}
	defer buf.returnLarge()
	frame := u.bodyFraming()
	for {
		if u.stopped.Load() {
			return true, os.ErrDeadlineExceeded
		}
		b := buf.currentBytes()
		n, err := u.readPart(message.BodyRoom(b))
		if n > 0 {
			if _, err := u.exchange.upstream.Write(frame(b, n)); err != nil {
				return false, err
			}
		}
		buf.fitSize(n)
		if err == io.EOF && !message.ValidTrailers(u.exchange.r.Trailer) {
			return true, errTrailer
		}
		if err == io.EOF {
			return false, u.endBody()
		}
		if err != nil {
			return true, err
		}
	}
}

// readPart reads from the client. If the request's context ends meanwhile, the
// caller decides what that means.
func (u *upload) readPart(room []byte) (int, error) {
	u.reading.Store(true)
	n, err := u.limit.readOnce(u.exchange.r.Body, room)
	if err != nil && err != io.EOF {
		return n, err
	}
	if err == io.EOF {
		u.exchange.permit.BodyArrived()
	}
	u.complete.Store(err == io.EOF) // from here on the deadline is net/http's again
	u.reading.Store(false)
	if ended := u.exchange.r.Context().Err(); ended != nil {
		return n, ended
	}
	return n, err
}

// endBody ends a chunked body.
func (u *upload) endBody() error {
	if u.exchange.r.ContentLength >= 0 {
		return nil
	}
	_, err := u.exchange.upstream.Write(message.AppendLastChunk(nil, u.exchange.r.Trailer))
	return err
}

// stopUpload returns when the goroutine has ended: after that only net/http
// reads the body. The connection to the instance survives only if all of the
// body was sent.
func (u *upload) stopUpload() {
	u.stopped.Store(true)
	if u.started && !u.hasEnded() {
		u.exchange.upstream.Close()
		if !u.complete.Load() {
			_ = u.exchange.ctl.SetReadDeadline(pastDeadline())
		}
		<-u.done
	}
	if !u.complete.Load() && u.exchange.r.ProtoMajor == 1 {
		_ = u.exchange.ctl.SetReadDeadline(time.Now().Add(lingerTimeout))
	}
	if u.err != nil {
		u.exchange.complete = false
	}
}

// hasEnded reports whether the goroutine has ended. It waits a little if only
// the last write is missing.
func (u *upload) hasEnded() bool {
	limit := time.Duration(0)
	if u.complete.Load() {
		limit = uploadFinishTimeout
	}
	select {
	case <-u.done:
		return true
	default:
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-u.done:
		return true
	case <-t.C:
		return false
	}
}
