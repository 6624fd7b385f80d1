package message

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func parseResponse(s string) (ResponseHead, http.Header, error) {
	h := http.Header{}
	r, err := ReadResponseHead(bufio.NewReader(strings.NewReader(s)), h)
	return r, h, err
}

func TestReadResponseHead(t *testing.T) {
	for _, tt := range []struct {
		fields string
		want   ResponseHead
		header string // what goes to the client
	}{
		{"", ResponseHead{Status: 200, Length: -1}, ""},
		{"Content-Length: 5\r\nX-a: 1\r\nX-A:  2 \r\n", ResponseHead{Status: 200, Length: 5}, "Content-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n"},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", ResponseHead{Status: 200, Length: 5}, "Content-Length: 5\r\n"},
		{"Transfer-Encoding: Chunked\r\n", ResponseHead{Status: 200, Length: -1, Chunked: true}, ""},
		{"transfer-encoding: chunked\r\nContent-Length: 5\r\n", ResponseHead{Status: 200, Length: -1, Chunked: true, Close: true}, ""},
		{"Connection: close\r\n", ResponseHead{Status: 200, Length: -1, Close: true}, ""},
		{"Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\n", ResponseHead{Status: 200, Length: -1}, "X-End: 2\r\n"},
		{"Upgrade: websocket\r\n", ResponseHead{Status: 200, Length: -1, Upgrade: "websocket"}, ""},
		{"Version-Manager-Color: x\r\nVersion-Manager-Version: y\r\n", ResponseHead{Status: 200, Length: -1}, ""},
		{"X-Empty:\r\nX-Tab: a\tb\r\n", ResponseHead{Status: 200, Length: -1}, "X-Empty: \r\nX-Tab: a\tb\r\n"},
	} {
		got, h, err := parseResponse("HTTP/1.1 200 OK\r\n" + tt.fields + "\r\n")
		if err != nil {
			t.Errorf("%q: %v", tt.fields, err)
			continue
		}
		var b bytes.Buffer
		_ = h.Write(&b)
		got.connectionFields = nil
		if got.Status != tt.want.Status || got.Length != tt.want.Length || got.Chunked != tt.want.Chunked ||
			got.Close != tt.want.Close || got.Upgrade != tt.want.Upgrade || b.String() != tt.header {
			t.Errorf("%q: %+v with %q, want %+v with %q", tt.fields, got, b.String(), tt.want, tt.header)
		}
	}
}

