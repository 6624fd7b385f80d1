package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type settings struct {
	rounds, connections int
	length              time.Duration
	only, profile       string
	closing             bool
}

// measureAll starts everything, runs the rounds and judges.
func measureAll(ctx context.Context, s settings) error {
	dir, err := os.MkdirTemp("", "bench-ingress-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := chosenRivals(ctx, s)
	if err != nil {
		return err
	}
	if s.closing {
		return reportClosing(ctx, all)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	backend, err := startChild(ctx, dir, "", self, "-role=backend")
	if err != nil {
		return err
	}
	defer backend.stopChild()
	var runs []*run
	for _, p := range all {
		if s.only != "" && s.only != p.name {
			continue
		}
		c, err := p.start(ctx, dir, backend.addr)
		if err != nil {
			return err
		}
		defer c.stopChild()
		runs = append(runs, &run{proxy: p, child: c})
	}
	if err := runRounds(ctx, s, runs); err != nil {
		return err
	}
	fmt.Print(resultTable(s, runs))
	if s.only != "" {
		return nil
	}
	return errors.Join(reportClosing(ctx, all), checkBars(runs))
}

// reportClosing measures, prints, and judges what an app costs that closes its
// connections.
func reportClosing(ctx context.Context, all []rival) error {
	rows, err := measureClosing(ctx, all)
	if err != nil {
		return err
	}
	closingTable(os.Stdout, rows)
	return closingVerdict(rows)
}

// run is one proxy and what was measured of it.
type run struct {
	proxy   rival
	child   *child
	samples []sample
}

// At a rate that none of them finds hard, what counts is latency.
const (
	steadyRate    = 500 // requests/s
	steadyClients = 16
	steadyLength  = 2 * time.Second
)

// runRounds measures one proxy after the other, again and again. The first
// second of each is not counted.
func runRounds(ctx context.Context, s settings, runs []*run) error {
	for i := range s.rounds {
		for _, r := range runs {
			if _, _, err := runWrk(ctx, r.child.addr, s.connections, time.Second); err != nil {
				return fmt.Errorf("%s: %w", r.proxy.name, err)
			}
			before := r.child.cpuSeconds()
			got, n, err := runWrk(ctx, r.child.addr, s.connections, s.length)
			if err != nil {
				return fmt.Errorf("%s: %w", r.proxy.name, err)
			}
			got.cpu = time.Duration((r.child.cpuSeconds() - before) / float64(max(n, 1)) * float64(time.Second))
			got.steady50, got.steady99, err = measureSteady(ctx, r.child.addr, steadyRate, steadyClients, steadyLength)
			if err != nil {
				return fmt.Errorf("%s: %w", r.proxy.name, err)
			}
			r.samples = append(r.samples, got)
			fmt.Fprintf(os.Stderr, "round %d/%d  %-8s %8.0f requests/s\n", i+1, s.rounds, r.proxy.name, got.rps)
		}
	}
	return nil
}

// processSeconds adds up the processor time of a process and its living
// children, as Linux counts it; elsewhere it is zero.
func processSeconds(pid int) float64 {
	const ticksPerSecond = 100 // fixed in Linux's interface
	total := 0.0
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if id == pid || f[1] == strconv.Itoa(pid) {
			user, _ := strconv.Atoi(f[11])
			system, _ := strconv.Atoi(f[12])
			total += float64(user+system) / ticksPerSecond
		}
	}
	return total
}
