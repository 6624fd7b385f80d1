package photo

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrinkImage copies m onto white, with a longer side of at most maxSide. It halves the
// size as often as possible: with half the size, the fast scaler averages all pixels
// instead of skipping some, and it needs no extra memory.
func shrinkImage(m image.Image, maxSide int) *image.RGBA {
	for size := m.Bounds().Size(); max(size.X, size.Y) >= 2*maxSide; size = m.Bounds().Size() {
		m = scaleImage(m, image.Pt((size.X+1)/2, (size.Y+1)/2))
	}
	return scaleImage(m, fitSize(m.Bounds().Size(), maxSide))
}

func scaleImage(m image.Image, size image.Point) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, m.Bounds(), draw.Over, nil)
	return out
}

// fitSize returns size, scaled down if a side is longer than maxSide.
func fitSize(size image.Point, maxSide int) image.Point {
	longer := max(size.X, size.Y)
	if longer <= maxSide {
		return size
	}
	return image.Pt(max(1, size.X*maxSide/longer), max(1, size.Y*maxSide/longer))
}

// isDeep reports whether decoding yields 16 bits per channel.
func isDeep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model
}
