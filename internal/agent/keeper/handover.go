package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// handOverTimeout is how long a new program may take to answer.
const handOverTimeout = 5 * time.Second

// HandOver gives all listeners to another program: argv starts a keeper, which
// starts an agent of its own when before has returned. No connection is refused
// meanwhile. Afterwards this process is not the agent anymore: it finishes what
// it has begun and ends. After an error nothing has changed, and before was not
// called.
func (l *Link) HandOver(argv []string, before func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := &handover{lock: l.process.lock, files: l.process.files}
	if err := next.spawnAs(roleKeep, argv[0], argv); err != nil {
		return err
	}
	if err := next.awaitGreeting(); err != nil {
		return errors.Join(fmt.Errorf("hand over to %s: %w", argv[0], err), next.proc.Kill(), next.peer.Close())
	}
	before()
	l.done = true
	_ = l.process.sendMessage(message{Quit: true}) // the keeper may be gone already
	return next.peer.Close()                       // which tells the new keeper that it needs an agent
}

// awaitGreeting returns when the peer has answered.
func (h *handover) awaitGreeting() error {
	if err := h.peer.SetDeadline(time.Now().Add(handOverTimeout)); err != nil {
		return err
	}
	if err := h.sendMessage(message{}); err != nil {
		return err
	}
	_, err := h.peer.Read(make([]byte, 1))
	return err
}

func (h *handover) sendMessage(m message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = h.peer.Write(body)
	return err
}
