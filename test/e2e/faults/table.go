package main

import (
	"fmt"
	"io"
	"strconv"

	"version-manager/test/sheet"
)

func printTable(out io.Writer, all []outcome) error {
	s := sheet.NewSheet(out, fmt.Sprintf("\ne2e-faults: one fault at a time, under %d requests/s through Traefik, where others meddle under %d", requestRate, meddlingRate))
	var rows [][]string
	for _, o := range all {
		rows = append(rows, []string{
			o.name, o.did, strconv.Itoa(o.code), strconv.Itoa(o.toll.Sent), o.toll.FailureText(), sheet.RoundDuration(o.toll.Gap).String(), sheet.RoundDuration(o.took).String(), o.end,
		})
	}
	s.PrintTable([]string{"fault", "what was done", "exit", "sent", "failed", "longest gap", "took", "where it ended"}, rows)
	for _, o := range all {
		if o.allowed > 0 {
			fmt.Fprintf(out, "%s lost %d of %d: %s\n", o.name, o.toll.Failed, o.toll.Sent, o.why)
		}
	}
	fmt.Fprintln(out)
	printBars(s, all)
	return s.Close()
}

// printBars prints what every fault on its own has missed, and then what holds for
// all of them. That no fault was shown proves nothing.
func printBars(s *sheet.Sheet, all []outcome) {
	lost, whole := 0, 0
	for _, o := range all {
		if o.broken == "" {
			whole++
		} else {
			s.CheckBar(false, o.name+" ends whole", o.broken)
		}
		if o.allowed > 0 {
			s.CheckBar(o.toll.Failed <= o.allowed, fmt.Sprintf("%s: at most %d failed", o.name, o.allowed), strconv.Itoa(o.toll.Failed))
		} else {
			lost += o.toll.Failed
		}
	}
	s.CheckBar(lost == 0, "0 failed requests where a correct design allows it", strconv.Itoa(lost))
	s.CheckBar(whole == len(all) && whole > 0, "what is wanted, what runs and the journal agree after each", fmt.Sprintf("%d of %d faults", whole, len(all)))
}
