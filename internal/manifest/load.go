package manifest

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	objects "version-manager/manifests/app"
)

// loadFile reads an object from manifests/app. The files are part of the program
// and a test reads each of them, so users never see an error here.
func loadFile[T any](file string) T {
	var o T
	readFile(file, func(b []byte) error { return yaml.UnmarshalStrict(b, &o) })
	return o
}

// loadRoute reads an object for which k8s.io/api has no type.
func loadRoute(file string) *kube.Object {
	o := new(kube.Object)
	readFile(file, func(b []byte) error {
		b, err := yaml.YAMLToJSONStrict(b)
		if err != nil {
			return err
		}
		return o.UnmarshalJSON(b)
	})
	return o
}

func readFile(file string, decode func([]byte) error) {
	b, err := objects.Files.ReadFile(file)
	if err == nil {
		err = decode(b)
	}
	if err != nil {
		panic(fmt.Sprintf("read %s: %v", file, err))
	}
}

// toObject turns an object of k8s.io/api, given as a pointer, into one without a
// type, leaving out what only the cluster has to say.
func toObject(o any) *kube.Object {
	m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		panic(fmt.Sprintf("convert %T: %v", o, err)) // these types can be converted
	}
	delete(m, "status")
	return &kube.Object{Object: pruneEmpty(m)}
}

// pruneEmpty removes the empty objects that k8s.io/api writes for what was not
// set: to apply them would mean to own them. Others, such as a selector of
// everything, are empty on purpose.
func pruneEmpty(m map[string]any) map[string]any {
	for key, v := range m {
		switch v := v.(type) {
		case nil:
			delete(m, key)
		case map[string]any:
			if len(v) == 0 && slices.Contains([]string{"metadata", "spec", "strategy", "resources"}, key) {
				delete(m, key)
			}
			pruneEmpty(v)
		case []any:
			for _, item := range v {
				if item, ok := item.(map[string]any); ok {
					pruneEmpty(item)
				}
			}
		}
	}
	return m
}

// setName gives an object its name, its namespace and the app's label.
func (a App) setName(o *metav1.ObjectMeta, name string) {
	o.Name, o.Namespace = name, a.appNamespace()
	o.Labels[NameLabel] = a.appName()
}
