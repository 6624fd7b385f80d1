package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/caloguessr/photo/phototest"
)

const testWidth, testHeight = 1200, 900

func allKinds() map[string][]byte {
	kinds := map[string][]byte{}
	for _, k := range [][2]byte{{1, 0}, {8, 0}, {16, 0}, {8, 2}, {16, 2}, {1, 3}, {8, 3}, {8, 4}, {16, 4}, {8, 6}, {16, 6}} {
		for interlace := range byte(2) {
			kinds[fmt.Sprintf("PNG depth %d kind %d interlace %d", k[0], k[1], interlace)] = phototest.BlackPNG(testWidth, testHeight, k[0], k[1], interlace)
		}
	}
	kinds["PNG of one row"] = phototest.BlackPNG(1_000_000, 1, 8, 6, 0)
	kinds["PNG of one column"] = phototest.BlackPNG(1, 1_000_000, 8, 6, 0)
	for sof := byte(markerBaseline); sof <= markerProgressive; sof++ {
		for name, s := range map[string][]byte{"gray": {0x22}, "4:2:0": {0x22, 0x11, 0x11}, "4:4:4": {0x11, 0x11, 0x11}, "4:1:0": {0x42, 0x11, 0x11}, "CMYK": {0x22, 0x11, 0x11, 0x22}} {
			kinds[fmt.Sprintf("JPEG %x %s", sof, name)] = phototest.EmptyJPEG(testWidth, testHeight, sof, "RGBK", s...)
		}
	}
	kinds["JPEG of one row"] = phototest.EmptyJPEG(65535, 1, markerProgressive, "abc", 0x22, 0x11, 0x11)
	kinds["WebP lossless"] = phototest.WebPFile(phototest.WebPChunk("VP8L", phototest.FlatVP8L(testWidth, testHeight, false, false)))
	kinds["WebP lossless with a palette"] = phototest.WebPFile(phototest.WebPChunk("VP8L", phototest.FlatVP8L(testWidth, testHeight, false, true)))
	kinds["WebP lossy"] = phototest.WebPFile(phototest.LossyChunk(testWidth, testHeight))
	kinds["WebP transparent"] = phototest.WebPFile(phototest.CanvasChunk(0x10, testWidth, testHeight),
		phototest.WebPChunk("ALPH", append([]byte{1}, phototest.FlatVP8L(testWidth, testHeight, true, true)...)), phototest.LossyChunk(testWidth, testHeight))
	return kinds
}

