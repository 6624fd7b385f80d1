package message

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Around the bytes of a chunk there is room for its size and its end, so that
// it takes one write.
const (
	ChunkPrefix = 10 // bytes before the body: "ffffffff\r\n" is the longest size
	ChunkSuffix = 2  // bytes after it
)

// BodyRoom returns the part of a buffer in which bytes of a body go.
func BodyRoom(buf []byte) []byte { return buf[ChunkPrefix : len(buf)-ChunkSuffix] }

// RawBody returns the n bytes in the room of a buffer as they are.
func RawBody(buf []byte, n int) []byte { return buf[ChunkPrefix : ChunkPrefix+n] }

// FrameChunk turns the n bytes in the room of a buffer into a chunk.
func FrameChunk(buf []byte, n int) []byte {
	var size [ChunkPrefix]byte
	s := append(strconv.AppendUint(size[:0], uint64(n), 16), "\r\n"...)
	start := ChunkPrefix - len(s)
	copy(buf[start:], s)
	return append(buf[start:ChunkPrefix+n], "\r\n"...)
}

// AppendLastChunk appends the end of a chunked body with its trailers.
func AppendLastChunk(b []byte, trailer http.Header) []byte {
	b = append(b, "0\r\n"...)
	for name, values := range trailer {
		for _, v := range values {
			if isAllowedInTrailer(name) {
				b = AppendField(b, name, v)
			}
		}
	}
	return append(b, "\r\n"...)
}

// ValidTrailers reports whether each trailer could be a header line. net/http
// does not check that.
func ValidTrailers(h http.Header) bool {
	for name, values := range h {
		if !isToken([]byte(name)) || slices.ContainsFunc(values, func(v string) bool { return !isFieldValue([]byte(v)) }) {
			return false
		}
	}
	return true
}

// isAllowedInTrailer reports whether a field may follow a body. An app may mix
// trailers with its header, so a field that frames, routes, or authorizes a
// request, or says who sent it, may not be a trailer (RFC 9110, 6.5.1).
func isAllowedInTrailer(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Set-Cookie", "Content-Encoding", "Content-Type", "Content-Range", "Cache-Control", "Max-Forwards", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Location", "X-Real-Ip":
		return false
	}
	return !IsHopByHop(name) && !IsReplaced(name, false) && strings.IndexByte(name, '_') < 0
}
