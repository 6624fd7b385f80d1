package photo

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

const testWidth, testHeight = 1200, 900

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// blackPNG is a picture of any kind whose pixels are all zero.
func blackPNG(w, h uint32, depth, kind, interlace byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(ihdr, depth, kind, 0, 0, interlace))...)
	switch kind {
	case 3:
		file = append(file, chunk("PLTE", make([]byte, 6))...)
	case 0, 2:
		file = append(file, chunk("tRNS", make([]byte, 2+2*int(kind)))...)
	}
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	bits := uint64(depth) * map[byte]uint64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
	for left := (uint64(w)*bits/8 + 8) * uint64(h) * 2; left > 0; {
		n, _ := z.Write(make([]byte, min(left, 1<<20)))
		left -= uint64(n)
	}
	z.Close()
	return append(append(file, chunk("IDAT", pixels.Bytes())...), chunk("IEND", nil)...)
}

// emptyJPEG has a frame's header and the beginning of a scan, for which a
// decoder makes room, and no picture.
func emptyJPEG(w, h uint16, sof byte, names string, sampling ...byte) []byte {
	n := byte(len(sampling))
	file := append([]byte("\xff\xd8\xff\xfe\x00\x02stray bytes\xff\x00\xff\xff"), sof, 0, 8+3*n, 8)
	file = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(file, h), w)
	file = append(file, n)
	scan := []byte{0xff, 0xda, 0, 6 + 2*n, n}
	for i, s := range sampling {
		file = append(file, names[i], s, 0)
		scan = append(scan, names[i], 0)
	}
	last := byte(63)
	if sof == markerProgressive {
		last = 0
	}
	return append(append(file, scan...), 0, last, 0, 0, 0)
}

// bitWriter writes bits as VP8L has them, the lowest first.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) put(value, bits int) {
	for i := range bits {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(value>>i&1) << (w.n % 8)
		w.n++
	}
}

func riffOf(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(kind string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	return append(append(b, body...), make([]byte, len(body)%2)...)
}

// flatVP8L is a lossless picture in one color, which takes no bit a pixel.
// With a palette it is made of packed pixels that are unpacked later.
func flatVP8L(w, h int, headless, palette bool) []byte {
	var b bitWriter
	if !headless {
		b.put(0x2f, 8)
		b.put(w-1, 14)
		b.put(h-1, 14)
		b.put(0, 4)
	}
	if palette {
		b.put(1, 1) // a transformation:
		b.put(3, 2) // the palette
		b.put(255, 8)
		b.put(0, 1) // no cache
		for range 5 {
			b.put(1, 4)
		}
	}
	b.put(0, 3) // no further transformation, no cache, one group
	for range 5 {
		b.put(1, 4) // one code of no length
	}
	return append(b.b, make([]byte, 8)...)
}

func canvas(flags byte, w, h int) []byte {
	b := append([]byte{flags, 0, 0, 0}, byte(w-1), byte((w-1)>>8), byte((w-1)>>16))
	return riffChunk("VP8X", append(b, byte(h-1), byte((h-1)>>8), byte((h-1)>>16)))
}

func lossyFrame(w, h int) []byte {
	b := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a}
	b = binary.LittleEndian.AppendUint16(b, uint16(w))
	return riffChunk("VP8 ", append(binary.LittleEndian.AppendUint16(b, uint16(h)), make([]byte, 64)...))
}

func allKinds() map[string][]byte {
	kinds := map[string][]byte{}
	for _, k := range [][2]byte{{1, 0}, {8, 0}, {16, 0}, {8, 2}, {16, 2}, {1, 3}, {8, 3}, {8, 4}, {16, 4}, {8, 6}, {16, 6}} {
		for interlace := range byte(2) {
			kinds[fmt.Sprintf("PNG depth %d kind %d interlace %d", k[0], k[1], interlace)] = blackPNG(testWidth, testHeight, k[0], k[1], interlace)
		}
	}
	kinds["PNG of one row"] = blackPNG(1_000_000, 1, 8, 6, 0)
	kinds["PNG of one column"] = blackPNG(1, 1_000_000, 8, 6, 0)
	for sof := byte(markerBaseline); sof <= markerProgressive; sof++ {
		for name, s := range map[string][]byte{"grey": {0x22}, "4:2:0": {0x22, 0x11, 0x11}, "4:4:4": {0x11, 0x11, 0x11}, "4:1:0": {0x42, 0x11, 0x11}, "CMYK": {0x22, 0x11, 0x11, 0x22}} {
			kinds[fmt.Sprintf("JPEG %x %s", sof, name)] = emptyJPEG(testWidth, testHeight, sof, "RGBK", s...)
		}
	}
	kinds["JPEG of one row"] = emptyJPEG(65535, 1, markerProgressive, "abc", 0x22, 0x11, 0x11)
	kinds["WebP lossless"] = riffOf(riffChunk("VP8L", flatVP8L(testWidth, testHeight, false, false)))
	kinds["WebP lossless with a palette"] = riffOf(riffChunk("VP8L", flatVP8L(testWidth, testHeight, false, true)))
	kinds["WebP lossy"] = riffOf(lossyFrame(testWidth, testHeight))
	kinds["WebP transparent"] = riffOf(canvas(0x10, testWidth, testHeight),
		riffChunk("ALPH", append([]byte{1}, flatVP8L(testWidth, testHeight, true, true)...)), lossyFrame(testWidth, testHeight))
	return kinds
}

