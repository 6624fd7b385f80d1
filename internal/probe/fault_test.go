package probe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/wire"
)

// target serves raw connections on a free port.
func target(t *testing.T, serve func(net.Conn)) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return "http://" + ln.Addr().String()
}

// saying serves one connection by saying a text to each request.
func saying(text func() string) func(net.Conn) {
	return func(c net.Conn) {
		defer c.Close()
		for in := bufio.NewReader(c); ; {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if _, err := io.WriteString(c, text()); err != nil {
				return
			}
		}
	}
}

// answering serves one connection by saying text to every request.
func answering(text string, thenClose bool) func(net.Conn) {
	return func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		for {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			if _, err := io.WriteString(c, text); err != nil || thenClose {
				return
			}
		}
	}
}

const fine = "HTTP/1.1 200 OK\r\nVersion-Manager-Color: blue\r\nVersion-Manager-Version: v1.0.0\r\nContent-Length: 2\r\n\r\nok"

// probeFor asks base until n requests have ended.
func probeFor(t *testing.T, c Config, n int) Measurement {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p := Start(ctx, c)
	if err := p.WaitAnswers(ctx, n, time.Time{}); err != nil {
		t.Fatalf("only %d answers: %v", p.Measure().Sent, err)
	}
	return p.Stop()
}

