package deploy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// A deploy can be left by a process that died at any record of its journal,
// and others can change everything in the cluster before the next command. The
// tests here enumerate the results instead of giving examples.

// capacity is what others left of a color.
type capacity string

const (
	none  capacity = "scaled to 0"
	fewer capacity = "fewer"
	equal capacity = "equal"
	gone  capacity = "deleted"
	fails capacity = "answers 500"
)

// world is what is found in the target.
type world struct {
	owner    string // of the route: "old", "new", "other", "missing"
	old, new capacity
	preview  bool
}

func (w world) String() string {
	return fmt.Sprintf("route=%s/old=%s/new=%s/preview=%t", w.owner, w.old, w.new, w.preview)
}

func worlds(yield func(world) bool) {
	for _, owner := range []string{"old", "new", "other", "missing"} {
		for _, old := range []capacity{none, fewer, equal, gone} {
			for _, next := range []capacity{none, fewer, equal, gone, fails} {
				for _, preview := range []bool{true, false} {
					if !preview && owner != "old" {
						continue // who has lost the preview after the switch has lost nothing
					}
					if !yield(world{owner, old, next, preview}) {
						return
					}
				}
			}
		}
	}
}

const (
	oldVersion, newVersion, mending = release.Version("v1.0.0"), release.Version("v2.0.0"), release.Version("v3.0.0")
	oldColor, newColor              = color.Blue, color.Green
)

// quickly is a release that is deployed in little time.
func quickly(v release.Version) release.Release {
	rel := releaseOf(v)
	ms := func(n int) config.Duration { return config.Duration{Duration: time.Duration(n) * time.Millisecond} }
	rel.Config.Gate = config.Gate{Healthy: 2, For: ms(100), Timeout: ms(2000)}
	rel.Config.Bake, rel.Config.Drain = ms(300), ms(300)
	return rel
}

func (w world) build(t *testing.T) *fakeTarget {
	f := newFakeTarget(t, map[release.Version]behavior{newVersion: {fails: w.new == fails}})
	f.noRoute = !w.preview
	f.revision = 7
	f.put(oldColor, oldVersion, w.old)
	f.put(newColor, newVersion, w.new)
	switch w.owner {
	case "old":
		f.active = oldColor
	case "new":
		f.active = newColor
	case "other":
		f.route = deploy.Route{Foreign: `leads to service "shop"`, ChangedBy: "argocd-controller", ChangedAt: time.Now()}
	}
	return f
}

func (f *fakeTarget) put(c color.Color, v release.Version, has capacity) {
	if has == gone {
		return
	}
	n := map[capacity]int{none: 0, fewer: 1, equal: 2, fails: 2}[has]
	f.colors[c] = &fakeSide{spec: deploy.Spec{Release: quickly(v), Replicas: n}, started: time.Now().Add(-time.Hour)}
}

// position is where a process died.
type position struct {
	name    string
	records []journal.Record
}

// positions are all states of the journals of some deploys, each once.
func positions(t *testing.T, kind deploy.Kind) (list []position) {
	seen := map[string]bool{}
	for _, story := range []func(*fakeTarget){
		func(*fakeTarget) {},
		func(f *fakeTarget) { f.versions[newVersion] = behavior{fails: true} },
		func(f *fakeTarget) { f.versions[newVersion] = behavior{neverReady: true} },
		func(f *fakeTarget) { // stuck: the old color is dead and cannot be started when the new one fails
			f.versions[newVersion] = behavior{fails: true}
			f.versions[oldVersion] = behavior{lost: true}
			delete(f.colors, oldColor)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFakeTarget(t, nil)
			f.versions = map[release.Version]behavior{}
			f.put(oldColor, oldVersion, equal)
			f.active = oldColor
			_ = f.history(nil)
			story(f)
			_, _ = engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: kind, Release: quickly(newVersion)})
			records, err := f.dir.Read(t.Context(), "2")
			if err != nil {
				t.Fatal(err)
			}
			for n := range records {
				run, err := deploy.LoadRun(t.Context(), only(records[:n+1]), "2")
				if err != nil {
					t.Fatal(err)
				}
				name := string(run.Phase)
				if k := len(run.Steps); k > 0 {
					name += fmt.Sprintf(" after %s %s", run.Steps[k-1].Name, run.Steps[k-1].Status)
				}
				if run.IsOpen() && !seen[name] {
					seen[name] = true
					list = append(list, position{name, records[:n+1]})
				}
			}
		})
	}
	return list
}

// only is a history of one deploy.
func only(records []journal.Record) journal.Reader {
	m := &memory{}
	_, _ = m.BeginDeploy(context.Background())
	_, _ = m.BeginDeploy(context.Background())
	for _, r := range records {
		_ = m.AppendRecord(context.Background(), "2", r)
	}
	return m
}

