package photo

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Markers of JPEG segments.
const (
	markerBaseline    = 0xc0 // the frame's header
	markerProgressive = 0xc2 // the same, if the picture comes in many scans
	markerRestart     = 0xd0 // the first of eight
	markerEnd         = 0xd9
	markerScan        = 0xda // the picture itself begins
	markerAPP1        = 0xe1 // EXIF, among others
)

// segmentReader walks through the segments before the picture of a JPEG file.
// It overlooks all that the decoder overlooks, bytes between segments above
// all: otherwise a file could show each of them another header.
type segmentReader struct {
	r *bufio.Reader
}

func newSegmentReader(src Source) segmentReader {
	return segmentReader{bufio.NewReader(io.NewSectionReader(src, 0, src.Size()))}
}

// nextSegment returns the next segment's marker and content. io.EOF means that the
// picture begins, or that the file ends.
func (s segmentReader) nextSegment() (byte, []byte, error) {
	marker, err := s.nextMarker()
	if err != nil {
		return 0, nil, err
	}
	var size [2]byte
	if _, err := io.ReadFull(s.r, size[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(size[:])) - len(size)
	if n < 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	body := make([]byte, n)
	_, err = io.ReadFull(s.r, body)
	return marker, body, err
}

// nextMarker looks for the next marker that has a segment.
func (s segmentReader) nextMarker() (byte, error) {
	for {
		if _, err := s.r.ReadSlice(0xff); err == bufio.ErrBufferFull {
			continue
		} else if err != nil {
			return 0, err
		}
		b := byte(0xff)
		for b == 0xff { // fill bytes
			var err error
			if b, err = s.r.ReadByte(); err != nil {
				return 0, err
			}
		}
		switch {
		case b == 0 || b == 0xd8 || b >= markerRestart && b < markerRestart+8:
		case b == markerEnd || b == markerScan:
			return 0, io.EOF
		default:
			return b, nil
		}
	}
}

// isProgressive reports whether decoding keeps all coefficients in memory
// until the last scan.
func isProgressive(src Source) bool {
	scan := newSegmentReader(src)
	for {
		marker, _, err := scan.nextSegment()
		if err != nil || marker >= markerBaseline && marker <= markerProgressive {
			return marker == markerProgressive
		}
	}
}
