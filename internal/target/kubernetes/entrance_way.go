package kubernetes

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
)

// way is one place at which requests can be sent to the gateway.
type way struct {
	scheme  string
	address string // host:port; the host may be a name where a person said so
}

// url is the base URL of a way under another host name, or under its own.
func (w way) url(host string) string {
	own, port, _ := net.SplitHostPort(w.address)
	if host == "" {
		host = own
	}
	at := net.JoinHostPort(host, port)
	if w.scheme == "http" && port == "80" || w.scheme == "https" && port == "443" {
		at = strings.TrimSuffix(at, ":"+port)
	}
	return w.scheme + "://" + at
}

// hostFor is under which host name the route takes a request that comes in
// this way; empty: under any.
func (w way) hostFor(hosts []string) string {
	own, _, _ := net.SplitHostPort(w.address)
	for _, h := range hosts {
		if h == own {
			return ""
		}
	}
	if len(hosts) == 0 {
		return ""
	}
	return concrete(hosts[0])
}

// concrete is a host name that a pattern such as *.example.org matches.
func concrete(host string) string {
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		return "www." + rest
	}
	return host
}

func configuredWays(list []string) (ways []way, err error) {
	for _, text := range list {
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		ways = append(ways, way{u.Scheme, net.JoinHostPort(u.Hostname(), port)})
	}
	return ways, nil
}

// firstReachable is the first of some addresses that can be connected to, or
// the very first if none can: then whoever asks there sees why.
func firstReachable(ctx context.Context, n network, group []string) string {
	if len(group) == 0 {
		return ""
	}
	reached := make([]bool, len(group))
	var wg sync.WaitGroup
	for i, address := range group {
		wg.Go(func() { reached[i] = reachable(ctx, n, address) })
	}
	wg.Wait()
	for i, ok := range reached {
		if ok {
			return group[i]
		}
	}
	return group[0]
}

func reachable(ctx context.Context, n network, address string) bool {
	c, err := n.DialContext(ctx, entranceDial, address)
	if err != nil {
		return false
	}
	c.Close()
	return true
}
