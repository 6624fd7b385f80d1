package main

import (
	"fmt"

	"golang.org/x/net/http2/hpack"

	"version-manager/internal/proxy/proxytest"
)

// http2Corpus puts everything that means something in HTTP/1.1 into every
// field of HTTP/2, and adds the cases that have a name.
func http2Corpus() []http2Case {
	return append(append(crossCases(), http2Fields()...), http2Bodies()...)
}

// hostilePayloads have a meaning in HTTP/1.1, or in the heads of its readers.
func hostilePayloads() []string {
	return []string{
		" ", "\t", "\r", "\n", "\r\n", "\x00", "\x01", "\x0b", "\x7f", "\x80", "\xff", ":", "#", "/", "\\", "@", "?", ",", ";", `"`, "%00", "%0d%0a", "_",
		" HTTP/1.1", " HTTP/1.1\r\nX-Smuggled: 1", " HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nTransfer-Encoding: chunked", "\r\nContent-Length: 9",
		"\u010a", "\u560a", "\u2028", "GET /admin HTTP/1.1",
	}
}

// crossCases put each payload before, into, and behind each field.
func crossCases() []http2Case {
	var all []http2Case
	for _, f := range []struct{ name, value string }{
		{":method", "GET"}, {":scheme", "http"}, {":authority", "aa"}, {":path", "/aa"}, {"x-name", "bb"}, {"cookie", "a=b"}, {"content-length", "00"},
		{"te", "trailers"}, {"host", "aa"}, {"upgrade", "xx"}, {"x-forwarded-for", "1.1.1.1"}, {"x-request-id", "id"}, {"forwarded", "for=a"},
	} {
		for _, p := range hostilePayloads() {
			for place, value := range []string{p + f.value, f.value[:1] + p + f.value[1:], f.value + p, p} {
				all = append(all, http2Case{fmt.Sprintf("%s: %q at %d", f.name, p, place), proxytest.Stream{Fields: requestWith(f.name, value)}, ""})
			}
		}
	}
	for _, p := range hostilePayloads() {
		for place, name := range []string{p + "x-a", "x" + p + "a", "x-a" + p, p} {
			all = append(all, http2Case{fmt.Sprintf("name: %q at %d", p, place), proxytest.Stream{Fields: requestWith(name, "b")}, ""})
			all = append(all, http2Case{fmt.Sprintf("trailer: %q at %d", p, place), proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields(name, "b")}, ""})
		}
		all = append(all, http2Case{fmt.Sprintf("trailer: value %q", p), proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("x-a", p)}, ""})
		all = append(all, http2Case{fmt.Sprintf("body: %q", p), proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{p}}, "200"})
	}
	return all
}

