package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// podMemory is the limit of a pod whose configuration names none.
const podMemory = 256 << 20

// visitorPatience is how long a page may take while bombs go off beside it.
const visitorPatience = 5 * time.Second

// photoBombs sends photos to Caloguessr that are small as files and huge as
// pictures, in a control group with the memory of a pod and behind the real
// ingress. Nothing may be killed, other visitors and their photos are served.
func photoBombs(ctx context.Context, r *report) error {
	group, why := newMemoryGroup(podMemory)
	if why != "" {
		r.skipChapter(why)
		return nil
	}
	defer group.removeGroup()
	program, cleanUp, err := buildApp(ctx)
	if err != nil {
		return err
	}
	defer cleanUp()
	all := allBombs()
	for _, withKey := range []bool{false, true} {
		if err := sendBombs(ctx, r, group, program, all, withKey); err != nil {
			return err
		}
	}
	r.checkCase("the kernel killed nothing", group.checkKills())
	r.addNote("at most %d of %d MiB were used", group.peakBytes()>>20, podMemory>>20)
	return nil
}

// sendBombs goes through all cases with one instance of the app.
func sendBombs(ctx context.Context, r *report, group *memoryGroup, program string, all []bomb, withKey bool) error {
	app, err := startApp(ctx, group, program, withKey)
	if err != nil {
		return err
	}
	defer app.stopApp()
	name := map[bool]string{false: "without a key", true: "with a key"}[withKey]
	watched := watchVisitors(ctx, app)
	for i, b := range all {
		r.checkCase(name+": two at once: "+b.name, app.bombTwice(ctx, b, fmt.Sprintf("127.0.7.%d", 1+i), withKey))
	}
	if withKey {
		r.checkCase("a plain photo by another visitor", app.photoIsTaken(ctx, "127.0.9.1"))
		r.checkCase("30 large photos at once", app.sendCrowd(ctx, 30))
		r.checkCase("a photo beside 16 slow uploads", app.besideSlowUploads(ctx, 16))
		r.checkCase("a photo beside 100 slow uploads", app.besideSlowUploads(ctx, 100))
	}
	r.checkCase(name+": visitors are served all the time", watched())
	r.checkCase(name+": it still runs", app.checkAlive())
	return nil
}

// bombTwice sends a bomb two times at once. Both are answered, and not with
// an error of the ingress, which would mean that the app is gone.
func (a *bombedApp) bombTwice(ctx context.Context, b bomb, from string, withKey bool) error {
	want := b.status
	if !withKey {
		want = http.StatusServiceUnavailable
	}
	return a.sendTogether(2, func(int) error {
		status, err := a.sendPhoto(ctx, from, b.data)
		if err == nil && status != want {
			err = fmt.Errorf("status %d, want %d", status, want)
		}
		return err
	})
}

// sendCrowd sends large but honest photos. Those that have to wait for too long are
// told so.
func (a *bombedApp) sendCrowd(ctx context.Context, n int) error {
	photo, taken := largePhoto(), 0
	var mu sync.Mutex
	err := a.sendTogether(n, func(i int) error {
		status, err := a.sendPhoto(ctx, fmt.Sprintf("127.0.8.%d", 1+i), photo)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			return err
		case status == http.StatusOK:
			taken++
		case status != http.StatusServiceUnavailable:
			return fmt.Errorf("status %d", status)
		}
		return nil
	})
	if err == nil && taken == 0 {
		err = fmt.Errorf("none of %d was taken", n)
	}
	return err
}
