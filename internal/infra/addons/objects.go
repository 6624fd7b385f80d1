package addons

import (
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	ingress "version-manager/manifests/ingress"
)

// localRegistry is that of images that were made on the cluster's machine.
const localRegistry = "version-manager.local/"

// ownObjects returns the objects of our own Traefik, and the Gateway.
func ownObjects(o Options) []*kube.Object {
	list := loadObjects(ingress.Files)
	for _, object := range list {
		switch {
		case object.GetKind() == "Service" && len(o.Addresses) > 0:
			exposeOnNodes(object, o.Addresses)
		case o.Traefik != "":
			changeImages(object, func(string) string { return o.Traefik })
		}
	}
	return list
}

// exposeOnNodes makes a Service answer on its port at the addresses of all nodes.
// The kube-proxies do that, so a node without a pod of Traefik answers too, also
// while pods are replaced.
func exposeOnNodes(service *kube.Object, addresses []string) {
	setField(service, "NodePort", "spec", "type")
	list := make([]any, 0, len(addresses))
	for _, a := range addresses {
		list = append(list, a)
	}
	setField(service, list, "spec", "externalIPs")
}

// useLocalImages makes an object use images that the nodes have: same name and
// version, from the local registry, and never pulled.
func useLocalImages(o *kube.Object) {
	changeImages(o, func(image string) string { return localRegistry + path.Base(image) })
	eachContainer(o, func(c map[string]any) { c["imagePullPolicy"] = "Never" })
}

func changeImages(o *kube.Object, change func(string) string) {
	eachContainer(o, func(c map[string]any) {
		if image, ok := c["image"].(string); ok {
			c["image"] = change(image)
		}
	})
}

// eachContainer calls f for the containers in the pod template of an object.
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

// setField sets a field of one of our own objects. It panics if the object does
// not have the right shape.
func setField(o *kube.Object, value any, fields ...string) {
	if err := unstructured.SetNestedField(o.Object, value, fields...); err != nil {
		panic(o.GetKind() + " " + o.GetName() + ": " + strings.Join(fields, ".") + ": " + err.Error())
	}
}

// textField returns a field, or "" if it does not exist.
func textField(o *kube.Object, fields ...string) string {
	s, _, _ := unstructured.NestedString(o.Object, fields...)
	return s
}
