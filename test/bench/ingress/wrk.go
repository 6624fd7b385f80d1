package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// sample is one measurement.
type sample struct {
	rps float64
	p99 time.Duration
	cpu time.Duration // processor time of the rival, for each request

	steady50, steady99 time.Duration // at a fixed moderate rate
}

// runWrk runs wrk against addr.
func runWrk(ctx context.Context, addr string, connections int, length time.Duration) (sample, int, error) {
	ctx, cancel := context.WithTimeout(ctx, length+15*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "wrk", "--latency", "-t1", "-c"+strconv.Itoa(connections),
		fmt.Sprintf("-d%ds", max(1, int(length.Seconds()))), "http://"+addr+"/").CombinedOutput()
	if err != nil {
		return sample{}, 0, fmt.Errorf("run wrk: %w\n%s", err, out)
	}
	return parseWrk(string(out))
}

var errWrk = errors.New("unexpected output of wrk")

// parseWrk reads requests per second, p99 and the number of requests. An
// answer that is not a 2xx or an error of a connection spoils everything.
func parseWrk(out string) (sample, int, error) {
	if strings.Contains(out, "Non-2xx") || strings.Contains(out, "Socket errors") {
		return sample{}, 0, fmt.Errorf("requests failed:\n%s", out)
	}
	rps := regexp.MustCompile(`Requests/sec:\s+([\d.]+)`).FindStringSubmatch(out)
	p99 := regexp.MustCompile(`99%\s+([\d.]+(?:us|ms|s))\s`).FindStringSubmatch(out)
	total := regexp.MustCompile(`(\d+) requests in`).FindStringSubmatch(out)
	if rps == nil || p99 == nil || total == nil {
		return sample{}, 0, fmt.Errorf("%w:\n%s", errWrk, out)
	}
	perSecond, err1 := strconv.ParseFloat(rps[1], 64)
	latency, err2 := time.ParseDuration(p99[1])
	n, err3 := strconv.Atoi(total[1])
	if err := errors.Join(err1, err2, err3); err != nil {
		return sample{}, 0, fmt.Errorf("%w: %w", errWrk, err)
	}
	return sample{rps: perSecond, p99: latency}, n, nil
}
