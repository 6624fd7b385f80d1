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
	"testing/synctest"
	"time"
)

// corners are four colours that survive JPEG.
var corners = map[byte]color.RGBA{
	'r': {220, 20, 20, 255}, 'g': {20, 200, 20, 255}, 'b': {20, 20, 220, 255}, 'w': {250, 250, 250, 255},
}

// picture is w×h with a corner each in red, green (top), blue, white (bottom).
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

// webpOf is a 1x1 WebP file, lossy.
func webpOf(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTakeShrinks(t *testing.T) {
	for _, tt := range []struct{ w, h, wantW, wantH int }{
		{2200, 220, 1024, 102}, {110, 1100, 102, 1024}, {100, 80, 100, 80}, {4000, 1, 1024, 1},
	} {
		got, err := NewIntake(1).Take(t.Context(), jpegOf(t, picture(tt.w, tt.h)))
		if err != nil || got.Width != tt.wantW || got.Height != tt.wantH {
			t.Errorf("%d×%d became %d×%d, %v; want %d×%d", tt.w, tt.h, got.Width, got.Height, err, tt.wantW, tt.wantH)
		}
	}
}

func TestTransparencyBecomesWhite(t *testing.T) {
	got, err := NewIntake(1).Take(t.Context(), pngOf(t, image.NewNRGBA(image.Rect(0, 0, 32, 32))))
	if err != nil {
		t.Fatal(err)
	}
	if seen := look(t, got.JPEG); seen != "wwww" {
		t.Errorf("corners %q, want white", seen)
	}
}

// header is a PNG file that claims a size and holds no picture.
func header(w, h uint32, depth, kind byte) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, h), depth, kind, 0, 0, 0)
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(ihdr))
}

func TestTakeRefuses(t *testing.T) {
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
		{"40 megapixels", header(8000, 5000, 8, 2), ErrTooManyPixels},
		{"bomb", header(65535, 65535, 8, 6), ErrTooManyPixels},
		{"bomb beyond 64 bit", header(1<<31-1, 1<<31-1, 8, 6), ErrDamaged},
		{"deep colour", header(5000, 5000, 16, 6), ErrTooManyPixels},
		{"no pixels", header(0, 10, 8, 2), ErrDamaged},
	} {
		if _, err := NewIntake(1).Take(t.Context(), tt.data); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestTakeReadsAllFormats(t *testing.T) {
	for name, data := range map[string][]byte{"jpeg": jpegOf(t, picture(8, 8)), "png": pngOf(t, picture(8, 8)), "webp": webpOf(t)} {
		if _, err := NewIntake(1).Take(t.Context(), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A JPEG of very many scans is small and slow: the time limit must end it.
func TestTakeGivesUpOnSlowPhotos(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err := decode(ctx, formatJPEG, jpegOf(t, picture(64, 64)))
	if !errors.Is(err, ErrDamaged) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("decode past its deadline: %v", err)
	}
}

func TestTakeWaitsForASlot(t *testing.T) {
	data := jpegOf(t, picture(8, 8))
	synctest.Test(t, func(t *testing.T) {
		in := NewIntake(1)
		in.slots <- struct{}{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := in.Take(ctx, data); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no slot was free, but: %v", err)
		}
		<-in.slots
		if _, err := in.Take(t.Context(), data); err != nil {
			t.Errorf("with a free slot: %v", err)
		}
	})
}

func TestSamePhotoSameHash(t *testing.T) {
	data, in := jpegOf(t, picture(640, 480)), NewIntake(2)
	a, errA := in.Take(t.Context(), data)
	b, errB := in.Take(t.Context(), withEXIF(data, binary.LittleEndian, 1))
	if errA != nil || errB != nil || a.Hash != b.Hash {
		t.Errorf("hashes %x and %x, errors %v, %v", a.Hash, b.Hash, errA, errB)
	}
}

func FuzzTake(f *testing.F) {
	f.Add(withEXIF(jpegOf(f, picture(16, 8)), binary.BigEndian, 6))
	f.Add(pngOf(f, picture(16, 8)))
	f.Add(webpOf(f))
	f.Add(header(1, 1, 8, 2))
	f.Add([]byte("\x00\x00\x00\x18ftypheic"))
	in := NewIntake(1)
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width*c.Height > 1<<20 {
			t.Skip("large pictures only slow the search down")
		}
		got, err := in.Take(t.Context(), data)
		if err != nil {
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(got.JPEG))
		if err != nil || c.Width != got.Width || c.Height != got.Height || max(c.Width, c.Height) > MaxSide {
			t.Errorf("a photo of %d×%d: %+v, %v", got.Width, got.Height, c, err)
		}
	})
}
