// Package phototest makes image files for tests that need far more memory than their
// size suggests. Each is small, valid as far as a decoder reads it, and large in
// another way.
package phototest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
)

const progressive = 0xc2 // JPEG marker of an image with several scans

// pngChunk returns a chunk with its checksum.
func pngChunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// BlackPNG returns an image of any color type whose pixels are all zero.
func BlackPNG(w, h uint32, depth, kind, interlace byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	file := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(ihdr, depth, kind, 0, 0, interlace))...)
	switch kind {
	case 3:
		file = append(file, pngChunk("PLTE", make([]byte, 6))...)
	case 0, 2:
		file = append(file, pngChunk("tRNS", make([]byte, 2+2*int(kind)))...)
	}
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	bits := uint64(depth) * map[byte]uint64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
	for left := rowBytes(uint64(w), uint64(h), bits, interlace); left > 0; {
		n, _ := z.Write(make([]byte, min(left, 1<<20)))
		left -= uint64(n)
	}
	z.Close()
	return append(append(file, pngChunk("IDAT", pixels.Bytes())...), pngChunk("IEND", nil)...)
}

// rowBytes returns the length of all rows, each with the byte for its filter. An
// interlaced image has the rows of seven smaller ones.
func rowBytes(w, h, bits uint64, interlace byte) uint64 {
	passes := [][4]uint64{{1, 1, 0, 0}}
	if interlace == 1 {
		passes = [][4]uint64{{8, 8, 0, 0}, {8, 8, 4, 0}, {4, 8, 0, 4}, {4, 4, 2, 0}, {2, 4, 0, 2}, {2, 2, 1, 0}, {1, 2, 0, 1}}
	}
	n := uint64(0)
	for _, p := range passes {
		if across, down := (w-p[2]+p[0]-1)/p[0], (h-p[3]+p[1]-1)/p[1]; w > p[2] && h > p[3] {
			n += ((across*bits+7)/8 + 1) * down
		}
	}
	return n
}

// EmptyJPEG returns a frame header and the beginning of a scan, for which a decoder
// allocates memory, without image data.
func EmptyJPEG(w, h uint16, sof byte, names string, sampling ...byte) []byte {
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
	if sof == progressive {
		last = 0
	}
	return append(append(file, scan...), 0, last, 0, 0, 0)
}

// bitWriter writes bits as VP8L stores them, the lowest first.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) writeBits(value, bits int) {
	for i := range bits {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(value>>i&1) << (w.n % 8)
		w.n++
	}
}

// WebPFile returns a file with these chunks.
func WebPFile(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// WebPChunk returns a chunk of a WebP file.
func WebPChunk(kind string, body []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	return append(append(b, body...), make([]byte, len(body)%2)...)
}

// FlatVP8L returns a lossless image in one color, which needs no bits for its pixels.
// With a palette, the decoder first packs the pixels and unpacks them later.
func FlatVP8L(w, h int, headless, palette bool) []byte {
	var b bitWriter
	if !headless {
		b.writeBits(0x2f, 8)
		b.writeBits(w-1, 14)
		b.writeBits(h-1, 14)
		b.writeBits(0, 4)
	}
	if palette {
		b.writeBits(1, 1) // one transformation:
		b.writeBits(3, 2) // the palette
		b.writeBits(255, 8)
		b.writeBits(0, 1) // no cache
		for range 5 {
			b.writeBits(1, 4)
		}
	}
	b.writeBits(0, 3) // no further transformation, no cache, one group
	for range 5 {
		b.writeBits(1, 4) // one code of no length
	}
	return append(b.b, make([]byte, 8)...)
}

// CanvasChunk returns the header chunk of an extended file.
func CanvasChunk(flags byte, w, h int) []byte {
	b := append([]byte{flags, 0, 0, 0}, byte(w-1), byte((w-1)>>8), byte((w-1)>>16))
	return WebPChunk("VP8X", append(b, byte(h-1), byte((h-1)>>8), byte((h-1)>>16)))
}

// LossyChunk returns a chunk with the header of a lossy image, without image data.
func LossyChunk(w, h int) []byte {
	b := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a}
	b = binary.LittleEndian.AppendUint16(b, uint16(w))
	return WebPChunk("VP8 ", append(binary.LittleEndian.AppendUint16(b, uint16(h)), make([]byte, 64)...))
}
