package cache

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
)

// kindStore has the copies of one kind.
type kindStore struct {
	items   map[string]*item   // by name
	deleted map[types.UID]bool // by ourselves, and not yet confirmed by the watch
	listed  map[string]*item   // by a watch that is still listing
	own     map[string]bool    // names that we wrote while it was listing
	synced  bool
	known   bool  // it was synced before
	err     error // of the last watch
}

// item is one object, with its typed form where that is often needed.
type item struct {
	object *kube.Object
	typed  any
}

func newItem(o *kube.Object) *item {
	i := &item{object: o}
	switch o.GetKind() {
	case "Pod":
		i.typed = convertOrNil[corev1.Pod](o)
	case "Deployment":
		i.typed = convertOrNil[appsv1.Deployment](o)
	}
	return i
}

// convertOrNil: what an API server sends fits the type of its kind, or else we
// cannot use it.
func convertOrNil[T any](o *kube.Object) any {
	t, err := kube.ConvertObject[T](o)
	if err != nil {
		return nil
	}
	return t
}

// typedObjects lists the objects of a kindStore that are of type T.
func typedObjects[T any](k *kindStore) (list []*T) {
	for _, i := range k.items {
		if t, ok := i.typed.(*T); ok {
			list = append(list, t)
		}
	}
	return list
}

// startList prepares for a watch, which starts by listing everything.
func (k *kindStore) startList() {
	k.listed, k.own = map[string]*item{}, map[string]bool{}
}

func (k *kindStore) applyEvent(e kube.Event) {
	switch {
	case e.Synced:
		k.finishList()
	case e.Deleted:
		k.removeObject(e.Object)
	case k.listed != nil:
		k.listed[e.Object.GetName()] = newItem(e.Object)
	default:
		k.storeObject(e.Object)
	}
}

// finishList replaces the copies by what a new watch listed, except for what
// we wrote since.
func (k *kindStore) finishList() {
	for name, have := range k.items {
		if listed := k.listed[name]; k.own[name] && (listed == nil || atLeastAsNew(versionOf(have), versionOf(listed))) {
			k.listed[name] = have
		}
	}
	for name, listed := range k.listed {
		if k.deleted[listed.object.GetUID()] {
			delete(k.listed, name)
		}
	}
	k.items, k.listed, k.own = k.listed, nil, nil
	k.synced, k.known, k.err = true, true, nil
}

func versionOf(i *item) string { return i.object.GetResourceVersion() }

// atLeastAsNew compares two versions of an object. Where versions are not
// numbers, the one that came last counts as the newest.
func atLeastAsNew(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	return errX != nil || errY != nil || x >= y
}

func (k *kindStore) storeObject(o *kube.Object) {
	if k.deleted[o.GetUID()] {
		return
	}
	have, ok := k.items[o.GetName()]
	if ok && have.object.GetUID() == o.GetUID() && !atLeastAsNew(o.GetResourceVersion(), versionOf(have)) {
		return
	}
	k.items[o.GetName()] = newItem(o)
}

func (k *kindStore) markOwn(name string) {
	if k.own != nil {
		k.own[name] = true
	}
}

func (k *kindStore) removeObject(o *kube.Object) {
	delete(k.deleted, o.GetUID())
	if have, ok := k.items[o.GetName()]; ok && have.object.GetUID() == o.GetUID() {
		delete(k.items, o.GetName())
	}
	delete(k.listed, o.GetName())
}

// loseWatch notes that a watch ended. A kind that the server does not know has
// no objects.
func (k *kindStore) loseWatch(err error) {
	if kube.IsNoKind(err) {
		k.startList()
		k.finishList()
		return
	}
	k.synced, k.err = false, err
}
