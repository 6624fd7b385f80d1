package images

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// writeArchive streams an image in Docker's form, which everything reads. stop ends
// it, and says what kept the image from being read.
func writeArchive(p parcel) (r io.Reader, stop func() error) {
	pr, pw := io.Pipe()
	done := make(chan error, 1)
	go func() {
		tag, err := name.NewTag(p.Ref)
		if err == nil {
			err = tarball.Write(tag, p.image, pw)
		}
		pw.CloseWithError(err)
		done <- err
	}()
	return pr, func() error {
		pr.CloseWithError(io.ErrClosedPipe)
		err := <-done
		done <- nil // for a second call
		if errors.Is(err, io.ErrClosedPipe) {
			return nil // the reader had enough
		}
		return err
	}
}

// ending keeps the end of what a command says.
type ending struct {
	limit int
	text  bytes.Buffer
}

func (e *ending) Write(b []byte) (int, error) {
	e.text.Write(b)
	if over := e.text.Len() - e.limit; over > 0 {
		e.text.Next(over)
	}
	return len(b), nil
}

func (e *ending) lastLines() []string {
	text := strings.TrimSpace(e.text.String())
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
