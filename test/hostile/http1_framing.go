package main

import "strings"

// lengthCases are about Content-Length. What follows the body must not be
// taken for a request where the length is in doubt.
func lengthCases() []http1Case {
	var all []http1Case
	for _, length := range []string{"+3", "-3", "0x3", "3.0", "3,3", "3, 4", "3 3", "3;", "three", "٣", "1e1", "18446744073709551619", "9223372036854775808", "\x0b3", "3_0"} {
		all = append(all, http1Case{"length: " + length, postHead + "Content-Length: " + length + "\r\n\r\nabc" + smuggled, "400", ""})
	}
	return append(all,
		http1Case{"length: empty", postHead + "Content-Length:\r\n\r\nabc" + smuggled, "400", ""},
		http1Case{"length: two that differ", postHead + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd" + smuggled, "400", ""},
		http1Case{"length: two that agree", postHead + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "200|400", "POST / a (abc)"},
		http1Case{"length: leading zeros", postHead + "Content-Length: 003\r\n\r\nabc", "200|400", "POST / a (abc)"},
		http1Case{"length: hidden by a space", postHead + "Content-Length : 3\r\n\r\nabc" + smuggled, "400", ""},
		http1Case{"length: of a GET", getHead + "Content-Length: 3\r\n\r\nabc", "200", "GET / a (abc)"},
		http1Case{"length: named by Connection", postHead + "Connection: Content-Length\r\nContent-Length: 3\r\n\r\nabc", "200", "POST / a (abc)"},
		http1Case{"length: none for a POST", postHead + "\r\n" + smuggled, "200 200", "POST / a, GET /smuggled a"},
	)
}

// codingCases are about Transfer-Encoding.
func codingCases() []http1Case {
	var all []http1Case
	const body = "\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	for _, coding := range []string{"gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunkedx", "chunked;a=b", `"chunked"`, "chunked,", ", chunked", "cow", "\x0bchunked", "chun\tked", ""} {
		all = append(all, http1Case{"coding: " + coding, postHead + "Transfer-Encoding: " + coding + body + smuggled, "501|400", ""})
	}
	return append(all,
		http1Case{"coding: upper case", postHead + "Transfer-Encoding: CHUNKED" + body, "200", "POST / a (abc)"},
		http1Case{"coding: twice", postHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + body + smuggled, "501|400", ""},
		http1Case{"coding: twice, one unknown", postHead + "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked" + body + smuggled, "501|400", ""},
		http1Case{"coding: hidden by a space", postHead + "Transfer-Encoding : chunked" + body + smuggled, "400", ""},
		http1Case{"coding: hidden by a line feed", postHead + "X-A: b\nTransfer-Encoding: chunked" + body, "200|400", "POST / a (abc)"},
		http1Case{"coding: and a length", postHead + "Content-Length: 3\r\nTransfer-Encoding: chunked" + body, "200|400", "POST / a (abc)"},
		http1Case{"coding: and a longer length", postHead + "Content-Length: 99\r\nTransfer-Encoding: chunked" + body, "200|400", "POST / a (abc)"},
		http1Case{"coding: of HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, "200|400", "POST / a"},
		http1Case{"coding: of HTTP/1.0 with a length", "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc" + smuggled, "200|400", "POST / a (abc)"},
		http1Case{"coding: named by Connection", postHead + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked" + body, "200", "POST / a (abc)"},
	)
}

// chunkCases are about the chunks themselves. None of the malformed ones may
// reach the instance as complete.
func chunkCases() []http1Case {
	var all []http1Case
	for name, chunks := range map[string]string{
		"letters": "xyz\r\nabc\r\n0\r\n\r\n", "sign": "+3\r\nabc\r\n0\r\n\r\n", "minus": "-3\r\nabc\r\n0\r\n\r\n", "prefix": "0x3\r\nabc\r\n0\r\n\r\n",
		"no size": "\r\nabc\r\n0\r\n\r\n", "space in front": " 3\r\nabc\r\n0\r\n\r\n", "overflow": "10000000000000003\r\nabc\r\n0\r\n\r\n",
		"underscore": "0_3\r\nabc\r\n0\r\n\r\n", "too long": "3\r\nabcd\r\n0\r\n\r\n", "too short": "3\r\nab\r\n0\r\n\r\n", "no end": "3\r\nabc0\r\n\r\n",
		"bare line feed after the size": "3\nabc\r\n0\r\n\r\n", "bare line feed after the data": "3\r\nabc\n0\r\n\r\n", "bare carriage return": "3\rabc\r\n0\r\n\r\n",
		"bare line feed in an extension": "3;a\nb\r\nabc\r\n0\r\n\r\n", "endless extension": "3;" + strings.Repeat("a", 1<<17) + "\r\nabc\r\n0\r\n\r\n",
		"trailer without a colon": "3\r\nabc\r\n0\r\nX-A\r\n\r\n", "trailer with a bad name": "3\r\nabc\r\n0\r\nX A: b\r\n\r\n",
		"endless trailers": "3\r\nabc\r\n0\r\n" + strings.Repeat("X-A: b\r\n", 1<<16) + "\r\n",
	} {
		all = append(all, http1Case{"chunk: " + name, chunked + "\r\n" + chunks, "400|", ""})
	}
	for name, chunks := range map[string]string{
		"extension": "3;a=b\r\nabc\r\n0\r\n\r\n", "quoted extension": "3;a=\"b;c\"\r\nabc\r\n0\r\n\r\n", "extension of the last": "3\r\nabc\r\n0;a\r\n\r\n",
		"carriage return in an extension": "3;a\rb\r\nabc\r\n0\r\n\r\n", "space after the size": "3 \r\nabc\r\n0\r\n\r\n", "leading zeros": "0003\r\nabc\r\n000\r\n\r\n",
		"length as a trailer": "3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n", "host as a trailer": "3\r\nabc\r\n0\r\nHost: b\r\n\r\n", "forwarding as a trailer": "3\r\nabc\r\n0\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n",
		"cookie as a trailer": "3\r\nabc\r\n0\r\nCookie: a=b\r\n\r\n", "underscore in a trailer": "3\r\nabc\r\n0\r\nX_A: b\r\n\r\n",
	} {
		all = append(all, http1Case{"chunk: " + name, chunked + "\r\n" + chunks, "200|400", "POST / a (abc)"})
	}
	return all
}

// pipelineCases put something behind what ends the connection.
func pipelineCases() []http1Case {
	return []http1Case{
		{"pipeline: after Connection: close", getHead + "Connection: close\r\n\r\n" + smuggled, "200", "GET / a"},
		{"pipeline: after a refusal", getHead + "X_A: b\r\n\r\n" + smuggled, "400", ""},
		{"pipeline: after a refused body", postHead + "X_A: b\r\nContent-Length: 99\r\n\r\n" + smuggled, "400", ""},
		{"pipeline: after refused chunks", chunked + "\r\nx\r\n" + smuggled, "400", ""},
		{"pipeline: empty lines between", getHead + "\r\n\r\n\r\n" + getHead + "\r\n", "200 400", "GET / a"},
		{"pipeline: garbage after a request", getHead + "\r\nabc\r\n\r\n", "200 400", "GET / a"},
		{"pipeline: fifty", strings.Repeat(getHead+"\r\n", 50), strings.TrimSpace(strings.Repeat("200 ", 50)), strings.TrimSuffix(strings.Repeat("GET / a, ", 50), ", ")},
	}
}