func TestOutcomes(t *testing.T) {
	reset := func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() }
	hang := func(c net.Conn) { io.Copy(io.Discard, c); c.Close() }
	status := func(n int) func(net.Conn) {
		return answering(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n", n), false)
	}
	for name, tt := range map[string]struct {
		serve func(net.Conn)
		want  Outcome
	}{
		"fine":               {answering(fine, false), OK},
		"chunked":            {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", false), OK},
		"interim":            {answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"+fine, false), OK},
		"not found":          {answering("HTTP/1.1 404 X\r\n"+wire.HeaderColor+": blue\r\nContent-Length: 0\r\n\r\n", false), OK},
		"no way to the app":  {status(404), Status},
		"redirect":           {status(302), OK},
		"request timeout":    {status(408), Status},
		"too many":           {status(429), Status},
		"server error":       {status(503), Status},
		"reset":              {reset, Reset},
		"closed":             {answering("", true), Reset},
		"half a head":        {answering("HTTP/1.1 200 OK\r\nContent-Le", true), Reset},
		"half a body":        {answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", true), Reset},
		"half a chunk":       {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", true), Reset},
		"hang":               {hang, Timeout},
		"hang after head":    {answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", false), Timeout},
		"not HTTP":           {answering("SSH-2.0-OpenSSH\r\n\r\n", true), Garbled},
		"garbled chunk size": {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false), Garbled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := probeFor(t, Config{Base: target(t, tt.serve), Rate: 100, Timeout: 200 * time.Millisecond}, 10)
			failed := m.Sent
			if tt.want == OK {
				failed = 0
			}
			if m.Failed != failed || m.Causes[tt.want] != failed {
				t.Errorf("%d of %d failed, by cause %v, want all or none as %s", m.Failed, m.Sent, m.Causes, tt.want)
			}
			if m.Kinds[Fresh].Sent < 4 || m.Kinds[Kept].Sent < 4 {
				t.Errorf("kinds are uneven: %v", m.Kinds)
			}
		})
	}
}

// Behind a gateway somebody may send the users elsewhere. To a probe that shows
// its secret the app says who it is, so whatever does not is not the app.
func TestAnswersOfSomethingElse(t *testing.T) {
	const blue, nobody = "200 OK\r\n" + wire.HeaderColor + ": blue", "200 OK"
	for name, tt := range map[string]struct {
		secret, first, then string
		want                Outcome
	}{
		"the app":                 {"secret", blue, blue, OK},
		"the app's 404":           {"secret", blue, "404 Not Found\r\n" + wire.HeaderColor + ": green", OK},
		"another app":             {"secret", blue, nobody, Stray},
		"a login page":            {"secret", blue, "302 Found\r\nLocation: /login", Stray},
		"an unknown color":        {"secret", blue, "200 OK\r\n" + wire.HeaderColor + ": red", Stray},
		"a gateway without a way": {"secret", blue, "404 Not Found", Status},
		"a gateway that fails":    {"secret", blue, "502 Bad Gateway", Status},
		"the secret was replaced": {"secret", nobody, blue, OK},
		"nobody knows the probe":  {Anonymous, blue, nobody, OK},
		"there is no secret":      {"", blue, nobody, OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var head atomic.Value
			head.Store(tt.first)
			base := target(t, saying(func() string { return "HTTP/1.1 " + head.Load().(string) + "\r\nContent-Length: 0\r\n\r\n" }))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			p := Start(ctx, Config{Base: base, Rate: 100, Timeout: 5 * time.Second, Secret: tt.secret})
			defer p.Stop()
			if err := p.WaitAnswers(ctx, 10, time.Time{}); err != nil {
				t.Fatal(err)
			}
			head.Store(tt.then)
			flipped := time.Now()
			if err := p.WaitAnswers(ctx, 10, flipped); err != nil {
				t.Fatal(err)
			}
			w := p.StatsSince(color.Green, flipped)
			failed := w.Sent
			if tt.want == OK {
				failed = 0
			}
			if w.Failed != failed || w.Causes[tt.want] != failed {
				t.Errorf("%d of %d failed, by cause %v, want %s", w.Failed, w.Sent, w.Causes, tt.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	for _, base := range []string{"http://" + ln.Addr().String(), "nonsense", "ftp://127.0.0.1", "http://[::bad"} {
		m := probeFor(t, Config{Base: base, Rate: 200, WebSocket: "/ws"}, 10)
		if m.Failed != m.Sent || m.Causes[Refused] != m.Sent || m.Kinds[WebSocket].Sent == 0 {
			t.Errorf("%s: %d of %d failed, by cause %v and kind %v", base, m.Failed, m.Sent, m.Causes, m.Kinds)
		}
	}
}

// A server may close an idle connection when it likes: no request is lost,
// and none may be reported as such.
func TestIdleCloseIsNoFailure(t *testing.T) {
	for name, text := range map[string]string{
		"announced":   "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
		"unannounced": fine,
	} {
		t.Run(name, func(t *testing.T) {
			// The target closes right after its answer; 50 ms later, when the
			// connection's turn comes again, that is long known.
			m := probeFor(t, Config{Base: target(t, answering(text, true)), Rate: 40}, 20)
			if m.Failed != 0 {
				t.Errorf("%d failed: %v", m.Failed, m.Causes)
			}
		})
	}
}

// net/http would repeat this request and report a success.
func TestNothingIsRepeated(t *testing.T) {
	var asked atomic.Int64
	base := target(t, func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		for i := range 2 {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			asked.Add(1)
			if i == 0 {
				io.WriteString(c, fine) // the second request on a connection dies
			}
		}
	})
	m := probeFor(t, Config{Base: base, Rate: 200}, 60)
	if got := int(asked.Load()); got != m.Sent {
		t.Errorf("the target was asked %d times, the probe says %d", got, m.Sent)
	}
	if k := m.Kinds[Kept]; k.Failed < k.Sent/3 || m.Causes[Reset] != k.Failed {
		t.Errorf("kept %+v, causes %v: the dead connections were not seen", k, m.Causes)
	}
	if f := m.Kinds[Fresh].Failed; f != 0 {
		t.Errorf("%d fresh requests failed", f)
	}
}

func TestProbeSaysWhoAsksAndWhoAnswered(t *testing.T) {
	var host atomic.Value
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host.Store(r.Host)
		if r.Header.Get(wire.HeaderProbe) != "1" || r.URL.Path != "/page" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Header().Set(wire.HeaderColor, "green")
		w.Header().Set(wire.HeaderVersion, "v1.2.3")
	}))
	defer srv.Close()
	conf := srv.Client().Transport.(*http.Transport).TLSClientConfig
	m := probeFor(t, Config{Base: srv.URL, Path: "/page", Rate: 100, TLS: conf}, 20)
	if m.Failed != 0 || len(m.Sources) != 1 || m.Sources[0].Color != color.Green || m.Sources[0].Version != "v1.2.3" {
		t.Errorf("failed %d (%v), answered by %+v", m.Failed, m.Causes, m.Sources)
	}
	if "https://"+host.Load().(string) != srv.URL {
		t.Errorf("Host was %q", host.Load())
	}
}

func TestStopAbandonsTheSlowRequest(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	}))
	defer srv.Close()
	m := probeFor(t, Config{Base: srv.URL, Rate: 50, Timeout: 100 * time.Millisecond, Slow: "/slow"}, 10)
	if m.Failed != 0 || m.Abandoned != 1 {
		t.Errorf("failed %d (%v), abandoned %d", m.Failed, m.Causes, m.Abandoned)
	}
}

// A target that invents a version for each answer must not cost memory.
func TestSourcesAreBounded(t *testing.T) {
	r := newRecorder(time.Now(), 1)
	for i := range 3 * maxSources {
		r.add(Sample{}, Source{Version: fmt.Sprint(i)})
	}
	if got := len(r.snapshot().Sources); got != maxSources {
		t.Errorf("%d sources are kept", got)
	}
}

// Whatever a target says, the probe has a word for it, and waits no longer
// than it was told.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{fine, "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		ours, theirs := net.Pipe()
		go func() {
			http.ReadRequest(bufio.NewReader(theirs))
			theirs.Write(said)
			theirs.Close()
		}()
		g := &sender{client: newClient(func(context.Context, time.Time) (net.Conn, error) { return ours, nil }, "app"), hard: t.Context(), pulse: awake.NewPulse()}
		s := &shot{kind: Fresh, method: "GET", head: g.head("GET", "/", nil)}
		switch out, _ := g.send(s, time.Now().Add(5*time.Second), nil); out {
		case OK, Status, Reset, Garbled:
		default:
			t.Errorf("%q was %s", said, out)
		}
	})
}
