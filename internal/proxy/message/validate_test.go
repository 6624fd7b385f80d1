package message

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// plainRequest is a request that is not refused.
func plainRequest() *http.Request {
	return &http.Request{Method: "GET", RequestURI: "/", URL: &url.URL{Path: "/"}, Host: "a", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody}
}

func TestRefusalStatusByMethod(t *testing.T) {
	for method, want := range map[string]int{
		"GET": 0, "PURGE": 0, "a!#$%&'*+-.^_`|~z": 0, "0": 0, "9": 0, "A": 0, "Z": 0, "a": 0, "z": 0,
		"CONNECT": 501, "TRACE": 405, "TRACK": 405,
		"": 400, "G T": 400, "G/T": 400, "G:T": 400, "@": 400, "[": 400, "{": 400, "}": 400, "G\x7f": 400, "G\x80": 400, "\"": 400, "(": 400, ",": 400,
	} {
		r := plainRequest()
		r.Method = method
		if got := RefusalStatus(r, Checks{}); got != want {
			t.Errorf("%q: %d, want %d", method, got, want)
		}
	}
}

func TestRefusalStatusByTarget(t *testing.T) {
	for _, tt := range []struct {
		method, target string
		protocol       int
		want           int
	}{
		{"GET", "/", 1, 0},
		{"GET", "/!~\x80", 1, 0},
		{"GET", "/ ", 1, 400},
		{"GET", "/\x1f", 1, 400},
		{"GET", "/\x7f", 1, 400},
		{"GET", "/#", 1, 400},
		{"OPTIONS", "*", 1, 0},
		{"OPTIONS", "*", 2, 0},
		{"GET", "*", 1, 400},
		{"GET", "a", 1, 400},
		{"GET", "", 1, 400},
		{"GET", "http://a/", 1, 0},
		{"GET", "https://a/", 1, 0},
		{"GET", "http://a/", 2, 400},
		{"GET", "ftp://a/", 1, 400},
		{"GET", "http://u@a/", 1, 400},
		{"GET", "http:///x", 1, 400},
	} {
		r := plainRequest()
		r.Method, r.RequestURI, r.ProtoMajor = tt.method, tt.target, tt.protocol
		if u, err := url.Parse(tt.target); err == nil {
			r.URL = u
		}
		if got := RefusalStatus(r, Checks{}); got != tt.want {
			t.Errorf("%s %q in HTTP/%d: %d, want %d", tt.method, tt.target, tt.protocol, got, tt.want)
		}
	}
}

func TestRefusalStatusByHost(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "a": true, "Z": true, "0": true, "9": true, "a.b": true, "-._~%!$&'()*+,;=": true,
		"a:": true, "a:0": true, "a:80": true, "a:65535": true, "a:65536": false, "a:b": false, "a:-1": false, "a:+1": false, "a:8 0": false, ":80": false, "a:b:80": false,
		"[::1]": true, "[::1]:80": true, "[::1]:65536": false, "[::1": false, "[::1:80": false, "::1": false, "[1.2.3.4]": false, "[fe80::1%eth0]": false, "[x]": false, "[::1]x": false,
		"a b": false, "a/b": false, "u@a": false, `a"b`: false, `a\b`: false, "a\x00": false, "a\x7f": false, "ä": false, "a<b": false, "a?b": false, "a#b": false, "`": false, "{": false, "[": false, "@": false,
	} {
		r := plainRequest()
		r.Host = host
		if got := RefusalStatus(r, Checks{}); (got == 0) != want || got != 0 && got != 400 {
			t.Errorf("host %q: %d, want it accepted: %t", host, got, want)
		}
	}
}

func TestRefusalStatusByField(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        bool
	}{
		{"X-A", "b", true},
		{"X-A", "", true},
		{"X-A", "a b\tc", true},
		{"X-A", "\x80\xff~", true},
		{"X-A", " b", false},
		{"X-A", "b ", false},
		{"X-A", "\tb", false},
		{"X-A", "b\t", false},
		{"X-A", "a\x1fb", false},
		{"X-A", "a\x7fb", false},
		{"X-A", "a\r\nb", false},
		{"X-A", "a\x00b", false},
		{"", "b", false},
		{"X A", "b", false},
		{"X:A", "b", false},
		{"X.A", "b", true},
		{"X.Amz.Meta", "b", true},
		{"X.Forwarded.For", "b", false},
		{"X!Real!Ip", "b", false},
		{"Content.Length", "b", false},
		{"Transfer~Encoding", "b", false},
		{"X.Original.Url", "b", false},
		{"Version.Manager.Probe", "b", false},
	} {
		r := plainRequest()
		r.Header[tt.name] = []string{tt.value}
		if got := RefusalStatus(r, Checks{}); (got == 0) != tt.want || got != 0 && got != 400 {
			t.Errorf("%q: %q: %d, want it accepted: %t", tt.name, tt.value, got, tt.want)
		}
	}
}

