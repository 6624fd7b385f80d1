package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"version-manager/test/e2e/lab"
	"version-manager/test/sheet"
)

// limit is what the story may take, without the building of programs.
const limit = 15 * time.Minute

// chapter is one part of the story.
type chapter struct {
	name string
	tell func(*story, context.Context) (seen string, err error)
}

// line is what the table says of a chapter.
type line struct {
	name, seen   string
	sent, failed int
	took         time.Duration
	err          error
}

// story is what the chapters share.
type story struct {
	*lab.Lab
	before  machine    // what there was before anything was done
	users   *lab.Users // nil: nobody asks
	ours    bool       // the cluster was booted by this story
	toll    lab.Toll
	lines   []line
	skipped []string
}

func chapters() []chapter {
	return []chapter{
		{"conformance suite of the target", (*story).runConformance},
		{"create two versions", (*story).create},
		{"first deploy: asks for the context first", (*story).first},
		{"zero-downtime to v1.1.0", (*story).forward},
		{"status, logs, plan, diff", (*story).look},
		{"rollback to v1.0.0", (*story).back},
		{"scale by hand", (*story).scale},
		{"autoscaler up and down under load", (*story).autoscale},
		{"a second operator sees the same", (*story).colleague},
		{"guides for clusters", (*story).guides},
		{"images through a registry", (*story).registry},
		{"stop the cluster and start it again", (*story).restart},
		{"cleanup", (*story).cleanup},
		{"cluster down leaves nothing behind", (*story).down},
	}
}

func run(ctx context.Context) error {
	s := &story{before: look()}
	began := time.Now()
	l, err := lab.Open(ctx, "story", "")
	if err != nil {
		return err
	}
	defer l.Close()
	s.Lab, s.ours = l, l.Ours()
	s.lines = append(s.lines, line{name: "three nodes are ready", seen: s.origin(), took: time.Since(began)})
	began = time.Now()
	for _, c := range chapters() {
		if err := s.tell(ctx, c); err != nil {
			break // what follows builds on it
		}
	}
	return s.print(time.Since(began))
}

func (s *story) origin() string {
	if s.ours {
		return "booted for this"
	}
	return "were running before"
}

// errSkipped marks a chapter that cannot be told here.
var errSkipped = errors.New("not told")

func (s *story) tell(ctx context.Context, c chapter) error {
	fmt.Fprintf(os.Stderr, "\r\x1b[K%s", c.name)
	sent, failed := s.tally()
	began := time.Now()
	seen, err := c.tell(s, ctx)
	took := time.Since(began)
	if errors.Is(err, errSkipped) {
		s.skipped = append(s.skipped, c.name)
		seen, err = err.Error(), nil
	}
	after, broken := s.tally()
	s.lines = append(s.lines, line{c.name, seen, after - sent, broken - failed, took, err})
	return err
}

// tally counts requests until now, also after the users went home.
func (s *story) tally() (sent, failed int) {
	if s.users != nil {
		sent, failed = s.users.Tally()
	}
	return sent + s.toll.Sent, failed + s.toll.Failed
}

// quiet sends the users home.
func (s *story) quiet() {
	if s.users == nil {
		return
	}
	t := s.users.Stop()
	s.users = nil
	s.toll.Add(t)
}

// count says how many chapters were told, and which were left out.
func (s *story) count(told int) string {
	text := fmt.Sprintf("%d of %d", told-len(s.skipped), len(chapters())+1)
	if len(s.skipped) > 0 {
		text += "; not told: " + strings.Join(s.skipped, ", ")
	}
	return text
}

func (s *story) print(took time.Duration) error {
	s.quiet()
	out := sheet.New(os.Stdout, "\ne2e: the whole story on three nodes, under "+strconv.Itoa(rate)+" requests/s")
	var rows [][]string
	told := 0
	for _, l := range s.lines {
		word := "ok"
		if l.err != nil {
			word = "FAILED"
		} else {
			told++
		}
		rows = append(rows, []string{l.name, word, strconv.Itoa(l.sent), strconv.Itoa(l.failed), sheet.Round(l.took).String(), l.seen})
	}
	out.Table([]string{"chapter", "", "sent", "failed", "took", "what was seen"}, rows)
	for _, l := range s.lines {
		if l.err != nil {
			fmt.Printf("%s: %v\n\n", l.name, l.err)
		}
	}
	out.Bar(told == len(chapters())+1, "every chapter comes to its good end", s.count(told))
	out.Bar(s.toll.Failed == 0 && s.toll.Sent > 0 && s.toll.Skipped == 0, "0 failed requests at all entrances",
		fmt.Sprintf("%s of %d, longest gap %s, %d not sent", s.toll.Cost(), s.toll.Sent, sheet.Round(s.toll.Gap), s.toll.Skipped))
	out.Bar(took <= limit, "at most "+limit.String(), sheet.Round(took).String())
	return out.Close()
}
