package keeper

import (
	"net/http"
	"os"
	"testing"

	"version-manager/internal/kit/process"
	"version-manager/internal/kit/waittest"
)

func (f *fixture) handOver(program string) (status int) {
	f.t.Helper()
	res, err := waittest.Client(f.t, nil).Get(f.url + "/hand-over?to=" + program)
	if err != nil {
		f.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestHandOverReplacesBothAndRefusesNoConnection(t *testing.T) {
	f := startFixture(t)
	for range 2 {
		before := f.mustAsk()
		agent, errA := process.Of(before.agent)
		keeper, errK := process.Of(before.keeper)
		if errA != nil || errK != nil {
			t.Fatal(errA, errK)
		}
		if status := f.handOver(os.Args[0]); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		f.waitUntil("the next agent", func() bool { return f.mustAsk().agent != before.agent })
		if now := f.mustAsk(); now.keeper == before.keeper {
			t.Errorf("the keeper is still %d", now.keeper)
		}
		f.waitUntil("the end of the former ones", func() bool {
			return !agent.Alive() && !keeper.Alive()
		})
	}
	now := f.mustAsk() // and the new pair is as good as the first
	killProcess(t, now.agent)
	f.waitUntil("a new agent", func() bool { next, err := f.askAgent(); return err == nil && next.agent != now.agent })
}

func TestHandOverToABrokenProgramChangesNothing(t *testing.T) {
	f := startFixture(t)
	before := f.mustAsk()
	for _, program := range []string{"/bin/false", "/nonexistent"} {
		if status := f.handOver(program); status != http.StatusTeapot {
			t.Errorf("%s: status %d", program, status)
		}
	}
	if now := f.mustAsk(); now != before {
		t.Errorf("processes were %v and are %v", before, now)
	}
	killProcess(t, before.agent)
	f.waitUntil("a new agent", func() bool { now, err := f.askAgent(); return err == nil && now.agent != before.agent })
}