// requestWith is a plain request with one field set or added.
func requestWith(name, value string) []hpack.HeaderField {
	list := proxytest.HeaderFields(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	for i := range list {
		if list[i].Name == name {
			list[i].Value = value
			return list
		}
	}
	return append(list, hpack.HeaderField{Name: name, Value: value})
}

// requestWithout is a plain request that lacks a field.
func requestWithout(name string) []hpack.HeaderField {
	var list []hpack.HeaderField
	for _, f := range requestWith("x-a", "b") {
		if f.Name != name {
			list = append(list, f)
		}
	}
	return list
}

const (
	malformed = "400|reset PROTOCOL_ERROR|goaway PROTOCOL_ERROR|closed"
	refused   = malformed + "|405|501|417"
)

// http2Fields are the cases about fields that have a name.
func http2Fields() []http2Case {
	var all []http2Case
	for _, c := range []struct{ name, value, want string }{
		{":method", "GET", "200"}, {":method", "PURGE", "200"}, {":method", "GET /admin HTTP/1.1", malformed}, {":method", "", malformed},
		{":method", "TRACE", "405"}, {":method", "TRACK", "405"}, {":method", "CONNECT", refused},
		{":path", "", malformed}, {":path", "*", malformed}, {":path", "a", malformed}, {":path", "http://b/", malformed}, {":path", "/a#b", malformed}, {":path", "//b", "200"},
		{":scheme", "", malformed}, {":scheme", "ftp", malformed}, {":scheme", "https", "200"},
		{":authority", "u@a", malformed}, {":authority", "a:b", malformed}, {":authority", "[::1", malformed}, {":authority", "[::1]:80", "200"},
		{":status", "200", malformed}, {":other", "a", malformed}, {":protocol", "websocket", malformed},
		{"host", "b", malformed}, {"x_a", "b", malformed}, {"X-A", "b", malformed}, {"", "b", malformed},
		{"connection", "close", malformed}, {"connection", "x-a", malformed}, {"keep-alive", "1", malformed}, {"proxy-connection", "x", malformed},
		{"transfer-encoding", "chunked", malformed}, {"upgrade", "websocket", malformed}, {"te", "gzip", malformed}, {"te", "trailers", "200"},
		{"http2-settings", "AAA", "200|" + malformed}, {"expect", "magic", "417"}, {"content-length", "1", malformed}, {"content-length", "-1", malformed},
	} {
		all = append(all, http2Case{fmt.Sprintf("%s: %q", c.name, c.value), proxytest.Stream{Fields: requestWith(c.name, c.value)}, c.want})
	}
	for _, name := range []string{":method", ":scheme", ":path"} {
		all = append(all, http2Case{"no " + name, proxytest.Stream{Fields: requestWithout(name)}, malformed})
	}
	for _, name := range []string{":method", ":scheme", ":path", ":authority"} {
		all = append(all,
			http2Case{"two " + name, proxytest.Stream{Fields: append(proxytest.HeaderFields(name, "a"), requestWith("x-a", "b")...)}, malformed},
			http2Case{name + " behind others", proxytest.Stream{Fields: append(requestWithout(name), proxytest.HeaderFields(name, "/")...)}, malformed})
	}
	return append(all,
		http2Case{"no authority", proxytest.Stream{Fields: requestWithout(":authority")}, "200"},
		http2Case{"two lengths", proxytest.Stream{Fields: append(requestWith("content-length", "3"), proxytest.HeaderFields("content-length", "4")...), Data: []string{"abc"}}, malformed},
		http2Case{"two hosts", proxytest.Stream{Fields: append(requestWith("host", "a"), proxytest.HeaderFields("host", "b")...)}, malformed},
		http2Case{"cookie crumbs", proxytest.Stream{Fields: append(requestWith("cookie", "a=1"), proxytest.HeaderFields("cookie", "b=2", "cookie", "c=3")...)}, "200"},
	)
}

// http2Bodies are about DATA frames, what announces them, and what follows.
func http2Bodies() []http2Case {
	post := func(name, value string) []hpack.HeaderField {
		return append(requestWith(":method", "POST"), proxytest.HeaderFields(name, value)...)
	}
	return []http2Case{
		{"body", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"ab", "", "c"}}, "200"},
		{"body of a GET", proxytest.Stream{Fields: requestWith(":method", "GET"), Data: []string{"abc"}}, "200"},
		{"body that looks like a chunk", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"}}, "200"},
		{"length", proxytest.Stream{Fields: post("content-length", "3"), Data: []string{"abc"}}, "200"},
		{"length too small", proxytest.Stream{Fields: post("content-length", "2"), Data: []string{"abc"}}, "reset PROTOCOL_ERROR"},
		{"length too large", proxytest.Stream{Fields: post("content-length", "4"), Data: []string{"abc"}}, "reset PROTOCOL_ERROR|400"},
		{"length of nothing", proxytest.Stream{Fields: post("content-length", "3")}, malformed},
		{"length is not a number", proxytest.Stream{Fields: post("content-length", "x"), Data: []string{"abc"}}, malformed},
		{"length zero with a body", proxytest.Stream{Fields: post("content-length", "0"), Data: []string{"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"}}, malformed},
		{"trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("x-a", "b")}, "200"},
		{"pseudo-header field as a trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields(":path", "/b")}, malformed},
		{"length as a trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("content-length", "9")}, ""},
		{"host as a trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("host", "b")}, ""},
		{"forwarding as a trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("x-forwarded-for", "1.1.1.1")}, "200"},
		{"connection as a trailer", proxytest.Stream{Fields: requestWith(":method", "POST"), Data: []string{"abc"}, Trailers: proxytest.HeaderFields("connection", "x-a")}, ""},
	}
}
