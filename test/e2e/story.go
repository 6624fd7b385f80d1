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

// storyLimit is how long the story may take, without the build of the programs.
const storyLimit = 15 * time.Minute

// chapter is one part of the story.
type chapter struct {
	name string
	tell func(*story, context.Context) (seen string, err error)
}

// chapterLine is what the table says of a chapter.
type chapterLine struct {
	name, seen   string
	sent, failed int
	took         time.Duration
	err          error
}

// story is what the chapters share.
type story struct {
	*lab.Lab
	before  machineState // what there was before anything was done
	users   *lab.Users   // nil: nobody asks
	ours    bool         // the cluster was booted by this story
	toll    lab.UserReport
	lines   []chapterLine
	skipped []string
}

func allChapters() []chapter {
	return []chapter{
		{"conformance suite of the target", (*story).runConformance},
		{"create two versions", (*story).createVersions},
		{"first deploy, which asks for the context", (*story).firstDeploy},
		{"zero-downtime to v1.1.0", (*story).deployForward},
		{"status, logs, plan, diff", (*story).checkReadOnlyCommands},
		{"rollback to v1.0.0", (*story).rollBack},
		{"scale by hand", (*story).scaleByHand},
		{"autoscaler up and down under load", (*story).autoscaleUnderLoad},
		{"a second operator sees the same state", (*story).compareWithColleague},
		{"guides for clusters", (*story).guides},
		{"images through a registry", (*story).deployThroughRegistry},
		{"stop the cluster and start it again", (*story).restartCluster},
		{"cleanup", (*story).cleanUpApp},
		{"cluster down leaves nothing behind", (*story).removeCluster},
	}
}

func runStory(ctx context.Context) error {
	s := &story{before: listMachineState()}
	began := time.Now()
	l, err := lab.OpenLab(ctx, "story", "")
	if err != nil {
		return err
	}
	defer l.Close()
	s.Lab, s.ours = l, l.WasBooted()
	s.lines = append(s.lines, chapterLine{name: "three nodes are ready", seen: s.clusterOrigin(), took: time.Since(began)})
	began = time.Now()
	for _, c := range allChapters() {
		if err := s.tellChapter(ctx, c); err != nil {
			break // what follows builds on it
		}
	}
	return s.printTable(time.Since(began))
}

func (s *story) clusterOrigin() string {
	if s.ours {
		return "started for this run"
	}
	return "were running before"
}

// errSkipped marks a chapter that cannot run here.
var errSkipped = errors.New("skipped")

func (s *story) tellChapter(ctx context.Context, c chapter) error {
	fmt.Fprintf(os.Stderr, "\r\x1b[K%s", c.name)
	sent, failed := s.countRequests()
	began := time.Now()
	seen, err := c.tell(s, ctx)
	took := time.Since(began)
	if errors.Is(err, errSkipped) {
		s.skipped = append(s.skipped, c.name)
		seen, err = err.Error(), nil
	}
	after, broken := s.countRequests()
	s.lines = append(s.lines, chapterLine{c.name, seen, after - sent, broken - failed, took, err})
	return err
}

// countRequests counts all requests so far, also after the users have stopped.
func (s *story) countRequests() (sent, failed int) {
	if s.users != nil {
		sent, failed = s.users.CountRequests()
	}
	return sent + s.toll.Sent, failed + s.toll.Failed
}

// stopUsers ends the requests and keeps their counts.
func (s *story) stopUsers() {
	if s.users == nil {
		return
	}
	t := s.users.StopUsers()
	s.users = nil
	s.toll.AddReport(t)
}

// countTold says how many chapters ran, and which were skipped.
func (s *story) countTold(told int) string {
	text := fmt.Sprintf("%d of %d", told-len(s.skipped), len(allChapters())+1)
	if len(s.skipped) > 0 {
		text += "; skipped: " + strings.Join(s.skipped, ", ")
	}
	return text
}

func (s *story) printTable(took time.Duration) error {
	s.stopUsers()
	out := sheet.NewSheet(os.Stdout, "\ne2e: every step on three nodes, under "+strconv.Itoa(requestRate)+" requests/s")
	var rows [][]string
	told := 0
	for _, l := range s.lines {
		word := "ok"
		if l.err != nil {
			word = "FAILED"
		} else {
			told++
		}
		rows = append(rows, []string{l.name, word, strconv.Itoa(l.sent), strconv.Itoa(l.failed), sheet.RoundDuration(l.took).String(), l.seen})
	}
	out.PrintTable([]string{"chapter", "", "sent", "failed", "took", "what was seen"}, rows)
	for _, l := range s.lines {
		if l.err != nil {
			fmt.Printf("%s: %v\n\n", l.name, l.err)
		}
	}
	out.CheckBar(told == len(allChapters())+1, "every chapter passes", s.countTold(told))
	out.CheckBar(s.toll.Failed == 0 && s.toll.Sent > 0 && s.toll.Skipped == 0, "0 failed requests at all entrances",
		fmt.Sprintf("%s of %d, longest gap %s, %d not sent", s.toll.FailureText(), s.toll.Sent, sheet.RoundDuration(s.toll.Gap), s.toll.Skipped))
	out.CheckBar(took <= storyLimit, "at most "+storyLimit.String(), sheet.RoundDuration(took).String())
	return out.Close()
}
