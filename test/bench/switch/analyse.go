package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"version-manager/internal/probe"
)

// analysis is what the record says about the switches.
type analysis struct {
	wrong, judged int             // answers after a confirmed switch
	steady, near  seconds         // latencies far from any change, and around a switch
	deploys       []time.Duration // from the command to the confirmed switch
	rollbacks     []time.Duration // from the command to the last answer of the old color
}

// analyzeSwitches looks at each request between two commands: it belongs to the
// switch before it.
func analyzeSwitches(rec probe.Record, done []switched) analysis {
	a := analysis{steady: seconds{}, near: seconds{}}
	lastOld := make([]time.Time, len(done))
	for _, s := range rec.Samples {
		if s.Kind != probe.Kept && s.Kind != probe.Fresh {
			continue
		}
		sent := rec.Started.Add(s.At)
		i := ownerOf(done, sent)
		if i < 0 {
			continue
		}
		d, who := done[i], rec.Sources[s.Source].Color
		if s.Outcome == probe.OK && who == d.to.Other() {
			lastOld[i] = laterOf(lastOld[i], sent.Add(s.Took))
		}
		if sent.After(d.sure) {
			a.judged++
			if who != d.to {
				a.wrong++
			}
		}
		switch {
		case sent.Sub(d.at).Abs() <= 500*time.Millisecond:
			a.near.addLatency(i, 0, s.Took)
		case sent.After(d.at.Add(2*time.Second)) && sent.Before(d.ended.Add(-2*time.Second)):
			a.steady.addLatency(i, int(sent.Sub(d.at)/time.Second), s.Took) // nothing starts and nothing stops
		}
	}
	for i, d := range done {
		if d.rollback {
			a.rollbacks = append(a.rollbacks, lastOld[i].Sub(d.command))
		} else {
			a.deploys = append(a.deploys, d.sure.Sub(d.command))
		}
	}
	return a
}

// ownerOf is the last switch whose command was called before t, or -1.
func ownerOf(done []switched, t time.Time) int {
	i := len(done) - 1
	for i >= 0 && done[i].command.After(t) {
		i--
	}
	return i
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sameSum wants the app to have received exactly body.
func sameSum(body []byte) func(probe.Answer) error {
	sum := sha256.Sum256(body)
	want := hex.EncodeToString(sum[:])
	return func(a probe.Answer) error {
		var got struct{ SHA256 string }
		if err := json.Unmarshal(a.Body, &got); err != nil {
			return err
		}
		if got.SHA256 != want {
			return errors.New("the upload arrived changed")
		}
		return nil
	}
}
