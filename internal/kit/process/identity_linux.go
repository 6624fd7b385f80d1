package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// startOf returns the time of start in clock ticks since boot, with the id of
// the boot, so that it means nothing after the next one.
func startOf(pid int) (string, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", unseen(err, syscall.Kill(pid, 0))
	}
	s, err := parseStat(stat)
	if err != nil {
		return "", err
	}
	if s.ended() {
		return "", ErrGone
	}
	return sinceBoot(s.ticks, os.ReadFile)
}

// sinceBoot adds the id of the boot. It is hidden in some sandboxes, for good;
// the ticks still tell two processes apart.
func sinceBoot(ticks string, read func(string) ([]byte, error)) (string, error) {
	boot, err := read("/proc/sys/kernel/random/boot_id")
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return ticks, nil
	case err != nil:
		return "", err
	}
	return ticks + "@" + string(bytes.TrimSpace(boot)), nil
}

// status is what /proc/PID/stat says of a process.
type status struct {
	state   byte
	parent  int
	session int
	ticks   string // time of start since boot
}

// ended: a zombie runs no more.
func (s status) ended() bool { return s.state == 'Z' || s.state == 'X' }

// parseStat reads /proc/PID/stat. The name of the program, in parentheses, may
// itself hold spaces and parentheses.
func parseStat(stat []byte) (s status, err error) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return s, errors.New("stat: no program name")
	}
	fields := bytes.Fields(stat[end+1:]) // from the third field on
	const parent, session, startTime = 4 - 3, 6 - 3, 22 - 3
	if len(fields) <= startTime || len(fields[0]) != 1 {
		return s, errors.New("stat: too few fields")
	}
	s.state, s.ticks = fields[0][0], string(fields[startTime])
	if s.parent, err = strconv.Atoi(string(fields[parent])); err != nil {
		return s, errors.New("stat: no parent")
	}
	if s.session, err = strconv.Atoi(string(fields[session])); err != nil {
		return s, errors.New("stat: no session")
	}
	return s, nil
}
