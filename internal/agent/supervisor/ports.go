package supervisor

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"

	"version-manager/internal/agent/launch"
)

// Instances get ports below those that systems use for outgoing connections:
// one of these could take the port between our check and the app's own bind.
const (
	firstPort = 20000
	portCount = 10000
)

// PortPool hands out ports that nobody listens on, the same one again only
// after all others. Should another process take one before the app does, the
// app fails and its next start gets another.
type PortPool struct {
	mu   sync.Mutex
	next int
}

// NewPortPool starts at a random port.
func NewPortPool() *PortPool { return &PortPool{next: rand.IntN(portCount)} }

// TakeFreePort returns the next port that is free.
func (p *PortPool) TakeFreePort() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range portCount {
		port := firstPort + p.next
		p.next = (p.next + 1) % portCount
		ln, err := net.Listen("tcp", net.JoinHostPort(launch.LoopbackHost, strconv.Itoa(port)))
		if err == nil {
			return port, ln.Close()
		}
	}
	return 0, fmt.Errorf("find a free port for an instance: all from %d to %d are taken", firstPort, firstPort+portCount-1)
}
