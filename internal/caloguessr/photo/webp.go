package photo

import (
	"encoding/binary"
	"errors"
	"image"
)

// Memory per pixel of a WebP image, in bytes: the planes of a lossy image; twice the
// pixels of a lossless one, because they are transformed; and both for a lossy image
// with transparency, which is compressed like a lossless one.
const (
	lossyPixel       = 2
	losslessPixel    = 2 * rgbaPixelSize
	transparentPixel = lossyPixel + losslessPixel + 1
)

var (
	errChunk    = errors.New("webp: a chunk is longer than the file")
	errAnimated = errors.New("webp: animated")
)

// webpNeed reads the headers of all chunks. It checks their lengths, because the
// decoder allocates the claimed length before it reads a chunk.
func webpNeed(src Source, size image.Point) (int64, error) {
	pixels := int64(size.X+15) * int64(size.Y+15) // lossy images consist of blocks of 16
	each := int64(lossyPixel)
	var head [18]byte
	for at := int64(12); at+8 <= src.Size(); {
		n, _ := src.ReadAt(head[:min(int64(len(head)), src.Size()-at)], at)
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if length > src.Size()-at-8 {
			return 0, errChunk
		}
		switch kind := string(head[:4]); {
		case kind == "VP8X" && n > 8:
			const animation, alpha = 1 << 1, 1 << 4
			if head[8]&animation != 0 {
				return 0, errAnimated
			}
			if head[8]&alpha != 0 {
				each = transparentPixel
			}
		case kind == "VP8L":
			each = max(each, losslessPixel)
		}
		at += 8 + length + length%2
	}
	return each*pixels + src.Size(), nil
}
