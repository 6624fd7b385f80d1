package proxy

import (
	"io"
	"net/http"
	"net/http/httputil"
	"time"

	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/message"
)

// sendResponse passes the final response on. HTTP/1.0 has no chunks, and
// net/http does not tell whether a client has used them all the same: such a
// connection ends, or its chunks would be taken for requests.
func (x *exchange) sendResponse(h message.ResponseHead) {
	hd := x.w.Header()
	x.revealVersion(hd)
	x.rules.addHSTS(hd, x.r)
	if x.r.ProtoMajor == 1 && (x.hasUnreadBody() || x.r.ProtoMinor == 0) || httpserver.IsLastAnswer(x.r) {
		hd.Set("Connection", "close")
	}
	if _, ok := hd["Content-Type"]; !ok {
		hd["Content-Type"] = nil // or net/http would guess one
	}
	if h.Status == http.StatusNotModified && x.r.ProtoMajor == 2 {
		delete(hd, "Content-Length") // of a body that does not come: some clients wait for it
	}
	if !x.commitResponse() {
		x.sendFailure(x.failureStatus(nil))
		return
	}
	x.countAnswer(h.Status, false)
	x.upstream.LastRead, x.upstream.IdleLimit = time.Now(), upstreamIdleLimit(x.proxy.options.IdleTimeout, h.KeepAlive)
	x.w.WriteHeader(h.Status)
	bodiless := x.r.Method == http.MethodHead || h.Status == http.StatusNoContent || h.Status == http.StatusNotModified
	if !bodiless {
		x.copyBody(h)
	}
	x.complete = !h.Close && (bodiless || h.Chunked || h.Length >= 0)
	x.extendWriteDeadline() // for what net/http still holds back
}

// upstreamIdleLimit is how long to keep a connection: always shorter than the
// app does, if it says how long that is. The side that sends has to be the side
// that closes.
func upstreamIdleLimit(ours, apps time.Duration) time.Duration {
	if apps < 0 {
		return ours
	}
	return min(ours, apps-min(apps/2, time.Second))
}

// copyBody copies the body. If the instance dies in the middle, the client must
// not take the part for the whole: ErrAbortHandler breaks its connection.
func (x *exchange) copyBody(h message.ResponseHead) {
	br := x.upstream.Reader
	if h.Length >= 0 && h.Length <= int64(br.Buffered()) {
		b, _ := br.Peek(int(h.Length)) // is buffered
		x.extendWriteDeadline()
		if _, err := x.w.Write(b); err != nil {
			panic(http.ErrAbortHandler)
		}
		_, _ = br.Discard(len(b))
		return
	}
	var src io.Reader = br
	if h.Chunked {
		src = httputil.NewChunkedReader(br)
	}
	err := x.streamBody(src, h.Length)
	if err == nil && h.Chunked {
		err = message.ReadTrailers(br, x.w.Header())
	}
	if err != nil {
		x.logFailure("read response body", err)
		panic(http.ErrAbortHandler)
	}
}

// streamBody copies length bytes, or all if that is negative, and flushes
// whenever it is going to wait for more. The error is the instance's.
func (x *exchange) streamBody(src io.Reader, length int64) error {
	if length < 0 {
		x.flushClient()
	}
	for left := length; left != 0; {
		_, _ = x.upstream.Reader.Peek(1) // waits without a large buffer; src reports what became of it
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
	x.upstream.LastRead = time.Now() // a slow client must not make the connection look younger
	x.extendWriteDeadline()
	if _, err := x.w.Write(b[:n]); err != nil {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// extendWriteDeadline gives the client time to take what is written next.
// Setting the deadline again for every piece would cost more than it is worth.
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
	_ = x.ctl.Flush() // the next write reports a failure
	x.clearWriteDeadline()
}

// clearWriteDeadline removes the write deadline while nothing is written: in
// HTTP/2 it would end the stream all the same.
func (x *exchange) clearWriteDeadline() {
	if x.r.ProtoMajor != 2 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.aborted == notAborted {
		x.writeDeadline = time.Time{}
		_ = x.ctl.SetWriteDeadline(time.Time{}) // nothing to remove where there are no deadlines
	}
}
