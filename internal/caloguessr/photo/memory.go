package photo

import (
	"encoding/binary"
	"fmt"
	"image"
)

const (
	decoderOverhead = 1 << 20 // of any decoder, besides the pixels, in bytes
	rgbaPixelSize   = 4       // bytes
)

// memoryNeed returns the bytes needed to turn an upload into a photo, from its header
// alone. Go's decoders allocate what the header claims, so a few bytes can ask for
// gigabytes. If the header does not say what a decoder will do, the result is an
// upper bound. It fails if no decoder would accept the header.
func memoryNeed(f format, src Source, size image.Point) (int64, error) {
	var decoded int64
	var err error
	switch f {
	case formatJPEG:
		decoded, err = jpegNeed(src)
	case formatPNG:
		decoded, err = pngNeed(src)
	default:
		decoded, err = webpNeed(src, size)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return decoderOverhead + decoded + shrinkNeed(size), nil
}

// shrinkNeed is for the copy of half the size, if there is one, and for the result:
// shrunk, turned upright, and encoded.
func shrinkNeed(size image.Point) int64 {
	need := int64(0)
	if max(size.X, size.Y) >= 2*MaxSide {
		need = rgbaPixelSize * int64((size.X+1)/2) * int64((size.Y+1)/2)
		need += need / 2 // for the smaller copies
	}
	out := fitSize(size, MaxSide)
	return need + 3*rgbaPixelSize*int64(out.X)*int64(out.Y)
}

// pngNeed reads the IHDR chunk, which always comes first. Interlaced images consist of
// seven smaller ones. The decoder also keeps two rows, which can be longer than
// everything else.
func pngNeed(src Source) (int64, error) {
	var b [29]byte
	if _, err := src.ReadAt(b[:], 0); err != nil {
		return 0, err
	}
	w, h := int64(binary.BigEndian.Uint32(b[16:])), int64(binary.BigEndian.Uint32(b[20:]))
	depth, kind, interlaced := int64(b[24]), b[25], b[28] != 0
	const palette = 3
	channels, pixel := int64(4), int64(rgbaPixelSize) // gray ones too: with a transparent gray they are decoded as RGBA
	switch {
	case depth == 16:
		pixel = 8
	case kind == palette:
		channels, pixel = 1, 1
	}
	need := pixel * w * h
	if interlaced {
		need *= 2
	}
	return need + 2*(1+(channels*depth*w+7)/8), nil
}
