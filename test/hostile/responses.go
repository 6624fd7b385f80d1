package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"version-manager/internal/proxy"
)

// responseCase is what an instance answers with, byte for byte, and what has to
// become of it.
type responseCase struct {
	name   string
	said   string
	open   bool // the instance leaves the connection open
	status int
	body   string
	broken bool // the client has to see that the body is not whole
}

// own is the status of an answer that could not be used.
const own = http.StatusBadGateway

func runResponses(ctx context.Context, r *report) error {
	cases := newCaseRunner(r)
	for _, c := range responseCorpus() {
		for name, client := range newClients() {
			cases.startCase(ctx, c.name+", "+name, func() error { return c.tryCase(client) })
		}
	}
	cases.waitForCases()
	return nil
}

// newClients returns a client for each protocol.
func newClients() map[string]*http.Client {
	one, two := new(http.Protocols), new(http.Protocols)
	one.SetHTTP1(true)
	two.SetUnencryptedHTTP2(true)
	all := map[string]*http.Client{}
	for name, p := range map[string]*http.Protocols{"HTTP/1": one, "HTTP/2": two} {
		all[name] = &http.Client{Transport: &http.Transport{Protocols: p}, Timeout: 10 * time.Second}
	}
	return all
}

// tryCase asks twice: the second answer has to be the second answer, whatever the
// instance has left on the connection.
func (c responseCase) tryCase(client *http.Client) error {
	upstream, err := c.startInstance()
	if err != nil {
		return err
	}
	defer upstream.Close()
	l, err := startLab(upstream.Addr().String(), proxy.Options{})
	if err != nil {
		return err
	}
	defer l.closeLab()
	defer client.CloseIdleConnections()
	return errors.Join(c.checkFirstAnswer(client, "http://"+l.addr), checkSecondAnswer(client, "http://"+l.addr))
}

func (c responseCase) checkFirstAnswer(client *http.Client, u string) error {
	status, body, h, err := getAnswer(client, u+"/")
	if status != c.status || (err != nil) != c.broken || (!c.broken && status != own && body != c.body) {
		return fmt.Errorf("status %d, body %.40q, %v; want %d, %.40q, broken %v", status, body, err, c.status, c.body, c.broken)
	}
	for _, name := range []string{"X-Smuggled", "Keep-Alive", "Proxy-Connection", "Upgrade", "Version-Manager-Color", "Version-Manager-Version"} {
		if _, there := h[name]; there {
			return fmt.Errorf("the header has %s", name)
		}
	}
	return nil
}

func checkSecondAnswer(client *http.Client, u string) error {
	status, body, _, err := getAnswer(client, u+"/second")
	if status != http.StatusOK || body != "second" || err != nil {
		return fmt.Errorf("the request after it: status %d, body %.40q, %v", status, body, err)
	}
	return nil
}

// getAnswer returns the error of reading the body.
func getAnswer(client *http.Client, u string) (int, string, http.Header, error) {
	res, err := client.Get(u)
	if err != nil {
		return 0, "", nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, string(b), res.Header, err
}

// startInstance is an instance that answers /second properly, and all else as said.
func (c responseCase) startInstance() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serveConnection(conn)
		}
	}()
	return l, nil
}

func (c responseCase) serveConnection(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	br := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		answer := c.said
		if r.URL.Path == "/second" {
			answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
		}
		if _, err := io.WriteString(conn, answer); err != nil || (r.URL.Path != "/second" && !c.open) {
			return
		}
	}
}

// headWith is a response head with one more field, and no body.
func headWith(field string) string {
	return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + field + "\r\n\r\n"
}

func responseCorpus() []responseCase {
	return slices.Concat(brokenHeads(), brokenBodies(), splitAnswers())
}
