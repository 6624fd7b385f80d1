package web

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/upload"
	"version-manager/internal/kit/waittest"
)

// TestLargeUploadGetsAnAnswer: browsers read the answer only after they have sent
// everything, so a refused upload must not end with a reset connection.
func TestLargeUploadGetsAnAnswer(t *testing.T) {
	a := withKey(t)
	s := httptest.NewServer(a)
	defer s.Close()
	r := sendPhoto(append(lunch(t), make([]byte, 20<<20)...))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/estimate", r.Body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.Header
	response, err := waittest.Client(t, nil).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 413 {
		t.Errorf("status %d, %v", response.StatusCode, err)
	}
	mustContain(t, string(page), "The limit is 12\u00a0MB")
}

func TestTooManyUploadsAtOnce(t *testing.T) {
	l := upload.DefaultLimits(1 << 20)
	l.Slots = 1
	a := withKey(t, func(o *Options) { o.Uploads = upload.NewReceiver(l) })
	if _, err := a.uploads.AcquireSlot(strings.NewReader(""), func(time.Time) error { return nil }); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, in("de", sendPhoto(lunch(t))))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	mustContain(t, w.Body.String(), "zu viele Fotos")
}

// TestSlowUploadsBlockNobody: slow uploads take nothing that other photos need, neither
// their slots nor the rate limit of their client.
func TestSlowUploadsBlockNobody(t *testing.T) {
	a := withKey(t)
	s := httptest.NewServer(a)
	defer s.Close()
	for range 16 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := sendPhoto(lunch(t))
		fmt.Fprintf(conn, "POST /estimate HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			r.Header.Get("Content-Type"), r.ContentLength)
		io.CopyN(conn, r.Body, 100)
	}
	for deadline := time.Now().Add(30 * time.Second); a.uploads.CountOpen() < 16; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d uploads are open, want 16", a.uploads.CountOpen())
		}
	}
	for range photoBurst {
		a.do(t, sendPhoto(lunch(t)), 200)
	}
}

// TestFormAroundPhotoIsSmall: the header of a part is read into memory as a whole.
func TestFormAroundPhotoIsSmall(t *testing.T) {
	a := withKey(t)
	for _, tt := range []struct{ header, status int }{{8 << 10, 200}, {8 << 20, 422}} {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="photo"; filename="x"`}, "X-Long": {strings.Repeat("x", tt.header)}})
		if err != nil {
			t.Fatal(err)
		}
		part.Write(lunch(t))
		m.Close()
		r := local(httptest.NewRequest(http.MethodPost, "/estimate", &body))
		r.Header.Set("Content-Type", m.FormDataContentType())
		a.do(t, r, tt.status)
	}
}
