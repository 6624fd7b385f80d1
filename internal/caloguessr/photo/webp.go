package photo

import (
	"encoding/binary"
	"errors"
	"image"
)

// What a WebP file takes for each pixel, in bytes: the planes of a lossy
// picture; twice the pixels of a lossless one, for they are transformed; and
// both for a lossy one with transparency, which is compressed like the latter.
const (
	lossyPixel       = 2
	losslessPixel    = 2 * rgbaPixelSize
	transparentPixel = lossyPixel + losslessPixel + 1
)

var (
	errChunk    = errors.New("webp: a chunk is longer than the file")
	errAnimated = errors.New("webp: animated")
)

// webpNeed walks over the chunks. Their lengths are checked, because the
// decoder makes room for what a chunk claims before it has read it.
func webpNeed(src Source, size image.Point) (int64, error) {
	pixels := int64(size.X+15) * int64(size.Y+15) // lossy ones come in blocks of 16
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
