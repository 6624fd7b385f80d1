package httpkit

import "strings"

// speaksOfProxies reports whether a header is one that proxies, content
// delivery networks and tunnels add to requests. Some write it with
// underscores.
func speaksOfProxies(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	switch name {
	case "via", "forwarded", "forwarded-for", "client-ip", "true-client-ip", "x-real-ip", "x-client-ip", "x-cluster-client-ip",
		"x-proxyuser-ip", "x-coming-from", "x-url-scheme", "x-scheme", "front-end-https", "fastly-client-ip", "cdn-loop", "max-forwards":
		return true
	}
	for _, prefix := range []string{"x-forwarded-", "x-original-", "x-remote-", "x-envoy-", "x-amzn-", "x-amz-cf-", "x-azure-", "x-arr-", "x-appengine-", "x-vercel-",
		"x-nf-", "x-proxy-", "cf-", "fly-", "ngrok-", "tailscale-", "cloudfront-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
