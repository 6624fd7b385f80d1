package agent

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Instances get ports below those that systems give to outgoing connections:
// one of these could take the port between our look and the app's own bind.
const (
	portFirst = 20000
	portCount = 10000
)

// portPool hands out ports that nobody listens on, the same one again only after
// all others. Should another process take one before the app does, the app
// fails and its next start gets another.
type portPool struct {
	mu   sync.Mutex
	next int
}

func newPortPool() *portPool { return &portPool{next: rand.IntN(portCount)} }

func (p *portPool) takeFreePort() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range portCount {
		port := portFirst + p.next
		p.next = (p.next + 1) % portCount
		ln, err := net.Listen("tcp", net.JoinHostPort(loopbackHost, strconv.Itoa(port)))
		if err == nil {
			return port, ln.Close()
		}
	}
	return 0, fmt.Errorf("find a free port for an instance: all from %d to %d are taken", portFirst, portFirst+portCount-1)
}
