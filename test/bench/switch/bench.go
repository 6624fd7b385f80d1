package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/probe"
	"version-manager/test/rig"
	"version-manager/test/sheet"
)

// switched is one deploy or rollback that ended well.
type switched struct {
	to       color.Color
	command  time.Time // when the command line was called
	at       time.Time // when the route had changed
	sure     time.Time // when every ingress had confirmed it
	ended    time.Time // when the command line had returned
	rollback bool
}

// bench is a running load and what was done under it.
type bench struct {
	*rig.Rig
	load     *probe.Prober
	versions [2]string
	done     []switched
}

const rate = 500

func runBench(ctx context.Context) error {
	r, err := rig.NewRig(ctx, "")
	if err != nil {
		return err
	}
	defer r.Close()
	b := &bench{Rig: r, versions: [2]string{"v1.0.0", "v1.1.0"}}
	for _, v := range b.versions {
		if err := r.CreateVersion(ctx, v, rig.Config{Bake: 2 * time.Second, Drain: 20 * time.Second, Replicas: 2}); err != nil {
			return err
		}
	}
	if err := r.MustRun(ctx, "deploy", b.versions[0]); err != nil {
		return err
	}
	b.load = startLoad(ctx, r.BaseURL())
	if err := b.runSwitches(ctx); err != nil {
		return err
	}
	m := b.load.Stop()
	return b.printTable(m, b.load.Record())
}

// runSwitches deploys back and forth, then rolls back and forth between two warm
// colors.
func (b *bench) runSwitches(ctx context.Context) error {
	deploys, rollbacks := countFromEnv("DEPLOYS", 100), countFromEnv("ROLLBACKS", 20)
	for i := range deploys {
		if err := b.runSwitch(ctx, i, deploys, "deploy", b.versions[(i+1)%2]); err != nil {
			return err
		}
	}
	if err := b.runSwitch(ctx, 0, 1, "zero-downtime", b.versions[(deploys+1)%2]); err != nil {
		return err
	}
	for i := range rollbacks {
		if err := b.runSwitch(ctx, i, rollbacks, "rollback", b.versions[(deploys+i)%2]); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) runSwitch(ctx context.Context, i, of int, command, version string) error {
	fmt.Fprintf(os.Stderr, "\r\x1b[K%s %d of %d", command, i+1, of)
	res, err := b.RunCommand(ctx, nil, command, version, "-o", "json", "--progress", "quiet")
	if err != nil {
		return err
	}
	if res.Code != 0 {
		return fmt.Errorf("%s %s: exit code %d: %s", command, version, res.Code, res.Err)
	}
	report, err := res.ParseReport()
	if err != nil {
		return fmt.Errorf("%s %s: %w", command, version, err)
	}
	b.done = append(b.done, switched{
		to: report.Color, command: res.Began, at: report.SwitchedAt, sure: report.ConfirmedAt,
		ended: res.Began.Add(res.Took), rollback: command == "rollback",
	})
	return nil
}

// startLoad mixes what an app sees: most requests are small, some take ten
// seconds, some bring a file, and WebSockets stay open all the time.
func startLoad(ctx context.Context, base string) *probe.Prober {
	upload := make([]byte, 256<<10)
	for i := range upload {
		upload[i] = byte(i * 31)
	}
	return probe.Load{
		Base: base, Rate: rate, Timeout: 10 * time.Second,
		Mix: []probe.Part{
			{Kind: probe.Kept, Weight: 420, Path: "/version"},
			{Kind: probe.Fresh, Weight: 70, Path: "/version"},
			{Kind: probe.Slow, Weight: 2, Path: "/slow?for=10s"},
			{Kind: probe.Upload, Weight: 8, Method: "POST", Path: "/upload", Body: upload, Check: sameSum(upload)},
		},
		Sockets: 20, WebSocket: "/ws",
	}.Start(ctx)
}

func (b *bench) printTable(m probe.Measurement, rec probe.Record) error {
	s := sheet.NewSheet(os.Stdout, fmt.Sprintf("bench-switch: %d switches at %d requests/s", len(b.done), rate))
	var rows [][]string
	for _, k := range []probe.Kind{probe.Kept, probe.Fresh, probe.Slow, probe.Upload, probe.WebSocket} {
		rows = append(rows, []string{k.String(), strconv.Itoa(m.Kinds[k].Sent), strconv.Itoa(m.Kinds[k].Failed)})
	}
	s.PrintTable([]string{"requests", "sent", "failed"}, append(rows, []string{"all", strconv.Itoa(m.Sent), strconv.Itoa(m.Failed)}))
	fmt.Printf("sent late by the load generator itself: %d, not sent: %d; WebSockets closed with 1001 and back at once: %d\n\n", m.Late, m.Skipped, m.Polite)

	a := analyzeSwitches(rec, b.done)
	s.PrintTable([]string{"small requests", "seconds", "p50", "p99 of a second, median (spread)", "p99 of all"}, [][]string{
		latencyRow("any second without a change", a.steady),
		latencyRow("the second of a switch", a.near),
	})
	s.PrintTable([]string{"from the command to", "median (spread)", "p95"}, [][]string{
		{"confirmed, deploy", sheet.FormatSpread(a.deploys), sheet.RoundDuration(sheet.QuantileOf(a.deploys, .95)).String()},
		{"last old answer, warm rollback", sheet.FormatSpread(a.rollbacks), sheet.RoundDuration(sheet.QuantileOf(a.rollbacks, .95)).String()},
	})
	s.CheckBar(m.Failed == 0 && m.Skipped == 0, "0 failed requests", fmt.Sprintf("%d of %d failed, %d not sent", m.Failed, m.Sent, m.Skipped))
	s.CheckBar(a.wrong == 0 && a.judged > 0, "0 answers from the wrong color after a confirmed switch", fmt.Sprintf("%d of %d", a.wrong, a.judged))
	ratio := float64(sheet.QuantileOf(a.near.p99s(), .5)) / float64(cmp.Or(sheet.QuantileOf(a.steady.p99s(), .5), 1))
	s.CheckBar(ratio > 0 && ratio <= 1.5, "p99 in the second of a switch at most 1.5 times the steady one", fmt.Sprintf("%.2f times", ratio))
	p95 := sheet.QuantileOf(a.rollbacks, .95)
	s.CheckBar(p95 > 0 && p95 <= time.Second, "warm rollback: p95 to the last old answer at most 1s", sheet.RoundDuration(p95).String())
	return s.Close()
}

func latencyRow(name string, s seconds) []string {
	p99s, all := s.p99s(), s.allLatencies()
	return []string{name, strconv.Itoa(len(p99s)), sheet.RoundDuration(sheet.QuantileOf(all, .5)).String(), sheet.FormatSpread(p99s), sheet.RoundDuration(sheet.QuantileOf(all, .99)).String()}
}

func countFromEnv(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
