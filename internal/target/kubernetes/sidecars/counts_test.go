package sidecars

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// fakePods is a cluster of which only the insides of pods can be reached.
type fakePods struct {
	kube.Cluster
	t *testing.T

	mu     sync.Mutex
	says   map[string]Counts // by pod
	silent map[string]bool
	dials  int
}

func (f *fakePods) DialPod(ctx context.Context, _, pod string, _ int) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dials++
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		says, silent := f.says[pod], f.silent[pod]
		f.mu.Unlock()
		if silent {
			<-r.Context().Done()
			return
		}
		json.NewEncoder(w).Encode(says)
	}))
	f.t.Cleanup(server.Close)
	return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
}

func (f *fakePods) set(pod string, c Counts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.says[pod] = c
}

func runningPod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name)}, Status: corev1.PodStatus{
		InitContainerStatuses: []corev1.ContainerStatus{{Name: manifest.SidecarContainer, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}}}
}

func TestTotalsNeverDecrease(t *testing.T) {
	f := &fakePods{t: t, says: map[string]Counts{}, silent: map[string]bool{}}
	counter := NewColorCounter(f, "shop")
	t.Cleanup(counter.Close)
	a, b := runningPod("a"), runningPod("b")
	expect := func(what string, life types.UID, want Counts, pods ...*corev1.Pod) {
		t.Helper()
		if got := counter.SumCounts(t.Context(), life, pods); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	f.set("a", Counts{InFlight: 2, Tunnels: 1, Requests: 100, Errors: 3})
	f.set("b", Counts{InFlight: 1, Requests: 10})
	expect("both", "first", Counts{3, 1, 110, 3}, a, b)
	f.set("a", Counts{Requests: 5})
	expect("a sidecar was started again", "first", Counts{1, 0, 115, 3}, a, b)
	expect("a pod is gone", "first", Counts{0, 0, 115, 3}, a)
	expect("all are gone", "first", Counts{0, 0, 115, 3})
	expect("another release", "second", Counts{1, 0, 10, 0}, b)
	if f.dials > 3 {
		t.Errorf("%d connections for 3 lines", f.dials)
	}
}

func TestSilentSidecarHoldsNobodyUpTwice(t *testing.T) {
	f := &fakePods{t: t, says: map[string]Counts{"a": {Requests: 7}}, silent: map[string]bool{}}
	s := newPodCounter(f, "shop", "a")
	if got := s.readCounts(t.Context()); got.Requests != 7 {
		t.Fatalf("counts %+v", got)
	}
	f.mu.Lock()
	f.silent["a"] = true
	f.mu.Unlock()
	began := time.Now()
	if got := s.readCounts(t.Context()); got.Requests != 7 {
		t.Errorf("counts %+v, want the last known ones", got)
	}
	if first := time.Since(began); first > 2*countsTimeout {
		t.Errorf("the first look took %v", first)
	}
	began = time.Now()
	s.readCounts(t.Context())
	if second := time.Since(began); second > countsTimeout/2 {
		t.Errorf("the second look took %v", second)
	}
}
