package photo

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is the EXIF tag of that name. It says how the stored image must be
// turned.
type orientation int

const upright orientation = 1

const (
	maxTIFFEntries = 512 // real files have a few dozen
	tagOrient      = 0x0112
	typeShort      = 3
)

// readOrientation finds the tag in a JPEG file. If it is missing or damaged, the photo
// counts as upright: no photo is refused because of its metadata.
func readOrientation(src Source) orientation {
	scan := newSegmentReader(src)
	for {
		marker, body, err := scan.nextSegment()
		if err != nil {
			return upright
		}
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == markerAPP1 {
			return tiffOrientation(tiff)
		}
	}
}

// tiffOrientation reads the tag in the first directory of a TIFF structure.
func tiffOrientation(tiff []byte) orientation {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	start := uint64(order.Uint32(tiff[4:]))
	if start+2 > uint64(len(tiff)) {
		return upright
	}
	entries := tiff[start+2:]
	for range min(order.Uint16(tiff[start:]), maxTIFFEntries) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == tagOrient && order.Uint16(entries[2:]) == typeShort {
			if o := orientation(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[12:]
	}
	return upright
}

// turnUpright returns m, turned upright.
func (o orientation) turnUpright(m *image.RGBA) *image.RGBA {
	if o == upright {
		return m
	}
	size := m.Bounds().Size()
	w, h := size.X, size.Y
	if o >= 5 { // width and height are swapped
		size = image.Pt(h, w)
	}
	turned := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sx, sy := o.sourcePixel(x, y, w, h)
			copy(turned.Pix[turned.PixOffset(x, y):][:4], m.Pix[m.PixOffset(sx, sy):][:4])
		}
	}
	return turned
}

// sourcePixel returns the pixel of a stored w×h image that is shown at x, y.
func (o orientation) sourcePixel(x, y, w, h int) (int, int) {
	switch o {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // upside down and mirrored
		return x, h - 1 - y
	case 5: // left side up, mirrored
		return y, x
	case 6: // turn clockwise
		return y, h - 1 - x
	case 7: // right side up, mirrored
		return w - 1 - y, h - 1 - x
	case 8: // turn counterclockwise
		return w - 1 - y, x
	}
	return x, y
}
