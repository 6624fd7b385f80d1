package process

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const psLimit = 10 * time.Second

// startOf asks ps, since there is no /proc. The time must not depend on who
// asks where.
func startOf(pid int) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), psLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
	out, err := cmd.Output()
	if err != nil {
		return "", unseen(err, syscall.Kill(pid, 0))
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
