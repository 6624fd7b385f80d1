// Command ingress measures our ingress beside Caddy, HAProxy and nginx: the
// same backend, the same load, the same run, in interleaved rounds, so that
// what disturbs the machine disturbs all of them. Only the ratios mean
// anything; the absolute figures share the cores with wrk and the backend.
//
// It exits with 1 when our ingress misses its bar: at least Caddy's requests
// per second, at least half of HAProxy's, a p99 that is not above Caddy's
// beyond the spread of the rounds, and no failed request behind an app that
// closes its connections, as with HAProxy and nginx. HAProxy, nginx and wrk come from the
// distribution; Caddy is built once from its Go module, with go.sum in ./caddy.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	var s settings
	role := flag.String("role", "", "what a child process of the benchmark is")
	to := flag.String("to", "", "where the ingress of -role=ingress forwards to")
	cpu := flag.String("cpuprofile", "", "where -role=ingress writes a CPU profile")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds over all proxies")
	flag.DurationVar(&s.length, "length", 4*time.Second, "length of one measurement")
	flag.IntVar(&s.connections, "connections", 64, "kept-alive connections of the load")
	flag.StringVar(&s.only, "only", "", "measure only this rival, without a verdict")
	flag.StringVar(&s.profile, "profile", "", "folder for a CPU profile of our ingress")
	flag.BoolVar(&s.closing, "closing", false, "measure only what an app costs that closes its connections")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch *role {
	case "backend":
		err = serveBackend(ctx)
	case "hasty":
		err = serveHasty(ctx)
	case "impatient":
		err = serveImpatient(ctx)
	case "ingress":
		err = serveIngress(ctx, *to, *cpu)
	default:
		err = measureAll(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-ingress:", err)
		stop()
		os.Exit(1)
	}
}
