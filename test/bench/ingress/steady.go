package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// measureSteady asks addr at a fixed rate, whatever the answers take, and returns
// median and p99 of the time from when a request was due to the end of its
// answer.
func measureSteady(ctx context.Context, addr string, perSecond, workers int, length time.Duration) (p50, p99 time.Duration, err error) {
	transport := &http.Transport{MaxIdleConnsPerHost: workers}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	took := make([]time.Duration, int(length.Seconds()*float64(perSecond)))
	errs := make([]error, workers)
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for w := range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(took) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				due := start.Add(time.Second * time.Duration(i) / time.Duration(perSecond))
				time.Sleep(time.Until(due))
				if err := fetchURL(ctx, client, "http://"+addr+"/"); err != nil {
					errs[w] = err
					return
				}
				took[i] = time.Since(due)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], errors.Join(append(errs, ctx.Err())...)
}

func fetchURL(ctx context.Context, client *http.Client, url string) error {
	return fetchWith(ctx, client, http.MethodGet, url)
}

func fetchWith(ctx context.Context, client *http.Client, method, url string) error {
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}
