package entrances

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
)

// endpoint is an address at which the gateway is reached.
type endpoint struct {
	scheme  string
	address string // host:port; the host may be a name if a person configured it
}

// baseURL is the URL of an endpoint under another host name; with "" under its
// own.
func (e endpoint) baseURL(host string) string {
	own, port, _ := net.SplitHostPort(e.address)
	if host == "" {
		host = own
	}
	at := net.JoinHostPort(host, port)
	if e.scheme == "http" && port == "80" || e.scheme == "https" && port == "443" {
		at = strings.TrimSuffix(at, ":"+port)
	}
	return e.scheme + "://" + at
}

// hostFor is a host name under which the route takes requests that come in
// here; "" if it takes them under the endpoint's own.
func (e endpoint) hostFor(hosts []string) string {
	own, _, _ := net.SplitHostPort(e.address)
	for _, h := range hosts {
		if h == own {
			return ""
		}
	}
	if len(hosts) == 0 {
		return ""
	}
	return ExampleHost(hosts[0])
}

// ExampleHost is a host name that a pattern such as *.example.org matches.
func ExampleHost(pattern string) string {
	if rest, ok := strings.CutPrefix(pattern, "*."); ok {
		return "www." + rest
	}
	return pattern
}

// parseEndpoints parses base URLs.
func parseEndpoints(list []string) (endpoints []endpoint, err error) {
	for _, text := range list {
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		endpoints = append(endpoints, endpoint{u.Scheme, net.JoinHostPort(u.Hostname(), port)})
	}
	return endpoints, nil
}

// firstReachable is the first of some addresses that can be connected to. If
// none can, it is the very first: anyone who sends a request there sees why.
func (f *Finder) firstReachable(ctx context.Context, group []string) string {
	if len(group) == 0 {
		return ""
	}
	reached := make([]bool, len(group))
	var wg sync.WaitGroup
	for i, address := range group {
		wg.Go(func() { reached[i] = isReachable(ctx, f.network, address) })
	}
	wg.Wait()
	for i, ok := range reached {
		if ok {
			return group[i]
		}
	}
	return group[0]
}

func isReachable(ctx context.Context, n Network, address string) bool {
	c, err := n.DialContext(ctx, probeTimeout, address)
	if err != nil {
		return false
	}
	c.Close()
	return true
}
