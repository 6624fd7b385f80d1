package httpserver

import (
	"crypto/tls"
	"net"
	"net/http"
	"testing"
)

func TestConnectionsThatAreAllBusy(t *testing.T) {
	c := newConnectionLimiter(2)
	var conns [3]net.Conn
	for i := range conns {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		conns[i] = tls.Server(a, nil)
	}
	for _, nc := range conns[:2] {
		c.trackState(nc, http.StateNew)
		c.trackState(nc, http.StateActive)
	}
	if over := c.trackState(conns[2], http.StateNew); over != conns[2] {
		t.Errorf("%v has to go, want the new one", over)
	}
	c.trackState(conns[2], http.StateClosed)
	c.closeFirst(conns[1])
	if over := c.trackState(conns[2], http.StateNew); over != conns[1] {
		t.Errorf("%v has to go, want the one that was refused", over)
	}
	c.trackState(conns[1], http.StateClosed)
	c.trackState(conns[2], http.StateClosed)
	c.closeFirst(conns[2])
	c.trackState(conns[1], http.StateNew)
	c.trackState(conns[1], http.StateActive)
	c.trackState(conns[0], http.StateHijacked)
	if over := c.trackState(conns[2], http.StateNew); over != nil {
		t.Errorf("%v has to go, although there is room", over)
	}
}
