package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"version-manager/internal/proxy/httpserver"
)

// h2specModule is pinned; its checksum is the sum database's.
const h2specModule = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible"

// knownH2specFailures are the cases that the ingress does not pass, and why. They are listed
// in docs/decisions/0004 too. Any other is a deviation.
func knownH2specFailures(tls bool) []string {
	list := []string{
		// net/http refuses a SETTINGS frame that says the same thing twice, and
		// closes the connection. No client sends one.
		"http2/6.5.3: Sends multiple values of SETTINGS_INITIAL_WINDOW_SIZE",
		// net/http answers both with a 400, and ends the stream with it. h2spec
		// wants to see a reset. Neither reaches an instance.
		"http2/8.1.2.2: Sends a HEADERS frame that contains the connection-specific header field",
		`http2/8.1.2.2: Sends a HEADERS frame that contains the TE header field with any value other than "trailers"`,
	}
	if !tls {
		// Without TLS the port speaks HTTP/1 too, so that something that is no
		// preface is taken for a bad request, and gets a 400.
		list = append(list, "http2/3.5: Sends invalid connection preface")
	}
	slices.Sort(list)
	return list
}

// runH2specs runs the conformance suite for HTTP/2 against the ingress, with TLS
// and without, and against HAProxy beside it.
func runH2specs(ctx context.Context, r *report) error {
	tool, err := buildH2spec(ctx)
	if err != nil {
		r.skipChapter("h2spec cannot be built here")
		r.addNote("%v", err)
		return nil
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1024)) }))
	defer app.Close()
	upstream := app.Listener.Addr().String()
	var wg sync.WaitGroup
	for _, tls := range []bool{false, true} {
		wg.Go(func() { r.checkCase(fmt.Sprintf("ingress, TLS %v", tls), specIngress(ctx, r, tool, upstream, tls)) })
	}
	wg.Go(func() { specHAProxy(ctx, r, tool, upstream) })
	wg.Wait()
	return nil
}

// buildH2spec returns the path of the tool, built at first use.
func buildH2spec(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, "version-manager", "hostile", "h2spec-v2.2.1")
	file := filepath.Join(bin, "h2spec")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", h2specModule)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+bin, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build h2spec: %w\n%s", err, out)
	}
	return file, nil
}

func specIngress(ctx context.Context, r *report, tool, upstream string, tls bool) error {
	l, err := startEncryptedLab(upstream, tls, httpserver.Options{})
	if err != nil {
		return err
	}
	defer l.closeLab()
	total, failed, err := runH2spec(ctx, tool, l.addr, tls)
	if err != nil {
		return err
	}
	r.addNote("ingress, TLS %v: %d of %d", tls, total-len(failed), total)
	if want := knownH2specFailures(tls); !slices.Equal(failed, want) {
		return fmt.Errorf("failed %q, want %q", failed, want)
	}
	return nil
}

func specHAProxy(ctx context.Context, r *report, tool, upstream string) {
	addr, stop, err := startHAProxy(ctx, upstream)
	if err != nil {
		r.addNote("HAProxy is not here to compare with: %v", err)
		return
	}
	defer stop()
	total, failed, err := runH2spec(ctx, tool, addr, false)
	if err != nil {
		r.addNote("HAProxy was not measured: %v", err)
		return
	}
	r.addNote("HAProxy: %d of %d", total-len(failed), total)
}

// runH2spec returns the number of cases, and those that failed.
func runH2spec(ctx context.Context, tool, addr string, tls bool) (int, []string, error) {
	dir, err := os.MkdirTemp("", "hostile-h2spec-")
	if err != nil {
		return 0, nil, err
	}
	defer os.RemoveAll(dir)
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return 0, nil, err
	}
	file := filepath.Join(dir, "report.xml")
	args := []string{"--strict", "--host", host, "--port", port, "--timeout", "4", "--junit-report", file}
	if tls {
		args = append(args, "--tls", "--insecure")
	}
	out, err := exec.CommandContext(ctx, tool, args...).CombinedOutput() // fails if a case does
	b, readErr := os.ReadFile(file)
	if readErr != nil {
		return 0, nil, fmt.Errorf("run h2spec: %w\n%.2000s", errors.Join(err, ctx.Err()), out)
	}
	return parseH2spec(b)
}

func parseH2spec(b []byte) (total int, failed []string, err error) {
	var all struct {
		Suites []struct {
			Cases []struct {
				Package string  `xml:"package,attr"`
				Name    string  `xml:"classname,attr"`
				Failure *string `xml:"failure"`
				Error   *string `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b, &all); err != nil {
		return 0, nil, fmt.Errorf("read h2spec's report: %w", err)
	}
	for _, s := range all.Suites {
		for _, c := range s.Cases {
			total++
			if c.Failure != nil || c.Error != nil {
				failed = append(failed, c.Package+": "+c.Name)
			}
		}
	}
	slices.Sort(failed)
	return total, failed, nil
}

// startHAProxy returns the address at which HAProxy speaks HTTP/2 alone.
func startHAProxy(ctx context.Context, upstream string) (addr string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "hostile-haproxy-")
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr = l.Addr().String()
	l.Close()
	file := filepath.Join(dir, "haproxy.cfg")
	config := fmt.Sprintf("defaults\n  mode http\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s\nfrontend f\n  bind %s proto h2\n  default_backend b\nbackend b\n  server s %s\n", addr, upstream)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "haproxy", "-db", "-f", file)
	if err := cmd.Start(); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = os.RemoveAll(dir) }
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			return addr, stop, c.Close()
		}
	}
	stop()
	return "", nil, errors.New("it did not listen within 5 s: " + strings.TrimSpace(config))
}