// TestImitationOfAPresentField: X.User is harmless unless X-User is there too.
func TestImitationOfAPresentField(t *testing.T) {
	r := plainRequest()
	r.Header["X.user"] = []string{"b"}
	if got := RefusalStatus(r, Checks{}); got != 0 {
		t.Errorf("alone: %d", got)
	}
	r.Header["X-User"] = []string{"a"}
	if got := RefusalStatus(r, Checks{}); got != 400 {
		t.Errorf("beside the field it imitates: %d", got)
	}
}

func TestUnderscores(t *testing.T) {
	for _, name := range []string{"X_A", "_a"} {
		r := plainRequest()
		r.Header[name] = []string{"b"}
		if got := RefusalStatus(r, Checks{}); got != 400 {
			t.Errorf("%s refused by default: %d", name, got)
		}
		if got := RefusalStatus(r, Checks{Underscores: true}); got != 0 {
			t.Errorf("%s allowed: %d", name, got)
		}
	}
}

func TestFalseScheme(t *testing.T) {
	if got := RefusalStatus(plainRequest(), Checks{FalseScheme: true}); got != 400 {
		t.Errorf("status %d", got)
	}
}

func TestRefusalStatusByLength(t *testing.T) {
	const most = 1<<63 - 1
	for _, tt := range []struct {
		lengths  []string
		parsed   int64
		protocol int
		want     bool
	}{
		{nil, 0, 1, true},
		{nil, -1, 2, true},
		{[]string{"0"}, 0, 1, true},
		{[]string{"5"}, 5, 1, true},
		{[]string{"5"}, 0, 1, false},
		{[]string{"5_0"}, 50, 1, false},
		{[]string{"5"}, 5, 2, true},
		{[]string{"5"}, 4, 1, false},
		{[]string{"5"}, 6, 2, false},
		{[]string{"5"}, -1, 1, true}, // chunked as well: net/http ignores the length
		{[]string{"5"}, -1, 2, false},
		{[]string{"5", "5"}, 5, 1, false},
		{[]string{"+5"}, 5, 1, false},
		{[]string{"-5"}, 5, 1, false},
		{[]string{"0x5"}, 5, 1, false},
		{[]string{" 5"}, 5, 1, false},
		{[]string{""}, 0, 1, false},
		{[]string{"9223372036854775807"}, most, 1, true},
		{[]string{"9223372036854775808"}, -1, 1, false},
	} {
		r := plainRequest()
		r.ProtoMajor, r.ContentLength = tt.protocol, tt.parsed
		if tt.lengths != nil {
			r.Header["Content-Length"] = tt.lengths
		}
		if got := RefusalStatus(r, Checks{}); (got == 0) != tt.want || got != 0 && got != 400 {
			t.Errorf("%+v: %d", tt, got)
		}
	}
}

func TestHostFieldOfHTTP2(t *testing.T) {
	for _, tt := range []struct {
		field    []string
		protocol int
		want     bool
	}{
		{nil, 2, true},
		{[]string{"a"}, 2, true},
		{[]string{"A"}, 2, true},
		{[]string{"b"}, 2, false},
		{[]string{"a", "a"}, 2, false},
		{[]string{"b"}, 1, true}, // net/http removes it there
	} {
		r := plainRequest()
		r.ProtoMajor = tt.protocol
		if tt.field != nil {
			r.Header["Host"] = tt.field
		}
		if got := RefusalStatus(r, Checks{}); (got == 0) != tt.want {
			t.Errorf("%+v: %d", tt, got)
		}
	}
}

func TestExpectations(t *testing.T) {
	for _, tt := range []struct {
		value string
		minor int
		want  int
	}{
		{"100-continue", 1, 0},
		{"100-Continue", 1, 0},
		{"magic", 1, 417},
		{"magic", 0, 0},
		{"100-continue", 0, 0},
	} {
		r := plainRequest()
		r.ProtoMinor, r.Header["Expect"] = tt.minor, []string{tt.value}
		if got := RefusalStatus(r, Checks{}); got != tt.want {
			t.Errorf("%+v: %d", tt, got)
		}
		if got := ExpectsContinue(r); got != (tt.minor == 1 && strings.EqualFold(tt.value, "100-continue")) {
			t.Errorf("%+v: expects a 100: %t", tt, got)
		}
	}
	if r := plainRequest(); ExpectsContinue(r) {
		t.Error("without the header")
	}
}
