package message

import (
	"slices"
	"strings"

	"version-manager/internal/wire"
)

// IsHopByHop reports whether a header belongs to one connection only, or is
// written by the ingress as part of the framing.
func IsHopByHop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Content-Length", "Expect", "Host":
		return true
	}
	return false
}

// IsReplaced reports whether the ingress writes a header itself, or removes it:
// nobody may send it to an app. Who the client is may be said by a trusted
// proxy in front.
func IsReplaced(name string, trusted bool) bool {
	switch name {
	case wire.HeaderProbe, wire.HeaderPreview, wire.HeaderRoute, wire.HeaderColor, wire.HeaderVersion,
		"Proxy", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Request-Id":
		return true
	}
	return !trusted && IsForwardingClaim(name)
}

// IsForwardingClaim reports whether a header other than Forwarded is one in
// which proxies name their client, or the target: a framework that believes
// X-Original-Url would serve another path than the one that was checked here.
func IsForwardingClaim(name string) bool {
	switch name {
	case "True-Client-Ip", "Cf-Connecting-Ip", "Cf-Connecting-Ipv6", "Fastly-Client-Ip", "Fly-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip",
		"X-Azure-Clientip", "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-Original-Host", "X-Remote-Addr", "X-Remote-Ip",
		"Client-Ip", "Cluster-Client-Ip", "Forwarded-For", "Forwarded-For-Ip", "X-Forwarded", "X-Originating-Ip", "Proxy-Client-Ip", "Wl-Proxy-Client-Ip",
		"X-Proxyuser-Ip", "Cdn-Src-Ip", "Ali-Cdn-Real-Ip", "Do-Connecting-Ip", "Incap-Client-Ip", "X-Sucuri-Clientip", "X-Appengine-User-Ip",
		"X-Nf-Client-Connection-Ip", "X-Vercel-Forwarded-For", "X-Host", "X-Scheme", "X-Url-Scheme", "Front-End-Https",
		"X-Original-Url", "X-Original-Uri", "X-Rewrite-Url":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}

// ListsToken reports whether one of the comma-separated lists contains token.
func ListsToken(lists []string, token string) bool {
	return slices.ContainsFunc(lists, func(list string) bool {
		for item := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
		return false
	})
}