// TestMemoryNeedIsEnough decodes a picture of each kind and compares what was
// allocated in all with what had been foretold.
func TestMemoryNeedIsEnough(t *testing.T) {
	in := roomy(1)
	for name, data := range allKinds() {
		src := bytes.NewReader(data)
		f, need, err := in.inspect(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		config, _ := f.config(bytes.NewReader(data))
		need -= shrinkNeed(image.Pt(config.Width, config.Height))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = in.decode(t.Context(), f, src)
		runtime.ReadMemStats(&after)
		got := int64(after.TotalAlloc - before.TotalAlloc)
		if got > need || need > 4*got+4<<20 {
			t.Errorf("%s: %d bytes were allocated, %d foretold (%v)", name, got, need, err)
		}
		if pixels := int64(config.Width * config.Height); got < pixels/2 {
			t.Errorf("%s: only %d bytes for %d pixels: the test decodes nothing (%v)", name, got, pixels, err)
		}
	}
}

func TestTakeRefusesBeforeDecoding(t *testing.T) {
	lying := riffOf(lossyFrame(100, 100))
	binary.LittleEndian.PutUint32(lying[16:], 1<<30)
	for _, tt := range []struct {
		name   string
		data   []byte
		memory int64
		want   error
	}{
		{"interlaced PNG", blackPNG(6000, 5000, 8, 6, 1)[:5000], 128 << 20, ErrTooLarge},
		{"PNG in rows", blackPNG(6000, 6600, 8, 6, 0)[:5000], 128 << 20, ErrTooLarge},
		{"PNG of one row", header(39_000_000, 1, 8, 6), 256 << 20, ErrTooLarge},
		{"progressive JPEG behind stray bytes", emptyJPEG(5000, 5000, markerProgressive, "abc", 0x11, 0x11, 0x11), 1 << 30, ErrTooManyPixels},
		{"RGB JPEG", emptyJPEG(5000, 5000, markerBaseline, "RGB", 0x11, 0x11, 0x11), 128 << 20, ErrTooLarge},
		{"JPEG that turns RGB at its end", append(emptyJPEG(5000, 5000, markerBaseline, "abc", 0x11, 0x11, 0x11), "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...), 128 << 20, ErrTooLarge},
		{"lossless WebP", riffOf(riffChunk("VP8L", flatVP8L(5000, 5000, false, false))), 128 << 20, ErrTooLarge},
		{"WebP with a small canvas", riffOf(canvas(0, 16, 16), riffChunk("VP8L", flatVP8L(6000, 6000, false, false))), 64 << 20, ErrDamaged},
		{"WebP with a chunk beyond its end", lying, 1 << 30, ErrDamaged},
		{"animated WebP", riffOf(canvas(2, 100, 100), riffChunk("ANIM", make([]byte, 6))), 1 << 30, ErrUnsupported},
	} {
		in := NewIntake(Limits{Parallel: 1, Memory: tt.memory})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := in.Take(t.Context(), bytes.NewReader(tt.data))
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
	in := roomy(1)
	noise := append([]byte("\xff\xd8"), bytes.Repeat(append([]byte{0xff, 0xfe, 0xff, 0xff}, make([]byte, 0xfffd)...), 8)...)
	p := &patience{ctx: t.Context(), r: bytes.NewReader(noise), ceiling: 1}
	if _, err := (formatJPEG).decode(p); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a decoder that reads on above the ceiling: %v", err)
	}
	in.limits.Ceiling = 1 << 40
	if _, err := in.Take(t.Context(), bytes.NewReader(data)); err != nil {
		t.Errorf("below the ceiling: %v", err)
	}
}

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 100)
		leave, err := g.enter(t.Context(), 60)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := g.enter(t.Context(), 60); !errors.Is(err, ErrBusy) || time.Since(start) != queueTime {
			t.Errorf("without memory: %v after %v", err, time.Since(start))
		}
		second, err := g.enter(t.Context(), 40)
		if err != nil {
			t.Fatalf("with just enough memory: %v", err)
		}
		if _, err := g.enter(t.Context(), 0); !errors.Is(err, ErrBusy) {
			t.Errorf("without a core: %v", err)
		}
		time.AfterFunc(queueTime/2, leave)
		third, err := g.enter(t.Context(), 60)
		if err != nil {
			t.Errorf("memory came back, but: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.enter(ctx, 60); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		second()
		third()
		if all, err := g.enter(t.Context(), 100); err != nil {
			t.Errorf("not all memory came back: %v", err)
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
		format, need, err := in.inspect(src)
		if err != nil {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		in.decode(t.Context(), format, src)
		runtime.ReadMemStats(&after)
		if got := int64(after.TotalAlloc - before.TotalAlloc); need <= 0 || got > need+8<<20 {
			t.Errorf("%d bytes were allocated, %d foretold", got, need)
		}
	})
}
