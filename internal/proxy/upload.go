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
)

const (
	// uploadFinishTimeout is how long a complete answer waits for the end of an upload
	// whose last bytes are being written.
	uploadFinishTimeout = 50 * time.Millisecond
	// lingerTimeout is how long net/http may go on reading a body that nobody
	// wants, so that the client gets to read the answer.
	lingerTimeout = 500 * time.Millisecond
)

// upload copies a request's body to the instance while the handler's
// goroutine already waits for the answer, which may come before the end.
//
// No instance hears of a request before the first part of its body is there:
// a client that sends slowly, or nothing at all, must not hold a connection to
// the app. Until then, and whenever little arrives, there is only a small
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
	started  bool          // it is sent on; only the handler's goroutine asks
	err      error         // why not everything was sent; valid after done
}

// smallBufferSize is what an upload holds while it waits for its client.
const smallBufferSize = 2 << 10

// receiveFirstPart waits for the first part of the body, and thereby asks a client
// for it that expects to be asked. It returns the status to answer with, or 0.
func (x *exchange) receiveFirstPart() int {
	u := &upload{exchange: x, small: make([]byte, chunkPrefix+smallBufferSize+chunkSuffix), done: make(chan struct{}),
		limit: newTimedReader(x.ctl, x.proxy.options.BodyTimeout)}
	if x.r.ProtoMajor == 1 {
		_ = x.ctl.EnableFullDuplex() // fails only where it is the rule anyway
	}
	x.mu.Lock()
	x.upload = u
	x.mu.Unlock()
	for u.first == 0 && !u.complete.Load() && u.err == nil {
		u.first, u.err = u.readPart(bodyRoom(u.small))
		if u.err == io.EOF {
			u.err = nil
			if !validTrailers(x.r.Trailer) {
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

// bodyRoom is where bytes of a body go in a buffer.
func bodyRoom(buf []byte) []byte { return buf[chunkPrefix : len(buf)-chunkSuffix] }

// startSending sends on. A body that is complete takes no goroutine.
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

// isConnectionLost reports whether reading a body failed because the connection did, and
// not because of what it brought. HTTP/2 has an error without a type for that.
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

// bodyFraming is how bytes of the body look on their way to the instance.
func (u *upload) bodyFraming() func(buf []byte, n int) []byte {
	if u.exchange.r.ContentLength < 0 {
		return frameChunk
	}
	return rawBody
}

// copyBody moves the body and says, if it fails, whether in reading it.
func (u *upload) copyBody() (reading bool, err error) {
	buf := copyBuffer{pool: &u.exchange.proxy.buffers, small: u.small}
	defer buf.returnLarge()
	wrap := u.bodyFraming()
	for {
		if u.stopped.Load() {
			return true, os.ErrDeadlineExceeded
		}
		b := buf.currentBytes()
		n, err := u.readPart(bodyRoom(b))
		if n > 0 {
			if _, err := u.exchange.upstream.Write(wrap(b, n)); err != nil {
				return false, err
			}
		}
		buf.fitSize(n)
		if err == io.EOF && !validTrailers(u.exchange.r.Trailer) {
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

// readPart reads from the client. If the request's context ends meanwhile, it is
// for the caller to say what that means.
func (u *upload) readPart(room []byte) (int, error) {
	u.reading.Store(true)
	n, err := u.limit.readOnce(u.exchange.r.Body, room)
	if err != nil && err != io.EOF {
		return n, err
	}
	if err == io.EOF {
		u.exchange.permit.bodyArrived()
	}
	u.complete.Store(err == io.EOF) // from here on the deadline is net/http's again
	u.reading.Store(false)
	if gone := u.exchange.r.Context().Err(); gone != nil {
		return n, gone
	}
	return n, err
}

// endBody ends a chunked body.
func (u *upload) endBody() error {
	if u.exchange.r.ContentLength >= 0 {
		return nil
	}
	_, err := u.exchange.upstream.Write(appendLastChunk(nil, u.exchange.r.Trailer))
	return err
}

// stopUpload returns when the goroutine has ended: after that nobody reads the
// body any more but net/http. The upstream's connection survives only if all
// of the body was sent.
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
	patience := time.Duration(0)
	if u.complete.Load() {
		patience = uploadFinishTimeout
	}
	select {
	case <-u.done:
		return true
	default:
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-u.done:
		return true
	case <-t.C:
		return false
	}
}
