package kubernetes

import (
	"encoding/json"
	"errors"
	"os"

	"version-manager/internal/kit/process"
)

// processMark names a process so that another one can tell whether it could
// see it, and then whether it still lives.
type processMark struct {
	process.Identity
	World string `json:"world"` // in which process numbers mean the same
}

// processHere marks this process; empty where it could not be recognized.
func processHere() string {
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
// visible from here, and is not there.
func processDied(mark string) bool {
	var m processMark
	if mark == "" || json.Unmarshal([]byte(mark), &m) != nil {
		return false
	}
	return m.World != "" && m.World == processWorld() && gone(m.Identity, process.Of)
}

// gone reports whether nobody has the process's number, or somebody else. One
// that cannot be looked at may live: unlike those that we started ourselves it
// may be another user's, which /proc can hide.
func gone(id process.Identity, look func(pid int) (process.Identity, error)) bool {
	now, err := look(id.PID)
	return errors.Is(err, process.ErrGone) || err == nil && now != id
}
