package kube

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kind is how the API server calls a kind of object.
type kind struct {
	name     string
	group    string
	version  string
	resource string
	cluster  bool // has no namespace
}

// knownKinds are all that version-manager reads or writes. A table costs no
// discovery, and works while half of the API is missing.
func knownKinds() []kind {
	return []kind{
		{"ConfigMap", "", "v1", "configmaps", false},
		{"Event", "", "v1", "events", false},
		{"Namespace", "", "v1", "namespaces", true},
		{"Node", "", "v1", "nodes", true},
		{"PersistentVolume", "", "v1", "persistentvolumes", true},
		{"PersistentVolumeClaim", "", "v1", "persistentvolumeclaims", false},
		{"Pod", "", "v1", "pods", false},
		{"ResourceQuota", "", "v1", "resourcequotas", false},
		{"Secret", "", "v1", "secrets", false},
		{"Service", "", "v1", "services", false},
		{"ServiceAccount", "", "v1", "serviceaccounts", false},
		{"DaemonSet", "apps", "v1", "daemonsets", false},
		{"Deployment", "apps", "v1", "deployments", false},
		{"ReplicaSet", "apps", "v1", "replicasets", false},
		{"StatefulSet", "apps", "v1", "statefulsets", false},
		{"Job", "batch", "v1", "jobs", false},
		{"HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers", false},
		{"PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets", false},
		{"Lease", "coordination.k8s.io", "v1", "leases", false},
		{"EndpointSlice", "discovery.k8s.io", "v1", "endpointslices", false},
		{"Ingress", "networking.k8s.io", "v1", "ingresses", false},
		{"IngressClass", "networking.k8s.io", "v1", "ingressclasses", true},
		{"NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies", false},
		{"ClusterRole", "rbac.authorization.k8s.io", "v1", "clusterroles", true},
		{"ClusterRoleBinding", "rbac.authorization.k8s.io", "v1", "clusterrolebindings", true},
		{"Role", "rbac.authorization.k8s.io", "v1", "roles", false},
		{"RoleBinding", "rbac.authorization.k8s.io", "v1", "rolebindings", false},
		{"PriorityClass", "scheduling.k8s.io", "v1", "priorityclasses", true},
		{"StorageClass", "storage.k8s.io", "v1", "storageclasses", true},
		{"SelfSubjectAccessReview", "authorization.k8s.io", "v1", "selfsubjectaccessreviews", true},
		{"ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", true},
		{"ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", true},
		{"CustomResourceDefinition", "apiextensions.k8s.io", "v1", "customresourcedefinitions", true},
		{"APIService", "apiregistration.k8s.io", "v1", "apiservices", true},
		{"Gateway", "gateway.networking.k8s.io", "v1", "gateways", false},
		{"GatewayClass", "gateway.networking.k8s.io", "v1", "gatewayclasses", true},
		{"HTTPRoute", "gateway.networking.k8s.io", "v1", "httproutes", false},
		{"ReferenceGrant", "gateway.networking.k8s.io", "v1beta1", "referencegrants", false},
		{"NodeMetrics", "metrics.k8s.io", "v1beta1", "nodes", true},
		{"PodMetrics", "metrics.k8s.io", "v1beta1", "pods", false},
		{"HelmChartConfig", "helm.cattle.io", "v1", "helmchartconfigs", false},
	}
}

// findKind finds a kind by its name.
func findKind(name string) (kind, error) {
	for _, k := range knownKinds() {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("version-manager does not know the kind %q", name)
}

// kindOfObject finds the kind of an object, in the version of the object.
func kindOfObject(o *Object) (kind, error) {
	k, err := findKind(o.GetKind())
	if err != nil {
		return kind{}, err
	}
	gv, err := schema.ParseGroupVersion(o.GetAPIVersion())
	if err != nil || gv.Group != k.group || gv.Version == "" {
		return kind{}, fmt.Errorf("%s %s: apiVersion %q is not of group %q", k.name, o.GetName(), o.GetAPIVersion(), k.group)
	}
	k.version = gv.Version
	return k, nil
}

func (k kind) versionedResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.group, Version: k.version, Resource: k.resource}
}

// qualifiedName is the name by which kubectl and RBAC know the resource.
func (k kind) qualifiedName() string {
	return schema.GroupResource{Group: k.group, Resource: k.resource}.String()
}
