package proxy

import (
	"io"
	"net/http"
	"net/http/httputil"
	"time"
)

// sendResponse passes the final response on. HTTP/1.0 has no chunks, and net/http
// does not tell whether a client has used them all the same: such a connection
// ends, or what came in them would be taken for requests.
func (x *exchange) sendResponse(h responseHead) {
	hd := x.w.Header()
	x.revealVersion(hd)
	x.rules.addHSTS(hd, x.r)
	if x.r.ProtoMajor == 1 && (x.hasUnreadBody() || x.r.ProtoMinor == 0) || isLastAnswer(x.r) {
		hd.Set("Connection", "close")
	}
	if _, ok := hd["Content-Type"]; !ok {
		hd["Content-Type"] = nil // or net/http would guess one
	}
	if h.status == http.StatusNotModified && x.r.ProtoMajor == 2 {
		delete(hd, "Content-Length") // of a body that does not come: some clients wait for it
	}
	if !x.commitResponse() {
		x.sendFailure(x.failureStatus(nil))
		return
	}
	x.countAnswer(h.status, false)
	x.upstream.lastRead, x.upstream.idleLimit = time.Now(), upstreamIdleLimit(x.proxy.options.IdleTimeout, h.keepAlive)
	x.w.WriteHeader(h.status)
	bodiless := x.r.Method == http.MethodHead || h.status == http.StatusNoContent || h.status == http.StatusNotModified
	if !bodiless {
		x.copyBody(h)
	}
	x.complete = !h.close && (bodiless || h.chunked || h.length >= 0)
	x.extendWriteDeadline() // what net/http still holds back
}

// upstreamIdleLimit is how long to keep a connection: always shorter than the app
// does, if it says how long that is. Who closes it must be who sends.
func upstreamIdleLimit(ours, apps time.Duration) time.Duration {
	if apps < 0 {
		return ours
	}
	return min(ours, apps-min(apps/2, time.Second))
}

// copyBody copies the body. If the upstream dies in the middle, the client must
// not take the part for the whole: ErrAbortHandler breaks its connection.
func (x *exchange) copyBody(h responseHead) {
	br := x.upstream.br
	if h.length >= 0 && h.length <= int64(br.Buffered()) {
		b, _ := br.Peek(int(h.length)) // is buffered
		x.extendWriteDeadline()
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
	err := x.streamBody(src, h.length)
	if err == nil && h.chunked {
		err = x.readTrailers()
	}
	if err != nil {
		x.logFailure("read response body", err)
		panic(http.ErrAbortHandler)
	}
}

// streamBody copies length bytes, or all if that is negative, and flushes
// whenever it is going to wait for more. The error is the upstream's.
func (x *exchange) streamBody(src io.Reader, length int64) error {
	if length < 0 {
		x.flushClient()
	}
	for left := length; left != 0; {
		_, _ = x.upstream.br.Peek(1) // waits without a large buffer; src says what became of it
		n, err := x.copyPiece(src, left)
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
		x.flushClient()
	}
	return nil
}

// copyPiece copies what is there to be read, at most limit bytes unless that is
// negative.
func (x *exchange) copyPiece(src io.Reader, limit int64) (int, error) {
	buf := x.proxy.buffers.Get().(*[]byte)
	defer x.proxy.buffers.Put(buf)
	b := *buf
	if limit >= 0 {
		b = b[:min(limit, largeBufferSize)]
	}
	n, err := src.Read(b)
	x.upstream.lastRead = time.Now() // a slow client must not make the connection look younger
	x.extendWriteDeadline()
	if _, err := x.w.Write(b[:n]); err != nil {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// readTrailers reads what follows the last chunk.
func (x *exchange) readTrailers() error {
	lines := lineReader{br: x.upstream.br, left: maxResponseHeadBytes}
	hd := x.w.Header()
	return readFields(&lines, func(name, value string) error {
		if !isHopByHop(name) && name != colorHeader && name != versionHeader {
			name = http.TrailerPrefix + name
			hd[name] = append(hd[name], value)
		}
		return nil
	})
}

// extendWriteDeadline gives the client time to take what is written next. Setting it
// again for every piece would cost more than it is worth.
func (x *exchange) extendWriteDeadline() {
	limit := x.proxy.options.WriteTimeout
	now := time.Now()
	if x.writeDeadline.Sub(now) > limit-limit/8 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.aborted == notAborted {
		x.writeDeadline = now.Add(limit)
		_ = x.ctl.SetWriteDeadline(x.writeDeadline) // unlimited where there are no deadlines
	}
}

// flushClient sends what was written, before waiting for more.
func (x *exchange) flushClient() {
	x.extendWriteDeadline()
	_ = x.ctl.Flush() // the next write says if it failed
	x.clearWriteDeadline()
}

// clearWriteDeadline takes the write deadline away while nothing is written: in HTTP/2 it
// would end the stream all the same.
func (x *exchange) clearWriteDeadline() {
	if x.r.ProtoMajor != 2 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.aborted == notAborted {
		x.writeDeadline = time.Time{}
		_ = x.ctl.SetWriteDeadline(time.Time{}) // nothing to take away where there are no deadlines
	}
}
