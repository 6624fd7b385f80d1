package process

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// startOf asks ps, since there is no /proc.
func startOf(pid int) (string, error) {
	out, err := exec.Command("/bin/ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", ErrGone
	}
	stat, start, ok := strings.Cut(strings.TrimSpace(string(out)), " ")
	if !ok {
		return "", fmt.Errorf("ps printed %q", out)
	}
	if strings.HasPrefix(stat, "Z") {
		return "", ErrGone
	}
	return strings.TrimSpace(start), nil
}
