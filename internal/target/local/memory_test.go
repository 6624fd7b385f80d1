package local

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
)

func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.deployFirst(t.Context(), target, 2)
	now := pingAgent(t, target)
	sum := 0
	for _, pid := range append(instancePIDs(t, p), now.Agent, now.Keeper) {
		kb := residentKB(t, pid)
		t.Logf("process %d: %d kB resident", pid, kb)
		sum += kb
	}
	if sum > 120<<10 {
		t.Errorf("%d kB resident, want at most 120 MB", sum)
	}
}

func residentKB(t *testing.T, pid int) (kb int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