// TestMemoryNeedIsEnough decodes an image of each kind and compares the allocated memory
// with the predicted need.
func TestMemoryNeedIsEnough(t *testing.T) {
	in := newLargeIntake(1)
	for name, data := range allKinds() {
		src := bytes.NewReader(data)
		f, need, err := in.inspectHeader(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		config, _ := f.decodeConfig(bytes.NewReader(data))
		need -= shrinkNeed(image.Pt(config.Width, config.Height))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = in.decodeImage(t.Context(), f, src)
		runtime.ReadMemStats(&after)
		got := int64(after.TotalAlloc - before.TotalAlloc)
		if got > need || need > 4*got+4<<20 {
			t.Errorf("%s: %d bytes were allocated, %d predicted (%v)", name, got, need, err)
		}
		if pixels := int64(config.Width * config.Height); got < pixels/2 {
			t.Errorf("%s: only %d bytes for %d pixels: the test decodes nothing (%v)", name, got, pixels, err)
		}
	}
}

func TestConvertRefusesBeforeDecoding(t *testing.T) {
	lying := phototest.WebPFile(phototest.LossyChunk(100, 100))
	binary.LittleEndian.PutUint32(lying[16:], 1<<30)
	for _, tt := range []struct {
		name   string
		data   []byte
		memory int64
		want   error
	}{
		{"interlaced PNG", phototest.BlackPNG(6000, 5000, 8, 6, 1)[:5000], 128 << 20, ErrTooLarge},
		{"PNG in rows", phototest.BlackPNG(6000, 6600, 8, 6, 0)[:5000], 128 << 20, ErrTooLarge},
		{"PNG of one row", pngHeader(39_000_000, 1, 8, 6), 256 << 20, ErrTooLarge},
		{"progressive JPEG behind stray bytes", phototest.EmptyJPEG(5000, 5000, markerProgressive, "abc", 0x11, 0x11, 0x11), 1 << 30, ErrTooManyPixels},
		{"RGB JPEG", phototest.EmptyJPEG(5000, 5000, markerBaseline, "RGB", 0x11, 0x11, 0x11), 128 << 20, ErrTooLarge},
		{"JPEG that turns RGB at its end", append(phototest.EmptyJPEG(5000, 5000, markerBaseline, "abc", 0x11, 0x11, 0x11), "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...), 128 << 20, ErrTooLarge},
		{"lossless WebP", phototest.WebPFile(phototest.WebPChunk("VP8L", phototest.FlatVP8L(5000, 5000, false, false))), 128 << 20, ErrTooLarge},
		{"WebP with a small canvas", phototest.WebPFile(phototest.CanvasChunk(0, 16, 16), phototest.WebPChunk("VP8L", phototest.FlatVP8L(6000, 6000, false, false))), 64 << 20, ErrDamaged},
		{"WebP with a chunk beyond its end", lying, 1 << 30, ErrDamaged},
		{"animated WebP", phototest.WebPFile(phototest.CanvasChunk(2, 100, 100), phototest.WebPChunk("ANIM", make([]byte, 6))), 1 << 30, ErrUnsupported},
	} {
		in := NewIntake(Limits{Parallel: 1, Memory: tt.memory})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := in.ConvertUpload(t.Context(), bytes.NewReader(tt.data))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
			t.Errorf("%s: %d bytes were allocated to refuse it", tt.name, n)
		}
	}
}

func TestCeilingEndsDecoding(t *testing.T) {
	data := pngOf(t, picture(64, 64))
	in := newLargeIntake(1)
	noise := append([]byte("\xff\xd8"), bytes.Repeat(append([]byte{0xff, 0xfe, 0xff, 0xff}, make([]byte, 0xfffd)...), 8)...)
	p := &limitedReader{ctx: t.Context(), r: bytes.NewReader(noise), ceiling: 1}
	if _, err := (formatJPEG).decodeImage(p); !errors.Is(err, ErrTooLarge) {
		t.Errorf("reading above the ceiling: %v", err)
	}
	in.limits.Ceiling = 1 << 40
	if _, err := in.ConvertUpload(t.Context(), bytes.NewReader(data)); err != nil {
		t.Errorf("below the ceiling: %v", err)
	}
}

func TestDecodeGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newDecodeGate(2, 100)
		leave, err := g.acquireSlot(t.Context(), 60)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := g.acquireSlot(t.Context(), 60); !errors.Is(err, ErrBusy) || time.Since(start) != maxQueueTime {
			t.Errorf("without memory: %v after %v", err, time.Since(start))
		}
		second, err := g.acquireSlot(t.Context(), 40)
		if err != nil {
			t.Fatalf("with just enough memory: %v", err)
		}
		if _, err := g.acquireSlot(t.Context(), 0); !errors.Is(err, ErrBusy) {
			t.Errorf("without a core: %v", err)
		}
		time.AfterFunc(maxQueueTime/2, leave)
		third, err := g.acquireSlot(t.Context(), 60)
		if err != nil {
			t.Errorf("with released memory: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.acquireSlot(ctx, 60); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		second()
		third()
		if all, err := g.acquireSlot(t.Context(), 100); err != nil {
			t.Errorf("after everything was released: %v", err)
		} else {
			all()
		}
	})
}

func FuzzMemoryNeed(f *testing.F) {
	for _, data := range allKinds() {
		if len(data) < 4096 {
			f.Add(data)
		}
	}
	f.Add(jpegOf(f, picture(16, 8)))
	in := NewIntake(Limits{Parallel: 1, Memory: 8 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		src := bytes.NewReader(data)
		format, need, err := in.inspectHeader(src)
		if err != nil {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		in.decodeImage(t.Context(), format, src)
		runtime.ReadMemStats(&after)
		if got := int64(after.TotalAlloc - before.TotalAlloc); need <= 0 || got > need+8<<20 {
			t.Errorf("%d bytes were allocated, %d predicted", got, need)
		}
	})
}
