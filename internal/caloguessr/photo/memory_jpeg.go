package photo

import (
	"bytes"
	"encoding/binary"
	"io"
)

// jpegNeed finds the frame header that the decoder uses.
func jpegNeed(src Source) (int64, error) {
	scan := newSegmentReader(src)
	for {
		marker, body, err := scan.nextSegment()
		if err != nil {
			return 0, err
		}
		if marker < markerBaseline || marker > markerProgressive {
			continue
		}
		f, err := parseFrame(body)
		if err != nil {
			return 0, err
		}
		copied, err := f.copyNeed(src)
		if err != nil {
			return 0, err
		}
		return f.planesNeed(marker == markerProgressive) + copied, nil
	}
}

// frame is the header that describes the planes of a JPEG image.
type frame struct {
	width, height int64
	components    []component
}

type component struct {
	name         byte
	across, down int64 // sampling
}

func parseFrame(b []byte) (frame, error) {
	if len(b) < 9 || len(b) != 6+3*int(b[5]) {
		return frame{}, io.ErrUnexpectedEOF
	}
	f := frame{height: int64(binary.BigEndian.Uint16(b[1:])), width: int64(binary.BigEndian.Uint16(b[3:]))}
	for c := b[6:]; len(c) > 0; c = c[3:] {
		f.components = append(f.components, component{c[0], int64(c[1] >> 4), int64(c[1] & 15)})
	}
	if len(f.components) == 1 {
		f.components[0].across, f.components[0].down = 1, 1
	}
	if first := f.components[0]; first.across == 0 || first.down == 0 {
		return frame{}, io.ErrUnexpectedEOF
	}
	return f, nil
}

// planesNeed is for all components, in whole blocks, and for all coefficients of an
// image with several scans.
func (f frame) planesNeed(progressive bool) int64 {
	first := f.components[0]
	units := ((f.width + 8*first.across - 1) / (8 * first.across)) * ((f.height + 8*first.down - 1) / (8 * first.down))
	pixels := int64(0)
	for _, c := range f.components {
		pixels += 64 * units * c.across * c.down
	}
	if progressive {
		return pixels * (1 + 4)
	}
	return pixels
}

// copyNeed is for the copy that the decoder makes of images in RGB or CMYK.
func (f frame) copyNeed(src Source) (int64, error) {
	c, copied := f.components, false
	switch len(c) {
	case 1:
		return 0, nil
	case 3:
		if c[0].name == 'R' && c[1].name == 'G' && c[2].name == 'B' {
			copied = true
			break
		}
		var err error
		if copied, err = isAdobeRGB(src); err != nil {
			return 0, err
		}
	default:
		copied = true
	}
	if !copied {
		return 0, nil
	}
	return rgbaPixelSize * f.width * f.height, nil
}

// isAdobeRGB looks for Adobe's segment that says that the image is not YCbCr. The
// segment can be anywhere in the file, even inside what looks like another one.
func isAdobeRGB(src Source) (bool, error) {
	const name, transform = "Adobe", 11 // offset of the transform in the segment
	b := make([]byte, 64<<10)
	for at := int64(0); at < src.Size(); at += int64(len(b) - transform) {
		n, err := src.ReadAt(b, at)
		if err != nil && err != io.EOF {
			return false, err
		}
		for rest := b[:n]; ; rest = rest[1:] {
			i := bytes.Index(rest, []byte(name))
			if i < 0 {
				break
			}
			if rest = rest[i:]; len(rest) > transform && rest[transform] == 0 {
				return true, nil
			}
		}
	}
	return false, nil
}
