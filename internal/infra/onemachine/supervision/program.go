package supervision

import (
	"net"
	"strings"
	"time"
)

// dialTimeout is for a connection to something on this machine.
const dialTimeout = time.Second

// Program is one process that the supervisor keeps running.
type Program struct {
	Node  string
	Name  string
	Argv  []string
	Env   []string
	Needs string // endpoint that must accept connections first, see IsListening; may be empty
}

// FileName names the program in the names of its files: "server-etcd".
func (p Program) FileName() string { return p.Node + "-" + p.Name }

func (p Program) String() string { return p.Name + " of " + p.Node }

// IsListening reports whether an endpoint accepts connections. It consists of
// network and address, as in "tcp 127.0.0.1:6443" or "unix /run/a.sock"; the
// empty endpoint always accepts.
func IsListening(endpoint string) bool {
	network, address, ok := strings.Cut(endpoint, " ")
	if !ok {
		return true
	}
	c, err := net.DialTimeout(network, address, dialTimeout)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}
