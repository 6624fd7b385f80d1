// Command app is the application that tests and benches deploy: small, honest
// about which version, color and instance answered, and able to misbehave in
// every way that a deploy has to survive.
//
// It is configured by its environment alone; see settings. Without BEHAVIOR
// it is a model citizen: SIGTERM makes it unready at once, open requests get
// time to finish, WebSockets are closed with 1001, and it exits with 0.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	log.SetOutput(os.Stderr)
	set, err := readSettings(os.Getenv)
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(runApp(set))
}

// runApp serves until a signal ends it and returns the exit code.
func runApp(set settings) int {
	log.SetPrefix(fmt.Sprintf("%s %s %s ", set.Version, set.Color, set.Instance))
	if set.Behavior == crashAtStart {
		log.Print("crash: the configuration of version ", set.Version, " is incomplete (BEHAVIOR=crash-at-start)")
		return 2
	}
	ln, err := net.Listen("tcp", set.Address)
	if err != nil {
		log.Print("start: ", err)
		return 1
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	return serveApp(set, ln, stop)
}

// serveApp answers on ln until stop or until the behavior demands a crash.
func serveApp(set settings, ln net.Listener, stop <-chan os.Signal) int {
	a := newApp(set)
	srv := &http.Server{Handler: a.newHandler(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	log.Print("start: listening on ", ln.Addr())

	for {
		select {
		case err := <-failed:
			log.Print("stop: ", err)
			return 1
		case <-a.crashSignal():
			log.Printf("crash: gave up %s after the start (BEHAVIOR=%s)", set.After, set.Behavior)
			return 2
		case sig := <-stop:
			if set.Behavior == ignoreTerm {
				log.Printf("stop: %s ignored (BEHAVIOR=%s)", sig, ignoreTerm)
				continue
			}
			return drainApp(a, srv, sig)
		}
	}
}

// drainApp finishes what is open, for at most the drain time. Running out of
// time is logged but is no failure: the app was asked to end, and it ended.
func drainApp(a *app, srv *http.Server, sig os.Signal) int {
	log.Printf("stop: %s, draining for up to %s", sig, a.set.Drain)
	a.startLeaving()
	ctx, cancel := context.WithTimeout(context.Background(), a.set.Drain)
	defer cancel()
	if err := errors.Join(srv.Shutdown(ctx), a.waitSockets(ctx)); err != nil {
		log.Print("stop: requests were cut: ", err)
		srv.Close()
	}
	log.Print("stop: done")
	return 0
}
