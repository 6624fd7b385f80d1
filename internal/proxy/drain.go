package proxy

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"version-manager/internal/color"
)

// drainTick is how often Close looks whether a color is empty.
const drainTick = 10 * time.Millisecond

// Close ends what is still open on color c. During grace, requests may finish
// and WebSockets are told one after the other, at random times so that not
// all clients come back at once, that the server is going away. What is left
// then is cut; Close returns how many that were.
func (p *Proxy) Close(c color.Color, grace time.Duration) int {
	s := p.side(c)
	if s == nil {
		return 0
	}
	s.sendAway(grace)
	cut := 0
	for _, x := range s.open.all() {
		if x.breakOff(drained) {
			cut++
		}
	}
	return cut
}

// SendAway is the first half of Close: it says good-bye to the WebSockets of
// color c within grace, and returns when nothing is open any more or grace is
// over. It cuts nothing.
func (p *Proxy) SendAway(c color.Color, grace time.Duration) {
	if s := p.side(c); s != nil {
		s.sendAway(grace)
	}
}

// sendAway returns when nothing is open any more, or after grace.
func (s *side) sendAway(grace time.Duration) {
	if grace <= 0 {
		return
	}
	start := time.Now()
	tick := time.NewTicker(drainTick)
	defer tick.Stop()
	turns := farewells(s.open.all(), grace)
	for s.busy() {
		elapsed := time.Since(start)
		for len(turns) > 0 && turns[0].at <= elapsed {
			turns[0].x.leave()
			turns = turns[1:]
		}
		if elapsed >= grace {
			return
		}
		<-tick.C
	}
}

// busy reports whether anything is open.
func (s *side) busy() bool { return s.inFlight.Load() > 0 || s.tunnels.Load() > 0 }

// becomeTunnel and endTunnel move an exchange from one count to the other and
// back. In between it is in both, so that neither is ever too low.
func (s *side) becomeTunnel() {
	s.tunnels.Add(1)
	s.inFlight.Add(-1)
}

func (s *side) endTunnel() {
	s.inFlight.Add(1)
	s.tunnels.Add(-1)
}

type turn struct {
	at time.Duration
	x  *exchange
}

// farewells gives each WebSocket its time, leaving the last fifth of grace
// for the closing handshakes.
func farewells(open []*exchange, grace time.Duration) []turn {
	var turns []turn
	for _, x := range open {
		if x.websocket() {
			turns = append(turns, turn{rand.N(max(grace/5*4, 1)), x})
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return int(a.at - b.at) })
	return turns
}

func (x *exchange) websocket() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.frames != nil
}

// leave makes pumpDown say good-bye.
func (x *exchange) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.ended {
		x.leaving.Store(true)
		_ = x.up.SetReadDeadline(past())
	}
}

// openSet holds the exchanges that are under way.
type openSet struct {
	mu   sync.Mutex
	head *exchange
}

func (s *openSet) add(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.next = s.head; x.next != nil {
		x.next.prev = x
	}
	s.head = x
}

func (s *openSet) remove(x *exchange) {
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

func (s *openSet) all() []*exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*exchange
	for x := s.head; x != nil; x = x.next {
		all = append(all, x)
	}
	return all
}
