package process

import (
	"maps"
	"sync"
)

// Seen is what was found of a group at any time. A process stays part of the
// group that it was found in, also when it has lost its mark, its session and its
// parent, as a daemon with an environment of its own does when the program that
// started it ends. It is safe for concurrent use, and its zero value is empty.
type Seen struct {
	mu  sync.Mutex
	ids map[Identity]bool
}

// has reports whether a process was found before. A nil Seen remembers nothing.
func (s *Seen) has(id Identity) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// note adds what was found, and forgets what no longer runs.
func (s *Seen) note(found []Identity, runs func(Identity) bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.ids, func(id Identity, _ bool) bool { return !runs(id) })
	if s.ids == nil {
		s.ids = map[Identity]bool{}
	}
	for _, id := range found {
		s.ids[id] = true
	}
}
