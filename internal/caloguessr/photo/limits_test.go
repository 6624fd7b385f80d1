package photo

import (
	"bytes"
	"errors"
	"testing"
)

// TestPixelLimit has images just below the limit, with exactly as many pixels, and
// just above. The files end after their header, so an accepted one is damaged.
func TestPixelLimit(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"below", pngHeader(8000, 4999, 8, 2), ErrDamaged},
		{"exactly", pngHeader(8000, 5000, 8, 2), ErrTooManyPixels},
		{"above", pngHeader(8000, 5001, 8, 2), ErrTooManyPixels},
		{"16 bits, below", pngHeader(5000, 3999, 16, 6), ErrDamaged},
		{"16 bits, exactly", pngHeader(5000, 4000, 16, 6), ErrTooManyPixels},
		{"16 bits, above", pngHeader(5000, 4001, 16, 6), ErrTooManyPixels},
		{"one row, below", pngHeader(MaxPixels-1, 1, 8, 0), ErrDamaged},
		{"one row, exactly", pngHeader(MaxPixels, 1, 8, 0), ErrTooManyPixels},
	} {
		if _, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(tt.data)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestMemoryLimit: a photo is accepted with exactly the memory that it needs, and
// refused with one byte less.
func TestMemoryLimit(t *testing.T) {
	data := jpegOf(t, picture(64, 64))
	_, need, err := newLargeIntake(1).inspectHeader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for memory, want := range map[int64]error{need - 1: ErrTooLarge, need: nil, need + 1: nil} {
		in := NewIntake(Limits{Parallel: 1, Memory: memory})
		if _, err := in.ConvertUpload(t.Context(), bytes.NewReader(data)); !errors.Is(err, want) {
			t.Errorf("%d bytes for a need of %d: %v, want %v", memory, need, err, want)
		}
	}
}

func TestSideLimit(t *testing.T) {
	for side, want := range map[int]int{MaxSide - 1: MaxSide - 1, MaxSide: MaxSide, MaxSide + 1: MaxSide, 2*MaxSide - 1: MaxSide, 2 * MaxSide: MaxSide} {
		got, err := newLargeIntake(1).ConvertUpload(t.Context(), bytes.NewReader(jpegOf(t, picture(side, 2))))
		if err != nil || got.Width != want {
			t.Errorf("%d pixels became %d, %v; want %d", side, got.Width, err, want)
		}
	}
}
