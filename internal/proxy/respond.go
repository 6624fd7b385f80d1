package proxy

import (
	"io"
	"net/http"
	"net/http/httputil"
	"time"
)

// respond passes the final response on. HTTP/1.0 has no chunks, and net/http
// does not tell whether a client has used them all the same: such a connection
// ends, or what came in them would be taken for requests.
func (x *exchange) respond(h head) {
	hd := x.w.Header()
	x.reveal(hd)
	x.rules.secure(hd, x.r)
	if x.r.ProtoMajor == 1 && (x.unread() || x.r.ProtoMinor == 0) || lastAnswer(x.r) {
		hd.Set("Connection", "close")
	}
	if _, ok := hd["Content-Type"]; !ok {
		hd["Content-Type"] = nil // or net/http would guess one
	}
	if h.status == http.StatusNotModified && x.r.ProtoMajor == 2 {
		delete(hd, "Content-Length") // of a body that does not come: some clients wait for it
	}
	if !x.commit() {
		x.fail(x.blame(nil))
		return
	}
	x.count(h.status, false)
	x.up.since, x.up.limit = time.Now(), idleLimit(x.p.o.IdleTimeout, h.idle)
	x.w.WriteHeader(h.status)
	bodiless := x.r.Method == http.MethodHead || h.status == http.StatusNoContent || h.status == http.StatusNotModified
	if !bodiless {
		x.pass(h)
	}
	x.whole = !h.close && (bodiless || h.chunked || h.length >= 0)
	x.allowWrite() // what net/http still holds back
}

// idleLimit is how long to keep a connection: always shorter than the app
// does, if it says how long that is. Who closes it must be who sends.
func idleLimit(ours, apps time.Duration) time.Duration {
	if apps < 0 {
		return ours
	}
	return min(ours, apps-min(apps/2, time.Second))
}

// pass copies the body. If the upstream dies in the middle, the client must
// not take the part for the whole: ErrAbortHandler breaks its connection.
func (x *exchange) pass(h head) {
	br := x.up.br
	if h.length >= 0 && h.length <= int64(br.Buffered()) {
		b, _ := br.Peek(int(h.length)) // is buffered
		x.allowWrite()
		if _, err := x.w.Write(b); err != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = br.Discard(len(b))
		return
	}
	var src io.Reader = br
	if h.chunked {
		src = httputil.NewChunkedReader(br)
	}
	err := x.stream(src, h.length)
	if err == nil && h.chunked {
		err = x.trailers()
	}
	if err != nil {
		x.log("read response body", err)
		panic(http.ErrAbortHandler)
	}
}

// stream copies length bytes, or all if that is negative, and flushes
// whenever it is going to wait for more. The error is the upstream's.
func (x *exchange) stream(src io.Reader, length int64) error {
	if length < 0 {
		x.flush()
	}
	for left := length; left != 0; {
		_, _ = x.up.br.Peek(1) // waits without a large buffer; src says what became of it
		n, err := x.piece(src, left)
		if left -= int64(n); left == 0 && length >= 0 {
			return nil
		}
		if err == io.EOF && length < 0 {
			return nil
		}
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		x.flush()
	}
	return nil
}

// piece copies what is there to be read, at most limit bytes unless that is
// negative.
func (x *exchange) piece(src io.Reader, limit int64) (int, error) {
	buf := x.p.bufs.Get().(*[]byte)
	defer x.p.bufs.Put(buf)
	b := *buf
	if limit >= 0 {
		b = b[:min(limit, bufSize)]
	}
	n, err := src.Read(b)
	x.up.since = time.Now() // a slow client must not make the connection look younger
	x.allowWrite()
	if _, err := x.w.Write(b[:n]); err != nil {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// trailers reads what follows the last chunk.
func (x *exchange) trailers() error {
	lines := lineReader{br: x.up.br, left: maxHead}
	hd := x.w.Header()
	return readFields(&lines, func(name, value string) error {
		if !hopByHop(name) && name != colorHeader && name != versionHeader {
			name = http.TrailerPrefix + name
			hd[name] = append(hd[name], value)
		}
		return nil
	})
}

// allowWrite gives the client time to take what is written next. Setting it
// again for every piece would cost more than it is worth.
func (x *exchange) allowWrite() {
	limit := x.p.o.WriteTimeout
	now := time.Now()
	if x.writeBy.Sub(now) > limit-limit/8 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.why == none {
		x.writeBy = now.Add(limit)
		_ = x.ctl.SetWriteDeadline(x.writeBy) // unlimited where there are no deadlines
	}
}

// flush sends what was written, before waiting for more.
func (x *exchange) flush() {
	x.allowWrite()
	_ = x.ctl.Flush() // the next write says if it failed
	x.rest()
}

// rest takes the write deadline away while nothing is written: in HTTP/2 it
// would end the stream all the same.
func (x *exchange) rest() {
	if x.r.ProtoMajor != 2 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.why == none {
		x.writeBy = time.Time{}
		_ = x.ctl.SetWriteDeadline(time.Time{}) // nothing to take away where there are no deadlines
	}
}
