package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/images"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// ours reports whether an object was made for this app by us. A name says
// nothing: somebody else may have had the same idea.
func (t *Target) ours(o *kube.Object) bool { return t.labeled(o) || t.stripped(o) }

func (t *Target) labeled(o *kube.Object) bool {
	labels := o.GetLabels()
	return labels[labelManager] == kube.Manager && labels[labelApp] == t.app
}

// stripped reports whether an object is ours whose labels somebody has taken
// away, as a tool does that applies its own idea of it: nobody else claims it,
// and the API server knows that we wrote it.
func (t *Target) stripped(o *kube.Object) bool {
	labels := o.GetLabels()
	if by := labels[labelManager]; by != "" && by != kube.Manager {
		return false
	}
	if app := labels[labelApp]; app != "" && app != t.app {
		return false
	}
	return slices.ContainsFunc(o.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool {
		return f.Manager == kube.Manager && f.Subresource == ""
	})
}

// reclaim gives a stripped object its labels back, without which it is not
// seen, and reports whether it had lost them.
func (t *Target) reclaim(o *kube.Object) bool {
	if t.labeled(o) {
		return false
	}
	labels := o.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[labelManager], labels[labelApp] = kube.Manager, t.app
	o.SetLabels(labels)
	return true
}

// spare refuses to change or to delete what is somebody else's.
func (t *Target) spare(o *kube.Object) error {
	if t.ours(o) {
		return nil
	}
	return t.foreign([]*kube.Object{o})
}

// foreign names objects that stand where ours would have to stand.
func (t *Target) foreign(list []*kube.Object) error {
	var names []string
	for _, o := range list {
		names = append(names, strings.ToLower(o.GetKind())+"/"+o.GetName())
	}
	label := t.kube.Kubectl(t.namespace, fmt.Sprintf("label --overwrite %s %s=%s %s=%s",
		strings.Join(names, " "), labelManager, kube.Manager, labelApp, t.app))
	hint := label + "    (gives away what is there, to be replaced and deleted; or use another --namespace)"
	p := problem.New(problem.Failed, hint, "%s in namespace %s is somebody else's, and %s needs its name", named(list[0]), t.namespace, t.app)
	for _, o := range list {
		p.Lines = append(p.Lines, named(o)+" is managed by "+managers(o))
	}
	return p
}

// managers says who made an object what it is, in its own words.
func managers(o *kube.Object) string {
	if by := o.GetLabels()[labelManager]; by != "" {
		return by
	}
	var names []string
	for _, f := range o.GetManagedFields() {
		if f.Subresource == "" && !slices.Contains(names, f.Manager) {
			names = append(names, f.Manager)
		}
	}
	if len(names) == 0 {
		return "nobody who says so"
	}
	return strings.Join(names, ", ")
}

// claimed are the names that an app needs, sorted by kind and name.
func (t *Target) claimed() (refs []kube.Ref) {
	for kind, names := range map[string][]string{
		"HTTPRoute":               {t.app, manifest.PreviewName(t.app)},
		"Service":                 {t.colorName(color.None)},
		"HorizontalPodAutoscaler": {t.app},
		"ServiceAccount":          {t.app},
		"NetworkPolicy":           {t.app},
		"ConfigMap":               {t.app, images.RecordName(t.app)},
		"Lease":                   {t.app},
	} {
		for _, name := range names {
			refs = append(refs, t.ref(kind, name))
		}
	}
	for _, c := range color.Both() {
		for _, kind := range []string{"Deployment", "Service", "PodDisruptionBudget"} {
			refs = append(refs, t.ref(kind, t.colorName(c)))
		}
		refs = append(refs, t.ref("Secret", manifest.SecretName(t.app, c)))
	}
	slices.SortFunc(refs, func(a, b kube.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return refs
}

// checkClaims looks, once, for objects of others under the names that the app
// needs. Before each write it is looked at again.
func (t *Target) checkClaims(ctx context.Context) error {
	if t.claims.Load() {
		return nil
	}
	refs := t.claimed()
	found := make([]*kube.Object, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	for i, r := range refs {
		g.Go(func() (err error) {
			if found[i], err = t.kube.Get(ctx, r); kube.IsNotFound(err) || kube.IsNoKind(err) {
				err = nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var others []*kube.Object
	for _, o := range found {
		if o != nil && !t.ours(o) {
			others = append(others, o)
		}
	}
	if len(others) > 0 {
		return t.foreign(others)
	}
	t.claims.Store(true)
	return nil
}
