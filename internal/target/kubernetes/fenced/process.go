package fenced

import (
	"encoding/json"
	"errors"
	"os"

	"version-manager/internal/kit/process"
)

// processMark identifies a process so that another one can tell whether it
// could see it, and then whether it is still alive.
type processMark struct {
	process.Identity
	World string `json:"world"` // in which process numbers mean the same
}

// markProcess identifies this process; empty where nobody could recognize it.
func markProcess() string {
	id, err := process.Of(os.Getpid())
	where := processWorld()
	if err != nil || where == "" {
		return ""
	}
	mark, err := json.Marshal(processMark{id, where})
	if err != nil {
		return ""
	}
	return string(mark)
}

// processDied reports whether a marked process is surely dead: it would be
// visible from here, and does not exist.
func processDied(mark string) bool {
	var m processMark
	if mark == "" || json.Unmarshal([]byte(mark), &m) != nil {
		return false
	}
	return m.World != "" && m.World == processWorld() && isGone(m.Identity, process.Of)
}

// isGone reports whether a process number is free, or somebody else's by now.
// A process that cannot be looked at may be alive: unlike those that we
// started ourselves, it may belong to another user, whose processes /proc can
// hide.
func isGone(id process.Identity, look func(pid int) (process.Identity, error)) bool {
	now, err := look(id.PID)
	return errors.Is(err, process.ErrGone) || err == nil && now != id
}
