package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// readSurvivors returns the reason of each known survivor by its key. A line
// of survivors.txt is a key, " -- ", and why no test can notice the mutant.
func readSurvivors(root string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(root, "test", "mutants", "survivors.txt"))
	if err != nil {
		return nil, err
	}
	return parseSurvivors(string(text))
}

func parseSurvivors(text string) (map[string]string, error) {
	known := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, reason, found := strings.Cut(line, " -- ")
		if !found || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("survivors.txt: no reason in %q", line)
		}
		known[key] = reason
	}
	return known, nil
}

// judgeResults prints the survivors and says what is wrong with the run, if anything.
func judgeResults(w io.Writer, rows []result, known map[string]string) error {
	killed, all, met := 0, 0, map[string]bool{}
	var faults []error
	for _, r := range rows {
		killed, all = killed+r.countKilled(), all+len(r.mutants)
		for i, m := range r.mutants {
			if f := r.fates[i]; f == survived || f == notRun {
				met[m.key()] = true
				reason := known[m.key()]
				fmt.Fprintf(w, "%s  %s\n    %s\n", f, m, reason)
				if reason == "" {
					faults = append(faults, fmt.Errorf("survived without a reason: %s", m.key()))
				}
			}
		}
	}
	faults = append(faults, staleReasons(rows, known, met)...)
	share := percent(killed, all)
	fmt.Fprintf(w, "\n%d of %d mutants killed: %.1f %%, at least %d %% are required\n", killed, all, share, minKilled)
	if share < minKilled {
		faults = append(faults, fmt.Errorf("only %.1f %% of all mutants were killed", share))
	}
	return errors.Join(faults...)
}

// staleReasons lists what survivors.txt explains although it was killed or is gone.
func staleReasons(rows []result, known map[string]string, met map[string]bool) []error {
	var faults []error
	for key := range known {
		for _, r := range rows {
			if strings.HasPrefix(key, r.scope.dir+"/") && !met[key] {
				faults = append(faults, fmt.Errorf("survivors.txt explains a mutant that does not survive: %s", key))
				break
			}
		}
	}
	return faults
}
