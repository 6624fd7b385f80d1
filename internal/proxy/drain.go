package proxy

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"version-manager/internal/color"
)

// drainPollInterval is how often a drain checks whether a color is empty.
const drainPollInterval = 10 * time.Millisecond

// CloseColor ends what is still open on color c. During grace, requests may
// finish, and WebSockets are told that the server is going away, one after the
// other at random times, so that not all clients come back at once. What is
// left then is cut; CloseColor returns how many exchanges that were.
func (p *Proxy) CloseColor(c color.Color, grace time.Duration) int {
	s := p.stateOf(c)
	if s == nil {
		return 0
	}
	s.drainFor(grace)
	cut := 0
	for _, x := range s.open.listExchanges() {
		if x.abortExchange(colorDrained) {
			cut++
		}
	}
	return cut
}

// DrainColor is the first half of CloseColor: it tells the WebSockets of color c
// within grace that the server is going away, and returns when nothing is open
// anymore or grace is over. It cuts nothing.
func (p *Proxy) DrainColor(c color.Color, grace time.Duration) {
	if s := p.stateOf(c); s != nil {
		s.drainFor(grace)
	}
}

// drainFor returns when nothing is open anymore, or after grace.
func (s *colorState) drainFor(grace time.Duration) {
	if grace <= 0 {
		return
	}
	start := time.Now()
	tick := time.NewTicker(drainPollInterval)
	defer tick.Stop()
	due := scheduleCloses(s.open.listExchanges(), grace)
	for s.isBusy() {
		elapsed := time.Since(start)
		for len(due) > 0 && due[0].at <= elapsed {
			due[0].x.requestClose()
			due = due[1:]
		}
		if elapsed >= grace {
			return
		}
		<-tick.C
	}
}

// isBusy reports whether anything is open.
func (s *colorState) isBusy() bool { return s.inFlight.Load() > 0 || s.tunnels.Load() > 0 }

// becomeTunnel and endTunnel move an exchange from one count to the other and
// back. In between it is in both, so that neither is ever too low.
func (s *colorState) becomeTunnel() {
	s.tunnels.Add(1)
	s.inFlight.Add(-1)
}

func (s *colorState) endTunnel() {
	s.inFlight.Add(1)
	s.tunnels.Add(-1)
}

// scheduledClose is the time at which one WebSocket is told to close.
type scheduledClose struct {
	at time.Duration
	x  *exchange
}

// scheduleCloses gives each WebSocket its time. The last fifth of grace is
// left for the closing handshakes.
func scheduleCloses(open []*exchange, grace time.Duration) []scheduledClose {
	var due []scheduledClose
	for _, x := range open {
		if x.isWebSocket() {
			due = append(due, scheduledClose{rand.N(max(grace/5*4, 1)), x})
		}
	}
	slices.SortFunc(due, func(a, b scheduledClose) int { return int(a.at - b.at) })
	return due
}

func (x *exchange) isWebSocket() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.tunnel != nil && x.tunnel.frames != nil
}

// requestClose makes a WebSocket send a close frame after its current frame.
func (x *exchange) requestClose() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.ended {
		x.tunnel.closeDue.Store(true)
		_ = x.upstream.SetReadDeadline(pastDeadline())
	}
}

// openSet holds the exchanges that are under way.
type openSet struct {
	mu   sync.Mutex
	head *exchange
}

func (s *openSet) addExchange(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.next = s.head; x.next != nil {
		x.next.prev = x
	}
	s.head = x
}

func (s *openSet) removeExchange(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.next != nil {
		x.next.prev = x.prev
	}
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		s.head = x.next
	}
	x.next, x.prev = nil, nil
}

func (s *openSet) listExchanges() []*exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*exchange
	for x := s.head; x != nil; x = x.next {
		all = append(all, x)
	}
	return all
}
