//go:build crashtest

package local

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"version-manager/internal/journal"
)

func TestAgentDiesAtAJournalWrite(t *testing.T) {
	for _, when := range []string{"before:2", "after:2"} {
		t.Run(when, func(t *testing.T) {
			p := newPlace(t)
			if err := os.WriteFile(filepath.Join(p.state, "kill-agent"), []byte(when), 0o600); err != nil {
				t.Fatal(err)
			}
			target := p.newTarget("shop")
			s, err := target.AcquireLock(t.Context(), "test")
			if err != nil {
				t.Fatal(err)
			}
			first := pingAgent(t, target).Agent
			id, err := s.JournalWriter().BeginDeploy(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for seq := 1; seq <= 3; seq++ {
				r := journal.Record{Seq: seq, Time: time.Now().UTC(), Type: "step", Body: json.RawMessage(`{}`)}
				if err := s.JournalWriter().AppendRecord(t.Context(), id, r); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := target.JournalReader().Read(t.Context(), id); err != nil || len(got) != 3 {
				t.Errorf("Read = %v, %v", got, err)
			}
			if pingAgent(t, target).Agent == first {
				t.Error("the agent was not killed")
			}
		})
	}
}
