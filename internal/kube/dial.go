package kube

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// DialPod implements Cluster. Each connection has a tunnel of its own, so that
// closing it leaves nothing behind.
func (c *Client) DialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error) {
	namespace = c.resolveNamespace(namespace)
	conn, err := c.dialPod(ctx, namespace, pod, port)
	if err != nil {
		k, _ := findKind("Pod")
		return nil, c.explainError(fmt.Sprintf("connect to port %d of", port), k, Ref{"Pod", namespace, pod}, err)
	}
	return conn, nil
}

func (c *Client) dialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.tryTimeout)
	defer cancel()
	dialer, err := c.newTunnelDialer(namespace, pod)
	if err != nil {
		return nil, err
	}
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := openTunnel(dialer, addr{namespace + "/" + pod, port})
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() { // the dialer knows no context: what comes too late is closed
			if r := <-done; r.conn != nil {
				r.conn.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// newTunnelDialer dials a WebSocket, and SPDY where the API server is older or a proxy
// in between knows no WebSocket.
func (c *Client) newTunnelDialer(namespace, pod string) (httpstream.Dialer, error) {
	target, err := url.Parse(c.config.Host)
	if err != nil || target.Host == "" {
		target, _, err = rest.DefaultServerUrlFor(c.config)
	}
	if err != nil {
		return nil, err
	}
	target = target.JoinPath("api/v1/namespaces", namespace, "pods", pod, "portforward")
	socket, err := portforward.NewSPDYOverWebsocketDialerForStreaming(target, c.config)
	if err != nil {
		return nil, err
	}
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return nil, err
	}
	older := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	return portforward.NewFallbackDialerForStreaming(socket, older, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

// openTunnel asks for one connection to the port: a stream for its data and
// one on which the node says what went wrong.
func openTunnel(dialer httpstream.Dialer, to addr) (net.Conn, error) {
	tunnel, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set(corev1.PortHeader, strconv.Itoa(to.port))
	h.Set(corev1.PortForwardRequestIDHeader, "0")
	h.Set(corev1.StreamType, corev1.StreamTypeError)
	complaints, err := tunnel.CreateStream(h)
	if err != nil {
		tunnel.Close()
		return nil, err
	}
	complaints.Close() // nothing is written to it
	h.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := tunnel.CreateStream(h)
	if err != nil {
		tunnel.Close()
		return nil, err
	}
	return newPodConn(to, tunnel, data, complaints), nil
}

// readComplaint reads what the node says on the error stream, "" if nothing.
func readComplaint(r io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(r, 1<<12))
	return strings.TrimSpace(string(b))
}
