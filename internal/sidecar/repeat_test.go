package sidecar

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// The app of a pod may close its connections as it likes.
func TestClosingAppLosesNothing(t *testing.T) {
	l := listenLocal(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go closeSoon(c)
		}
	}()
	p := startPod(t, l.Addr().String())
	for i := range 500 {
		if status, _ := getPage(t, p.traffic); status != http.StatusOK {
			t.Fatalf("request %d: status %d", i, status)
		}
	}
}

// closeSoon answers once, and closes half a millisecond later.
func closeSoon(c net.Conn) {
	defer c.Close()
	if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		time.Sleep(500 * time.Microsecond) // what this app does
	}
}
