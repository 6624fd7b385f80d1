package photo

import (
	"encoding/binary"
	"iter"
)

// Markers of JPEG segments.
const (
	markerProgressive = 0xc2 // the frame's header, if the picture comes in many scans
	markerScan        = 0xda // the picture itself begins
	markerAPP1        = 0xe1 // EXIF, among others
)

// segments walks through the segments before the picture of a JPEG file, by
// marker and content. It ends early where the file is broken.
func segments(jpeg []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for rest := jpeg[min(2, len(jpeg)):]; len(rest) >= 4 && rest[0] == 0xff; {
			marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
			if marker == 0xff { // a fill byte
				rest = rest[1:]
				continue
			}
			if marker == markerScan || size < 2 || len(rest) < 2+size || !yield(marker, rest[4:2+size]) {
				return
			}
			rest = rest[2+size:]
		}
	}
}

// isProgressive reports whether decoding keeps all coefficients in memory
// until the last scan.
func isProgressive(jpeg []byte) bool {
	for marker := range segments(jpeg) {
		if marker == markerProgressive {
			return true
		}
	}
	return false
}
