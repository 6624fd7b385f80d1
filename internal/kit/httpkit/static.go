package httpkit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Static serves files under a path that holds the hash of them all:
// /static/HASH/app.css. Such an address never changes its content, so that
// browsers may keep it for good. Because the hash is a folder, a module can
// import its neighbor by a relative name.
//
// While two versions of an app take turns behind one address, the page of one
// may ask the other for a file. That gets the file as the other has it, not
// to be kept, because a page in a slightly wrong style beats one without any.
type Static struct {
	prefix string // "/static/HASH/"
	files  map[string][]byte
}

// NewStatic reads all files at the top level of fsys.
func NewStatic(fsys fs.FS) (*Static, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	s, sum := &Static{files: map[string][]byte{}}, sha256.New()
	for _, e := range entries {
		data, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read static file %s: %w", e.Name(), err)
		}
		s.files[e.Name()] = data
		fmt.Fprintf(sum, "%s %d\n", e.Name(), len(data))
		sum.Write(data)
	}
	s.prefix = "/static/" + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	return s, nil
}

// URL returns the address of a file. It fails for names that do not exist, so
// that a template with a slip of the pen fails its test.
func (s *Static) URL(name string) (string, error) {
	if _, ok := s.files[name]; !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return s.prefix + name, nil
}

// ServeHTTP answers GET /static/HASH/NAME.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	data, ok := s.files[name]
	if !ok || strings.Count(r.URL.Path, "/") != 3 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == s.prefix+name {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))))
}
