package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	framing "golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// holder is an app that answers /quick and holds every other request until its
// client goes. It counts connections.
type holder struct {
	ln   net.Listener
	http *http.Server
	open atomic.Int64
	most atomic.Int64
}

func startHolder() (*holder, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &holder{ln: ln}
	h.http = &http.Server{Handler: http.HandlerFunc(h.holdRequest), ConnState: h.countRequest}
	go func() { _ = h.http.Serve(ln) }()
	return h, nil
}

func (h *holder) listenAddress() string { return h.ln.Addr().String() }

func (h *holder) closeHolder() { _ = h.http.Close() }

func (h *holder) countRequest(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		n := h.open.Add(1)
		for most := h.most.Load(); n > most && !h.most.CompareAndSwap(most, n); most = h.most.Load() {
		}
	case http.StateClosed:
		h.open.Add(-1)
	}
}

func (h *holder) holdRequest(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/quick", "/healthz":
		return
	case "/socket":
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer h.open.Add(-1)
		defer c.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// openStreams sends the heads of n requests over a new HTTP/2 connection, and
// reads what comes back so that nothing blocks.
func openStreams(c net.Conn, n int) error {
	if _, err := io.WriteString(c, framing.ClientPreface); err != nil {
		return err
	}
	f := framing.NewFramer(c, c)
	if err := f.WriteSettings(); err != nil {
		return err
	}
	go func() { _, _ = io.Copy(io.Discard, c) }()
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := range n {
		block.Reset()
		for _, field := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/hold"}} {
			if err := enc.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
				return err
			}
		}
		err := f.WriteHeaders(framing.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
		if err != nil {
			return nil // the server has had enough of it, which is an answer too
		}
	}
	return nil
}
