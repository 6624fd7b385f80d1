package proxy

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/wire"
)

const secret = "0123456789abcdef0123456789abcdef"

// withPreview is a proxy whose active color is blue and whose preview is green.
func withPreview(t testing.TB, r Rules) *Proxy {
	r.Preview = "preview.localhost"
	p := newBlueProxy(t, Options{Rules: r}, startBackend(t, replyWith("blue")))
	p.SetPool(color.Green, "v2.0.0", []string{startBackend(t, requestHeaders)})
	return p
}

// askWith sends one request and returns the whole answer.
func askWith(t testing.TB, p *Proxy, path, host, fields string) (*http.Response, string) {
	t.Helper()
	c, br := dialRaw(t, startServer(t, p, httpserver.Options{}))
	sendText(t, c, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\n"+fields+"\r\n")
	res := readResponse(t, br, "GET")
	return res, readBody(t, res)
}

func TestWhoSeesThePreview(t *testing.T) {
	open, guarded := Rules{Secret: secret}, Rules{Secret: secret, Guarded: true, PreviewSecret: "letmein"}
	trusting := Rules{Secret: secret, Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	shown := wire.HeaderProbe + ": " + secret + "\r\n"
	for _, tt := range []struct {
		name   string
		rules  Rules
		host   string
		fields string
		want   int
	}{
		{"at this machine", open, "preview.localhost", "", 200},
		{"through a proxy", open, "preview.localhost", "X-Forwarded-For: 192.0.2.1\r\n", 403},
		{"through one that says nothing", open, "preview.localhost", "Via: 1.1 proxy\r\n", 403},
		{"through a trusted one", trusting, "preview.localhost", "X-Forwarded-For: 192.0.2.1\r\n", 403},
		{"as if from here through a trusted one", trusting, "preview.localhost", "X-Forwarded-For: 127.0.0.1\r\n", 403},
		{"the probe through a proxy", open, "preview.localhost", "X-Forwarded-For: 192.0.2.1\r\n" + shown, 200},
		{"guarded", guarded, "preview.localhost", "", 403},
		{"guarded, a color", guarded, "green.preview.localhost", "", 403},
		{"guarded, spelled otherwise", guarded, "PREVIEW.localhost.:80", "", 403},
		{"guarded, the probe", guarded, "preview.localhost", shown, 200},
		{"guarded, a wrong probe", guarded, "preview.localhost", wire.HeaderProbe + ": 1\r\n", 403},
		{"guarded, twice", guarded, "preview.localhost", shown + shown, 403},
		{"guarded, a person", guarded, "preview.localhost", wire.HeaderPreview + ": letmein\r\n", 200},
		{"guarded, a wrong person", guarded, "preview.localhost", wire.HeaderPreview + ": letmeout\r\n", 403},
		{"guarded without a secret", Rules{Guarded: true}, "preview.localhost", wire.HeaderPreview + ": \r\n" + wire.HeaderProbe + ": \r\n", 403},
	} {
		res, text := askWith(t, withPreview(t, tt.rules), "/", tt.host, tt.fields)
		if res.StatusCode != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, res.StatusCode, tt.want)
		}
		if strings.Contains(text, secret) || strings.Contains(text, "letmein") {
			t.Errorf("%s: the app saw a secret: %q", tt.name, text)
		}
	}
	if res, _ := askWith(t, withPreview(t, guarded), "/", "shop.example", ""); res.StatusCode != 200 {
		t.Errorf("the public: %d", res.StatusCode)
	}
}

// TestRequestsMarkedByTheGateway: in a pod the gateway's route says what is the preview.
func TestRequestsMarkedByTheGateway(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		secret       string
		want         int
	}{
		{"public", "", secret, 200},
		{"preview", wire.HeaderRoute + ": preview\r\n", secret, 403},
		{"preview, the probe", wire.HeaderRoute + ": preview\r\n" + wire.HeaderProbe + ": " + secret + "\r\n", secret, 200},
		{"preview, without any secret", wire.HeaderRoute + ": preview\r\n" + wire.HeaderProbe + ": 1\r\n", "", 403},
	} {
		p := newBlueProxy(t, Options{Rules: Rules{TrustPeer: true, Marked: true, Guarded: true, Secret: tt.secret}}, startBackend(t, requestHeaders))
		res, text := askWith(t, p, "/", "a", "X-Forwarded-For: 192.0.2.1\r\n"+tt.fields)
		if res.StatusCode != tt.want || strings.Contains(text, wire.HeaderRoute) {
			t.Errorf("%s: %d %q", tt.name, res.StatusCode, text)
		}
	}
}

