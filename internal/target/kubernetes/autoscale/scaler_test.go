package autoscale

import (
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// newScaler is a scaler under a lock.
func newScaler(w *clustertest.World) *Scaler {
	w.Helper()
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	l, _, err := fenced.NewLocker(app, c).TakeLock(w.Context(), "ada")
	w.Must(err)
	out := fenced.NewWriter(l)
	w.Must(out.EnsureAnchor(w.Context()))
	w.Must(out.NoteTerm(w.Context()))
	return NewScaler(out)
}

// setColor gives a color bounds and a number of instances.
func setColor(w *clustertest.World, c color.Color, a config.Autoscale, n int) {
	w.PutColor(c)
	w.ChangeObject("Deployment", "shop-"+string(c), func(o *kube.Object) {
		w.Must(NoteBounds(o, a))
		_, err := objects.SetReplicas(o, n)
		w.Must(err)
	})
}

func bounds(lower, upper int) config.Autoscale {
	return config.Autoscale{Min: lower, Max: upper, CPU: 60}
}

// expectScaler compares what the autoscaler follows, and its lower bound.
func expectScaler(w *clustertest.World, when, name string, lower int) {
	w.Helper()
	o := w.GetObject("HorizontalPodAutoscaler", "shop")
	if o == nil {
		if name != "" {
			w.Errorf("%s: no autoscaler", when)
		}
		return
	}
	if got := objects.TextField(o, "spec", "scaleTargetRef", "name"); got != name || MinReplicas(o) != lower {
		w.Errorf("%s: it follows %q with at least %d, want %q and %d", when, got, MinReplicas(o), name, lower)
	}
}

func TestFollowTraffic(t *testing.T) {
	for name, tt := range map[string]struct {
		auto  config.Autoscale
		n     int
		lower int // 0: no autoscaler
		free  int // without the lock
	}{
		"at its number":           {bounds(1, 8), 3, 3, 1},
		"at its lower bound":      {bounds(3, 8), 3, 3, 3},
		"below its lower bound":   {bounds(3, 8), 2, 3, 3},
		"at its upper bound":      {bounds(1, 8), 8, 8, 1},
		"above its upper bound":   {bounds(1, 8), 9, 8, 1},
		"without a lower bound":   {bounds(0, 8), 0, 1, 1},
		"with bounds upside down": {bounds(5, 2), 3, 5, 5},
		"not wanted":              {config.Autoscale{Min: 1, Max: 8}, 3, 0, 0},
	} {
		w := clustertest.NewWorld(t)
		s := newScaler(w)
		setColor(w, color.Blue, tt.auto, tt.n)
		w.Must(s.FollowTraffic(t.Context(), color.Blue))
		at := "shop-blue"
		if tt.lower == 0 {
			at = ""
		}
		expectScaler(w, name, at, tt.lower)
		w.Must(s.ReleaseMinimum(t.Context()))
		expectScaler(w, name+", unlocked", at, tt.free)
	}
}

func TestFollowTrafficOfNothing(t *testing.T) {
	w := clustertest.NewWorld(t)
	s := newScaler(w)
	w.Must(s.FollowTraffic(t.Context(), color.Blue))
	w.Must(s.HoldMinimum(t.Context()))
	w.Must(s.ReleaseMinimum(t.Context()))
	w.Must(s.SetManualMinimum(t.Context(), 4))
	expectScaler(w, "without a Deployment", "", 0)
	setColor(w, color.Blue, bounds(1, 8), 2)
	w.Must(s.FollowTraffic(t.Context(), color.Blue))
	setColor(w, color.Green, config.Autoscale{}, 2)
	w.Must(s.FollowTraffic(t.Context(), color.Green))
	expectScaler(w, "of a release that wants none", "", 0)
}

// Where somebody removed or damaged what a Deployment says, the bounds stay.
func TestFollowTrafficWithoutBounds(t *testing.T) {
	w := clustertest.NewWorld(t)
	s := newScaler(w)
	setColor(w, color.Blue, bounds(2, 8), 3)
	w.Must(s.FollowTraffic(t.Context(), color.Blue))
	setColor(w, color.Green, bounds(1, 1), 5)
	w.ChangeObject("Deployment", "shop-green", func(o *kube.Object) { objects.SetAnnotation(o, boundsAnnotation, "{") })
	for range 2 {
		w.Must(s.FollowTraffic(t.Context(), color.Green))
		expectScaler(w, "damaged", "shop-green", 5)
	}
}

func TestHoldMinimum(t *testing.T) {
	for name, tt := range map[string]struct{ n, lower int }{"fewer": {1, 2}, "as many": {2, 2}, "more": {6, 6}, "more than the upper bound": {9, 8}} {
		w := clustertest.NewWorld(t)
		s := newScaler(w)
		setColor(w, color.Blue, bounds(2, 8), 2)
		w.Must(s.FollowTraffic(t.Context(), color.Blue))
		setColor(w, color.Blue, bounds(2, 8), tt.n)
		w.Must(s.HoldMinimum(t.Context()))
		expectScaler(w, name, "shop-blue", tt.lower)
		w.DeleteObject("Deployment", "shop-blue")
		w.Must(s.HoldMinimum(t.Context()))
	}
}

// The number that a person asked for outlives the next deploy.
func TestManualMinimum(t *testing.T) {
	w := clustertest.NewWorld(t)
	s := newScaler(w)
	setColor(w, color.Blue, bounds(1, 8), 2)
	w.Must(s.FollowTraffic(t.Context(), color.Blue))
	for _, n := range []int{5, 5, 8, 9} {
		w.Must(s.SetManualMinimum(t.Context(), n))
		expectScaler(w, "scaled", "shop-blue", min(n, 8))
	}
	w.Must(s.SetManualMinimum(t.Context(), 5))
	setColor(w, color.Green, bounds(1, 8), 2)
	w.Must(s.FollowTraffic(t.Context(), color.Green))
	w.Must(s.ReleaseMinimum(t.Context()))
	expectScaler(w, "after the next deploy", "shop-green", 5)
	w.Must(s.SetManualMinimum(t.Context(), 1))
	w.Must(s.ReleaseMinimum(t.Context()))
	expectScaler(w, "scaled back", "shop-green", 1)
}

func TestAdoptMinimum(t *testing.T) {
	scaler := func(lower int64, manual string) *kube.Object {
		o := &kube.Object{Object: map[string]any{"spec": map[string]any{"minReplicas": lower, "maxReplicas": int64(8)}}}
		if manual != "" {
			objects.SetAnnotation(o, manualAnnotation, manual)
		}
		return o
	}
	want := scaler(1, "")
	if err := AdoptMinimum(want, scaler(6, "6")); err != nil || MinReplicas(want) != 6 || want.GetAnnotations()[manualAnnotation] != "6" {
		t.Errorf("adopted %v, %v", want.Object, err)
	}
	if n := MinReplicas(&kube.Object{Object: map[string]any{}}); n != 1 {
		t.Errorf("without a bound: %d", n)
	}
	for _, tt := range []struct {
		minimum, manual string
		want            int
	}{{"", "", 1}, {"2", "", 2}, {"2", "5", 5}, {"5", "2", 5}, {"0", "0", 1}, {"x", "y", 1}} {
		o := scaler(1, tt.manual)
		objects.SetAnnotation(o, minimumAnnotation, tt.minimum)
		if got := UnlockedMinimum(o); got != tt.want {
			t.Errorf("%q and %q: %d, want %d", tt.minimum, tt.manual, got, tt.want)
		}
	}
}
