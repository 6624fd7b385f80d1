package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/photo"
)

// TestPhotoSizeLimit pads a photo, which decoders ignore, to the largest size.
func TestPhotoSizeLimit(t *testing.T) {
	a := withKey(t)
	for size, status := range map[int]int{photo.MaxBytes - 1: 200, photo.MaxBytes: 200, photo.MaxBytes + 1: 413, photo.MaxBytes + 2*maxFormOverhead: 413} {
		padded := append(lunch(t), make([]byte, size)...)[:size]
		a.do(t, sendPhoto(padded), status)
	}
}

func TestFormSizeLimit(t *testing.T) {
	a := newApp(t)
	for size, status := range map[int]int{maxFormSize - 1: 200, maxFormSize: 200, maxFormSize + 1: 413} {
		a.do(t, post("/meal", url.Values{"q": {strings.Repeat("x", size-len("q="))}}), status)
	}
}

// TestFormOverheadLimit: the header of a part is read into memory as a whole, so
// the form before the photo is limited.
func TestFormOverheadLimit(t *testing.T) {
	a := withKey(t)
	for before, status := range map[int]int{maxFormOverhead - 1: 200, maxFormOverhead: 200, maxFormOverhead + 1: 422} {
		a.do(t, photoAfter(t, before), status)
	}
}

// photoAfter returns a form in which that many bytes come before the photo.
func photoAfter(t *testing.T, before int) *http.Request {
	t.Helper()
	build := func(padding int) (body []byte, contentType string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		if err := m.SetBoundary("boundary"); err != nil {
			t.Fatal(err)
		}
		part, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="photo"; filename="x"`}, "X-Long": {strings.Repeat("x", padding)}})
		if err != nil {
			t.Fatal(err)
		}
		part.Write(lunch(t))
		m.Close()
		return b.Bytes(), m.FormDataContentType()
	}
	empty, _ := build(0)
	body, contentType := build(before - bytes.Index(empty, lunch(t)))
	if got := bytes.Index(body, lunch(t)); got != before {
		t.Fatalf("%d bytes come before the photo, want %d", got, before)
	}
	r := local(httptest.NewRequest(http.MethodPost, "/estimate", bytes.NewReader(body)))
	r.Header.Set("Content-Type", contentType)
	return r
}

func TestFoodLimit(t *testing.T) {
	a := newApp(t)
	for have, status := range map[int]int{meal.MaxItems - 2: 200, meal.MaxItems - 1: 200, meal.MaxItems: 422} {
		form := url.Values{"add": {"09003"}}
		for range have {
			for k, v := range rice() {
				if k != "model" && !strings.HasPrefix(k, "unknown") {
					form.Add(k, v[0])
				}
			}
		}
		a.do(t, post("/meal", form), status)
	}
}

// TestCookieLifetime checks a cookie one second before its end and at its end.
func TestCookieLifetime(t *testing.T) {
	a, now := administrator{"a-token-of-the-operator"}, time.Now()
	w, r := httptest.NewRecorder(), get("/settings")
	a.setCookie(w, r, now)
	r.AddCookie(w.Result().Cookies()[0])
	end := time.Unix(now.Add(adminCookieLifetime).Unix(), 0)
	for at, want := range map[time.Time]bool{now: true, end.Add(-time.Second): true, end: false, end.Add(time.Second): false} {
		if got := a.isSignedIn(r, at); got != want {
			t.Errorf("%s before the end: signed in %t, want %t", end.Sub(at), got, want)
		}
	}
}
