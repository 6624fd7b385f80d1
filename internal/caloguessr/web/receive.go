package web

import (
	"errors"
	"io"
	"net/http"

	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
)

const (
	// maxDrain is how much of a refused upload is still read, so that the
	// browser gets to see the answer instead of a reset connection.
	maxDrain = 64 << 20
	// partOverhead is what the form around a photo may weigh.
	partOverhead = 16 << 10
)

var (
	errNoPhoto = errors.New("no photo in the form")
	errHeader  = errors.New("too much in the form beside the photo")
)

// receive stores the photo of a form. The place that it takes is free again
// when it has arrived.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) (*upload.File, error) {
	body, err := s.Uploads.AcquireSlot(r.Body, http.NewResponseController(w).SetReadDeadline)
	if err != nil {
		return nil, err
	}
	form := &formReader{r: http.MaxBytesReader(w, io.NopCloser(body), photo.MaxBytes+partOverhead), left: partOverhead}
	file, err := s.photoField(r, form)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		io.CopyN(io.Discard, body, maxDrain)
	}
	body.ReleaseSlot(err == nil)
	return file, err
}

// refuseUpload reads what a browser sends before it looks at the answer.
func (s *Server) refuseUpload(w http.ResponseWriter, r *http.Request) {
	body, err := s.Uploads.AcquireSlot(r.Body, http.NewResponseController(w).SetReadDeadline)
	if err != nil {
		return
	}
	_, err = io.CopyN(io.Discard, body, maxDrain)
	body.ReleaseSlot(errors.Is(err, io.EOF))
}

func (s *Server) photoField(r *http.Request, form *formReader) (*upload.File, error) {
	r.Body = form
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errors.Join(errNoPhoto, err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoPhoto
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "photo" {
			continue
		}
		form.inPhoto = true
		return s.keep(part)
	}
}

func (s *Server) keep(part io.Reader) (*upload.File, error) {
	file, err := s.Uploads.StoreFile(part)
	if err == nil && file.Size() == 0 {
		return nil, errors.Join(errNoPhoto, file.Close())
	}
	return file, err
}

// formReader bounds what is read before the photo begins: a part's header
// alone could be ten megabytes long, and all of it would be kept in memory.
type formReader struct {
	r       io.ReadCloser
	left    int
	inPhoto bool
}

func (f *formReader) Read(p []byte) (int, error) {
	if f.inPhoto {
		return f.r.Read(p)
	}
	if f.left <= 0 {
		return 0, errHeader
	}
	n, err := f.r.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

func (f *formReader) Close() error { return f.r.Close() }
