package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"strings"
	"testing"
)

// withEXIF inserts an EXIF block in front of the other segments of a JPEG. It has an
// orientation and, where phones store the position, a marker.
func withEXIF(jpeg []byte, order binary.AppendByteOrder, o int) []byte {
	tiff := []byte("II*\x00")
	if order.String() == "BigEndian" {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, kind)
		tiff = order.AppendUint32(tiff, count)
		if kind == typeShort {
			tiff = order.AppendUint16(tiff, uint16(value))
			tiff = order.AppendUint16(tiff, 0)
			return
		}
		tiff = order.AppendUint32(tiff, value)
	}
	entry(tagOrient, typeShort, 1, uint32(o))
	entry(0x8825, 4, 1, 38) // the GPS directory
	tiff = append(order.AppendUint32(tiff, 0), "GPS 52.5200N 13.4050E"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{}, jpeg[:2]...), append(segment, body...)...), jpeg[2:]...)
}

// cornerColors names the colors of the four corners of a JPEG, row by row.
func cornerColors(t *testing.T, data []byte) string {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	b, seen := m.Bounds(), ""
	for _, p := range []image.Point{{b.Dx() / 4, b.Dy() / 4}, {3 * b.Dx() / 4, b.Dy() / 4}, {b.Dx() / 4, 3 * b.Dy() / 4}, {3 * b.Dx() / 4, 3 * b.Dy() / 4}} {
		r, g, bl, _ := m.At(p.X, p.Y).RGBA()
		switch {
		case r > 0xa000 && g > 0xa000:
			seen += "w"
		case r > 0xa000:
			seen += "r"
		case g > 0xa000:
			seen += "g"
		case bl > 0xa000:
			seen += "b"
		}
	}
	return seen
}

func TestOrientations(t *testing.T) {
	stored := jpegOf(t, picture(96, 64))
	for o, want := range []string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb"} {
		if o == 0 {
			continue
		}
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			got, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(withEXIF(stored, order, o)))
			if err != nil {
				t.Fatal(err)
			}
			if seen := cornerColors(t, got.JPEG); seen != want {
				t.Errorf("orientation %d (%v): corners %q, want %q", o, order, seen, want)
			}
			if lies := got.Width < got.Height; lies != (o >= 5) {
				t.Errorf("orientation %d: %d×%d", o, got.Width, got.Height)
			}
		}
	}
}

func TestMetadataIsGone(t *testing.T) {
	in := withEXIF(jpegOf(t, picture(64, 64)), binary.BigEndian, 1)
	if !bytes.Contains(in, []byte("GPS 52.52")) {
		t.Fatal("the test photo has no position")
	}
	got, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"GPS", "Exif", "52.52"} {
		if bytes.Contains(got.JPEG, []byte(left)) {
			t.Errorf("the photo still contains %q", left)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	stored := jpegOf(f, picture(8, 8))
	for o := range 10 {
		f.Add(withEXIF(stored, binary.BigEndian, o))
		f.Add(withEXIF(stored, binary.LittleEndian, o)[:30+o])
	}
	f.Add([]byte(strings.Repeat("\xff", 64)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := readOrientation(bytes.NewReader(data)); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}
