package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// decoyPorts are the default ports of this project and of programs that many
// machines run: the app, the ingress, the services, an API server, a registry,
// Prometheus, Grafana, Kafka.
func decoyPorts() []int {
	return []int{30001, 80, 8080, 443, 8443, 30090, 30300, 30901, 30902, 30910, 6443, 5000, 9090, 9092, 3000}
}

// decoys are listeners that accept every connection and never answer. They
// stand for programs that have nothing to do with the tests.
type decoys struct {
	listeners []net.Listener

	mu   sync.Mutex
	open []net.Conn
	seen map[string]int // connections, by a line that describes them
}

// listenAll listens on every port that is free on both loopback addresses.
func listenAll() *decoys {
	d := &decoys{seen: map[string]int{}}
	for _, port := range decoyPorts() {
		for _, host := range []string{"127.0.0.1", "::1"} {
			ln, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
			if err != nil {
				continue // another program listens there, which is just as good, or there is no IPv6
			}
			d.listeners = append(d.listeners, ln)
			go d.acceptConnections(ln)
		}
	}
	return d
}

func (d *decoys) acceptConnections(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		who, ours := peerOf(c)
		if !ours {
			c.Close()
			continue // something else on this machine
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		first := make([]byte, 200)
		n, _ := c.Read(first) // a client that sends nothing counts, too
		line := fmt.Sprintf("%s connected to %s and sent %q", who, ln.Addr(), first[:n])
		d.mu.Lock()
		d.open = append(d.open, c)
		d.seen[line]++
		d.mu.Unlock()
	}
}

// connectionError lists the connections, and is nil if there were none.
func (d *decoys) connectionError() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.listeners) == 0 {
		return errors.New("no port was free to listen on, so nothing was checked")
	}
	if len(d.seen) == 0 {
		return nil
	}
	var lines []string
	for line, n := range d.seen {
		lines = append(lines, fmt.Sprintf("%d times: %s", n, line))
	}
	slices.Sort(lines)
	return fmt.Errorf("connections to addresses that no test opened:\n  %s", strings.Join(lines, "\n  "))
}

func (d *decoys) closeAll() {
	for _, ln := range d.listeners {
		ln.Close()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.open {
		c.Close()
	}
}
