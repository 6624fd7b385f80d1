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
	state, ticks, err := parseStat(stat)
	if err != nil {
		return "", err
	}
	if state == 'Z' || state == 'X' {
		return "", ErrGone
	}
	return sinceBoot(ticks, os.ReadFile)
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

// parseStat reads the state and the start time out of /proc/PID/stat. The
// name of the program, in parentheses, may itself hold spaces and parentheses.
func parseStat(stat []byte) (state byte, ticks string, err error) {
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 {
		return 0, "", errors.New("stat: no program name")
	}
	fields := bytes.Fields(stat[end+1:]) // from the third field on
	const startTime = 22 - 3
	if len(fields) <= startTime || len(fields[0]) != 1 {
		return 0, "", errors.New("stat: too few fields")
	}
	return fields[0][0], string(fields[startTime]), nil
}
