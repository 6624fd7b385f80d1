package sidecar

import (
	"version-manager/internal/kit/memlimit"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/admission"
)

// proxyRules are for a pod, whose peers are proxies of the gateway.
func (o Options) proxyRules() proxy.Rules {
	return proxy.Rules{
		TrustPeer: true, Trusted: o.Trusted, Marked: true, Guarded: true,
		Secret: o.ProbeSecret, PreviewSecret: o.PreviewSecret, Limits: memoryLimits(o.Memory),
	}
}

// The most memory that each takes, in bytes, measured and rounded up. Most of a
// request is its buffer while there is something to move.
const (
	requestSize    = 48 << 10
	uploadSize     = 24 << 10
	tunnelSize     = 48 << 10
	connectionSize = 16 << 10
)

// memoryLimits fit into the memory of the process. They set no limit per client: behind
// kube-proxy all clients may have the address of a node.
func memoryLimits(m memlimit.Memory) admission.Limits {
	return admission.Limits{
		Requests:  int(m.Budget(35, 2048*requestSize) / requestSize),
		Uploads:   int(m.Budget(10, 512*uploadSize) / uploadSize),
		Tunnels:   int(m.Budget(25, 2048*tunnelSize) / tunnelSize),
		PerClient: -1,
	}
}

// maxConnections is how many connections the proxies of the gateway may keep open.
func maxConnections(m memlimit.Memory) int {
	return int(m.Budget(20, 4096*connectionSize) / connectionSize)
}
