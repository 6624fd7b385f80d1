package proxy

import (
	"bytes"
	"slices"
	"testing"
)

// makeFrame builds one WebSocket frame.
func makeFrame(payload int, masked bool) []byte {
	b := []byte{0x82}
	switch {
	case payload < 126:
		b = append(b, byte(payload))
	case payload < 1<<16:
		b = append(b, 126, byte(payload>>8), byte(payload))
	default:
		b = append(b, 127, 0, 0, 0, 0, byte(payload>>24), byte(payload>>16), byte(payload>>8), byte(payload))
	}
	if masked {
		b[1] |= 0x80
		b = append(b, 1, 2, 3, 4)
	}
	return append(b, bytes.Repeat([]byte{0x88}, payload)...)
}

func TestFramesAreFoundInAnyPieces(t *testing.T) {
	for _, payload := range []int{0, 1, 125, 126, 127, 65535, 65536, 70000} {
		for _, masked := range []bool{false, true} {
			one := makeFrame(payload, masked)
			for _, piece := range []int{1, 2, 3, 7, 4096, len(one), 2 * len(one)} {
				var f frameReader
				stream := append(bytes.Clone(one), one...)
				for at := 0; at < len(stream); at += piece {
					if between := at%len(one) == 0; f.isBetweenFrames() != between {
						t.Fatalf("payload %d masked %v pieces of %d: between() = %v at %d of %d", payload, masked, piece, f.isBetweenFrames(), at, len(one))
					}
					f.skipBytes(stream[at:min(at+piece, len(stream))])
				}
				if !f.isBetweenFrames() {
					t.Errorf("payload %d masked %v pieces of %d: not at the end", payload, masked, piece)
				}
			}
		}
	}
}

func TestSkipToEndStopsAtTheFirstEnd(t *testing.T) {
	one := makeFrame(300, false)
	for at := range one[1:] {
		var f frameReader
		f.skipBytes(one[:at+1])
		rest := append(bytes.Clone(one[at+1:]), one...)
		want := len(one) - at - 1
		if want == 0 {
			want = len(one)
		}
		if got := f.skipToEnd(rest); got != want || !f.isBetweenFrames() {
			t.Fatalf("after %d bytes: toEnd = %d, want %d", at+1, got, want)
		}
	}
}

// However a stream is cut into pieces, its frames end at the same places.
func FuzzFrames(f *testing.F) {
	f.Add(append(makeFrame(5, true), makeFrame(200, false)...), uint8(3))
	f.Add([]byte{0x88, 0x02, 0x03, 0xe9}, uint8(1))
	f.Add([]byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint8(4))
	f.Fuzz(func(t *testing.T, stream []byte, piece uint8) {
		var whole, pieces frameReader
		whole.skipBytes(stream)
		for rest := stream; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			pieces.skipBytes(rest[:n])
			rest = rest[n:]
		}
		if whole.left != pieces.left || whole.have != pieces.have {
			t.Errorf("in one piece %+v, in pieces of %d %+v", whole, int(piece)+1, pieces)
		}
	})
}

// TestFrameSizes has each length on both sides of the points at which its
// encoding changes, masked and not.
func TestFrameSizes(t *testing.T) {
	for _, tt := range []struct {
		header  []byte
		payload int
	}{
		{[]byte{0x81, 0}, 0},
		{[]byte{0x81, 1}, 1},
		{[]byte{0x81, 125}, 125},
		{[]byte{0x81, 126, 0, 126}, 126},
		{[]byte{0x81, 126, 0xff, 0xff}, 0xffff},
		{[]byte{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}, 0x10000},
		{[]byte{0x81, 0x80, 1, 2, 3, 4}, 0},
		{[]byte{0x81, 0x80 | 125, 1, 2, 3, 4}, 125},
		{[]byte{0x81, 0x80 | 126, 0, 126, 1, 2, 3, 4}, 126},
		{[]byte{0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}, 0x10000},
	} {
		whole := append(slices.Clone(tt.header), make([]byte, tt.payload)...)
		var f frameReader
		if n := f.skipToEnd(append(slices.Clone(whole), 0x81)); n != len(whole) || !f.isBetweenFrames() {
			t.Errorf("% x and %d bytes: ends after %d of %d", tt.header, tt.payload, n, len(whole))
		}
		f = frameReader{}
		if f.skipBytes(whole[:len(whole)-1]); f.isBetweenFrames() {
			t.Errorf("% x and %d bytes: over one byte early", tt.header, tt.payload)
		}
		if f.skipBytes(whole[len(whole)-1:]); !f.isBetweenFrames() {
			t.Errorf("% x and %d bytes: not over", tt.header, tt.payload)
		}
	}
}
