package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// watchVisitors asks for the page all the time. The function that it returns
// stops that and says what went wrong.
func watchVisitors(ctx context.Context, a *bombedApp) func() error {
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan error, 1)
	go func() {
		asked, failed, last := 0, 0, error(nil)
		for ctx.Err() == nil {
			err := a.visitPage(ctx)
			if ctx.Err() != nil {
				break
			}
			if asked++; err != nil {
				failed, last = failed+1, err
			}
			time.Sleep(20 * time.Millisecond)
		}
		switch {
		case failed > 0:
			result <- fmt.Errorf("%d of %d visits failed, the last with: %w", failed, asked, last)
		case asked == 0:
			result <- fmt.Errorf("nobody visited")
		default:
			result <- nil
		}
	}()
	return func() error { cancel(); return <-result }
}

// photoIsTaken sends an ordinary photo. Like a person it tries again when it
// is told to.
func (a *bombedApp) photoIsTaken(ctx context.Context, from string) error {
	status := 0
	for range 3 {
		var err error
		if status, err = a.sendPhoto(ctx, from, smallPhoto()); err != nil || status == http.StatusOK {
			return err
		}
		if status != http.StatusServiceUnavailable {
			break
		}
		time.Sleep(2 * time.Second)
	}
	return fmt.Errorf("status %d", status)
}

// besideSlowUploads sends a photo while others send theirs a byte at a time.
func (a *bombedApp) besideSlowUploads(ctx context.Context, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range n {
		if err := a.trickleUpload(ctx, fmt.Sprintf("127.0.5.%d", 1+i)); err != nil {
			return err
		}
	}
	time.Sleep(4 * time.Second) // until the slow ones are no longer new
	for i := range 3 {
		start := time.Now()
		if err := a.photoIsTaken(ctx, fmt.Sprintf("127.0.4.%d", 1+i)); err != nil {
			return err
		}
		if took := time.Since(start); took > 10*time.Second {
			return fmt.Errorf("it took %s", took)
		}
	}
	return nil
}

// trickleUpload begins an upload of eleven megabytes and goes on very slowly.
func (a *bombedApp) trickleUpload(ctx context.Context, from string) error {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.DialContext(ctx, "tcp", a.url[len("http://"):])
	if err != nil {
		return err
	}
	body, kind := photoForm(make([]byte, 11<<20))
	fmt.Fprintf(conn, "POST /estimate HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", kind, len(body))
	if _, err := conn.Write(body[:512]); err != nil {
		conn.Close()
		return err
	}
	go func() {
		defer conn.Close()
		for i := 512; ctx.Err() == nil; i++ {
			if _, err := conn.Write(body[i : i+1]); err != nil {
				return
			}
			select {
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	return nil
}
