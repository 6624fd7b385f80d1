package proxy

import "encoding/binary"

// frameReader follows a stream of WebSocket frames (RFC 6455, 5.2), just enough
// to know where one ends and another could be inserted. The zero value stands
// before the first frame.
type frameReader struct {
	header [14]byte
	have   int    // bytes of the header seen
	left   uint64 // bytes of the payload still to come
}

// isBetweenFrames reports whether the stream stands between two frames.
func (f *frameReader) isBetweenFrames() bool { return f.have == 0 && f.left == 0 }

// skipBytes follows p to its end.
func (f *frameReader) skipBytes(p []byte) {
	for len(p) > 0 {
		p = p[f.skipToEnd(p):]
	}
}

// skipToEnd follows p up to the end of the current frame, or to the end of p if
// that comes first, and returns the number of bytes.
func (f *frameReader) skipToEnd(p []byte) int {
	n := 0
	for f.left == 0 {
		if n == len(p) {
			return n
		}
		f.header[f.have] = p[n]
		f.have++
		n++
		if f.have < 2 || f.have < f.headerSize() {
			continue
		}
		f.left = f.payloadSize()
		f.have = 0
		if f.left == 0 {
			return n
		}
	}
	take := min(f.left, uint64(len(p)-n))
	f.left -= take
	return n + int(take)
}

// headerSize is the length of the header, as its second byte tells.
func (f *frameReader) headerSize() int {
	n := 2
	switch f.header[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.header[1]&0x80 != 0 {
		n += 4
	}
	return n
}

func (f *frameReader) payloadSize() uint64 {
	switch n := f.header[1] & 0x7f; n {
	case 126:
		return uint64(binary.BigEndian.Uint16(f.header[2:]))
	case 127:
		return binary.BigEndian.Uint64(f.header[2:])
	default:
		return uint64(n)
	}
}

// goingAwayFrame is an unmasked close frame with status 1001.
const goingAwayFrame = "\x88\x02\x03\xe9"
