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
	toll  lab.Toll
	last  []time.Duration // from the command to the last answer of the old version
	whole []time.Duration // from the command to its end
}

func run(ctx context.Context) error {
	l, err := lab.Open(ctx, "switching", "")
	if err != nil {
		return err
	}
	defer l.Close()
	b := &bench{Lab: l}
	forth, back, err := b.ours(ctx, times("SWITCHES", 50))
	if err != nil {
		return err
	}
	rivals, err := b.rivals(ctx, times("RIVALS", 10))
	if err != nil {
		return err
	}
	return print(forth, back, rivals)
}

// ours deploys there by zero-downtime and goes back by rollback.
func (b *bench) ours(ctx context.Context, switches int) (forth, back result, err error) {
	forth.name, back.name = "version-manager zero-downtime", "version-manager rollback (warm)"
	versions := [2]string{"v1.0.0", "v1.1.0"}
	for _, v := range versions {
		if err := b.Create(ctx, v, lab.Version{Replicas: replicas, Bake: 2 * time.Second}); err != nil {
			return forth, back, err
		}
	}
	for _, words := range [][]string{{"deploy", versions[0], "--yes"}, {"zero-downtime", versions[1]}, {"rollback"}} {
		if err := b.Must(ctx, words...); err != nil {
			return forth, back, err
		}
	}
	if b.entrances, err = b.Entrances(ctx); err != nil {
		return forth, back, err
	}
	for i := range switches {
		r, command, from := &forth, "zero-downtime", versions[0]
		if i%2 == 1 {
			r, command, from = &back, "rollback", versions[1]
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[Kswitch %d of %d", i+1, switches)
		to := versions[(i+1)%2]
		if err := b.under(ctx, b.Host(), r, from, func() error { return b.Must(ctx, command, to) }); err != nil {
			return forth, back, err
		}
	}
	return forth, back, nil
}

// under makes one change under load and adds what it cost to r.
func (b *bench) under(ctx context.Context, host string, r *result, old string, change func() error) error {
	w := newWitness()
	users, err := lab.Visit{Host: host, Rate: rate, Entrances: b.entrances, Seen: w.saw}.Start(ctx)
	if err != nil {
		return err
	}
	if err := w.meet(ctx, old); err != nil {
		users.Stop()
		return err
	}
	began := time.Now()
	err = change()
	r.whole = append(r.whole, time.Since(began))
	r.toll.Add(users.Stop())
	if err != nil {
		return err
	}
	r.last = append(r.last, w.last(old).Sub(began))
	return nil
}

func print(forth, back result, rivals []result) error {
	changes := len(forth.whole) + len(back.whole)
	s := sheet.New(os.Stdout, fmt.Sprintf("\nbench-kube: %d switches under %d requests/s at all entrances", changes, rate))
	var rows [][]string
	for _, r := range append([]result{forth, back}, rivals...) {
		rows = append(rows, []string{
			r.name, strconv.Itoa(len(r.whole)), strconv.Itoa(r.toll.Sent), r.toll.Cost(), sheet.Round(r.toll.Gap).String(),
			sheet.Spread(r.last), sheet.Round(sheet.Quantile(r.last, .95)).String(), sheet.Spread(r.whole),
		})
	}
	s.Table([]string{"way", "times", "sent", "failed", "longest gap", "command to last old answer", "p95", "command to its end"}, rows)
	failed, sent := forth.toll.Failed+back.toll.Failed, forth.toll.Sent+back.toll.Sent
	skipped := forth.toll.Skipped + back.toll.Skipped
	s.Bar(failed == 0 && skipped == 0 && sent > 0, "0 failed requests", fmt.Sprintf("%d of %d failed, %d not sent", failed, sent, skipped))
	p95 := sheet.Quantile(back.last, .95)
	s.Bar(p95 > 0 && p95 <= 3*time.Second, "warm rollback: p95 to the last old answer at most 3s", sheet.Round(p95).String())
	return s.Close()
}

func times(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
