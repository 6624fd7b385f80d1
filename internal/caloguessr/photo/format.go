package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"
)

// format is a file format that can be read.
type format int

const (
	formatJPEG format = iota + 1
	formatPNG
	formatWebP
)

// decodeConfig and decodeImage call the decoder of the detected format, so no other
// registered decoder can be reached.
func (f format) decodeConfig(r io.Reader) (image.Config, error) {
	switch f {
	case formatJPEG:
		return jpeg.DecodeConfig(r)
	case formatPNG:
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

func (f format) decodeImage(r io.Reader) (image.Image, error) {
	switch f {
	case formatJPEG:
		return jpeg.Decode(r)
	case formatPNG:
		return png.Decode(r)
	}
	return webp.Decode(r)
}

// detectFormat returns the format by the first bytes of a file. Names and declared
// types come from the sender and are not trusted.
func detectFormat(data []byte) (format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return formatJPEG, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return formatPNG, nil
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return formatWebP, nil
	case isISOImage(data, "avif", "avis"):
		return 0, ErrUnsupported
	case isISOImage(data, "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"):
		return 0, ErrHEIC
	}
	for _, magic := range []string{"GIF87a", "GIF89a", "BM", "II*\x00", "MM\x00*", "8BPS", "\xff\x0a", "\x00\x00\x00\x0cJXL "} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return 0, ErrUnsupported
		}
	}
	return 0, ErrNotImage
}

// isISOImage looks for one of the brands in the first box, "ftyp". The box contains
// the major brand, a version, and the compatible brands.
func isISOImage(data []byte, brands ...string) bool {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return false
	}
	box := data[8:min(len(data), 64)]
	for i := 0; i+4 <= len(box); i += 4 {
		for _, brand := range brands {
			if i != 4 && strings.EqualFold(string(box[i:i+4]), brand) {
				return true
			}
		}
	}
	return false
}
