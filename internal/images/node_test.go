package images

import (
	"slices"
	"testing"
)

// addAddresses makes a node with addresses, given as type and address by turns.
func (w *world) addAddresses(name string, list ...string) {
	var addresses []any
	for pair := range slices.Chunk(list, 2) {
		addresses = append(addresses, map[string]any{"type": pair[0], "address": pair[1]})
	}
	w.server.PutObject(object("v1", "Node", "", name, map[string]any{"status": map[string]any{
		"nodeInfo":   map[string]any{"operatingSystem": "linux", "architecture": "amd64"},
		"conditions": []any{map[string]any{"type": "Ready", "status": "True"}},
		"addresses":  addresses,
	}}))
}

func TestWhichAddress(t *testing.T) {
	w, dir := loading(t)
	w.addAddresses("1", "Hostname", "one", "ExternalIP", "203.0.113.1", "InternalIP", "10.0.0.1", "InternalIP", "fd00::1")
	w.addAddresses("2", "Hostname", "two", "ExternalIP", "203.0.113.2")
	w.addAddresses("3", "InternalIP", "fd00::3")
	if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
		t.Fatal(err)
	}
	wantRan(t, dir, "1 at-10.0.0.1", "2 at-203.0.113.2", "3 at-fd00::3")
}

// An attacker who controls a node sets its addresses: none may become an option
// of ssh or a word of a shell on this machine. The other nodes are loaded.
func TestAddressThatIsNone(t *testing.T) {
	for _, bad := range []string{"-oProxyCommand=touch /tmp/x", "fe80::1%$(touch /tmp/x)", "node.example.org", "10.0.0.2 x", ""} {
		t.Run(bad, func(t *testing.T) {
			w, dir := loading(t)
			w.addAddresses("1", "InternalIP", "10.0.0.1")
			w.addAddresses("2", "InternalIP", bad, "Hostname", "-oProxyCommand=touch /tmp/x")
			_, err := w.delivery().Image(t.Context(), w.digest)
			wantProblem(t, err, "node 2 reports ", "kubectl get node 2 ")
			wantRan(t, dir, "1 at-10.0.0.1")
		})
	}
}

// An address that is not asked for does not matter.
func TestAddressThatIsNotUsed(t *testing.T) {
	w, dir := loading(t)
	w.o.Config.Load[4] = "there"
	w.addAddresses("1")
	if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
		t.Fatal(err)
	}
	wantRan(t, dir, "1 there")
}

func TestNameThatIsNone(t *testing.T) {
	for _, bad := range []string{"-oProxyCommand=x", "a b", "$(x)", "A", ".", "a-"} {
		w, dir := loading(t)
		w.addAddresses("1", "InternalIP", "10.0.0.1")
		w.addAddresses(bad, "InternalIP", "10.0.0.2")
		_, err := w.delivery().Image(t.Context(), w.digest)
		wantProblem(t, err, "is not a valid node name", "get nodes")
		wantRan(t, dir)
	}
}
