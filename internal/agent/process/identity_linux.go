package process

import (
	"bytes"
	"errors"
	"os"
	"strconv"
)

// startOf returns the time of start in clock ticks since boot, with the id of
// the boot, so that it means nothing after the next one.
func startOf(pid int) (string, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", err
	}
	state, ticks, err := parseStat(stat)
	if err != nil {
		return "", err
	}
	if state == 'Z' || state == 'X' {
		return "", ErrGone
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ticks, nil // hidden in some sandboxes; the ticks still tell two processes apart
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
