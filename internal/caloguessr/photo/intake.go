// Package photo takes in photos from strangers: it decides what it is, refuses
// what is too much, turns it upright, shrinks it and writes it anew as JPEG.
//
// What comes out has no metadata: position, camera and time of the original
// are gone, because only pixels are carried over. The original is never kept
// and never leaves this package. Limits are checked before memory is spent:
// the kind by the first bytes, the size by the header, and only then is a
// photo decoded, as many at a time as there are cores, each for a limited
// time. Start with [Intake].
package photo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/webp"
)

const (
	// MaxBytes is how large an upload may be.
	MaxBytes = 12 << 20
	// MaxPixels is how many pixels are too many.
	MaxPixels = 40_000_000
	// MaxSide is the longer side of what comes out, in pixels.
	MaxSide = 1024

	// decodeTime bounds one decode. A file made to be slow, such as a JPEG of
	// a thousand empty scans, runs into it.
	decodeTime = 5 * time.Second
	quality    = 85
)

// Why a photo is refused.
var (
	ErrNotImage      = errors.New("not an image")
	ErrUnsupported   = errors.New("an image, but neither JPEG nor PNG nor WebP")
	ErrHEIC          = errors.New("a HEIC or HEIF image")
	ErrTooManyPixels = fmt.Errorf("%d megapixels or more", MaxPixels/1_000_000)
	ErrDamaged       = errors.New("damaged or cut off")
)

// Photo is upright, small and free of metadata.
type Photo struct {
	JPEG          []byte
	Width, Height int
	Hash          [sha256.Size]byte // of JPEG
}

// Intake turns uploads into photos. It may be used by many at once.
type Intake struct {
	slots chan struct{}
}

// NewIntake returns an Intake that decodes that many photos at a time.
func NewIntake(parallel int) *Intake {
	return &Intake{slots: make(chan struct{}, max(1, parallel))}
}

// Take checks and converts one upload. It waits for a free slot, and fails
// with one of the errors above or with that of ctx.
func (in *Intake) Take(ctx context.Context, data []byte) (Photo, error) {
	f, err := sniff(data)
	if err != nil {
		return Photo{}, err
	}
	if err := checkSize(f, data); err != nil {
		return Photo{}, err
	}
	select {
	case in.slots <- struct{}{}:
		defer func() { <-in.slots }()
	case <-ctx.Done():
		return Photo{}, ctx.Err()
	}
	decoded, err := decode(ctx, f, data)
	if err != nil {
		return Photo{}, err
	}
	turn := upright
	if f == formatJPEG {
		turn = readOrientation(data)
	}
	return encode(turn.apply(shrink(decoded, MaxSide)))
}

// checkSize reads the header only. Deep colour and progressive JPEG count
// twice, because they take at least twice the memory.
func checkSize(f format, data []byte) error {
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	pixels := int64(config.Width) * int64(config.Height)
	if isDeep(config.ColorModel) || f == formatJPEG && isProgressive(data) {
		pixels *= 2
	}
	switch {
	case config.Width <= 0 || config.Height <= 0:
		return ErrDamaged
	case config.Width >= MaxPixels || config.Height >= MaxPixels || pixels >= MaxPixels:
		return ErrTooManyPixels
	}
	return nil
}

func decode(ctx context.Context, f format, data []byte) (image.Image, error) {
	ctx, cancel := context.WithTimeout(ctx, decodeTime)
	defer cancel()
	m, err := f.decode(&patience{ctx, bytes.NewReader(data)})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return m, nil
}

func encode(m image.Image) (Photo, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		return Photo{}, fmt.Errorf("encode photo: %w", err)
	}
	size := m.Bounds().Size()
	return Photo{out.Bytes(), size.X, size.Y, sha256.Sum256(out.Bytes())}, nil
}

// patience is a reader that gives up with its context. Decoders know no
// context, but all of them keep reading.
type patience struct {
	ctx context.Context
	r   io.Reader
}

func (p *patience) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// config and decode go straight to the decoder that sniff chose, so that no
// other registered format can be reached.
func (f format) config(r io.Reader) (image.Config, error) {
	switch f {
	case formatJPEG:
		return jpeg.DecodeConfig(r)
	case formatPNG:
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

func (f format) decode(r io.Reader) (image.Image, error) {
	switch f {
	case formatJPEG:
		return jpeg.Decode(r)
	case formatPNG:
		return png.Decode(r)
	}
	return webp.Decode(r)
}
