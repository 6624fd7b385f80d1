package web

import (
	"bytes"
	"io"
	"net/http/httptest"
	"testing"

	"version-manager/internal/caloguessr/upload"
)

func FuzzPhotoForm(f *testing.F) {
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\nhello\r\n--x--\r\n"), "x")
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nhello\r\n--x\r\n\r\n"), "x")
	f.Add([]byte("--x--"), "")
	p := photoReceiver{upload.NewReceiver(upload.DefaultLimits(1 << 20))}
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		r := httptest.NewRequest("POST", "/estimate", bytes.NewReader(body))
		r.Header["Content-Type"] = []string{"multipart/form-data; boundary=" + boundary}
		file, err := p.receivePhoto(httptest.NewRecorder(), r)
		if err == nil {
			data, err := io.ReadAll(io.NewSectionReader(file, 0, file.Size()))
			if err != nil || len(data) == 0 || !bytes.Contains(body, data) {
				t.Errorf("a photo of %d bytes, %v", len(data), err)
			}
			file.Close()
		}
		if n := p.uploads.CountOpen(); n != 0 {
			t.Errorf("%d uploads are still under way", n)
		}
	})
}
