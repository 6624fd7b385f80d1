package main

import (
	"testing"
	"time"
)

const said = `Running 1s test @ http://127.0.0.1:1/
  Latency Distribution
     50%    1.02ms
     99%   11.25ms
  15000 requests in 1.00s, 17.00MB read
Requests/sec:  14998.50
`

func TestParseWrk(t *testing.T) {
	got, n, err := parseWrk(said)
	if err != nil || got.rps != 14998.5 || got.p99 != 11250*time.Microsecond || n != 15000 {
		t.Errorf("%+v, %d, %v", got, n, err)
	}
	for _, bad := range []string{"", "Requests/sec: x", said + "  Non-2xx or 3xx responses: 1\n", said + "  Socket errors: connect 0, read 1\n"} {
		if got, _, err := parseWrk(bad); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}