func TestReadResponseHeadRefuses(t *testing.T) {
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
		if r, h, err := parseResponse(s); !errors.Is(err, ErrMalformed) {
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

func TestStatusLine(t *testing.T) {
	for line, want := range map[string]struct {
		status int
		http10 bool
	}{
		"HTTP/1.1 200 OK":    {200, false},
		"HTTP/1.1 200":       {200, false},
		"HTTP/1.1 200 ":      {200, false},
		"HTTP/1.1 100 x":     {100, false},
		"HTTP/1.1 099 x":     {},
		"HTTP/1.1 101 x":     {101, false},
		"HTTP/1.1 999 a b c": {999, false},
		"HTTP/1.0 200 OK":    {200, true},
		"HTTP/1.9 200 OK":    {200, false},
		"HTTP/1.: 200 OK":    {},
		"HTTP/1./ 200 OK":    {},
		"HTTP/2.0 200 OK":    {},
		"HTTP/1.11 200 OK":   {},
		"HTTP/1.1 20 OK":     {},
		"HTTP/1.1 2000 OK":   {},
		"HTTP/1.1 20/ OK":    {},
		"HTTP/1.1 20: OK":    {},
		"HTTP/1.1":           {},
		"":                   {},
	} {
		status, http10, err := parseStatusLine([]byte(line))
		if want.status == 0 {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%q: %d, %v", line, status, err)
			}
			continue
		}
		if status != want.status || http10 != want.http10 || err != nil {
			t.Errorf("%q: %d, HTTP/1.0 %t, %v", line, status, http10, err)
		}
	}
}

// TestHeadLimit is exact: the last byte that fits is accepted, one more is not.
func TestHeadLimit(t *testing.T) {
	start := "HTTP/1.1 200 OK\r\nA: "
	end := "\r\n\r\n"
	for surplus := range 2 {
		value := strings.Repeat("b", maxResponseHeadBytes-len(start)-len(end)+surplus)
		_, h, err := parseResponse(start + value + end)
		if fits := surplus == 0; fits != (err == nil) || fits && h.Get("A") != value || !fits && err != errHeadTooLarge {
			t.Errorf("%d bytes above the limit: %v", surplus, err)
		}
	}
}

func TestBodyLength(t *testing.T) {
	for _, tt := range []struct {
		head      string
		length    int64
		toClient  bool // the client gets the Content-Length
		wantClose bool
	}{
		{"200 OK\r\nContent-Length: 0", 0, true, false},
		{"200 OK\r\nContent-Length: 9223372036854775807", 1<<63 - 1, true, false},
		{"200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked", -1, false, true},
		{"199 x\r\nContent-Length: 3", 3, false, false},
		{"204 x\r\nContent-Length: 3", 3, false, false},
		{"203 x\r\nContent-Length: 3", 3, true, false},
		{"205 x\r\nContent-Length: 3", 3, true, false},
		{"304 x\r\nContent-Length: 3", 3, true, false},
		{"200 OK\r\nConnection: Content-Length\r\nContent-Length: 3", 3, true, false},
	} {
		got, h, err := parseResponse("HTTP/1.1 " + tt.head + "\r\n\r\n")
		if err != nil || got.Length != tt.length || (h["Content-Length"] != nil) != tt.toClient || got.Close != tt.wantClose {
			t.Errorf("%q: %+v, %v, %v", tt.head, got, h, err)
		}
	}
}

func TestKeepAlive(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"":                   -1,
		"timeout=5":          5 * time.Second,
		"Timeout=\"1\", x=2": time.Second,
		"timeout=0":          0,
		"max=0":              0,
		"max=1":              -1,
		"max=1, timeout=2":   2 * time.Second,
		"timeout=2, max=0":   0,
		"timeout=-1":         -1,
		"timeout=2147483647": 2147483647 * time.Second,
		"timeout=2147483648": -1,
		"timeout = 1":        -1,
	} {
		if got := parseKeepAlive(value); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestReadTrailers(t *testing.T) {
	h := http.Header{"A": {"1"}}
	err := ReadTrailers(bufio.NewReader(strings.NewReader("x-t: 2\r\nContent-Length: 3\r\nVersion-Manager-Color: blue\r\nVersion-Manager-Version: v1\r\nX-T: 4\r\n\r\nrest")), h)
	if want := (http.Header{"A": {"1"}, "Trailer:X-T": {"2", "4"}}); err != nil || !maps.EqualFunc(h, want, slices.Equal) {
		t.Errorf("%v, %v", h, err)
	}
	if err := ReadTrailers(bufio.NewReader(strings.NewReader("x t: 2\r\n\r\n")), h); !errors.Is(err, ErrMalformed) {
		t.Errorf("malformed: %v", err)
	}
	huge := "A: " + strings.Repeat("b", maxResponseHeadBytes) + "\r\n\r\n"
	if err := ReadTrailers(bufio.NewReader(strings.NewReader(huge)), h); err != errHeadTooLarge {
		t.Errorf("huge: %v", err)
	}
}

func TestCanonicalName(t *testing.T) {
	for _, name := range []string{"Content-Type", "Content-Length", "Transfer-Encoding", "Cache-Control", "Connection", "Date", "X-Other"} {
		for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
			if got := canonicalName([]byte(spelling)); got != name {
				t.Errorf("%q: %q", spelling, got)
			}
		}
	}
}

// What ReadResponseHead accepts, net/http's client understands in the same way.
func FuzzReadResponseHead(f *testing.F) {
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
		got, err := ReadResponseHead(bufio.NewReader(bytes.NewReader(b)), h)
		if err != nil {
			return
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), &http.Request{Method: "GET"})
		if err != nil {
			return // stricter about something that is not passed on
		}
		if got.Status != res.StatusCode {
			t.Errorf("status %d, net/http has %d", got.Status, res.StatusCode)
		}
		if framed := got.Status >= 200 && got.Status != 204 && got.Status != 304; framed && got.Length != res.ContentLength {
			t.Errorf("length %d, net/http has %d", got.Length, res.ContentLength)
		}
		if chunked := slices.Equal(res.TransferEncoding, []string{"chunked"}); chunked && !got.Chunked {
			t.Errorf("chunked %v, net/http has %v", got.Chunked, chunked)
		}
		for name, values := range h {
			if want := res.Header[name]; name != "Trailer" && name != "Content-Length" && !slices.Equal(values, want) {
				t.Errorf("%s: %q, net/http has %q", name, values, want)
			}
		}
	})
}