// TestProbeReachesTheAppAsOne: the app may trust the header, because the ingress
// removes everybody else's.
func TestProbeReachesTheAppAsOne(t *testing.T) {
	for said, want := range map[string]bool{secret: true, "1": false, "": false, secret + "x": false} {
		p := newBlueProxy(t, Options{Rules: Rules{Secret: secret, Guarded: true}}, startBackend(t, requestHeaders))
		res, text := askWith(t, p, "/", "a", wire.HeaderProbe+": "+said+"\r\n")
		if got := strings.Contains(text, wire.HeaderProbe+": 1\r\n"); got != want || strings.Contains(text, secret) {
			t.Errorf("%q: %q", said, text)
		}
		if named := res.Header.Get(wire.HeaderColor) != ""; named != want {
			t.Errorf("%q: color and version named %v", said, named)
		}
	}
}

func TestVersionIsRevealedOnlyOnThisMachine(t *testing.T) {
	asked := wire.HeaderProbe + ": 1\r\n"
	for _, tt := range []struct {
		name, fields string
		rules        Rules
		want         bool
	}{
		{"at this machine", asked, Rules{Secret: secret}, true},
		{"at this machine, not asked", "", Rules{Secret: secret}, false},
		{"through a proxy", asked + "Via: 1.1 proxy\r\n", Rules{Secret: secret}, false},
		{"a sidecar of an app without a secret", asked, Rules{TrustPeer: true}, true},
		{"a sidecar", asked, Rules{TrustPeer: true, Secret: secret}, false},
	} {
		res, _ := askWith(t, withPreview(t, tt.rules), "/", "a", tt.fields)
		if got := res.Header.Get(wire.HeaderColor) != ""; got != tt.want {
			t.Errorf("%s: named %v", tt.name, got)
		}
	}
}

// TestProbeIsNeverRefused: it measures the app, not how many users there are.
func TestProbeIsNeverRefused(t *testing.T) {
	p := newBlueProxy(t, Options{Rules: Rules{Secret: secret, Limits: admission.Limits{Requests: 1}}}, holdRequests(t))
	u := startServer(t, p, httpserver.Options{})
	holdRequest(t, p, u, 1, "")
	for said, want := range map[string]int{secret: 200, "1": 503} {
		c, br := dialRaw(t, u)
		sendText(t, c, "GET /quick HTTP/1.1\r\nHost: a\r\n"+wire.HeaderProbe+": "+said+"\r\n\r\n")
		if res := readResponse(t, br, "GET"); res.StatusCode != want {
			t.Errorf("%q: %d, want %d", said, res.StatusCode, want)
		}
	}
}

func TestPrivatePaths(t *testing.T) {
	p := withPreview(t, Rules{})
	p.SetPrivatePaths(color.Blue, []string{"/metrics", "/debug/"})
	for path, want := range map[string]int{
		"/metrics": 404, "/metrics/": 404, "/metrics/a": 404, "/metrics?x": 404, "//metrics": 404, "/./metrics": 404, "/a/../metrics": 404,
		"/%6detrics": 404, "/METRICS": 404, "/metrics;a=b": 404, "/;x/metrics": 404, "/metrics%2fa": 404, "/\\metrics": 404, "/%5cmetrics": 404,
		"http://a/metrics": 404, "/debug": 404, "/debug/pprof": 404,
		"/": 200, "/metricsx": 200, "/a/metrics": 200, "/debugger": 200, "/metric": 200, "/?/metrics": 200,
	} {
		if res, _ := askWith(t, p, path, "a", ""); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	if res, _ := askWith(t, p, "/metrics", "preview.localhost", ""); res.StatusCode != 200 {
		t.Errorf("the other color: %d", res.StatusCode)
	}
	p.SetPrivatePaths(color.Blue, nil)
	if res, _ := askWith(t, p, "/metrics", "a", ""); res.StatusCode != 200 {
		t.Errorf("allowed: %d", res.StatusCode)
	}
}

// FuzzPrivate: a private path is private however an app may read it.
func FuzzPrivate(f *testing.F) {
	f.Add("/metrics")
	f.Add("//x/..;a/metrics")
	f.Add("\\metrics")
	s := new(colorState)
	s.private.Store(&[]string{"/metrics"})
	f.Fuzz(func(t *testing.T, p string) {
		plain := normalizedPath(p)
		if !strings.HasPrefix(plain, "/") || normalizedPath(plain) != plain {
			t.Errorf("%q became %q", p, plain)
		}
		if s.isPrivatePath(p) != s.isPrivatePath("/"+p) || s.isPrivatePath(p) != s.isPrivatePath(p+"/.") {
			t.Errorf("%q is private in one way of writing and not in the other", p)
		}
	})
}
