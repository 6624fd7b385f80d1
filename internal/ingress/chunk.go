package ingress

import (
	"net/http"
	"strconv"
)

// Around the bytes of a chunk there is room for its size and its end, so that
// it takes one write.
const (
	chunkPrefix = 10
	chunkSuffix = 2
)

func plainChunk(buf []byte, n int) []byte { return buf[chunkPrefix : chunkPrefix+n] }

func chunk(buf []byte, n int) []byte {
	var size [chunkPrefix]byte
	s := append(strconv.AppendUint(size[:0], uint64(n), 16), "\r\n"...)
	start := chunkPrefix - len(s)
	copy(buf[start:], s)
	return append(buf[start:chunkPrefix+n], "\r\n"...)
}

// appendLastChunk appends the end of a chunked body with its trailers.
func appendLastChunk(b []byte, trailer http.Header) []byte {
	b = append(b, "0\r\n"...)
	for name, values := range trailer {
		for _, v := range values {
			if !hopByHop(name) && token([]byte(name)) && text([]byte(v)) {
				b = appendField(b, name, v)
			}
		}
	}
	return append(b, "\r\n"...)
}
