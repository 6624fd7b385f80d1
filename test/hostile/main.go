// Command hostile treats the product as its worst users and neighbors do:
// ambiguous requests, broken frames, upstreams that lie, clients that stall,
// archives that explode. Each chapter has a corpus of named cases and a time
// budget. A case whose outcome is not the one written down is a deviation, and
// one deviation makes the program exit with 1.
//
//	go run ./test/hostile             every chapter
//	go run ./test/hostile http1 slow  these only
//	go run ./test/hostile -list       what there is
//
// A chapter that needs something this machine lacks, root for example, is
// skipped and the table says why. Everything runs on this machine and talks to
// loopback addresses only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"version-manager/test/busy"
)

func main() {
	list := flag.Bool("list", false, "list the chapters")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *list {
		printChapters(os.Stdout, allChapters())
		return
	}
	chosen, err := chooseChapters(allChapters(), flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(2)
	}
	meter := busy.StartMeter()
	err = runAll(ctx, os.Stdout, chosen)
	reading := meter.Stop()
	if ctx.Err() != nil {
		reading = busy.Reading{} // interrupted
	}
	if code := busy.ReportExit(os.Stderr, "hostile", err, reading); code != 0 {
		os.Exit(code)
	}
}
