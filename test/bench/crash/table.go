package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"version-manager/test/sheet"
)

func runAllSeries(ctx context.Context) error {
	c, err := setUp(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	var all []outcome
	for _, victim := range chosenVictims() {
		for _, command := range []string{"deploy", "rollback"} {
			for _, when := range []string{"before", "after"} {
				o, err := c.runSeries(ctx, series{command: command, victim: victim, when: when})
				if err != nil {
					return err
				}
				all = append(all, o)
			}
		}
	}
	return printTable(all)
}

func printTable(all []outcome) error {
	s := sheet.NewSheet(os.Stdout, "crash-test: kill -9 at every journal write, under 200 requests/s")
	var rows [][]string
	kills, converged, cliFailed := 0, 0, 0
	var gap time.Duration
	for _, o := range all {
		rows = append(rows, []string{
			o.victim, o.command, o.when, strconv.Itoa(o.kills), strconv.Itoa(o.converged),
			strconv.Itoa(o.sent), strconv.Itoa(o.failed), strconv.Itoa(o.refused), sheet.RoundDuration(o.gap).String(),
		})
		kills, converged = kills+o.kills, converged+o.converged
		if o.victim == "cli" {
			cliFailed += o.failed
		} else {
			gap = max(gap, o.gap)
		}
	}
	s.PrintTable([]string{"killed", "during", "each write", "kills", "clean end", "requests", "failed", "refused", "longest gap"}, rows)
	for _, o := range all {
		for _, f := range o.faults {
			fmt.Printf("%s, %s: %s\n", o.victim, o.command, f)
		}
	}
	s.CheckBar(kills > 0 && converged == kills, "every kill ends clean", fmt.Sprintf("%d of %d", converged, kills))
	if slices.Contains(chosenVictims(), "cli") {
		s.CheckBar(cliFailed == 0, "no request fails when the command line is killed", strconv.Itoa(cliFailed))
	}
	if slices.Contains(chosenVictims(), "agent") {
		s.CheckBar(gap <= time.Second, "an agent kill costs at most 1s without answers", sheet.RoundDuration(gap).String())
	}
	return s.Close()
}

// chosenVictims are both, unless the environment names one.
func chosenVictims() []string {
	if v := os.Getenv("VICTIM"); v != "" {
		return []string{v}
	}
	return []string{"cli", "agent"}
}
