package kubernetes

import (
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/objects"
)

func TestSingleInstanceWarning(t *testing.T) {
	w := newWorld(t)
	before, err := w.target().DescribeCluster(t.Context())
	w.Must(err)
	if text := strings.Join(before.Warnings, "\n"); strings.Contains(text, "draining its node") {
		t.Errorf("without an app: %s", text)
	}
	s := w.deployed()
	says := func(when, want string) {
		t.Helper()
		found := ""
		around, err := s.DescribeCluster(t.Context())
		w.Must(err)
		for _, text := range around.Warnings {
			if strings.Contains(text, "draining its node costs requests") {
				found = text
			}
		}
		if (found != "") != (want != "") || !strings.Contains(found, want) {
			t.Errorf("%s: %q, want %q", when, found, want)
		}
	}
	scale := func(n int) {
		t.Helper()
		w.Must(s.deployer.ResizeColor(t.Context(), true, color.Blue, deploy.Spec{Replicas: n}))
	}
	follow := func(least int) {
		t.Helper()
		w.ChangeObject("Deployment", "shop-blue", func(o *kube.Object) {
			w.Must(autoscale.NoteBounds(o, config.Autoscale{Min: least, Max: 5, CPU: 60}))
			_, err := objects.SetReplicas(o, 3)
			w.Must(err)
		})
		w.Must(s.scaler.FollowTraffic(t.Context(), color.Blue))
	}
	says("one instance", "set replicas: 2")
	scale(2)
	says("two", "")
	follow(1)
	says("held at three by the lock, then free", "set min: 2")
	follow(2)
	says("a lower bound of two", "")
	follow(1)
	scale(3)
	says("a person's bound of three", "")
}
