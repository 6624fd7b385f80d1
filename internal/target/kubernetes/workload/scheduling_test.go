package workload

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/target/kubernetes/clustertest"
)

// A pod that no node takes is given up with the scheduler's words, unless the
// cluster is getting a node for it.
func TestUnschedulablePod(t *testing.T) {
	w := clustertest.NewWorld(t)
	p := &corev1.Pod{}
	p.Name, p.UID = "shop-blue-1", "uid-1"
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: "0/3 nodes are available"}}
	waiter := &startWaiter{Deployer: &Deployer{app: w.OpenApp()}, color: color.Blue}

	if err := waiter.checkPod(t.Context(), p); err != nil {
		t.Errorf("given up at once: %v", err)
	}
	waiter.unschedulable = time.Now().Add(-scheduleTimeout)
	if err := waiter.checkPod(t.Context(), p); err == nil || !strings.Contains(err.Error(), "0/3 nodes are available") {
		t.Errorf("after a while: %v", err)
	}
	w.PutJSON(`{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "shop-blue-1.1", "namespace": "shop"}, "reason": "TriggeredScaleUp",
		"involvedObject": {"kind": "Pod", "name": "shop-blue-1", "namespace": "shop", "uid": "uid-1"}}`)
	if err := waiter.checkPod(t.Context(), p); err != nil {
		t.Errorf("given up while a node is on its way: %v", err)
	}
	if since := time.Since(waiter.unschedulable); since >= scheduleTimeout {
		t.Errorf("the events are read again at once: %v", since)
	}
}
