package images

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	fake "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"version-manager/internal/config"
)

const password = "s3cr3t"

// startRegistry runs a registry, which counts what is uploaded. With a login
// it wants one.
func startRegistry(t *testing.T, login bool) (host string, uploads *atomic.Int64) {
	t.Helper()
	uploads = new(atomic.Int64)
	h := fake.New(fake.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pass, _ := r.BasicAuth(); login && pass != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPut {
			uploads.Add(1)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), uploads
}

// dockerLogin is what `docker login` leaves behind.
func dockerLogin(t *testing.T, host, password string) {
	t.Helper()
	dir := t.TempDir()
	auth := base64.StdEncoding.EncodeToString([]byte("ada:" + password))
	text := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, auth)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
}

func TestPush(t *testing.T) {
	host, uploads := startRegistry(t, true)
	dockerLogin(t, host, password)
	w := newWorld(t, config.Kubernetes{Registry: host + "/team"})
	w.addNode("1", "amd64", "b", true)
	got, err := w.delivery().Image(t.Context(), w.digest)
	want := Placed{Ref: host + "/team/shop@" + w.digest, Pull: "IfNotPresent", User: 1000, Group: 1000, OS: "linux", Arch: "amd64"}
	if err != nil || got != want {
		t.Fatalf("placed %+v, %v, want %+v", got, err, want)
	}
	if uploads.Load() == 0 {
		t.Error("nothing was uploaded")
	}
	uploads.Store(0)
	if _, err := w.delivery().Image(t.Context(), w.digest); err != nil || uploads.Load() != 0 {
		t.Errorf("pushed again: %d uploads, %v", uploads.Load(), err)
	}
	if named, err := w.delivery().Name(w.digest); err != nil || named != want {
		t.Errorf("named %+v, %v", named, err)
	}
	wantPushed(t, got.Ref)
}

func wantPushed(t *testing.T, ref string) {
	t.Helper()
	digest, err := name.NewDigest(ref)
	if err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(digest, remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		t.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("layers %v, %v", layers, err)
	}
	r, err := layers[0].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b := readAll(t, r); !bytes.Contains(b, []byte("hello")) {
		t.Errorf("%d bytes were pushed, not the program", len(b))
	}
}

func TestPushProblems(t *testing.T) {
	loggedIn, _ := startRegistry(t, true)
	answers := func(code int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v2/" {
				http.Error(w, body, code)
			}
		}))
		t.Cleanup(s.Close)
		return strings.TrimPrefix(s.URL, "http://")
	}
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	for name, tt := range map[string]struct{ registry, password, text, hint string }{
		"not logged in":      {loggedIn, "", "access denied by the registry", "docker login " + loggedIn},
		"wrong password":     {loggedIn, "wrong-" + password, "access denied by the registry", "docker login " + loggedIn},
		"unknown repository": {answers(404, `{"errors":[{"code":"NAME_UNKNOWN"}]}`), "", "does not know this repository", "create the repository team/shop"},
		"denied":             {answers(403, `{"errors":[{"code":"DENIED"}]}`), "", "access denied by the registry", "docker login"},
		"nobody there":       {"127.0.0.1:1", "", "cannot be reached", "curl -v https://127.0.0.1:1/v2/"},
		"untrusted":          {strings.TrimPrefix(untrusted.URL, "https://"), "", "is not trusted", "SSL_CERT_FILE"},
		"no name":            {"Registry!", "", `registry "Registry!`, "kubernetes.registry"},
	} {
		t.Run(name, func(t *testing.T) {
			dockerLogin(t, tt.registry, tt.password)
			w := newWorld(t, config.Kubernetes{Registry: tt.registry + "/team"})
			_, err := w.delivery().Image(t.Context(), w.digest)
			p := wantProblem(t, err, tt.text, tt.hint)
			if strings.Contains(p.Error(), password) {
				t.Errorf("the password is shown: %v", p)
			}
		})
	}
}

func TestPlainHTTPIsForThisMachine(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.9": true, "::1": true, "192.168.1.5": false, "registry.local": false} {
		if got := isLoopback(host); got != want {
			t.Errorf("loopback(%s) = %t", host, got)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://192.0.2.1/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (tlsOnly{http.DefaultTransport}).RoundTrip(r); err != errPlain {
		t.Errorf("error %v", err)
	}
}

func TestPullSecret(t *testing.T) {
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, tt := range map[string]struct {
		data map[string]any
		text string
	}{
		"good":       {map[string]any{".dockerconfigjson": encoded(`{"auths":{"https://registry.example.org/v1/":{"auth":"x"}}}`)}, ""},
		"old form":   {map[string]any{".dockercfg": encoded(`{"registry.example.org":{"auth":"x"}}`)}, ""},
		"other host": {map[string]any{".dockerconfigjson": encoded(`{"auths":{"other.example.org":{"auth":"x"}}}`)}, "no entry for registry.example.org"},
		"damaged":    {map[string]any{".dockerconfigjson": encoded(`{"auths":"` + password)}, "no entry for registry.example.org"},
		"other kind": {map[string]any{"tls.key": encoded(password)}, "no entry for registry.example.org"},
		"missing":    {nil, "is not in namespace shops"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, config.Kubernetes{Registry: "registry.example.org/team", PullSecret: "pull"})
			if tt.data != nil {
				w.server.PutObject(object("v1", "Secret", namespace, "pull", map[string]any{"data": tt.data}))
			}
			p, c, err := w.delivery().app(w.digest)
			if err != nil {
				t.Fatal(err)
			}
			err = c.checkReady(t.Context(), p)
			if tt.text == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			got := wantProblem(t, err, tt.text, `--namespace shops create secret generic pull --type kubernetes.io/dockerconfigjson --from-file .dockerconfigjson="$HOME/.docker/config.json"`)
			if strings.Contains(got.Error(), password) {
				t.Errorf("the password is shown: %v", got)
			}
		})
	}
}

// A registry that answers without end must not fill the memory.
func TestRegistryAnswersAreLimited(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		var sent atomic.Int64
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			for chunk := make([]byte, 1<<20); sent.Load() < 64<<20; sent.Add(1 << 20) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}))
		res, err := (&http.Client{Transport: tlsOnly{http.DefaultTransport}}).Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		if !errors.Is(err, errLongAnswer) || n > maxAnswer {
			t.Errorf("status %d: %d bytes, %v", status, n, err)
		}
		res.Body.Close()
		s.Close()
	}
}
