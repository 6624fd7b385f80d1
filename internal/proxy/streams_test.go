package proxy

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/proxytest"
)

// TestStreamsAreLimited: the entrance announces how many streams a connection
// may have, and resets the next one before anything has seen its request.
//
// The frames are written by hand: Go's client never opens more streams than
// were announced, and with StrictMaxConcurrentRequests it counts waiting
// requests as streams and then waits for itself.
func TestStreamsAreLimited(t *testing.T) {
	const limit = 7
	p := newBlueProxy(t, Options{}, holdRequests(t))
	f := http2Connection(t, startServer(t, p, httpserver.Options{Streams: limit}))
	if got := announcedStreams(t, f); got != limit {
		t.Errorf("%d streams announced, not %d", got, limit)
	}
	for i := range limit {
		openStream(t, f, uint32(2*i+1))
	}
	waitUntil(t, "as many as allowed", func() bool { return p.InFlight(color.Blue) == limit })
	openStream(t, f, 2*limit+1)
	if stream, code := nextReset(t, f); stream != 2*limit+1 ||
		code != http2.ErrCodeProtocol && code != http2.ErrCodeRefusedStream { // RFC 9113, 5.1.2
		t.Errorf("stream %d ended with %s", stream, code)
	}
	if got, refused := p.InFlight(color.Blue), p.blue.load.CountRefused(); got != limit || refused > 0 {
		t.Errorf("%d in flight and %d answered 503", got, refused)
	}
}

// http2Connection is a connection by prior knowledge whose frames the test
// reads and writes itself.
func http2Connection(t testing.TB, url string) *http2.Framer {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(waittest.Timeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	f := http2.NewFramer(c, c)
	if err := f.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return f
}

// announcedStreams reads the server's settings and acknowledges them.
func announcedStreams(t testing.TB, f *http2.Framer) int {
	t.Helper()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		settings, ok := frame.(*http2.SettingsFrame)
		if !ok || settings.IsAck() {
			continue
		}
		n, _ := settings.Value(http2.SettingMaxConcurrentStreams)
		if err := f.WriteSettingsAck(); err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
}

func openStream(t testing.TB, f *http2.Framer, id uint32) {
	t.Helper()
	get := proxytest.HeaderFields(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: proxytest.EncodeBlock(get),
		EndHeaders: true, EndStream: true})
	if err != nil {
		t.Fatal(err)
	}
}

func nextReset(t testing.TB, f *http2.Framer) (uint32, http2.ErrCode) {
	t.Helper()
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if reset, ok := frame.(*http2.RSTStreamFrame); ok {
			return reset.StreamID, reset.ErrCode
		}
	}
}
