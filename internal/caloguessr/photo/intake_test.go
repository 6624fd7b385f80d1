package photo

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
	"time"
)

// corners are four colors that survive JPEG.
var corners = map[byte]color.RGBA{
	'r': {220, 20, 20, 255}, 'g': {20, 200, 20, 255}, 'b': {20, 20, 220, 255}, 'w': {250, 250, 250, 255},
}

// picture returns a w×h image whose corners are red, green (top), blue, white (bottom).
func picture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, corners["rgbw"[2*(2*y/h)+2*x/w]])
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webpOf returns a lossy WebP file of 1x1 pixels.
func webpOf(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newLargeIntake returns an intake with memory for everything.
func newLargeIntake(parallel int) *Intake {
	return NewIntake(Limits{Parallel: parallel, Memory: 1 << 30})
}

func TestConvertShrinks(t *testing.T) {
	for _, tt := range []struct{ w, h, wantW, wantH int }{
		{2200, 220, 1024, 102}, {110, 1100, 102, 1024}, {100, 80, 100, 80}, {4000, 1, 1024, 1},
	} {
		got, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(jpegOf(t, picture(tt.w, tt.h))))
		if err != nil || got.Width != tt.wantW || got.Height != tt.wantH {
			t.Errorf("%d×%d became %d×%d, %v; want %d×%d", tt.w, tt.h, got.Width, got.Height, err, tt.wantW, tt.wantH)
		}
	}
}

func TestTransparencyBecomesWhite(t *testing.T) {
	got, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 32, 32)))))
	if err != nil {
		t.Fatal(err)
	}
	if seen := cornerColors(t, got.JPEG); seen != "wwww" {
		t.Errorf("corners %q, want white", seen)
	}
}

// pngHeader returns a PNG file that claims a size and has no image data.
func pngHeader(w, h uint32, depth, kind byte) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, h), depth, kind, 0, 0, 0)
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(ihdr))
}

func TestConvertRefuses(t *testing.T) {
	whole := jpegOf(t, picture(640, 480))
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrNotImage},
		{"text", []byte("<!doctype html><script>alert(1)</script>"), ErrNotImage},
		{"a video", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isomavc1"), ErrNotImage},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrHEIC},
		{"HEIF of another brand", []byte("\x00\x00\x00\x18ftypxxxx\x00\x00\x00\x00mif1heix"), ErrHEIC},
		{"AVIF", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avif"), ErrUnsupported},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), ErrUnsupported},
		{"half a JPEG", whole[:len(whole)/2], ErrDamaged},
		{"JPEG's first bytes", whole[:3], ErrDamaged},
		{"half a PNG", pngOf(t, picture(64, 64))[:80], ErrDamaged},
		{"half a WebP", webpOf(t)[:30], ErrDamaged},
		{"40 megapixels", pngHeader(8000, 5000, 8, 2), ErrTooManyPixels},
		{"bomb", pngHeader(65535, 65535, 8, 6), ErrTooManyPixels},
		{"bomb beyond 64 bit", pngHeader(1<<31-1, 1<<31-1, 8, 6), ErrDamaged},
		{"deep color", pngHeader(5000, 5000, 16, 6), ErrTooManyPixels},
		{"progressive", manyScans(5000, 5000, 1), ErrTooManyPixels},
		{"no pixels", pngHeader(0, 10, 8, 2), ErrDamaged},
	} {
		if _, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(tt.data)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestConvertReadsAllFormats(t *testing.T) {
	for name, data := range map[string][]byte{"jpeg": jpegOf(t, picture(8, 8)), "png": pngOf(t, picture(8, 8)), "webp": webpOf(t)} {
		if _, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// manyScans returns a gray progressive JPEG. Each of its scans takes 80 bytes in the file
// and a pass over the whole image to decode.
func manyScans(w, h uint16, scans int) []byte {
	file := append([]byte("\xff\xd8\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...) // quantization
	file = binary.BigEndian.AppendUint16(append(file, "\xff\xc2\x00\x0b\x08"...), h)
	file = append(binary.BigEndian.AppendUint16(file, w), "\x01\x01\x11\x00"...)
	file = append(file, "\xff\xc4\x00\x14\x10\x01"...)     // one code, one bit long:
	file = append(append(file, make([]byte, 15)...), 0xe0) // skip 16384 blocks and more
	codes := (int(w)/8*int(h)/8)/16384 + 1
	scan := append([]byte("\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"), make([]byte, (codes*15+7)/8)...)
	return append(append(file, bytes.Repeat(scan, scans)...), 0xff, 0xd9)
}

// TestSlowPhotoTimesOut: a small file can take minutes to decode.
func TestSlowPhotoTimesOut(t *testing.T) {
	if _, err := newLargeIntake(1).decodeImage(t.Context(), formatJPEG, bytes.NewReader(manyScans(64, 64, 3))); err != nil {
		t.Fatalf("the test file is wrong: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := newLargeIntake(1).decodeImage(ctx, formatJPEG, bytes.NewReader(manyScans(4000, 3000, 20_000)))
	if !errors.Is(err, ErrDamaged) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a slow photo: %v", err)
	}
}

func TestSamePhotoSameHash(t *testing.T) {
	data, in := jpegOf(t, picture(640, 480)), newLargeIntake(2)
	a, errA := in.ConvertUpload(t.Context(), bytes.NewReader(data))
	b, errB := in.ConvertUpload(t.Context(), bytes.NewReader(withEXIF(data, binary.LittleEndian, 1)))
	if errA != nil || errB != nil || a.Hash != b.Hash {
		t.Errorf("hashes %x and %x, errors %v, %v", a.Hash, b.Hash, errA, errB)
	}
}

func FuzzTake(f *testing.F) {
	f.Add(withEXIF(jpegOf(f, picture(16, 8)), binary.BigEndian, 6))
	f.Add(pngOf(f, picture(16, 8)))
	f.Add(webpOf(f))
	f.Add(pngHeader(1, 1, 8, 2))
	f.Add([]byte("\x00\x00\x00\x18ftypheic"))
	in := newLargeIntake(1)
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width*c.Height > 1<<20 {
			t.Skip("large pictures only slow the search down")
		}
		got, err := in.ConvertUpload(t.Context(), bytes.NewReader(data))
		if err != nil {
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(got.JPEG))
		if err != nil || c.Width != got.Width || c.Height != got.Height || max(c.Width, c.Height) > MaxSide {
			t.Errorf("a photo of %d×%d: %+v, %v", got.Width, got.Height, c, err)
		}
	})
}
