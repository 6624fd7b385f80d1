package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// http1Case is what a client sends over one connection, and what has to become
// of it.
type http1Case struct {
	name string
	send string
	// status has the status of each answer. Alternatives stand between bars.
	status string
	// instance has the requests that reach the instance, in the words of
	// ingresstest.Request.String, if the first alternative came true. For any
	// other none may.
	instance string
}

// afterwards is how long a case waits for an answer or a request too many.
const afterwards = 50 * time.Millisecond

func runHTTP1(ctx context.Context, r *report) error {
	cases := newCaseRunner(r)
	for _, c := range http1Corpus() {
		cases.startCase(ctx, c.name, c.tryCase)
	}
	cases.waitForCases()
	return nil
}

func (c http1Case) tryCase() error {
	l, up, err := startStrictLab()
	if err != nil {
		return err
	}
	defer up.Close()
	defer l.closeLab()
	conn, err := net.Dial("tcp", l.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	go func() { _, _ = io.WriteString(conn, c.send) }() // it may be refused, and cut, before the end
	got, err := readStatuses(conn, c.send)
	if err != nil {
		return err
	}
	all, fault := up.TakeRequests()
	var arrived []string
	for _, r := range all {
		arrived = append(arrived, r.String())
	}
	return errors.Join(fault, c.judgeOutcome(got, strings.Join(arrived, ", ")))
}

func (c http1Case) judgeOutcome(status, instance string) error {
	for i, alternative := range strings.Split(c.status, "|") {
		want := ""
		if i == 0 {
			want = c.instance
		}
		if status == alternative && instance == want {
			return nil
		}
	}
	return fmt.Errorf("answered %q, and the instance got %q; want %q and %q", status, instance, c.status, c.instance)
}

// readStatuses reads answers until the connection ends or nothing more comes.
func readStatuses(conn net.Conn, sent string) (string, error) {
	method, _, _ := strings.Cut(sent, " ")
	br := bufio.NewReader(conn)
	var all []string
	for {
		if len(all) > 0 {
			_ = conn.SetReadDeadline(time.Now().Add(afterwards))
		}
		if _, err := br.Peek(1); errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, os.ErrDeadlineExceeded) {
			return strings.Join(all, " "), nil
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		res, err := http.ReadResponse(br, &http.Request{Method: method})
		if err != nil {
			return strings.Join(all, " "), fmt.Errorf("answer %d: %w", len(all)+1, err)
		}
		_, err = io.Copy(io.Discard, res.Body)
		if all = append(all, fmt.Sprint(res.StatusCode)); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			return strings.Join(all, " "), fmt.Errorf("body of answer %d: %w", len(all), err)
		}
		method = ""
	}
}
