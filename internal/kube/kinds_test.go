package kube

import "testing"

func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for _, k := range knownKinds() {
		if names[k.name] || k.version == "" || k.resource == "" {
			t.Errorf("kind %+v", k)
		}
		names[k.name] = true
	}
}

func TestKindOfObject(t *testing.T) {
	for apiVersion, want := range map[string]string{
		"gateway.networking.k8s.io/v1":       "v1",
		"gateway.networking.k8s.io/v1alpha2": "v1alpha2",
		"gateway.networking.k8s.io/":         "",
		"networking.istio.io/v1":             "",
		"v1":                                 "",
		"a/b/c":                              "",
		"":                                   "",
	} {
		k, err := kindOfObject(&Object{Object: map[string]any{"apiVersion": apiVersion, "kind": "Gateway"}})
		if (err == nil) != (want != "") || k.version != want {
			t.Errorf("%q is of version %q, %v, want %q", apiVersion, k.version, err, want)
		}
	}
}
