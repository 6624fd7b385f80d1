package probe

import (
	"context"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/wire"
)

// Anonymous is what a probe shows where there is no secret.
const Anonymous = "1"

// shot is a request that is sent again and again.
type shot struct {
	kind    Kind
	weight  int
	method  string
	head    []byte
	body    []byte
	timeout time.Duration
	check   func(Answer) error // nil: the status is enough
}

// sender fires shots through one client and records what became of them.
type sender struct {
	*client
	rec  *recorder
	hard context.Context // its end cuts what is under way

	pulse *awake.Pulse
}

// sendRequest sends s, which was due at the given instant, and records the sample.
func (g *sender) sendRequest(s *shot, due time.Time, scratch []byte) {
	sent := time.Now()
	out, from := g.send(s, sent.Add(s.timeout), scratch)
	if out != Status && g.pulse.SleptSince(sent) {
		out = Abandoned // nobody here could wait for the answer, or say how long it took
	}
	g.record(s.kind, out, due, sent, from)
}

func (g *sender) record(k Kind, out Outcome, due, sent time.Time, from Source) {
	g.rec.add(Sample{
		At:      due.Sub(g.rec.start),
		Took:    time.Since(due),
		Kind:    k,
		Outcome: out,
		Late:    sent.Sub(due) > lateAfter,
	}, from)
}

// send uses a borrowed connection for the kept kind, which keeps it, and a
// fresh one for all others.
func (g *sender) send(s *shot, deadline time.Time, scratch []byte) (Outcome, Source) {
	open, done := g.fresh, g.close
	if s.kind == Kept {
		open, done = g.borrow, g.discard
	}
	c, err := open(g.hard, deadline)
	if err != nil {
		return g.cut(dialOutcome(err)), Source{}
	}
	c.SetDeadline(deadline)
	unhook := context.AfterFunc(g.hard, func() { c.SetDeadline(past()) })
	out, from, again := s.answer(c, scratch)
	if out == OK && g.stray(from) {
		out = Stray
	}
	if unhook() && again && s.kind == Kept {
		done = g.giveBack
	}
	done(c)
	return g.cut(out), from
}

// cut: what fails because the probe is being stopped is nobody's failure.
func (g *sender) cut(o Outcome) Outcome {
	if o != OK && o != Status && g.hard.Err() != nil {
		return Abandoned
	}
	return o
}

func (s *shot) answer(c *conn, scratch []byte) (o Outcome, from Source, again bool) {
	if s.check == nil {
		scratch = nil
	}
	a, again, err := c.ask(s.method, s.head, s.body, scratch)
	from = source(a.Header)
	if err != nil {
		return answerOutcome(err), from, false
	}
	o = judge(a.Status, from)
	if o == OK && s.check != nil && s.check(a) != nil {
		o = Garbled
	}
	return o, from, again
}

// source reads who answered. Headers are the target's word: an unknown color
// is nobody's.
func source(h http.Header) Source {
	c, err := color.Parse(h.Get(wire.HeaderColor))
	if err != nil {
		c = color.None
	}
	return Source{Color: c, Version: clip(h.Get(wire.HeaderVersion))}
}

func clip(s string) string {
	const longest = 64 // more than any semantic version worth reading
	return s[:min(len(s), longest)]
}
