package appcmd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// TestStatusOfACluster: everything that kubectl would be asked for is there.
func TestStatusOfACluster(t *testing.T) {
	inv, out, _ := commandtest.NewInvocation()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	inv.Now = func() time.Time { return now }
	cpu := 81
	s := answer.Status{PublicHint: "curl -H 'Host: shop.test' http://10.0.0.1:30001/", Observed: deploy.Observed{
		App: "shop", Active: color.Blue,
		Colors: map[color.Color]deploy.Side{color.Blue: {Version: "v1.0.0", Want: 2, Instances: []deploy.Instance{
			{ID: "shop-blue-1", Ready: true, Started: now.Add(-time.Hour), Node: "worker-1", Address: "10.42.1.7"},
			{ID: "shop-blue-2", Restarts: 3, Started: now.Add(-time.Minute), Node: "worker-2", Reason: "CrashLoopBackOff"},
		}}},
	},
		Cluster: &clusterstatus.Cluster{
			Context: "dev", Server: "https://10.0.0.1:6443", Version: "v1.34.4", Namespace: "shop",
			Nodes:    []clusterstatus.Node{{Name: "worker-1", Ready: true, Roles: []string{"worker"}, Created: now.Add(-48 * time.Hour)}, {Name: "worker-2", Reason: "NodeStatusUnknown"}},
			Services: []clusterstatus.Service{{Name: "shop-blue", Type: "ClusterIP", Address: "10.43.0.9", Ports: []string{"80/TCP"}, Ready: 1}},
			Scaler: &clusterstatus.Scaler{Color: color.Blue, Min: 2, Max: 10, Current: 2, Desired: 3,
				Metrics: []clusterstatus.Metric{{Name: "cpu", Current: &cpu, Target: 60}, {Name: "memory", Target: 80}}},
			Events:   []clusterstatus.Event{{Time: now.Add(-10 * time.Second), Warning: true, Object: "pod/shop-blue-2", Reason: "BackOff", Message: "restarting\nagain"}},
			Warnings: []string{"traefik reloads every 10s"},
		},
	}
	if err := printStatus(inv, s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"context dev, https://10.0.0.1:6443, Kubernetes v1.34.4", "traefik reloads every 10s", "by curl\tcurl -H 'Host: shop.test' http://10.0.0.1:30001/",
		"shop-blue-2\tno\t1m", "3\tworker-2\t\tCrashLoopBackOff", "worker-2\tno\t", "NodeStatusUnknown",
		"shop-blue\tClusterIP\t10.43.0.9\t80/TCP\t1", "blue\t2\t10\t2\t3\tcpu 81% of 60%, memory unknown of 80%",
		"pod/shop-blue-2\tBackOff\trestarting\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// poor is a cluster that images do not get to.
type poor struct {
	deploy.Target
	why error
}

func (p poor) CheckDelivery(context.Context, release.Release) error { return p.why }

func TestPlanSaysWhatCannotBeDelivered(t *testing.T) {
	lost := problem.New(problem.Failed, "set kubernetes.registry", "no way to get images to the nodes is configured")
	for _, tt := range []struct {
		target deploy.Target
		want   []string
	}{
		{poor{}, nil},
		{poor{why: lost}, []string{"a deploy would fail: no way to get images to the nodes is configured: set kubernetes.registry"}},
		{poor{why: errors.New("no node")}, []string{"a deploy would fail: no node"}},
		{struct{ deploy.Target }{}, nil}, // this machine
	} {
		if got := deliveryWarnings(t.Context(), tt.target, release.Release{}); !slices.Equal(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
