//go:build e2e

package onemachine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/infra/onemachine/network"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/kube"
)

func (o commandUser) checkDuration(most time.Duration, what string, f func()) {
	o.t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > most {
		o.t.Errorf("%s took %s, more than %s", what, took.Round(time.Second), most)
	}
}

func (o commandUser) readStatus() (s Status) {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.mustRun("cluster", "status", "-o", "json")), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o commandUser) checkReady(when string) {
	o.t.Helper()
	s := o.readStatus()
	if !s.Running || s.Trouble != "" || len(s.Nodes) != DefaultNodeCount {
		o.t.Fatalf("%s: %+v", when, s)
	}
	for _, n := range s.Nodes {
		if !n.Ready {
			o.t.Errorf("%s: node %s is %s", when, n.Name, n.State)
		}
	}
	const most = 2 << 30
	if s.Resident > most {
		o.t.Errorf("%s: %d MB are resident", when, s.Resident>>20)
	}
	o.t.Logf("%s: %d MB are resident", when, s.Resident>>20)
}

// waitFor asks again until the answer is yes.
func (o commandUser) waitFor(what string, ask func() bool) {
	o.t.Helper()
	began := time.Now()
	if err := waitUntil(o.t.Context(), 2*time.Minute, what, func(context.Context) bool { return ask() }); err != nil {
		o.t.Fatal(err)
	}
	o.t.Logf("%s: after %s", what, time.Since(began).Round(100*time.Millisecond))
}

func (o commandUser) openClient() kube.Cluster {
	o.t.Helper()
	client, err := kube.OpenClient(kube.Options{Kubeconfig: strings.TrimSpace(o.mustRun("cluster", "kubeconfig", "--path"))})
	if err != nil {
		o.t.Fatal(err)
	}
	return client
}

// storeSecret creates a Secret and checks that etcd stores it encrypted.
func (o commandUser) storeSecret() {
	o.t.Helper()
	_, err := o.openClient().ApplyObject(o.t.Context(), &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata":   map[string]any{"name": "remembered", "namespace": "default"},
		"stringData": map[string]any{"word": "mandrill"},
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(DefaultClusterDir, "etcd"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.Contains(readText(o.t, path), "mandrill") {
			o.t.Errorf("%s contains a Secret in plain text", path)
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o commandUser) checkSecret() {
	o.t.Helper()
	if _, err := o.openClient().GetObject(o.t.Context(), kube.Ref{Kind: "Secret", Namespace: "default", Name: "remembered"}); err != nil {
		o.t.Errorf("after a stop and a start: %v", err)
	}
}

// checkStopped: only files remain.
func (o commandUser) checkStopped() {
	o.t.Helper()
	s := takeSnapshot(o.t)
	if s := o.readStatus(); s.Running || s.Resident != 0 {
		o.t.Errorf("after a stop: %+v", s)
	}
	if len(s["processes"]) > 0 || network.HasBridge() || namespaces.IsMounted(clusterdir.Dir(DefaultClusterDir).NamespaceDir()) {
		o.t.Errorf("processes after a stop: %q", s["processes"])
	}
}

func (o commandUser) findProcess(node, name string) Process {
	o.t.Helper()
	for _, p := range o.readStatus().Processes {
		if p.Node == node && p.Name == name {
			return p
		}
	}
	o.t.Fatalf("no process %s of %s", name, node)
	return Process{}
}

func (o commandUser) findNode(name string) Node {
	o.t.Helper()
	for _, n := range o.readStatus().Nodes {
		if n.Name == name {
			return n
		}
	}
	o.t.Fatalf("no node %s", name)
	return Node{}
}

func (o commandUser) supervisorPID() int {
	o.t.Helper()
	id, err := supervision.ReadSupervisor(DefaultClusterDir)
	if err != nil || !id.Alive() {
		o.t.Fatalf("no supervisor: %+v, %v", id, err)
	}
	return id.PID
}
