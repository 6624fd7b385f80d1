// Package photo takes in photos from untrusted visitors: it detects the format,
// refuses files that need too much, turns the photo upright, shrinks it, and encodes
// it again as JPEG.
//
// The result has no metadata, such as position, camera, and time, because only the
// pixels are copied. The original is not stored. Limits are checked before memory is
// used: the format by the first bytes, size and memory need by the header. A photo
// is only decoded when its memory is available, one per core at a time, and for a
// limited time. Start with [Intake].
package photo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"time"
)

const (
	// MaxBytes is the size of the largest upload.
	MaxBytes = 12 << 20
	// MaxPixels is the number of pixels from which a photo is refused.
	MaxPixels = 40_000_000
	// MaxSide is the longer side of a result, in pixels.
	MaxSide = 1024

	// decodeTimeout is for one photo. Files can be made to decode slowly, such as a
	// JPEG with a thousand empty scans.
	decodeTimeout = 5 * time.Second
	jpegQuality   = 85
)

// Reasons why a photo is refused.
var (
	ErrNotImage      = errors.New("not an image")
	ErrUnsupported   = errors.New("an image, but not JPEG, PNG, or WebP")
	ErrHEIC          = errors.New("a HEIC or HEIF image")
	ErrTooManyPixels = fmt.Errorf("%d megapixels or more", MaxPixels/1_000_000)
	ErrDamaged       = errors.New("damaged or truncated")
	ErrTooLarge      = errors.New("needs more memory than available")
	ErrBusy          = errors.New("too many photos at once")
)

// Source is an upload that has arrived. A *bytes.Reader is one.
type Source interface {
	io.ReaderAt
	Size() int64
}

// Photo is upright, small, and without metadata.
type Photo struct {
	JPEG          []byte
	Width, Height int
	Hash          [sha256.Size]byte // of JPEG
}

// Limits say what an Intake may use.
type Limits struct {
	Parallel int   // photos decoded at a time
	Memory   int64 // bytes for all of them together
	Ceiling  int64 // bytes of the heap of the whole process; 0: no limit
}

// Intake turns uploads into photos. It can be used concurrently.
type Intake struct {
	limits Limits
	gate   decodeGate
}

// NewIntake returns an Intake with those limits.
func NewIntake(l Limits) *Intake {
	return &Intake{limits: l, gate: newDecodeGate(l.Parallel, l.Memory)}
}

// ConvertUpload checks and converts one upload. It waits for its turn, and fails
// with one of the errors above or with that of ctx.
func (in *Intake) ConvertUpload(ctx context.Context, src Source) (Photo, error) {
	f, need, err := in.inspectHeader(src)
	if err != nil {
		return Photo{}, err
	}
	leave, err := in.gate.acquireSlot(ctx, need)
	if err != nil {
		return Photo{}, err
	}
	defer leave()
	return in.decodeAndShrink(ctx, f, src)
}

// inspectHeader finds out the format and the memory need from the header.
func (in *Intake) inspectHeader(src Source) (format, int64, error) {
	f, err := detectFormat(readBeginning(src))
	if err != nil {
		return 0, 0, err
	}
	size, err := checkSize(f, src)
	if err != nil {
		return 0, 0, err
	}
	need, err := memoryNeed(f, src, size)
	switch {
	case errors.Is(err, errAnimated):
		return 0, 0, ErrUnsupported
	case err != nil:
		return 0, 0, err
	case need > in.limits.Memory:
		return 0, 0, ErrTooLarge
	}
	return f, need, nil
}

// readBeginning returns the bytes from which the format is detected.
func readBeginning(src Source) []byte {
	b := make([]byte, 64)
	n, _ := src.ReadAt(b, 0) // an error means that the file is shorter
	return b[:n]
}

// checkSize limits the pixels even if there is enough memory, because they also take
// time. Pixels with 16 bits per channel and progressive JPEGs count twice.
func checkSize(f format, src Source) (image.Point, error) {
	config, err := f.decodeConfig(newReader(src))
	if err != nil {
		return image.Point{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	pixels := int64(config.Width) * int64(config.Height)
	if isDeep(config.ColorModel) || f == formatJPEG && isProgressive(src) {
		pixels *= 2
	}
	switch {
	case config.Width <= 0 || config.Height <= 0:
		return image.Point{}, ErrDamaged
	case config.Width >= MaxPixels || config.Height >= MaxPixels || pixels >= MaxPixels:
		return image.Point{}, ErrTooManyPixels
	}
	return image.Pt(config.Width, config.Height), nil
}

// decodeAndShrink does everything that needs memory in proportion to the pixels.
func (in *Intake) decodeAndShrink(ctx context.Context, f format, src Source) (Photo, error) {
	decoded, err := in.decodeImage(ctx, f, src)
	if err != nil {
		return Photo{}, err
	}
	turn := upright
	if f == formatJPEG {
		turn = readOrientation(src)
	}
	return encodePhoto(turn.turnUpright(shrinkImage(decoded, MaxSide)))
}

func (in *Intake) decodeImage(ctx context.Context, f format, src Source) (image.Image, error) {
	ctx, cancel := context.WithTimeout(ctx, decodeTimeout)
	defer cancel()
	m, err := f.decodeImage(&limitedReader{ctx: ctx, r: newReader(src), ceiling: in.limits.Ceiling})
	if errors.Is(err, ErrTooLarge) {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return m, nil
}

// newReader reads a whole upload, in blocks of a size that suits files.
func newReader(src Source) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), 32<<10)
}

func encodePhoto(m image.Image) (Photo, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return Photo{}, fmt.Errorf("encode photo: %w", err)
	}
	size := m.Bounds().Size()
	return Photo{out.Bytes(), size.X, size.Y, sha256.Sum256(out.Bytes())}, nil
}
