package kube

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"version-manager/internal/kit/waittest"
)

const forwardPath = "/api/v1/namespaces/shops/pods/p/portforward"

// node is the far end of port-forwards: port 80 greets, port 81 refuses.
type node struct{ closed chan bool }

func newNode() *node { return &node{make(chan bool, 10)} }

func (n *node) stream() httpstream.NewStreamHandler {
	complaints := make(chan httpstream.Stream, 1)
	return func(s httpstream.Stream, _ <-chan struct{}) error {
		if s.Headers().Get(corev1.StreamType) == corev1.StreamTypeError {
			complaints <- s
			return nil
		}
		go n.serve(s, <-complaints)
		return nil
	}
}

func (n *node) serve(data, complaints httpstream.Stream) {
	if data.Headers().Get(corev1.PortHeader) == "81" {
		fmt.Fprint(complaints, "dial tcp4 127.0.0.1:81: connect: connection refused")
	} else if r, err := http.ReadRequest(bufio.NewReader(data)); err == nil {
		fmt.Fprintf(data, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.Host), r.Host)
		io.Copy(io.Discard, data)
	}
	complaints.Close()
	data.Close()
}

// overWebSocket is what current API servers speak.
func (n *node) overWebSocket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"SPDY/3.1+portforward.k8s.io"}})
	if err != nil {
		return
	}
	conn := websocket.NetConn(context.Background(), ws, websocket.MessageBinary)
	n.serveTunnel(spdy.NewServerConnection(conn, n.stream()))
}

// overSPDY is what older ones speak.
func (n *node) overSPDY(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "no WebSocket here", http.StatusBadRequest)
		return
	}
	if _, err := httpstream.Handshake(r, w, []string{"portforward.k8s.io"}); err == nil {
		n.serveTunnel(spdy.NewResponseUpgrader().UpgradeResponse(w, r, n.stream()), nil)
	}
}

func (n *node) serveTunnel(tunnel httpstream.Connection, err error) {
	if err == nil {
		<-tunnel.CloseChan()
		n.closed <- true
	}
}

func eachTunnel(t *testing.T, f func(*testing.T, *node, *Client)) {
	n := newNode()
	for name, h := range map[string]http.HandlerFunc{"websocket": n.overWebSocket, "spdy": n.overSPDY} {
		t.Run(name, func(t *testing.T) {
			f(t, n, secureClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != forwardPath || r.Header.Get("Authorization") != "Bearer "+secret {
					t.Errorf("asked %s as %q", r.URL, r.Header.Get("Authorization"))
				}
				h(w, r)
			}))
		})
	}
}

// The connection carries HTTP, keep-alive included, and closing it closes the
// tunnel.
func TestDialPod(t *testing.T) {
	eachTunnel(t, func(t *testing.T, n *node, c *Client) {
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return c.DialPod(ctx, "", "p", 80)
		}}
		resp, err := (&http.Client{Transport: transport}).Get("http://shop.example/")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if b, err := io.ReadAll(resp.Body); string(b) != "shop.example" {
			t.Errorf("answered %q, %v", b, err)
		}
		transport.CloseIdleConnections()
		waittest.Receive(t, n.closed)
	})
}

func TestDialPodClosedPort(t *testing.T) {
	eachTunnel(t, func(t *testing.T, n *node, c *Client) {
		conn, err := c.DialPod(t.Context(), "shops", "p", 81)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "shops/p:81: dial tcp4 127.0.0.1:81: connect: connection refused") {
			t.Errorf("error %v", err)
		}
		waittest.Receive(t, n.closed)
	})
}

func TestDialPodDeadline(t *testing.T) {
	eachTunnel(t, func(t *testing.T, n *node, c *Client) {
		conn, err := c.DialPod(t.Context(), "shops", "p", 80)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); err == nil || !err.(net.Error).Timeout() {
			t.Errorf("error %v", err)
		}
		if got := conn.RemoteAddr().String(); got != "shops/p:80" {
			t.Errorf("connected to %s", got)
		}
		conn.Close()
		waittest.Receive(t, n.closed)
	})
}

func TestDialPodProblems(t *testing.T) {
	c := client(t, refusing(http.StatusNotFound, "NotFound", `pods "p" not found`))
	if _, err := c.DialPod(t.Context(), "", "p", 80); err == nil || !strings.Contains(err.Error(), "connect to port 80 of Pod shops/p") {
		t.Errorf("error %v", err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c = clientOf(t, "http://"+silent.Addr().String())
	c.tryTimeout = 50 * time.Millisecond
	if _, err := c.DialPod(t.Context(), "", "p", 80); err == nil {
		t.Error("no error from a server that does not answer")
	}
}
