package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// requestRate is how many requests a second come in.
const requestRate = 200

// fault is one thing that goes wrong.
type fault struct {
	name     string
	did      string        // what is done, for the table
	version  string        // that is deployed; empty: whichever of the two good ones has no traffic
	codes    []int         // exit codes that a correct design allows
	allowed  int           // requests that even a correct design loses, at most
	why      string        // it loses them
	rate     int           // of requests; 0: the usual one
	timeout  time.Duration // how long users wait for an answer; 0: as long as usual
	entrance string        // part of the only entrances by which users come; empty: all
	show     func(*bench, context.Context) (rig.Result, error)
}

// bench is the app under load.
type bench struct {
	*lab.Lab
	users   *lab.Users
	version string // that the fault at hand deploys
}

// outcome is what a fault did.
type outcome struct {
	fault
	code   int
	toll   lab.UserReport
	took   time.Duration
	end    string // where it ended
	broken string // why that is wrong; empty: it is right
}

func runFaults(ctx context.Context) error {
	l, err := lab.OpenLab(ctx, "faults", "crashtest")
	if err != nil {
		return err
	}
	defer l.Close()
	b := &bench{Lab: l}
	if err := b.prepareVersions(ctx); err != nil {
		return err
	}
	var all []outcome
	for _, f := range allFaults() {
		if !f.isChosen(os.Getenv("FAULTS")) {
			continue
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", f.name)
		o, err := b.showFault(ctx, f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s: exit code %d, %s, %s %s\n", f.name, o.code, o.toll.FailureText(), o.end, o.broken)
		all = append(all, o)
	}
	return printTable(os.Stdout, all)
}

// isChosen reports whether a list such as "crash loop, one" begins the name of
// f. Without a list all faults are shown.
func (f fault) isChosen(list string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(word string) bool {
		return strings.HasPrefix(f.name, strings.TrimSpace(word))
	})
}

// goodVersions are the versions between which most faults go.
func goodVersions() [2]release.Version { return [2]release.Version{"v1.0.0", "v1.1.0"} }

// usualVersion is a version as most are here.
func usualVersion() lab.Version { return lab.Version{Replicas: 2, Max: 6, Bake: 3 * time.Second} }

// prepareVersions makes all versions and deploys the first.
func (b *bench) prepareVersions(ctx context.Context) error {
	std := usualVersion()
	with := func(change func(*lab.Version)) lab.Version {
		v := std
		change(&v)
		return v
	}
	for name, v := range map[string]lab.Version{
		string(goodVersions()[0]): std,
		string(goodVersions()[1]): std,
		"v2.0.0": with(func(v *lab.Version) {
			v.Env = map[string]string{"BEHAVIOR": "fail-after", "AFTER": "1s"}
			v.Bake = 10 * time.Second
		}),
		"v2.1.0": with(func(v *lab.Version) { v.Env = map[string]string{"BEHAVIOR": "crash-at-start"} }),
		"v2.3.0": with(func(v *lab.Version) { v.Gate = 20 * time.Second }),
		"v2.5.0": with(func(v *lab.Version) {
			v.Env = map[string]string{"BEHAVIOR": "fail-after", "AFTER": "6s"}
			v.Bake = 30 * time.Second
		}),
		"v2.4.0": with(func(v *lab.Version) { v.Bake = 60 * time.Second }),
	} {
		if err := b.CreateVersion(ctx, name, v); err != nil {
			return err
		}
	}
	return b.MustRun(ctx, "deploy", string(goodVersions()[0]), "--yes")
}

// showFault makes one fault happen under load and looks at what is left.
func (b *bench) showFault(ctx context.Context, f fault) (outcome, error) {
	o := outcome{fault: f}
	if err := b.startUsers(ctx, f); err != nil {
		return o, err
	}
	began := time.Now()
	res, err := f.show(b, ctx)
	o.took, o.code = time.Since(began), res.Code
	o.toll = b.users.StopUsers()
	if err != nil {
		return o, fmt.Errorf("%w\n%s", err, res.Err)
	}
	o.end, o.broken, err = b.awaitSettled(ctx)
	if !f.allowsCode(o.code) && o.broken == "" {
		o.broken = fmt.Sprintf("exit code %d, want one of %v: %s", o.code, f.codes, lastLine(res.Err))
	}
	if err == nil && o.broken != "" {
		err = b.repairApp(ctx)
	}
	return o, err
}

// repairApp makes the app whole again after a fault from which it did not come
// back by itself, so that the next one begins like the others.
func (b *bench) repairApp(ctx context.Context) error {
	if _, err := b.RunCommand(ctx, nil, "resume"); err != nil {
		return err
	}
	if _, broken, err := b.awaitSettled(ctx); err != nil || broken == "" {
		return err
	}
	if err := b.MustRun(ctx, "cleanup", "--yes"); err != nil {
		return err
	}
	return b.MustRun(ctx, "deploy", string(goodVersions()[0]), "--yes")
}

func (f fault) allowsCode(code int) bool { return slices.Contains(f.codes, code) }

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// startUsers puts everything in its place and lets users come.
func (b *bench) startUsers(ctx context.Context, f fault) error {
	now, err := b.ReadStatus(ctx)
	if err != nil {
		return err
	}
	if b.version = f.version; b.version == "" {
		b.version = string(otherVersion(now))
	}
	all, err := b.ListEntrances(ctx)
	if err != nil {
		return err
	}
	var by []string
	for _, e := range all {
		if strings.Contains(e, f.entrance) {
			by = append(by, e)
		}
	}
	b.users, err = lab.Visit{Host: b.HostName(), Rate: cmp.Or(f.rate, requestRate), Entrances: by, Timeout: f.timeout}.StartUsers(ctx)
	return err
}

// otherVersion is a good version that has no traffic.
func otherVersion(now deploy.Observed) release.Version {
	if now.Colors[now.Active].Version == goodVersions()[0] {
		return goodVersions()[1]
	}
	return goodVersions()[0]
}

// awaitSettled waits until desired, live and journal agree.
func (b *bench) awaitSettled(ctx context.Context) (end, broken string, err error) {
	err = lab.WaitUntil(ctx, 3*time.Minute, "the app is whole again", func() (bool, error) {
		now, err := b.ReadStatus(ctx)
		if err != nil {
			return false, err
		}
		end, broken = judgeState(now)
		return broken == "", nil
	})
	if err != nil && broken != "" {
		return end, broken, nil
	}
	if err == nil {
		broken, err = b.checkEnded(ctx)
	}
	return end, broken, err
}

// judgeState says where the app stands and what is wrong with it.
func judgeState(now deploy.Observed) (end, broken string) {
	side := now.Colors[now.Active]
	end = fmt.Sprintf("%s, %d of %d ready", side.Version, side.Ready(), side.Want)
	switch {
	case side.Version == "":
		return end, "nothing is active"
	case side.Ready() < side.Want:
		return end, "the active color is not whole"
	case now.Lock != nil:
		return end, "the lock is still held by " + now.Lock.Name
	}
	return end, ""
}
