package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"

	"version-manager/internal/caloguessr/photo/phototest"
)

// bomb is a file that is small and asks for much, and the status with which
// it is refused.
type bomb struct {
	name   string
	status int
	data   []byte
}

const (
	baselineMarker    = 0xc0
	progressiveMarker = 0xc2
)

func allBombs() []bomb {
	const tooLarge, damaged, unsupported = http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType
	png := phototest.BlackPNG
	jpg := func(w, h uint16, sof byte, sampling ...byte) []byte {
		return phototest.EmptyJPEG(w, h, sof, "RGBK", sampling...)
	}
	return []bomb{
		{"PNG of 39.7 megapixels", tooLarge, png(6300, 6300, 8, 6, 0)},
		{"interlaced PNG of 30 megapixels", tooLarge, png(6000, 5000, 8, 2, 1)},
		{"PNG of 19 megapixels, 16 bits", tooLarge, png(5000, 3800, 16, 6, 0)},
		{"interlaced paletted PNG of 39 megapixels", tooLarge, png(6300, 6200, 1, 3, 1)},
		{"PNG of one row", tooLarge, png(39_000_000, 1, 8, 6, 0)},
		{"cut PNG", damaged, png(2000, 2000, 8, 6, 0)[:200]},
		{"progressive JPEG of 19 megapixels", tooLarge, jpg(4300, 4400, progressiveMarker, 0x11, 0x11, 0x11)},
		{"CMYK JPEG of 39 megapixels", tooLarge, jpg(6300, 6200, baselineMarker, 0x11, 0x11, 0x11, 0x11)},
		{"RGB JPEG of 39 megapixels", tooLarge, jpg(6300, 6200, baselineMarker, 0x11, 0x11, 0x11)},
		{"cut JPEG", damaged, jpg(2000, 2000, baselineMarker, 0x22, 0x11, 0x11)},
		{"lossless WebP of 39 megapixels", tooLarge, phototest.WebPFile(phototest.WebPChunk("VP8L", phototest.FlatVP8L(6300, 6200, false, true)))},
		{"WebP that is larger than its canvas", damaged, phototest.WebPFile(phototest.CanvasChunk(0, 16, 16), phototest.WebPChunk("VP8L", phototest.FlatVP8L(16000, 16000, false, false)))},
		{"animated WebP", unsupported, phototest.WebPFile(phototest.CanvasChunk(2, 16000, 2000), phototest.WebPChunk("ANIM", make([]byte, 6)))},
		{"GIF", unsupported, []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00")},
	}
}

// largePhoto takes 50 megabytes to be decoded, smallPhoto next to nothing.
func largePhoto() []byte { return grayJPEG(5000, 4000) }
func smallPhoto() []byte { return grayJPEG(320, 240) }

func grayJPEG(w, h int) []byte {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = byte(i / w)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err) // memory does not fail
	}
	return b.Bytes()
}
