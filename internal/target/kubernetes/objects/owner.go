package objects

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// IsOurs reports whether we made an object for this app. Its name proves
// nothing: somebody else may have had the same idea.
func (a *App) IsOurs(o *kube.Object) bool { return a.hasLabels(o) || a.lostLabels(o) }

func (a *App) hasLabels(o *kube.Object) bool {
	labels := o.GetLabels()
	return labels[manifest.ManagedLabel] == kube.FieldManager && labels[manifest.NameLabel] == a.Name
}

// lostLabels reports whether an object is ours although somebody removed its
// labels, as a tool does that applies its own idea of it: nobody else claims
// the object, and the API server knows that we wrote it.
func (a *App) lostLabels(o *kube.Object) bool {
	labels := o.GetLabels()
	if by := labels[manifest.ManagedLabel]; by != "" && by != kube.FieldManager {
		return false
	}
	if app := labels[manifest.NameLabel]; app != "" && app != a.Name {
		return false
	}
	return slices.ContainsFunc(o.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool {
		return f.Manager == kube.FieldManager && f.Subresource == ""
	})
}

// RestoreLabels gives an object its labels back, without which no list has it,
// and reports whether it had lost them.
func (a *App) RestoreLabels(o *kube.Object) bool {
	if a.hasLabels(o) {
		return false
	}
	labels := o.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[manifest.ManagedLabel], labels[manifest.NameLabel] = kube.FieldManager, a.Name
	o.SetLabels(labels)
	return true
}

// CheckOwner fails for an object that we must not change or delete, because it
// is not ours.
func (a *App) CheckOwner(o *kube.Object) error {
	if a.IsOurs(o) {
		return nil
	}
	return a.ForeignError([]*kube.Object{o})
}

// ForeignError names objects of others that have the names that ours need.
func (a *App) ForeignError(list []*kube.Object) error {
	var names []string
	for _, o := range list {
		names = append(names, strings.ToLower(o.GetKind())+"/"+o.GetName())
	}
	hint := a.Kube.KubectlCommand(a.Namespace, fmt.Sprintf("label --overwrite %s %s=%s %s=%s",
		strings.Join(names, " "), manifest.ManagedLabel, kube.FieldManager, manifest.NameLabel, a.Name))
	p := problem.New(problem.Failed, hint, "%s in namespace %s was not made by version-manager, and %s needs its name: use another --namespace, or label it to let version-manager replace and delete it", KindAndName(list[0]), a.Namespace, a.Name)
	for _, o := range list {
		p.Lines = append(p.Lines, KindAndName(o)+" is managed by "+managerOf(o))
	}
	return p
}

// managerOf says who manages an object, as the object itself states it.
func managerOf(o *kube.Object) string {
	if by := o.GetLabels()[manifest.ManagedLabel]; by != "" {
		return by
	}
	var names []string
	for _, f := range o.GetManagedFields() {
		if f.Subresource == "" && !slices.Contains(names, f.Manager) {
			names = append(names, f.Manager)
		}
	}
	if len(names) == 0 {
		return "an unknown manager"
	}
	return strings.Join(names, ", ")
}
