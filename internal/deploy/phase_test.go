package deploy

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
)

// Every pair is either in this picture or refused. It is kept in the
// documentation, where a reviewer sees a change of it.
func TestPhasesAreDrawn(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("# The phases of a deploy\n\nDrawn by a test of `internal/deploy/phase.go` from the table that the engine runs on. What is not drawn is refused.\n\n```mermaid\nstateDiagram-v2\n    [*] --> planned\n")
	for _, p := range Phases() {
		for _, tr := range Triggers() {
			if next, err := p.Next(tr); err == nil {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", p, next, tr)
			}
		}
		if p.Ended() {
			fmt.Fprintf(&b, "    %s --> [*]\n", p)
		}
	}
	b.WriteString("```\n")
	golden.CompareFile(t, "../../docs/phases.md", b.Bytes())
}

func TestTableIsClosed(t *testing.T) {
	known := map[Phase]bool{}
	for _, p := range Phases() {
		known[p] = true
	}
	for p, row := range transitions() {
		if !known[p] {
			t.Errorf("%s is not listed in Phases", p)
		}
		for tr, next := range row {
			if !known[next] || !strings.Contains(fmt.Sprint(Triggers()), string(tr)) {
				t.Errorf("%s on %s leads to %s: not listed", p, tr, next)
			}
		}
	}
}

// From every phase a deploy can come to an end.
func TestEveryPhaseLeadsToAnEnd(t *testing.T) {
	for _, p := range Phases() {
		if !reachesEnd(p, map[Phase]bool{}) {
			t.Errorf("no way from %s to an end", p)
		}
	}
}

func reachesEnd(p Phase, seen map[Phase]bool) bool {
	if p.Ended() {
		return true
	}
	seen[p] = true
	for _, next := range transitions()[p] {
		if !seen[next] && reachesEnd(next, seen) {
			return true
		}
	}
	return false
}
