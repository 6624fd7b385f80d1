package main

import "strings"

// http1Corpus is every known way to write one request so that two readers see
// different ones, and what is plainly broken.
func http1Corpus() []http1Case {
	var all []http1Case
	for _, part := range [][]http1Case{plainCases(), lineCases(), hostCases(), fieldCases(), lengthCases(), codingCases(), chunkCases(), pipelineCases(), sizeCases()} {
		all = append(all, part...)
	}
	return all
}

const (
	getHead  = "GET / HTTP/1.1\r\nHost: a\r\n"
	postHead = "POST / HTTP/1.1\r\nHost: a\r\n"
	chunked  = postHead + "Transfer-Encoding: chunked\r\n"
	smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
)

// plainCases are honest: a corpus in which everything is refused proves little.
func plainCases() []http1Case {
	return []http1Case{
		{"plain GET", getHead + "\r\n", "200", "GET / a"},
		{"plain HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "200", "HEAD / a"},
		{"plain POST", postHead + "Content-Length: 3\r\n\r\nabc", "200", "POST / a (abc)"},
		{"plain chunks", chunked + "\r\n3\r\nabc\r\n0\r\n\r\n", "200", "POST / a (abc)"},
		{"two requests", getHead + "\r\n" + getHead + "\r\n", "200 200", "GET / a, GET / a"},
		{"body and a request", postHead + "Content-Length: 3\r\n\r\nabc" + getHead + "\r\n", "200 200", "POST / a (abc), GET / a"},
		{"chunks and a request", chunked + "\r\n3\r\nabc\r\n0\r\n\r\n" + getHead + "\r\n", "200 200", "POST / a (abc), GET / a"},
		{"unknown method", "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n", "200", "PURGE / a"},
		{"absolute target", "GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "200", "GET /b?c a"},
		{"double slash", "GET //b/c HTTP/1.1\r\nHost: a\r\n\r\n", "200", "GET //b/c a"},
		{"encoded slash and dots", "GET /a%2f..%2fb/../c HTTP/1.1\r\nHost: a\r\n\r\n", "200", "GET /a%2f..%2fb/../c a"},
		{"two cookies", getHead + "Cookie: a=1\r\nCookie: b=2\r\n\r\n", "200", "GET / a"},
		{"trailer", chunked + "Trailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", "200", "POST / a (abc)"},
		{"HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "200", "GET / a"},
		{"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", "200", "GET / "},
		{"address as a host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200", "GET / [::1]:80"},
	}
}

// lineCases are about the request line.
func lineCases() []http1Case {
	var all []http1Case
	for name, line := range map[string]string{
		"no target": "GET HTTP/1.1", "no version": "GET /", "empty": " ", "two spaces": "GET  / HTTP/1.1", "tab": "GET\t/\tHTTP/1.1",
		"space in the target": "GET /a b HTTP/1.1", "space at the end": "GET / HTTP/1.1 ", "space in front": " GET / HTTP/1.1",
		"method with a colon": "GE:T / HTTP/1.1", "method with a control character": "G\x01T / HTTP/1.1", "method with a slash": "G/T / HTTP/1.1",
		"lower-case version": "GET / http/1.1", "version without a digit": "GET / HTTP/1.", "version with three": "GET / HTTP/1.1.1",
		"version with a letter": "GET / HTTP/1.x", "version with a sign": "GET / HTTP/+1.1",
		"nul in the target": "GET /\x00 HTTP/1.1", "control character in the target": "GET /\x7f HTTP/1.1", "carriage return in the target": "GET /\r HTTP/1.1",
		"fragment": "GET /a#b HTTP/1.1", "relative": "GET a HTTP/1.1", "star": "GET * HTTP/1.1", "bad escape": "GET /%zz HTTP/1.1",
		"other scheme": "GET ftp://a/ HTTP/1.1", "no authority": "GET http:///a HTTP/1.1", "opaque": "GET http:a HTTP/1.1", "user": "GET http://u:p@a/ HTTP/1.1",
		"authority alone": "GET a:80 HTTP/1.1", "not HTTP": "INVALID CONNECTION PREFACE",
	} {
		all = append(all, http1Case{"request line: " + name, line + "\r\nHost: a\r\n\r\n" + smuggled, "400", ""})
	}
	return append(all,
		http1Case{"request line: HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505", ""},
		http1Case{"request line: HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", "505", ""},
		http1Case{"request line: HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "200|505", "GET / a"},
		http1Case{"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "405", ""},
		http1Case{"TRACK", "TRACK / HTTP/1.1\r\nHost: a\r\n\r\n", "405", ""},
		http1Case{"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "501", ""},
		http1Case{"CONNECT to a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "501|400", ""},
		http1Case{"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "200", ""},
	)
}

// hostCases are about the host that the request is for.
func hostCases() []http1Case {
	all := []http1Case{
		{"host: none", "GET / HTTP/1.1\r\n\r\n", "400", ""},
		{"host: two", getHead + "Host: b\r\n\r\n", "400", ""},
		{"host: two that agree", getHead + "Host: a\r\n\r\n", "400", ""},
		{"host: two, one hidden", getHead + "Host : b\r\n\r\n", "400", ""},
		{"host: other than the absolute target's", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "200|400", "GET / a"},
	}
	for _, host := range []string{"a b", "a,\tb", "a/b", "a\\b", "u@a", "a#b", "a?b", `a"b`, "a:b", "a:-1", "a:99999", ":80", "[::1", "::1", "[a]", "[::1%25lo]", "a\x00b", "a\x01", "<a>"} {
		all = append(all, http1Case{"host: " + host, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", "400", ""})
	}
	return all
}

// fieldCases are about header lines.
func fieldCases() []http1Case {
	var all []http1Case
	for name, field := range map[string]string{
		"space before the colon": "X-A : b", "tab before the colon": "X-A\t: b", "no colon": "X-A", "no name": ": b", "space in the name": "X A: b",
		"nul in the name": "X\x00A: b", "nul in the value": "X-A: b\x00", "control character": "X-A: b\x01", "delete": "X-A: b\x7f",
		"bare carriage return": "X-A: b\rX-C: d", "carriage return in the name": "X\rA: b", "underscore": "X_A: b", "underscored length": "Content_Length: 5",
		"underscored coding": "Transfer_Encoding: chunked", "underscored forwarding": "X_Forwarded_For: 1.1.1.1", "non-ASCII name": "X-\xc3\xa4: b",
		"brackets in the name": "X[A]: b", "quotes in the name": `"X": b`,
	} {
		all = append(all, http1Case{"field: " + name, getHead + field + "\r\n\r\n", "400", ""})
	}
	return append(all,
		http1Case{"field: folded first", "GET / HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n", "400", ""},
		http1Case{"field: folded", getHead + "X-A: b\r\n c\r\n\r\n", "200|400", "GET / a"},
		http1Case{"field: folded coding", postHead + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "200|400|501", "POST / a"},
		http1Case{"field: bare line feed", "GET / HTTP/1.1\nHost: a\n\n", "200|400", "GET / a"},
		http1Case{"field: names of this hop", getHead + "Connection: close, X-A, Host\r\nX-A: b\r\nKeep-Alive: 1\r\nProxy-Connection: x\r\n\r\n", "200", "GET / a"},
		http1Case{"field: Connection hides the forwarding", getHead + "Connection: X-Forwarded-For, Forwarded\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n", "200", "GET / a"},
		http1Case{"field: forged forwarding", getHead + "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: b\r\nX-Real-Ip: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\nProxy: http://b\r\n\r\n", "200", "GET / a"},
		http1Case{"field: upgrade to h2c", getHead + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", "200", "GET / a"},
		http1Case{"field: upgrade to h2c among others", getHead + "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n", "200", "GET / a"},
		http1Case{"field: unknown expectation", getHead + "Expect: magic\r\n\r\n", "417", ""},
		http1Case{"field: empty value", getHead + "X-A:\r\n\r\n", "200", "GET / a"},
	)
}

// sizeCases are larger than anybody needs.
func sizeCases() []http1Case {
	return []http1Case{
		{"size: one field", getHead + "X-A: " + strings.Repeat("b", 1<<20) + "\r\n\r\n", "431|400|", ""},
		{"size: many fields", getHead + strings.Repeat("X-A: b\r\n", 1<<16) + "\r\n", "431|400|", ""},
		{"size: target", "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: a\r\n\r\n", "431|414|400|", ""},
		{"size: within the limit", getHead + "X-A: " + strings.Repeat("b", 32<<10) + "\r\n\r\n", "200", "GET / a"},
	}
}
