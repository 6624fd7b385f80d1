package photo

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Markers of JPEG segments.
const (
	markerBaseline    = 0xc0 // frame header
	markerProgressive = 0xc2 // frame header of an image with several scans
	markerRestart     = 0xd0 // first of eight
	markerEnd         = 0xd9
	markerScan        = 0xda // begin of the image data
	markerAPP1        = 0xe1 // EXIF, among others
)

// segmentReader reads the segments before the image data of a JPEG file. It skips
// everything that the decoder skips, above all bytes between segments: otherwise a
// file could show the decoder another header than us.
type segmentReader struct {
	r *bufio.Reader
}

func newSegmentReader(src Source) segmentReader {
	return segmentReader{bufio.NewReader(io.NewSectionReader(src, 0, src.Size()))}
}

// nextSegment returns the marker and the content of the next segment. It returns io.EOF
// where the image data begins, and at the end of the file.
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

// nextMarker returns the next marker that has a segment.
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

// isProgressive reports whether the decoder keeps all coefficients in memory until
// the last scan.
func isProgressive(src Source) bool {
	scan := newSegmentReader(src)
	for {
		marker, _, err := scan.nextSegment()
		if err != nil || marker >= markerBaseline && marker <= markerProgressive {
			return marker == markerProgressive
		}
	}
}
