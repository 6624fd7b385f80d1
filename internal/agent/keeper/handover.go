package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// handOverLimit is how long a new program may take to answer.
const handOverLimit = 5 * time.Second

// HandOver gives all listeners to another program: argv starts a keeper, which
// starts an agent of its own once before has returned. Nobody is refused
// meanwhile. Afterwards this process is the agent no more: it finishes what it
// has begun and ends. After an error nothing has changed and before was not called.
func (l *Link) HandOver(argv []string, before func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := &handed{lock: l.h.lock, files: l.h.files}
	if err := next.spawnAs(roleKeep, argv[0], argv); err != nil {
		return err
	}
	if err := next.greet(); err != nil {
		return errors.Join(fmt.Errorf("hand over to %s: %w", argv[0], err), next.proc.Kill(), next.peer.Close())
	}
	before()
	l.done = true
	_ = l.h.tell(message{Quit: true}) // a keeper that is gone is as good
	return next.peer.Close()          // by which it sees that it needs an agent
}

// greet returns when the peer has answered.
func (h *handed) greet() error {
	if err := h.peer.SetDeadline(time.Now().Add(handOverLimit)); err != nil {
		return err
	}
	if err := h.tell(message{}); err != nil {
		return err
	}
	_, err := h.peer.Read(make([]byte, 1))
	return err
}

func (h *handed) tell(m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = h.peer.Write(body)
	return err
}
