package proxy

import "cmp"

// Limits bound what is in flight at a time. Zero means the default. They are
// there so that no number of clients can use up the memory and the file
// descriptors of this process, or the connections that the app can bear; what
// is beyond them is answered 503 with Retry-After, at once.
//
// Below the limits nobody is refused, with one exception. The fuller a color
// is, the less of it may belong to one HTTP/2 connection or to one client
// address: a quarter of an empty one, a sixteenth of one that is half full, one
// in 400 of one that is full to nine tenths. So greedy clients, each of them
// within its limit, leave room for others.
type Limits struct {
	// Requests is how many requests of one color are answered at a time,
	// streams of events included. Default 2048.
	Requests int
	// Uploads is how many there may be besides whose body has not arrived
	// completely. Clients that send slowly fill this number and not the other.
	// Default 512.
	Uploads int
	// Tunnels is how many WebSockets one color has. Default 2048.
	Tunnels int
	// PerClient is how many requests and WebSockets together one client may
	// have: an IPv4 address, or the /64 network of an IPv6 address. It counts
	// only where the client's address is known. Default 256; negative: clients
	// are not told apart.
	PerClient int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Requests:  cmp.Or(l.Requests, 2048),
		Uploads:   cmp.Or(l.Uploads, 512),
		Tunnels:   cmp.Or(l.Tunnels, 2048),
		PerClient: cmp.Or(l.PerClient, 256),
	}
}

// emptyColorShare is the part of an empty color that one client may have.
const emptyColorShare = 4

// isFairShare reports whether somebody who has mine may have them, where used of limit
// are taken, mine included. To have a share of what is free would not do: where
// nothing ends, the next client always takes its share of the rest, and soon
// there is none. With its square, a hundred clients leave a twentieth free.
func isFairShare(mine, used, limit int64) bool {
	free := max(limit-used+mine, 0)
	return mine <= 1 || mine*emptyColorShare*limit <= free*free
}
