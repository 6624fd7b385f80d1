package admission

import "cmp"

// Limits bound what one color has in flight. Zero means the default.
//
// They keep any number of clients from using up the memory and the file
// descriptors of this process, or the connections that the app can handle. A
// request beyond a limit is answered at once with 503 and Retry-After.
//
// Below the limits no client is refused, with one exception. The fuller a
// color is, the smaller the share that one HTTP/2 connection or one client
// address may have: a quarter of an empty color, a sixteenth of one that is
// half full, 1/400 of one that is nine tenths full. So greedy clients, each
// within its limit, leave room for others.
type Limits struct {
	// Requests is the number of requests in flight, including streams of
	// events. Default 2048.
	Requests int
	// Uploads is the number of requests whose body has not arrived completely.
	// They count here and not as Requests, so that slow clients fill only this
	// limit. Default 512.
	Uploads int
	// Tunnels is the number of open WebSockets. Default 2048.
	Tunnels int
	// PerClient is the number of requests and WebSockets together of one
	// client: an IPv4 address, or the /64 network of an IPv6 address. It counts
	// only where the client's address is known. Default 256; negative: clients
	// are not told apart.
	PerClient int
}

// Defaults of [Limits].
const (
	defaultMaxRequests  = 2048
	defaultMaxUploads   = 512
	defaultMaxTunnels   = 2048
	defaultMaxPerClient = 256
)

// WithDefaults returns l with each zero replaced by its default.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Requests:  cmp.Or(l.Requests, defaultMaxRequests),
		Uploads:   cmp.Or(l.Uploads, defaultMaxUploads),
		Tunnels:   cmp.Or(l.Tunnels, defaultMaxTunnels),
		PerClient: cmp.Or(l.PerClient, defaultMaxPerClient),
	}
}

// maxShareDivisor: one client may have this part, a quarter, of an empty color.
const maxShareDivisor = 4

// isFairShare reports whether one source may have mine, where used of limit
// are taken, mine included.
//
// A share of what is free would not do: where no request ends, each new client
// takes its share of the rest, and soon nothing is left. With the square of
// what is free, a hundred clients leave a twentieth free.
func isFairShare(mine, used, limit int64) bool {
	free := max(limit-used+mine, 0)
	return mine <= 1 || mine*maxShareDivisor*limit <= free*free
}
