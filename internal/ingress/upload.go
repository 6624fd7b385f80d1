package ingress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// continueTimeout is how long a body waits for a 100 from an upstream
	// that may not know it.
	continueTimeout = time.Second
	// finishTimeout is how long a complete answer waits for the end of an upload
	// whose last bytes are being written.
	finishTimeout = 50 * time.Millisecond
	// lingerTimeout is how long net/http may go on reading a body that nobody
	// wants, so that the client gets to read the answer.
	lingerTimeout = 500 * time.Millisecond
)

// upload copies a request's body to the instance while the handler's
// goroutine already waits for the answer, which may come before the end.
type upload struct {
	x       *exchange
	ready   chan struct{} // closed when the body may be sent
	quit    chan struct{} // closed by stop
	allow   sync.Once     // closes ready
	end     sync.Once     // closes quit
	done    chan struct{} // closed when the goroutine has ended
	reading atomic.Bool   // waits for the client
	last    atomic.Bool   // everything was read from the client
	stopped atomic.Bool   // nobody wants the rest
	limit   *readLimit    // of each read
	err     error         // why not everything was sent; valid after done
}

func startUpload(x *exchange) *upload {
	u := &upload{x: x, ready: make(chan struct{}), quit: make(chan struct{}), done: make(chan struct{}),
		limit: newReadLimit(x.ctl, x.p.o.BodyTimeout)}
	if x.r.ProtoMajor == 1 {
		_ = x.ctl.EnableFullDuplex() // fails only where it is the rule anyway
	}
	go u.run()
	return u
}

// proceed lets the body go.
func (u *upload) proceed() { u.allow.Do(func() { close(u.ready) }) }

func (u *upload) run() {
	defer close(u.done)
	defer func() {
		if v := recover(); v != nil {
			u.err = fmt.Errorf("panic while reading a request body: %v", v)
			u.x.breakOff(gone)
		}
	}()
	if u.err = u.wait(); u.err != nil {
		return
	}
	reading, err := u.copy()
	u.err = err
	switch {
	case err == nil:
		u.x.bodySent()
	case !reading || u.stopped.Load():
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

// wait returns when the body may be sent.
func (u *upload) wait() error {
	if !expectsContinue(u.x.r) {
		return nil
	}
	t := time.NewTimer(continueTimeout)
	defer t.Stop()
	select {
	case <-u.ready:
	case <-t.C:
	case <-u.quit:
		return errors.New("not wanted")
	}
	return nil
}

// copy moves the body and says, if it fails, whether in reading it.
func (u *upload) copy() (reading bool, err error) {
	buf := u.x.p.bufs.Get().(*[]byte)
	defer u.x.p.bufs.Put(buf)
	wrap := plainChunk
	if u.x.r.ContentLength < 0 {
		wrap = chunk
	}
	room := (*buf)[chunkPrefix : len(*buf)-chunkSuffix]
	for {
		if u.stopped.Load() {
			return true, os.ErrDeadlineExceeded
		}
		n, err := u.read(room)
		if n > 0 {
			if _, err := u.x.up.Write(wrap(*buf, n)); err != nil {
				return false, err
			}
		}
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
	u.end.Do(func() { close(u.quit) })
	if !u.ended() {
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
