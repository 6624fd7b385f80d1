package scripts_test

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// hold opens requests and reads their answers until the end of the script, as
// pages do with event streams: hold N URL
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hold N URL")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	ts.Defer(cancel)
	begun := make(chan error, n)
	for range n {
		go func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[1], nil)
			if err != nil {
				begun <- err
				return
			}
			begun <- nil
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return // the script has ended, or the request was cut
			}
			defer res.Body.Close()
			_, _ = io.Copy(io.Discard, res.Body) // until it ends
		}()
	}
	for range n {
		ts.Check(<-begun)
	}
}
