package main

import "strings"

const (
	okHead      = "HTTP/1.1 200 OK\r\n"
	chunkedHead = okHead + "Transfer-Encoding: chunked\r\n\r\n"
	evil        = "HTTP/1.1 200 OK\r\nX-Smuggled: 1\r\nContent-Length: 4\r\n\r\nevil"
)

// brokenHeads are answers of which the ingress can use nothing.
func brokenHeads() []responseCase {
	var all []responseCase
	for name, said := range map[string]string{
		"nothing": "", "half a head": okHead + "Content-Le", "TLS": "\x16\x03\x01\x00\r\n\r\n", "no version": "200 OK\r\n\r\n", "HTTP/2.0": "HTTP/2.0 200 OK\r\n\r\n",
		"HTTP/1.10": "HTTP/1.10 200 OK\r\n\r\n", "two digits": "HTTP/1.1 20 OK\r\n\r\n", "four digits": "HTTP/1.1 2000 OK\r\n\r\n", "status 99": "HTTP/1.1 099 OK\r\n\r\n",
		"signed status": "HTTP/1.1 +20 OK\r\n\r\n", "two lengths": okHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "signed length": okHead + "Content-Length: +2\r\n\r\nok",
		"hexadecimal length": okHead + "Content-Length: 0x2\r\n\r\nok", "list of lengths": okHead + "Content-Length: 2, 2\r\n\r\nok", "huge length": okHead + "Content-Length: 99999999999999999999\r\n\r\nok",
		"negative length": okHead + "Content-Length: -2\r\n\r\nok", "empty length": okHead + "Content-Length:\r\n\r\nok", "unknown coding": okHead + "Transfer-Encoding: gzip, chunked\r\n\r\n",
		"coding twice": okHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "space before the colon": headWith("X-A : b"), "no colon": headWith("X-A"),
		"no name": headWith(": b"), "folded": headWith("X-A: b\r\n c"), "nul": headWith("X-A: b\x00c"), "bare carriage return": headWith("X-A: b\rX-Smuggled: 1"),
		"control character in the name": headWith("X\x01: b"), "huge field": headWith("X-A: " + strings.Repeat("x", 1<<20)), "endless fields": okHead + strings.Repeat("X-A: b\r\n", 1<<17) + "\r\n",
		"endless hints": strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000), "upgrade nobody wanted": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" + evil,
	} {
		all = append(all, responseCase{name: "head: " + name, said: said, status: own})
	}
	return append(all,
		responseCase{name: "head: bare line feeds", said: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", status: 200, body: "ok"},
		responseCase{name: "head: HTTP/1.0", said: "HTTP/1.0 200 OK\r\n\r\nok", status: 200, body: "ok"},
		responseCase{name: "head: no reason", said: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"},
		responseCase{name: "head: unknown status", said: "HTTP/1.1 799 x\r\nContent-Length: 2\r\n\r\nok", status: 799, body: "ok"},
		responseCase{name: "head: our own names", said: okHead + "Version-Manager-Color: green\r\nVersion-Manager-Version: v9\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"},
		responseCase{name: "head: names of this hop", said: okHead + "Connection: X-Smuggled\r\nX-Smuggled: 1\r\nKeep-Alive: timeout=9\r\nProxy-Connection: x\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"},
	)
}

// brokenBodies begin well.
func brokenBodies() []responseCase {
	var all []responseCase
	for name, said := range map[string]string{
		"short": okHead + "Content-Length: 10\r\n\r\nabc", "cut chunk": chunkedHead + "5\r\nabc", "no last chunk": chunkedHead + "3\r\nabc\r\n", "letters for a size": chunkedHead + "xyz\r\nabc\r\n0\r\n\r\n",
		"signed size": chunkedHead + "+3\r\nabc\r\n0\r\n\r\n", "prefixed size": chunkedHead + "0x3\r\nabc\r\n0\r\n\r\n", "size overflows": chunkedHead + "10000000000000003\r\nabc\r\n0\r\n\r\n",
		"chunk too long": chunkedHead + "3\r\nabcd\r\n0\r\n\r\n", "no end of the chunk": chunkedHead + "3\r\nabc0\r\n\r\n", "endless extension": chunkedHead + "3;" + strings.Repeat("x", 1<<17) + "\r\nabc\r\n0\r\n\r\n",
		"cut trailer": chunkedHead + "3\r\nabc\r\n0\r\nX: y", "malformed trailer": chunkedHead + "3\r\nabc\r\n0\r\nX y\r\n\r\n", "endless trailers": chunkedHead + "3\r\nabc\r\n0\r\n" + strings.Repeat("X-A: b\r\n", 1<<17) + "\r\n",
	} {
		all = append(all, responseCase{name: "body: " + name, said: said, status: 200, broken: true})
	}
	return append(all,
		responseCase{name: "body: until the end", said: okHead + "\r\nabc", status: 200, body: "abc"},
		responseCase{name: "body: coding and a length", said: okHead + "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", status: 200, body: "ok"},
		responseCase{name: "body: trailers of this hop", said: chunkedHead + "2\r\nok\r\n0\r\nContent-Length: 9\r\nConnection: x\r\n\r\n", status: 200, body: "ok"},
	)
}

// splitAnswers say more than they were asked, on a connection that stays open.
// The rest must not become the answer to the next request.
func splitAnswers() []responseCase {
	all := []responseCase{
		{name: "split: behind a length", said: okHead + "Content-Length: 2\r\n\r\nok" + evil, status: 200, body: "ok"},
		{name: "split: behind chunks", said: chunkedHead + "2\r\nok\r\n0\r\n\r\n" + evil, status: 200, body: "ok"},
		{name: "split: behind 204", said: "HTTP/1.1 204 No Content\r\n\r\n" + evil, status: 204},
		{name: "split: behind 304", said: "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n" + evil, status: 304},
		{name: "split: 204 with a body", said: "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil", status: 204},
		{name: "split: behind hints", said: "HTTP/1.1 103 Early Hints\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\nok" + evil, status: 200, body: "ok"},
		{name: "split: one byte", said: okHead + "Content-Length: 2\r\n\r\nok\n", status: 200, body: "ok"},
		{name: "split: coding and a length", said: okHead + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + evil, status: 200, body: "ok"},
		{name: "split: behind Connection: close", said: okHead + "Connection: close\r\nContent-Length: 2\r\n\r\nok" + evil, status: 200, body: "ok"},
	}
	for i := range all {
		all[i].open = true
	}
	return all
}
