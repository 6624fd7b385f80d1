package local

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/target/targettest"
)

func pingAgent(t *testing.T, target *Target) api.PingAnswer {
	t.Helper()
	p, err := target.PingAgent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// killProcess ends processes at the same instant: all are stopped first, so that none
// of them brings back another one.
func killProcess(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGSTOP) // what is gone fails below
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatalf("kill %d: %v", pid, err)
		}
	}
}

func observeTarget(t *testing.T, target *Target) deploy.Observed {
	t.Helper()
	o, err := target.ObserveApp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// sameAs fails the test unless nothing changed but counters.
func sameAs(t *testing.T, before, after deploy.Observed) {
	t.Helper()
	if before.Active != after.Active || before.Revision != after.Revision || !slices.Equal(before.Entrances.Public, after.Entrances.Public) {
		t.Errorf("route and entrances were %+v and are %+v", before, after)
	}
	for c, side := range before.Colors {
		if !slices.Equal(side.Instances, after.Colors[c].Instances) {
			t.Errorf("instances of %s were %+v and are %+v", c, side.Instances, after.Colors[c].Instances)
		}
	}
}

func TestKilledAgentComesBackUnderLoad(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	session := p.deployFirst(t.Context(), target, 2)
	before := observeTarget(t, target)
	traffic := targettest.Pester(t, p.newHarness().Client, before.Entrances.Public[0]+"/version", before.Entrances.Public[1]+"/version")
	for n := range 3 {
		p.waitUntil("some traffic", func() bool { return traffic.Sent() > 50*(n+1) })
		was := pingAgent(t, target)
		began := time.Now()
		killProcess(t, was.Agent)
		if now := pingAgent(t, target); now.Agent == was.Agent || now.Keeper != was.Keeper {
			t.Errorf("processes were %+v and are %+v", was, now)
		}
		d := time.Since(began)
		t.Logf("away for %v", d)
		if d > time.Second {
			t.Errorf("the agent was away for %v", d)
		}
		sameAs(t, before, observeTarget(t, target))
	}
	sent, failed := traffic.Stop()
	for _, f := range failed {
		if strings.Contains(f, "refused") {
			t.Errorf("a connection was refused: %s", f)
		}
	}
	t.Logf("%d requests, %d were cut by three kills", sent, len(failed))
	if len(failed) > 3*4 { // what was in flight at each kill
		t.Errorf("%d of %d requests failed, such as %s", len(failed), sent, failed[0])
	}
	if err := session.RenewLock(t.Context()); err != nil {
		t.Errorf("the lock was lost: %v", err)
	}
}

func TestKilledKeeperIsReplaced(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.deployFirst(t.Context(), target, 1)
	before := observeTarget(t, target)
	traffic := targettest.Pester(t, p.newHarness().Client, before.Entrances.Public[0]+"/version")
	was := pingAgent(t, target)
	killProcess(t, was.Keeper)
	var now api.PingAnswer
	p.waitUntil("another keeper", func() bool { now = pingAgent(t, target); return now.Keeper != was.Keeper })
	if now.Agent != was.Agent {
		t.Errorf("processes were %+v and are %+v", was, now)
	}
	if sent, failed := traffic.Stop(); len(failed) > 0 {
		t.Errorf("%d of %d requests failed, such as %s", len(failed), sent, failed[0])
	}
	killProcess(t, now.Agent) // and the new keeper is as good as the old one
	sameAs(t, before, observeTarget(t, target))
}

func TestBothKilledThenTheNextCommandAdopts(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.deployFirst(t.Context(), target, 2)
	before := observeTarget(t, target)
	now := pingAgent(t, target)
	killProcess(t, now.Keeper, now.Agent)
	sameAs(t, before, observeTarget(t, p.newTarget("shop")))
	for _, url := range before.Entrances.Public {
		if status, id, err := targettest.Ask(t.Context(), p.newHarness().Client, url+"/version"); status != 200 || id.Color != "blue" || err != nil {
			t.Errorf("%s: %d, %+v, %v", url, status, id, err)
		}
	}
}

func TestKilledInstanceIsStartedAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.deployFirst(t.Context(), target, 1)
	for restarts, who := range []string{"a child", "an adopted one"} {
		if restarts > 0 {
			killProcess(t, pingAgent(t, target).Agent)
		}
		killProcess(t, instancePIDs(t, p)...)
		p.waitUntil(who+" to be started again", func() bool {
			i := observeTarget(t, target).Colors["blue"].Instances[0]
			return i.Restarts == restarts+1 && i.Ready
		})
	}
}

func TestAgentKilledWhileScalingDown(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	s := p.deployFirst(t.Context(), target, 2)
	spec := deploy.Spec{Release: p.makeRelease("shop", "v1.0.0", nil), Replicas: 1}
	url := observeTarget(t, target).Entrances.Public[0]
	for range 8 { // so that both instances have something to do
		go targettest.Ask(t.Context(), p.newHarness().Client, url+"/slow?for=3s")
	}
	p.waitUntil("requests in flight", func() bool { return observeTarget(t, target).Colors["blue"].InFlight == 8 })
	scaled := make(chan error, 1)
	go func() { scaled <- s.ApplySpec(t.Context(), "blue", spec) }()
	p.waitUntil("the second to drain", func() bool {
		list := observeTarget(t, target).Colors["blue"].Instances
		return len(list) == 2 && list[1].Reason == "draining"
	})
	killProcess(t, pingAgent(t, target).Agent)
	began := time.Now()
	if o := observeTarget(t, target); o.Active != "blue" || o.Colors["blue"].Want != 1 || time.Since(began) > time.Second {
		t.Errorf("after %v: %+v", time.Since(began), o)
	}
	if err := waittest.Receive(t, scaled); err != nil {
		t.Errorf("Apply = %v", err)
	}
	p.waitUntil("one instance to be left", func() bool { return len(instancePIDs(t, p)) == 1 })
}

// instancePIDs finds the processes of the fixture app.
func instancePIDs(t *testing.T, p *place) (pids []int) {
	t.Helper()
	for _, line := range processesIn(t, filepath.Join(p.state, "rootfs")) {
		var pid int
		for _, r := range strings.Fields(line)[0] {
			pid = 10*pid + int(r-'0')
		}
		pids = append(pids, pid)
	}
	if len(pids) == 0 {
		t.Fatal("no instance runs")
	}
	return pids
}

func TestFollowingLogsSurvivesTheAgent(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	session := p.deployFirst(t.Context(), target, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := target.OpenLogs(ctx, deploy.LogQuery{Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	seen := make(chan string, 1000)
	go scanLines(r, seen)
	if first := waittest.Receive(t, seen); !strings.Contains(first, "v1.0.0") {
		t.Errorf("first line %q", first)
	}
	killProcess(t, pingAgent(t, target).Agent)
	if err := session.ApplySpec(t.Context(), "green", deploy.Spec{Release: p.makeRelease("shop", "v1.1.0", nil), Replicas: 1}); err != nil {
		t.Fatal(err)
	}
	for line := range seen {
		if strings.Contains(line, "v1.1.0") {
			return
		}
		if strings.Contains(line, "v1.0.0") {
			t.Errorf("seen twice: %q", line)
		}
	}
	t.Error("the lines ended")
}
