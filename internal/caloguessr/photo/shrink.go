package photo

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrink copies m onto white, its longer side at most maxSide. Large photos
// go down in two steps: a fast one that would leave jagged edges if it went
// all the way, and a smooth one for the last half.
func shrink(m image.Image, maxSide int) *image.RGBA {
	size := fit(m.Bounds().Size(), maxSide)
	if half := fit(m.Bounds().Size(), 2*maxSide); half != m.Bounds().Size() {
		m = scale(m, half, draw.ApproxBiLinear)
	}
	return scale(m, size, draw.BiLinear)
}

func scale(m image.Image, size image.Point, s draw.Scaler) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	if size == m.Bounds().Size() {
		draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Over)
		return out
	}
	s.Scale(out, out.Bounds(), m, m.Bounds(), draw.Over, nil)
	return out
}

// fit returns size, made smaller in proportion if a side is above maxSide.
func fit(size image.Point, maxSide int) image.Point {
	longer := max(size.X, size.Y)
	if longer <= maxSide {
		return size
	}
	return image.Pt(max(1, size.X*maxSide/longer), max(1, size.Y*maxSide/longer))
}

// isDeep reports whether decoding yields 16 bits a channel.
func isDeep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model
}
