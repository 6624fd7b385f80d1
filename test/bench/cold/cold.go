package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"version-manager/test/sheet"
)

const (
	buildBar  = 200 // CPU-seconds
	startBar  = 50 * time.Millisecond
	memoryBar = 120 << 20
	starts    = 30
)

func runBench(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "version-manager-cold-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := sheet.NewSheet(os.Stdout, "bench-cold: what a newcomer pays")
	cpu, wall, err := firstBuild(ctx, dir)
	if err != nil {
		return err
	}
	s.CheckBar(cpu.Seconds() <= buildBar, fmt.Sprintf("first build of both programs at most %d CPU-seconds", buildBar),
		fmt.Sprintf("%.0f CPU-seconds, %.0f s on the clock", cpu.Seconds(), wall.Seconds()))
	took, err := measureStart(ctx, filepath.Join(dir, "version-manager"))
	if err != nil {
		return err
	}
	s.CheckBar(sheet.QuantileOf(took, .5) <= startBar, fmt.Sprintf("version-manager --help at most %s", startBar),
		fmt.Sprintf("%s, %d runs", sheet.FormatSpread(took), starts))
	parts, err := measureMemory(ctx, dir)
	if err != nil {
		return err
	}
	total := 0
	for _, p := range parts {
		total += p.resident
	}
	s.CheckBar(total <= memoryBar && len(parts) == 4, fmt.Sprintf("agent with two instances at most %d MB resident", memoryBar>>20), describeProcesses(parts, total))
	return s.Close()
}

// firstBuild compiles what a newcomer's first two commands compile, with the
// modules already on the disk: downloading is the network's time.
func firstBuild(ctx context.Context, dir string) (cpu, wall time.Duration, err error) {
	if err := exec.CommandContext(ctx, "go", "mod", "download").Run(); err != nil {
		return 0, 0, fmt.Errorf("download modules: %w", err)
	}
	began := time.Now()
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", dir+string(filepath.Separator), "./cmd/...")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOCACHE="+filepath.Join(dir, "cache"))
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return 0, 0, fmt.Errorf("build: %w", err)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), time.Since(began), nil
}

func measureStart(ctx context.Context, cli string) ([]time.Duration, error) {
	var took []time.Duration
	for range starts {
		began := time.Now()
		if err := exec.CommandContext(ctx, cli, "--help").Run(); err != nil {
			return nil, fmt.Errorf("--help: %w", err)
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

// process is one that runs from below the bench's folder.
type process struct {
	name     string
	resident int // bytes
}

// measureMemory deploys Caloguessr from a clone of this checkout and asks the kernel.
func measureMemory(ctx context.Context, dir string) ([]process, error) {
	clone, cli := filepath.Join(dir, "clone"), filepath.Join(dir, "version-manager")
	steps := [][]string{
		{"git", "clone", "--quiet", ".", clone},
		{cli, "-C", clone, "create", "v1.0.0"},
		{cli, "-C", clone, "deploy", "v1.0.0", "--progress", "quiet"},
	}
	defer exec.Command(cli, "-C", clone, "cleanup", "--yes").Run()
	for _, s := range steps {
		if out, err := exec.CommandContext(ctx, s[0], s[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(s, " "), err, out)
		}
	}
	return processesBelow(dir)
}

// processesBelow finds the processes whose program is in dir. The cache folder of the
// kernel's own view is Linux; elsewhere this bench says so.
func processesBelow(dir string) ([]process, error) {
	pids, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(pids) == 0 {
		return nil, fmt.Errorf("memory can only be read on Linux: no /proc")
	}
	var found []process
	for _, p := range pids {
		exe, err := os.Readlink(filepath.Join(p, "exe"))
		if err != nil || !strings.HasPrefix(exe, dir) {
			continue
		}
		found = append(found, process{name: filepath.Base(exe), resident: residentBytes(p)})
	}
	return found, nil
}

func residentBytes(proc string) int {
	status, err := os.ReadFile(filepath.Join(proc, "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(value)[0])
			return kb << 10
		}
	}
	return 0
}

func describeProcesses(parts []process, total int) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = fmt.Sprintf("%s %d", p.name, p.resident>>20)
	}
	return fmt.Sprintf("%d MB (%s)", total>>20, strings.Join(names, ", "))
}
