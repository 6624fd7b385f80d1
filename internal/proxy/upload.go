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
	// finishTimeout is how long a complete answer waits for the end of an upload
	// whose last bytes are being written.
	finishTimeout = 50 * time.Millisecond
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
	x       *exchange
	small   []byte        // buffer for what comes slowly
	first   int           // bytes of the body's first part, in small
	done    chan struct{} // closed when the goroutine has ended
	reading atomic.Bool   // waits for the client
	last    atomic.Bool   // everything was read from the client
	stopped atomic.Bool   // nobody wants the rest
	limit   *readLimit    // of each read
	started bool          // it is sent on; only the handler's goroutine asks
	err     error         // why not everything was sent; valid after done
}

// smallSize is what an upload holds while it waits for its client.
const smallSize = 2 << 10

// receiveFirst waits for the first part of the body, and thereby asks a client
// for it that expects to be asked. It returns the status to answer with, or 0.
func (x *exchange) receiveFirst() int {
	u := &upload{x: x, small: make([]byte, chunkPrefix+smallSize+chunkSuffix), done: make(chan struct{}),
		limit: newReadLimit(x.ctl, x.p.o.BodyTimeout)}
	if x.r.ProtoMajor == 1 {
		_ = x.ctl.EnableFullDuplex() // fails only where it is the rule anyway
	}
	x.mu.Lock()
	x.upload = u
	x.mu.Unlock()
	for u.first == 0 && !u.last.Load() && u.err == nil {
		u.first, u.err = u.read(room(u.small))
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
	u.broken(u.err)
	return x.blame(u.err)
}

// room is where bytes of a body go in a buffer.
func room(buf []byte) []byte { return buf[chunkPrefix : len(buf)-chunkSuffix] }

// start sends on. A body that is complete takes no goroutine.
func (u *upload) start() {
	u.started = true
	if u.last.Load() {
		defer close(u.done)
		if u.err = u.sendFirst(); u.err == nil {
			u.err = u.finish()
		}
		u.x.bodySent()
		return
	}
	go u.run()
}

func (u *upload) run() {
	defer close(u.done)
	defer func() {
		if v := recover(); v != nil {
			u.err = fmt.Errorf("panic while reading a request body: %v", v)
			u.x.breakOff(gone)
		}
	}()
	if u.err = u.sendFirst(); u.err != nil {
		return
	}
	reading, err := u.copy()
	u.err = err
	switch {
	case err == nil:
		u.x.bodySent()
	case reading && !u.stopped.Load():
		u.broken(err)
	}
}

// broken ends an exchange whose body could not be read.
func (u *upload) broken(err error) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		u.x.breakOff(tooSlow)
	case u.x.r.Context().Err() == nil && !lost(err):
		u.x.breakOff(malformed)
	default:
		u.x.breakOff(gone)
	}
}

// lost reports whether reading a body failed because the connection did, and
// not because of what it brought. HTTP/2 has an error without a type for that.
func lost(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || err.Error() == "client disconnected" || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.Is(err, net.ErrClosed)
}

func (u *upload) sendFirst() error {
	if u.first == 0 {
		return nil
	}
	_, err := u.x.up.Write(u.wrap()(u.small, u.first))
	return err
}

// wrap is how bytes of the body look on their way to the instance.
func (u *upload) wrap() func(buf []byte, n int) []byte {
	if u.x.r.ContentLength < 0 {
		return chunk
	}
	return plainChunk
}

// copy moves the body and says, if it fails, whether in reading it.
func (u *upload) copy() (reading bool, err error) {
	buf := buffer{pool: &u.x.p.bufs, small: u.small}
	defer buf.giveBack()
	wrap := u.wrap()
	for {
		if u.stopped.Load() {
			return true, os.ErrDeadlineExceeded
		}
		b := buf.bytes()
		n, err := u.read(room(b))
		if n > 0 {
			if _, err := u.x.up.Write(wrap(b, n)); err != nil {
				return false, err
			}
		}
		buf.fit(n)
		if err == io.EOF && !validTrailers(u.x.r.Trailer) {
			return true, errTrailer
		}
		if err == io.EOF {
			return false, u.finish()
		}
		if err != nil {
			return true, err
		}
	}
}

// read reads from the client. If the request's context ends meanwhile, it is
// for the caller to say what that means.
func (u *upload) read(room []byte) (int, error) {
	u.reading.Store(true)
	n, err := u.limit.read(u.x.r.Body, room)
	if err != nil && err != io.EOF {
		return n, err
	}
	if err == io.EOF {
		u.x.ticket.arrived()
	}
	u.last.Store(err == io.EOF) // from here on the deadline is net/http's again
	u.reading.Store(false)
	if gone := u.x.r.Context().Err(); gone != nil {
		return n, gone
	}
	return n, err
}

// finish ends a chunked body.
func (u *upload) finish() error {
	if u.x.r.ContentLength >= 0 {
		return nil
	}
	_, err := u.x.up.Write(appendLastChunk(nil, u.x.r.Trailer))
	return err
}

// stop returns when the goroutine has ended: after that nobody reads the
// body any more but net/http. The upstream's connection survives only if all
// of the body was sent.
func (u *upload) stop() {
	u.stopped.Store(true)
	if u.started && !u.ended() {
		u.x.up.Close()
		if !u.last.Load() {
			_ = u.x.ctl.SetReadDeadline(past())
		}
		<-u.done
	}
	if !u.last.Load() && u.x.r.ProtoMajor == 1 {
		_ = u.x.ctl.SetReadDeadline(time.Now().Add(lingerTimeout))
	}
	if u.err != nil {
		u.x.whole = false
	}
}

// ended reports whether the goroutine has ended. It waits a little if only
// the last write is missing.
func (u *upload) ended() bool {
	patience := time.Duration(0)
	if u.last.Load() {
		patience = finishTimeout
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