// history gives the target the journal of the deploy that made the old version
// active, and of the one that was left.
func (f *fakeTarget) history(left []journal.Record) error {
	ctx := context.Background()
	if _, err := f.dir.BeginDeploy(ctx); err != nil {
		return err
	}
	first := []string{
		fmt.Sprintf(`{"kind":"deploy","app":"app","new":"blue","replicas":2,"release":%s}`, jsonOf(quickly(oldVersion))),
		`{"on":"began","to":"preparing"}`, `{"on":"succeeded","to":"gating"}`, `{"on":"succeeded","to":"switching"}`, `{"on":"succeeded","to":"baking"}`,
		`{"on":"succeeded","to":"draining"}`, `{"on":"succeeded","to":"retiring"}`, `{"on":"succeeded","to":"done"}`,
	}
	for i, body := range first {
		typ := "phase"
		if i == 0 {
			typ = "plan"
		}
		if err := f.dir.AppendRecord(ctx, "1", journal.Record{Seq: i + 1, Time: time.Now(), Type: typ, Body: []byte(body)}); err != nil {
			return err
		}
	}
	if left == nil {
		return nil
	}
	if _, err := f.dir.BeginDeploy(ctx); err != nil {
		return err
	}
	for _, r := range left {
		if err := f.dir.AppendRecord(ctx, "2", r); err != nil {
			return err
		}
	}
	return nil
}

// command is what a person types.
type command struct {
	name string
	do   func(context.Context, *deploy.Engine) error
}

func commands() []command {
	return []command{
		{"resume", resume},
		{"rollback", undo},
		{"deploy", func(ctx context.Context, e *deploy.Engine) error {
			return errorOf(e.Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: quickly(mending)}))
		}},
		{"cleanup", func(ctx context.Context, e *deploy.Engine) error { return e.Remove(ctx) }},
	}
}

// TestEveryStateHasACommandThatEndsIt goes through all states: where the
// journal ends, who owns the route, what is left of each color and of the
// preview. In each, every command is tried.
func TestEveryStateHasACommandThatEndsIt(t *testing.T) {
	for _, kind := range []deploy.Kind{deploy.Plain, deploy.Rollback} {
		for _, at := range positions(t, kind) {
			if kind == deploy.Rollback && !strings.Contains(at.name, "watch") && !strings.Contains(at.name, "back") {
				continue // until then, and once it is being stopped, it is like a deploy
			}
			t.Run(string(kind)+"/"+at.name, func(t *testing.T) {
				t.Parallel()
				for w := range worlds {
					endsIn(t, at, w)
				}
			})
		}
	}
}

// endsIn tries each command in one state.
func endsIn(t *testing.T, at position, w world) {
	t.Helper()
	var ended, tried, wrong []string
	for _, c := range commands() {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Hour) // what the journal tells is long past
			f := w.build(t)
			if err := f.history(at.records); err != nil {
				t.Fatal(err)
			}
			err := c.do(t.Context(), engineOn(f, nil))
			synctest.Wait()
			run, loadErr := newestOf(t.Context(), f)
			if loadErr != nil {
				t.Fatal(loadErr)
			}
			tried = append(tried, fmt.Sprintf("%s: %s: %v", c.name, run.Phase, err))
			for _, m := range append(slices.Concat(f.mistakes, f.outages), w.misses(f, at, c, run, err)...) {
				wrong = append(wrong, fmt.Sprintf("%s: %s: %v", c.name, m, err))
			}
			if !run.IsOpen() && c.name != "cleanup" {
				ended = append(ended, c.name)
			}
		})
	}
	for _, text := range wrong {
		t.Errorf("%v, %s", w, text)
	}
	if len(ended) == 0 {
		t.Errorf("%v: nothing but cleanup ends it:\n\t%s", w, strings.Join(tried, "\n\t"))
	}
}

// misses says in what a command left the target otherwise than it should.
func (w world) misses(f *fakeTarget, at position, c command, run deploy.Run, err error) (list []string) {
	kind := problem.KindOf(err)
	if f.holder != nil {
		list = append(list, "the lock is still held")
	}
	switch {
	case run.IsOpen() && c.name == "cleanup":
		list = append(list, "cleanup leaves it open")
	case run.IsOpen() && kind != problem.NeedsPerson && kind != problem.Failed:
		list = append(list, "left open with another exit code than 1 or 4")
	case run.IsOpen(), c.name == "cleanup":
	case f.route.Foreign != "" && run.Phase == deploy.Diverted: // who answers is not ours to say
	case w.new == fails && c.name == "resume" && strings.HasPrefix(at.name, "retiring"): // there was nothing to go back to
	case !f.answers(f.active):
		list = append(list, fmt.Sprintf("ends %s, and nobody answers", run.Phase))
	}
	return list
}

func newestOf(ctx context.Context, f *fakeTarget) (deploy.Run, error) {
	runs, err := deploy.ReadHistory(ctx, &f.dir)
	if err == nil && len(runs) == 0 {
		err = errors.New("no history")
	}
	if err != nil {
		return deploy.Run{}, err
	}
	return runs[len(runs)-1], nil
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
