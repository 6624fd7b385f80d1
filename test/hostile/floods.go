package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	floodConnections = 20
	floodStreams     = 250
	floodUploads     = 4000
	sidecarMemory    = 128 << 20 // of its container, see manifests/app/deployment.yaml
)

// runFloods opens more than anybody needs, and looks whether others are served
// meanwhile, what reaches the app, and what is left.
func runFloods(ctx context.Context, r *report) error {
	b, err := startHolder()
	if err != nil {
		return err
	}
	defer b.closeHolder()
	p, err := startSidecar(ctx, r, b.listenAddress())
	if err != nil {
		return err
	}
	defer p.stopSidecar()
	for _, f := range []struct {
		name string
		run  func(context.Context, string) (flood, error)
	}{
		{"streams", floodOfStreams},
		{"announced uploads", func(ctx context.Context, a string) (flood, error) { return floodOfUploads(ctx, a, "") }},
		{"begun uploads", func(ctx context.Context, a string) (flood, error) { return floodOfUploads(ctx, a, "x") }},
		{"idle connections", floodOfConnections},
		{"WebSockets", floodOfTunnels},
		{"all at once", floodOfAll},
	} {
		b.most.Store(0)
		withstandFlood(ctx, r, p, b, f.name, f.run)
	}
	r.addNote("a sidecar of %d MiB used at most %d MiB", sidecarMemory>>20, p.peakBytes()>>20)
	_, err = p.readCounts()
	r.checkCase("the sidecar lives", err)
	if p.group == "" {
		r.checkCase("memory", within(p.peakBytes(), sidecarMemory))
	}
	return nil
}

// flood is what is open.
type flood struct {
	conns []net.Conn
	quit  context.CancelFunc
}

func (f flood) closeAll() {
	f.quit()
	for _, c := range f.conns {
		c.Close()
	}
}

// withstandFlood runs one flood with visitors in it.
func withstandFlood(ctx context.Context, r *report, p *sidecarProcess, b *holder, name string, run func(context.Context, string) (flood, error)) {
	visits := startVisits(ctx, p.traffic)
	f, err := run(ctx, p.traffic)
	if err == nil {
		err = sleepFor(ctx, time.Second)
	}
	served, failed := visits.stopVisits()
	if err == nil && (failed != nil || served < 10) {
		err = fmt.Errorf("%d visitors were served, and then: %w", served, failed)
	}
	r.checkCase(name+": others are served", err)
	r.checkCase(name+": what the app gets is limited", within(b.most.Load(), 1700))
	r.addNote("%s: %d at the app at most, %d visitors served, %d MiB", name, b.most.Load(), served, p.memoryBytes()>>20)
	f.closeAll()
	r.checkCase(name+": all of it ends", p.awaitQuiet(ctx))
}

// floodOfStreams opens as many streams as the protocol has numbers for, whatever
// the server's settings say.
func floodOfStreams(ctx context.Context, addr string) (flood, error) {
	f := flood{quit: func() {}}
	for range floodConnections {
		c, err := dialFlood(ctx, addr)
		if err != nil {
			return f, err
		}
		f.conns = append(f.conns, c)
		if err := openStreams(c, floodStreams); err != nil {
			return f, err
		}
	}
	return f, nil
}

// floodOfUploads announces bodies that begin with first, and goes on slowly.
func floodOfUploads(ctx context.Context, addr, first string) (flood, error) {
	f, err := floodOf(ctx, addr, "POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"+first)
	if first != "" {
		var trickling context.Context
		trickling, f.quit = context.WithCancel(ctx)
		go trickleBodies(trickling, f.conns)
	}
	return f, err
}

func floodOfConnections(ctx context.Context, addr string) (flood, error) {
	return floodOf(ctx, addr, "")
}

func floodOfTunnels(ctx context.Context, addr string) (flood, error) {
	return floodOf(ctx, addr, "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
}

func floodOfAll(ctx context.Context, addr string) (flood, error) {
	all := flood{quit: func() {}}
	for _, run := range []func(context.Context, string) (flood, error){
		floodOfStreams, floodOfTunnels, floodOfConnections,
		func(ctx context.Context, addr string) (flood, error) { return floodOfUploads(ctx, addr, "") },
	} {
		f, err := run(ctx, addr)
		all.conns = append(all.conns, f.conns...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// floodOf opens connections that say the same.
func floodOf(ctx context.Context, addr, said string) (flood, error) {
	f := flood{quit: func() {}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs []error
	for range 8 {
		wg.Go(func() {
			for range floodUploads / 8 {
				c, err := dialFlood(ctx, addr)
				mu.Lock()
				if err != nil {
					errs = append(errs, err)
					mu.Unlock()
					return
				}
				f.conns = append(f.conns, c)
				mu.Unlock()
				_, _ = io.WriteString(c, said) // it may have been refused already
			}
		})
	}
	wg.Wait()
	return f, errors.Join(errs...)
}

func trickleBodies(ctx context.Context, conns []net.Conn) {
	for sleepFor(ctx, time.Second) == nil {
		for _, c := range conns {
			_ = c.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
			_, _ = io.WriteString(c, "x") // the refused ones are closed
		}
	}
}

// visits are requests of somebody else, one after the other, each over a new
// connection.
type visits struct {
	quit   context.CancelFunc
	done   chan struct{}
	served atomic.Int64
	failed error // the first one; valid after done
}

func startVisits(ctx context.Context, addr string) *visits {
	ctx, quit := context.WithCancel(ctx)
	v := &visits{quit: quit, done: make(chan struct{})}
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		defer close(v.done)
		for sleepFor(ctx, 20*time.Millisecond) == nil {
			res, err := client.Get("http://" + addr + "/quick")
			if err == nil {
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK {
					err = fmt.Errorf("status %d", res.StatusCode)
				}
			}
			if err != nil && v.failed == nil {
				v.failed = err
			}
			v.served.Add(1)
		}
	}()
	return v
}

func (v *visits) stopVisits() (int, error) {
	v.quit()
	<-v.done
	return int(v.served.Load()), v.failed
}

func dialFlood(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second}
	return d.DialContext(ctx, "tcp", addr)
}

func sleepFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func within[T int64 | int](got, most T) error {
	if got > most {
		return fmt.Errorf("%d, want at most %d", got, most)
	}
	return nil
}
