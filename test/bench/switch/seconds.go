package main

import (
	"time"

	"version-manager/test/sheet"
)

// seconds keeps latencies by the second in which the requests were due, so
// that the second of a switch can be compared with a second like any other:
// a p99 over few requests and one over many are not the same thing.
type seconds map[secondKey][]time.Duration

type secondKey struct{ owner, second int }

// enough requests to speak of a p99.
const enough = 300

func (s seconds) addLatency(owner, second int, took time.Duration) {
	k := secondKey{owner, second}
	s[k] = append(s[k], took)
}

// p99s returns the p99 of every full second.
func (s seconds) p99s() []time.Duration {
	var all []time.Duration
	for _, took := range s {
		if len(took) >= enough {
			all = append(all, sheet.QuantileOf(took, .99))
		}
	}
	return all
}

// allLatencies returns all latencies together.
func (s seconds) allLatencies() []time.Duration {
	var all []time.Duration
	for _, took := range s {
		all = append(all, took...)
	}
	return all
}
