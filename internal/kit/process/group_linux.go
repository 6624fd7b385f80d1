package process

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
)

// maxEnviron bounds how much of a process's environment is searched.
const maxEnviron = 4 << 20

const (
	kernelThreads = 2                    // the parent of those that are no programs
	execTime      = 5 * time.Millisecond // longer than it takes to become another program
)

// entry is one process of the system.
type entry struct {
	id      Identity
	parent  int
	session int
}

// members lists what runs of the group.
func (g Group) members() ([]Identity, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	ours := g.ours()
	in := map[int]bool{}
	var unclear []int
	for _, e := range all {
		marked, empty := g.marked(e.id.PID)
		if ours && e.session == g.Leader.PID || marked || g.Seen.has(e.id) {
			in[e.id.PID] = true
		} else if empty && e.parent != kernelThreads {
			unclear = append(unclear, e.id.PID)
		}
	}
	if len(unclear) > 0 {
		time.Sleep(execTime)
	}
	for _, pid := range unclear {
		in[pid], _ = g.marked(pid)
	}
	for grown := true; grown; {
		grown = false
		for _, e := range all {
			if in[e.parent] && !in[e.id.PID] {
				in[e.id.PID], grown = true, true
			}
		}
	}
	delete(in, os.Getpid())
	var list []Identity
	runs := map[Identity]bool{}
	for _, e := range all {
		runs[e.id] = true
		if in[e.id.PID] {
			list = append(list, e.id)
		}
	}
	g.Seen.note(list, func(id Identity) bool { return runs[id] })
	return list, nil
}

// marked reports whether a process began with the mark. That of another user
// cannot be seen, and is none of ours. An environment is empty also while the
// process becomes another program.
func (g Group) marked(pid int) (yes, empty bool) {
	if g.Mark == "" {
		return false, false
	}
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return false, false
	}
	defer f.Close()
	env, err := io.ReadAll(io.LimitReader(f, maxEnviron))
	return err == nil && bytes.Contains(append([]byte{0}, env...), []byte("\x00"+markVar+g.Mark+"\x00")), err == nil && len(env) == 0
}

// processes lists all that run, without zombies.
func processes() ([]entry, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	boot, err := sinceBoot("", os.ReadFile)
	if err != nil {
		return nil, err
	}
	var all []entry
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		e, err := look(pid, boot)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// look reads what is known of a process. boot ends every time of start.
func look(pid int, boot string) (entry, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) || errors.Is(err, fs.ErrPermission) {
		return entry{}, ErrGone // or hidden, and not ours
	}
	if err != nil {
		return entry{}, err
	}
	s, err := parseStat(stat)
	if err != nil {
		return entry{}, err
	}
	if s.ended() {
		return entry{}, ErrGone
	}
	return entry{Identity{pid, s.ticks + boot}, s.parent, s.session}, nil
}
