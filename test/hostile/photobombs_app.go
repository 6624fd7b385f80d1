package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/color"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
)

// bombedApp is Caloguessr in a control group, with the ingress in front.
type bombedApp struct {
	cmd    *exec.Cmd
	log    *bytes.Buffer
	ended  chan struct{}
	front  *http.Server
	gemini *httptest.Server
	folder string
	url    string
}

func buildApp(ctx context.Context) (program string, cleanUp func(), err error) {
	dir, err := os.MkdirTemp("", "hostile-photos-")
	if err != nil {
		return "", nil, err
	}
	cleanUp = func() { os.RemoveAll(dir) }
	program = filepath.Join(dir, "caloguessr")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/caloguessr")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		cleanUp()
		return "", nil, fmt.Errorf("build caloguessr: %w\n%s", err, out)
	}
	return program, cleanUp, nil
}

func startApp(ctx context.Context, group *memoryGroup, program string, withKey bool) (*bombedApp, error) {
	folder, err := os.MkdirTemp("", "hostile-photos-data-")
	if err != nil {
		return nil, err
	}
	a := &bombedApp{log: new(bytes.Buffer), ended: make(chan struct{}), gemini: httptest.NewServer(&geminitest.Server{}), folder: folder}
	address, err := freeAddress()
	if err != nil {
		return nil, errors.Join(err, a.stopApp())
	}
	_, port, _ := net.SplitHostPort(address)
	a.cmd = group.limitCommand(program)
	a.cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+port, "DATA_DIR="+folder, "GEMINI_BASE_URL="+a.gemini.URL, "APP_INSTANCE=blue-1", "APP_COLOR=blue", "GOMEMLIMIT=")
	if withKey {
		a.cmd.Env = append(a.cmd.Env, "GEMINI_API_KEY="+geminitest.Key)
	}
	a.cmd.Stdout, a.cmd.Stderr = a.log, a.log
	if err := a.cmd.Start(); err != nil {
		return nil, errors.Join(err, a.stopApp())
	}
	go func() { a.cmd.Wait(); close(a.ended) }()
	if err := a.startApp(address); err != nil {
		return nil, errors.Join(err, a.stopApp())
	}
	return a, a.awaitReady(ctx)
}

// freeAddress is one at which nobody listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// startApp puts the ingress in front.
func (a *bombedApp) startApp(address string) error {
	front := proxy.NewProxy(proxy.Options{})
	front.SetPool(color.Blue, "v1.0.0", []string{address})
	front.SwitchRoute(color.Blue)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	a.front, a.url = httpserver.NewServer(front, httpserver.Options{}), "http://"+l.Addr().String()
	go a.front.Serve(l)
	return nil
}

func (a *bombedApp) awaitReady(ctx context.Context) error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if a.visitPage(ctx) == nil {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("the app does not answer: %s", a.log), a.stopApp())
}

func (a *bombedApp) stopApp() error {
	if a.front != nil {
		a.front.Close()
	}
	if a.cmd != nil && a.cmd.Process != nil {
		a.cmd.Process.Kill()
		<-a.ended
	}
	a.gemini.Close()
	return os.RemoveAll(a.folder)
}

func (a *bombedApp) checkAlive() error {
	select {
	case <-a.ended:
		return fmt.Errorf("it has ended: %v: %s", a.cmd.ProcessState, a.log)
	default:
		return nil
	}
}

// newBombClient sends from an address of its own, as another visitor does.
func newBombClient(from string) *http.Client {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: visitorPatience}
	return &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}, Timeout: time.Minute}
}

func (a *bombedApp) visitPage(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, visitorPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/", nil)
	if err != nil {
		return err
	}
	response, err := newBombClient("127.0.6.1").Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, %v", response.StatusCode, err)
	}
	return nil
}

// sendPhoto uploads a file and returns the status of the answer.
func (a *bombedApp) sendPhoto(ctx context.Context, from string, data []byte) (int, error) {
	body, kind := photoForm(data)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/estimate", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", kind)
	response, err := newBombClient(from).Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && !strings.Contains(string(page), "Caloguessr") {
		err = fmt.Errorf("status %d is not a page of the app: %.200s", response.StatusCode, page)
	}
	if err == nil && response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" && !strings.Contains(string(page), "no Gemini key") {
		err = errors.New("503 without Retry-After")
	}
	return response.StatusCode, err
}

func photoForm(data []byte) (body []byte, contentType string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, _ := m.CreateFormFile("photo", "photo") // memory does not fail
	part.Write(data)
	m.Close()
	return b.Bytes(), m.FormDataContentType()
}

// sendTogether runs n at the same time and returns the first error of each.
func (a *bombedApp) sendTogether(n int, f func(i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { errs[i] = f(i) })
	}
	wait.Wait()
	return errors.Join(errs...)
}
