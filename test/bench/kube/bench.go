package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"version-manager/test/e2e/lab"
	"version-manager/test/sheet"
)

// rate is how many requests a second come in, at all entrances together.
const rate = 200

// replicas run of every app.
const replicas = 2

// bench is a cluster with users.
type bench struct {
	*lab.Lab
	entrances []string
}

// result is what one way of changing versions cost.
type result struct {
	name  string
	toll  lab.UserReport
	last  []time.Duration // from the command to the last answer of the old version
	whole []time.Duration // from the command to its end
}

func runBench(ctx context.Context) error {
	l, err := lab.OpenLab(ctx, "switching", "")
	if err != nil {
		return err
	}
	defer l.Close()
	b := &bench{Lab: l}
	forth, back, err := b.measureOurs(ctx, countFromEnv("SWITCHES", 50))
	if err != nil {
		return err
	}
	rivals, err := b.measureRivals(ctx, countFromEnv("RIVALS", 10))
	if err != nil {
		return err
	}
	return printTable(forth, back, rivals)
}

// measureOurs deploys there by zero-downtime and goes back by rollback.
func (b *bench) measureOurs(ctx context.Context, switches int) (forth, back result, err error) {
	forth.name, back.name = "version-manager zero-downtime", "version-manager rollback (warm)"
	versions := [2]string{"v1.0.0", "v1.1.0"}
	for _, v := range versions {
		if err := b.CreateVersion(ctx, v, lab.Version{Replicas: replicas, Bake: 2 * time.Second}); err != nil {
			return forth, back, err
		}
	}
	for _, words := range [][]string{{"deploy", versions[0], "--yes"}, {"zero-downtime", versions[1]}, {"rollback"}} {
		if err := b.MustRun(ctx, words...); err != nil {
			return forth, back, err
		}
	}
	if b.entrances, err = b.ListEntrances(ctx); err != nil {
		return forth, back, err
	}
	for i := range switches {
		r, command, from := &forth, "zero-downtime", versions[0]
		if i%2 == 1 {
			r, command, from = &back, "rollback", versions[1]
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[Kswitch %d of %d", i+1, switches)
		to := versions[(i+1)%2]
		if err := b.measureUnderLoad(ctx, b.HostName(), r, from, func() error { return b.MustRun(ctx, command, to) }); err != nil {
			return forth, back, err
		}
	}
	return forth, back, nil
}

// measureUnderLoad makes one change under load and adds what it cost to r.
func (b *bench) measureUnderLoad(ctx context.Context, host string, r *result, old string, change func() error) error {
	w := newWitness()
	users, err := lab.Visit{Host: host, Rate: rate, Entrances: b.entrances, Seen: w.recordVersion}.StartUsers(ctx)
	if err != nil {
		return err
	}
	if err := w.awaitVersion(ctx, old); err != nil {
		users.StopUsers()
		return err
	}
	began := time.Now()
	err = change()
	r.whole = append(r.whole, time.Since(began))
	r.toll.AddReport(users.StopUsers())
	if err != nil {
		return err
	}
	r.last = append(r.last, w.lastSeen(old).Sub(began))
	return nil
}

func printTable(forth, back result, rivals []result) error {
	changes := len(forth.whole) + len(back.whole)
	s := sheet.NewSheet(os.Stdout, fmt.Sprintf("\nbench-kube: %d switches under %d requests/s at all entrances", changes, rate))
	var rows [][]string
	for _, r := range append([]result{forth, back}, rivals...) {
		rows = append(rows, []string{
			r.name, strconv.Itoa(len(r.whole)), strconv.Itoa(r.toll.Sent), r.toll.FailureText(), sheet.RoundDuration(r.toll.Gap).String(),
			sheet.FormatSpread(r.last), sheet.RoundDuration(sheet.QuantileOf(r.last, .95)).String(), sheet.FormatSpread(r.whole),
		})
	}
	s.PrintTable([]string{"way", "times", "sent", "failed", "longest gap", "command to last old answer", "p95", "command to its end"}, rows)
	failed, sent := forth.toll.Failed+back.toll.Failed, forth.toll.Sent+back.toll.Sent
	skipped := forth.toll.Skipped + back.toll.Skipped
	s.CheckBar(failed == 0 && skipped == 0 && sent > 0, "0 failed requests", fmt.Sprintf("%d of %d failed, %d not sent", failed, sent, skipped))
	p95 := sheet.QuantileOf(back.last, .95)
	s.CheckBar(p95 > 0 && p95 <= 3*time.Second, "warm rollback: p95 to the last old answer at most 3s", sheet.RoundDuration(p95).String())
	return s.Close()
}

func countFromEnv(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
