package web

import (
	"errors"
	"io"
	"net/http"

	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
)

const (
	// maxDiscarded is how much of a refused upload is still read, so that the
	// browser sees the answer instead of a reset connection, in bytes.
	maxDiscarded = 64 << 20
	// maxFormOverhead is the size of everything in the form but the photo, in bytes.
	maxFormOverhead = 16 << 10
)

var (
	errNoPhoto  = errors.New("no photo in the form")
	errOverhead = errors.New("too much in the form besides the photo")
)

// photoReceiver reads the photo of a form.
type photoReceiver struct{ uploads *upload.Receiver }

// receivePhoto stores the photo of a form. The upload's slot is free again when the
// photo has arrived.
func (p photoReceiver) receivePhoto(w http.ResponseWriter, r *http.Request) (*upload.File, error) {
	body, err := p.uploads.AcquireSlot(r.Body, http.NewResponseController(w).SetReadDeadline)
	if err != nil {
		return nil, err
	}
	form := &formReader{r: http.MaxBytesReader(w, io.NopCloser(body), photo.MaxBytes+maxFormOverhead), left: maxFormOverhead}
	file, err := p.readPhotoField(r, form)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		io.CopyN(io.Discard, body, maxDiscarded)
	}
	body.ReleaseSlot(err == nil)
	return file, err
}

// discardUpload reads an upload that is refused: browsers look at the answer only
// after they have sent everything.
func (p photoReceiver) discardUpload(w http.ResponseWriter, r *http.Request) {
	body, err := p.uploads.AcquireSlot(r.Body, http.NewResponseController(w).SetReadDeadline)
	if err != nil {
		return
	}
	_, err = io.CopyN(io.Discard, body, maxDiscarded)
	body.ReleaseSlot(errors.Is(err, io.EOF))
}

func (p photoReceiver) readPhotoField(r *http.Request, form *formReader) (*upload.File, error) {
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
		return p.storePhoto(part)
	}
}

func (p photoReceiver) storePhoto(part io.Reader) (*upload.File, error) {
	file, err := p.uploads.StoreFile(part)
	switch {
	case err != nil:
		return nil, err
	case file.Size() == 0:
		return nil, errors.Join(errNoPhoto, file.Close())
	case file.Size() > photo.MaxBytes:
		return nil, errors.Join(&http.MaxBytesError{Limit: photo.MaxBytes}, file.Close())
	}
	return file, nil
}

// formReader limits what is read before the photo begins. The header of a single
// part could be ten megabytes long, and all of it would be kept in memory.
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
		return 0, errOverhead
	}
	n, err := f.r.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

func (f *formReader) Close() error { return f.r.Close() }
