package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func parseResponse(s string) (responseHead, http.Header, error) {
	h := http.Header{}
	r, err := readResponseHead(bufio.NewReader(strings.NewReader(s)), h)
	return r, h, err
}

func TestReadHead(t *testing.T) {
	for _, tt := range []struct {
		fields string
		want   responseHead
		header string // what goes to the client
	}{
		{"", responseHead{status: 200, length: -1}, ""},
		{"Content-Length: 5\r\nX-a: 1\r\nX-A:  2 \r\n", responseHead{status: 200, length: 5}, "Content-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n"},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", responseHead{status: 200, length: 5}, "Content-Length: 5\r\n"},
		{"Transfer-Encoding: Chunked\r\n", responseHead{status: 200, length: -1, chunked: true}, ""},
		{"transfer-encoding: chunked\r\nContent-Length: 5\r\n", responseHead{status: 200, length: -1, chunked: true, close: true}, ""},
		{"Connection: close\r\n", responseHead{status: 200, length: -1, close: true}, ""},
		{"Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\n", responseHead{status: 200, length: -1}, "X-End: 2\r\n"},
		{"Upgrade: websocket\r\n", responseHead{status: 200, length: -1, upgrade: "websocket"}, ""},
		{"Version-Manager-Color: x\r\nVersion-Manager-Version: y\r\n", responseHead{status: 200, length: -1}, ""},
		{"X-Empty:\r\nX-Tab: a\tb\r\n", responseHead{status: 200, length: -1}, "X-Empty: \r\nX-Tab: a\tb\r\n"},
	} {
		got, h, err := parseResponse("HTTP/1.1 200 OK\r\n" + tt.fields + "\r\n")
		if err != nil {
			t.Errorf("%q: %v", tt.fields, err)
			continue
		}
		var b bytes.Buffer
		_ = h.Write(&b)
		got.connectionFields = nil
		if got.status != tt.want.status || got.length != tt.want.length || got.chunked != tt.want.chunked ||
			got.close != tt.want.close || got.upgrade != tt.want.upgrade || b.String() != tt.header {
			t.Errorf("%q: %+v with %q, want %+v with %q", tt.fields, got, b.String(), tt.want, tt.header)
		}
	}
}

func TestReadHeadRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"garbage":            "\x16\x03\x01 hello\r\n\r\n",
		"no version":         "200 OK\r\n\r\n",
		"HTTP/2":             "HTTP/2.0 200 OK\r\n\r\n",
		"short status":       "HTTP/1.1 20\r\n\r\n",
		"status 099":         "HTTP/1.1 099 x\r\n\r\n",
		"letters":            "HTTP/1.1 2x0 OK\r\n\r\n",
		"space before colon": "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
		"folded":             "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
		"no colon":           "HTTP/1.1 200 OK\r\nabc\r\n\r\n",
		"no name":            "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
		"bare CR":            "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
		"zero byte":          "HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
		"two lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"length list":        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
		"negative length":    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"signed length":      "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
		"huge length":        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
		"other encoding":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
		"chunked twice":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"length of nothing":  "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
	} {
		if r, h, err := parseResponse(s); !errors.Is(err, errMalformed) {
			t.Errorf("%s: %+v %v %v", name, r, h, err)
		}
	}
	if _, _, err := parseResponse("HTTP/1.1 200 OK\r\nA: b\r\n"); err != io.EOF {
		t.Errorf("cut off: %v", err)
	}
	if _, _, err := parseResponse("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", maxResponseHeadBytes) + "\r\n\r\n"); err != errHeadTooLarge {
		t.Errorf("one huge line: %v", err)
	}
	if _, _, err := parseResponse("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", maxResponseHeadBytes/6+1) + "\r\n"); err != errHeadTooLarge {
		t.Errorf("many lines: %v", err)
	}
}

func TestLongLinesAreWhole(t *testing.T) {
	long := strings.Repeat("0123456789", 2000)
	_, h, err := parseResponse("HTTP/1.1 200 OK\r\nA: 1\r\nB: " + long + "\r\nC: " + long + "\r\nD: 2\r\n\r\n")
	if err != nil || h.Get("A") != "1" || h.Get("B") != long || h.Get("C") != long || h.Get("D") != "2" {
		t.Errorf("%v, lengths %d and %d", err, len(h.Get("B")), len(h.Get("C")))
	}
}

// What readHead accepts, net/http's client understands in the same way.
func FuzzReadHead(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.0 404 Not Found\nA: b\nConnection: x, a\n\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n",
		"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h := http.Header{}
		got, err := readResponseHead(bufio.NewReader(bytes.NewReader(b)), h)
		if err != nil {
			return
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), &http.Request{Method: "GET"})
		if err != nil {
			return // stricter about something that is not passed on
		}
		if got.status != res.StatusCode {
			t.Errorf("status %d, net/http has %d", got.status, res.StatusCode)
		}
		if framed := got.status >= 200 && got.status != 204 && got.status != 304; framed && got.length != res.ContentLength {
			t.Errorf("length %d, net/http has %d", got.length, res.ContentLength)
		}
		if chunked := slices.Equal(res.TransferEncoding, []string{"chunked"}); chunked && !got.chunked {
			t.Errorf("chunked %v, net/http has %v", got.chunked, chunked)
		}
		for name, values := range h {
			if want := res.Header[name]; name != "Trailer" && name != "Content-Length" && !slices.Equal(values, want) {
				t.Errorf("%s: %q, net/http has %q", name, values, want)
			}
		}
	})
}
