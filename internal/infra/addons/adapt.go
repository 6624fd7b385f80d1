package addons

import (
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	ingress "version-manager/manifests/ingress"
)

// registry is that of the images which were made on this machine.
const registry = "version-manager.local/"

// ours are the objects of our own Traefik and the Gateway.
func ours(o Options) []*kube.Object {
	list := load(ingress.Files)
	for _, object := range list {
		switch {
		case object.GetKind() == "Service" && len(o.Addresses) > 0:
			expose(object, o.Addresses)
		case o.Traefik != "":
			images(object, func(string) string { return o.Traefik })
		}
	}
	return list
}

// expose makes a Service answer on its port at the nodes' own addresses. The
// nodes' kube-proxies do that for every node, so that a node without a pod of
// Traefik answers too, and go on doing it while pods are replaced.
func expose(service *kube.Object, addresses []string) {
	set(service, "NodePort", "spec", "type")
	list := make([]any, 0, len(addresses))
	for _, a := range addresses {
		list = append(list, a)
	}
	set(service, list, "spec", "externalIPs")
}

// local lets an object use images that its nodes have already: the same name
// and version, from nowhere.
func local(o *kube.Object) {
	images(o, func(image string) string { return registry + path.Base(image) })
	eachContainer(o, func(c map[string]any) { c["imagePullPolicy"] = "Never" })
}

func images(o *kube.Object, change func(string) string) {
	eachContainer(o, func(c map[string]any) {
		if image, ok := c["image"].(string); ok {
			c["image"] = change(image)
		}
	})
}

// eachContainer calls f for the containers of an object that makes pods.
func eachContainer(o *kube.Object, f func(container map[string]any)) {
	for _, field := range []string{"initContainers", "containers"} {
		list, ok, err := unstructured.NestedFieldNoCopy(o.Object, "spec", "template", "spec", field)
		if !ok || err != nil {
			continue
		}
		containers, _ := list.([]any)
		for _, c := range containers {
			if c, ok := c.(map[string]any); ok {
				f(c)
			}
		}
	}
}

// set writes a field of an object of ours, whose shape is known.
func set(o *kube.Object, value any, fields ...string) {
	if err := unstructured.SetNestedField(o.Object, value, fields...); err != nil {
		panic(o.GetKind() + " " + o.GetName() + ": " + strings.Join(fields, ".") + ": " + err.Error())
	}
}

// text reads a field, or "".
func text(o *kube.Object, fields ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, fields...)
	return s
}
