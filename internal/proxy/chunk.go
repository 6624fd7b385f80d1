package proxy

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Around the bytes of a chunk there is room for its size and its end, so that
// it takes one write.
const (
	chunkPrefix = 10
	chunkSuffix = 2
)

func rawBody(buf []byte, n int) []byte { return buf[chunkPrefix : chunkPrefix+n] }

func frameChunk(buf []byte, n int) []byte {
	var size [chunkPrefix]byte
	s := append(strconv.AppendUint(size[:0], uint64(n), 16), "\r\n"...)
	start := chunkPrefix - len(s)
	copy(buf[start:], s)
	return append(buf[start:chunkPrefix+n], "\r\n"...)
}

var errTrailer = errors.New("malformed trailer")

// validTrailers reports whether each trailer could be a header line.
// net/http lets through what is none.
func validTrailers(h http.Header) bool {
	for name, values := range h {
		if !isToken([]byte(name)) || slices.ContainsFunc(values, func(v string) bool { return !isFieldValue([]byte(v)) }) {
			return false
		}
	}
	return true
}

// allowedInTrailer reports whether a field may follow a body. An app may mix trailers
// with its header, so that whatever frames, routes, or authorizes a request,
// or says who sent it, is not for trailers (RFC 9110, 6.5.1).
func allowedInTrailer(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Set-Cookie", "Content-Encoding", "Content-Type", "Content-Range", "Cache-Control", "Max-Forwards", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Location", "X-Real-Ip":
		return false
	}
	return !isHopByHop(name) && !new(clientInfo).replacesHeader(name) && strings.IndexByte(name, '_') < 0
}

// appendLastChunk appends the end of a chunked body with its trailers.
func appendLastChunk(b []byte, trailer http.Header) []byte {
	b = append(b, "0\r\n"...)
	for name, values := range trailer {
		for _, v := range values {
			if allowedInTrailer(name) {
				b = appendField(b, name, v)
			}
		}
	}
	return append(b, "\r\n"...)
}
