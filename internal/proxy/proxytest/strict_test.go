package proxytest

import (
	"bufio"
	"errors"
	"strings"
	"testing"
)

const forwarding = "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: a\r\nX-Forwarded-Proto: http\r\nForwarded: for=1.1.1.1\r\nX-Request-Id: 1\r\n"

func TestReadRequest(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: a\r\n" + forwarding
	for _, tt := range []struct{ name, sent, want string }{
		{"length", head + "Content-Length: 3\r\n\r\nabc", "POST / a (abc)"},
		{"chunks", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "POST / a (abc)"},
		{"none", strings.Replace(head, "POST", "GET", 1) + "\r\n", "GET / a"},
		{"half", head + "Content-Length: 3\r\n\r\nab", "incomplete"},
		{"half a chunk", head + "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "incomplete"},
		{"no last chunk", head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "incomplete"},
		{"three spaces", strings.Replace(head, "/ HTTP", "/ x HTTP", 1) + "\r\n", "fault"},
		{"old version", strings.Replace(head, "1.1\r", "1.0\r", 1) + "\r\n", "fault"},
		{"bare line feed", strings.Replace(head, "a\r\n", "a\n", 1) + "\r\n", "fault"},
		{"bare carriage return", head + "A: b\rc\r\n\r\n", "fault"},
		{"underscore", head + "A_B: c\r\n\r\n", "fault"},
		{"space before colon", head + "A : c\r\n\r\n", "fault"},
		{"folded", head + "A: c\r\n d\r\n\r\n", "fault"},
		{"control character", head + "A: \x01c\r\n\r\n", "fault"},
		{"two hosts", head + "Host: b\r\n\r\n", "fault"},
		{"both framings", head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "fault"},
		{"two lengths", head + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "fault"},
		{"signed length", head + "Content-Length: +3\r\n\r\nabc", "fault"},
		{"no length", head + "\r\n", "fault"},
		{"unknown coding", head + "Transfer-Encoding: xchunked\r\n\r\n", "fault"},
		{"extension", head + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n", "fault"},
		{"long chunk", head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "fault"},
		{"connection", head + "Connection: close\r\nContent-Length: 0\r\n\r\n", "fault"},
		{"trace", strings.Replace(head, "POST", "TRACE", 1) + "\r\n", "fault"},
		{"fragment", strings.Replace(head, "/ ", "/#a ", 1) + "\r\n", "fault"},
		{"star", strings.Replace(head, "/ ", "* ", 1) + "\r\n", "fault"},
		{"forged twice", head + "X-Forwarded-For: 2.2.2.2\r\n\r\n", "fault"},
		{"trailing host", head + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: b\r\n\r\n", "fault"},
	} {
		r, err := ReadRequest(bufio.NewReader(strings.NewReader(tt.sent)))
		got := r.String()
		var f *Fault
		if errors.As(err, &f) {
			got = "fault"
		} else if err != nil {
			got = "incomplete"
		}
		if got != tt.want {
			t.Errorf("%s: %s (%v), want %s", tt.name, got, err, tt.want)
		}
	}
}
