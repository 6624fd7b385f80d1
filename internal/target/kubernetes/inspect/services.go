package inspect

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/target/kubernetes/objects"
)

// listServices describes the Services that lead to the app's instances.
func (i *Inspector) listServices(ctx context.Context) ([]clusterstatus.Service, error) {
	services := []clusterstatus.Service{}
	found, err := objects.ListTyped[corev1.Service](ctx, i.app.Kube, i.app.ObjectRef("Service", ""), i.app.LabelSelector())
	if err != nil {
		return nil, err
	}
	slices, err := objects.ListTyped[discoveryv1.EndpointSlice](ctx, i.app.Kube, i.app.ObjectRef("EndpointSlice", ""), "")
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		services = append(services, clusterstatus.Service{
			Name: s.Name, Type: string(s.Spec.Type), Address: s.Spec.ClusterIP, Ports: describePorts(s.Spec.Ports), Ready: countReadyEndpoints(slices, s.Name),
		})
	}
	return services, nil
}

func describePorts(list []corev1.ServicePort) []string {
	texts := []string{}
	for _, p := range list {
		text := fmt.Sprint(p.Port)
		if p.NodePort > 0 {
			text = fmt.Sprintf("%d:%d", p.Port, p.NodePort)
		}
		texts = append(texts, text+"/"+string(p.Protocol))
	}
	return texts
}

func countReadyEndpoints(slices []*discoveryv1.EndpointSlice, service string) int {
	n := 0
	for _, s := range slices {
		if s.Labels[discoveryv1.LabelServiceName] != service {
			continue
		}
		for _, e := range s.Endpoints {
			if e.Conditions.Ready != nil && *e.Conditions.Ready {
				n++
			}
		}
	}
	return n
}
