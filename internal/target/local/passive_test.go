package local

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/deploy"
)

// TestLookingStartsNothing: a state folder may have come here with a
// repository. Commands that only look print what its files say, and start neither
// an agent nor an app.
func TestLookingStartsNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	active := p.newTarget("shop")
	session := p.deployFirst(t.Context(), active, 2)
	id, err := session.JournalWriter().BeginDeploy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := session.ReleaseLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := observeTarget(t, active)
	was := pingAgent(t, active)
	p.powerOff(was.Keeper, was.Agent)

	looking, err := NewTarget(Options{App: "shop", State: p.state, Local: p.local, Project: filepath.Dir(p.state), Agent: []string{os.Args[0]}, Passive: true})
	if err != nil {
		t.Fatal(err)
	}
	now := observeTarget(t, looking)
	if !now.Down || now.Active != before.Active || now.Colors["blue"].Version != "v1.0.0" || now.Colors["blue"].Ready() != 0 || now.Colors["blue"].Want != 2 {
		t.Errorf("got %+v", now)
	}
	if ids, err := looking.JournalReader().ListDeploys(t.Context()); err != nil || len(ids) != 1 || ids[0] != id {
		t.Errorf("deploys %v, %v", ids, err)
	}
	if _, err := looking.JournalReader().Read(t.Context(), id); err != nil {
		t.Error(err)
	}
	logs, err := looking.OpenLogs(t.Context(), deploy.LogQuery{Color: "blue"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(logs); err != nil || !strings.Contains(string(text), "blue-1 | ") {
		t.Errorf("logs %q, %v", text, err)
	}
	if keeper.IsServed(p.state) || len(processesIn(t, p.state)) > 0 {
		t.Errorf("looking started %v", processesIn(t, p.state))
	}

	p.waitReady(active, 2) // and who changes something does start it
	if observeTarget(t, looking).Down {
		t.Error("who looks does not see that it runs again")
	}
}

// powerOff kills everything at once, as a machine does that loses its power.
func (p *place) powerOff(pids ...int) {
	p.t.Helper()
	killProcess(p.t, pids...)
	p.waitUntil("everything to be gone", func() bool {
		files, _ := filepath.Glob(filepath.Join(p.state, "apps", "*", "run", "*.json")) // the pattern is well formed
		for _, file := range files {
			_ = syscall.Kill(-pidIn(p.t, file), syscall.SIGKILL) // it may be gone
		}
		return len(processesIn(p.t, p.state)) == 0
	})
}

// pidIn is the process that a record of an instance names.
func pidIn(t *testing.T, file string) int {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Process struct{ PID int }
	}
	if err := json.Unmarshal(content, &record); err != nil || record.Process.PID < 2 {
		t.Fatalf("%s: %s, %v", file, content, err)
	}
	return record.Process.PID
}
