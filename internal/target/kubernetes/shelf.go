package kubernetes

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
)

// shelf has the mirror's copies of one kind.
type shelf struct {
	items  map[string]*item // by name
	gone   map[types.UID]bool
	told   map[string]*item // by a watch that has not told everything yet
	mine   map[string]bool  // written by ourselves while it was telling
	synced bool
	known  bool  // it was synced once
	err    error // of the last watch
}

// item is one object, with its typed form where that is asked for often.
type item struct {
	object *kube.Object
	typed  any
}

func newItem(o *kube.Object) *item {
	i := &item{object: o}
	switch o.GetKind() {
	case "Pod":
		i.typed = typedOrNil[corev1.Pod](o)
	case "Deployment":
		i.typed = typedOrNil[appsv1.Deployment](o)
	}
	return i
}

// typedOrNil: what an API server sends fits the type of its kind, or else we
// cannot use it.
func typedOrNil[T any](o *kube.Object) any {
	t, err := kube.As[T](o)
	if err != nil {
		return nil
	}
	return t
}

// typed lists the objects of a shelf that are of type T.
func typed[T any](s *shelf) (list []*T) {
	for _, i := range s.items {
		if t, ok := i.typed.(*T); ok {
			list = append(list, t)
		}
	}
	return list
}

// begin prepares for a watch, which starts by telling everything.
func (s *shelf) begin() {
	s.told, s.mine = map[string]*item{}, map[string]bool{}
}

func (s *shelf) take(e kube.Event) {
	switch {
	case e.Synced:
		s.sync()
	case e.Deleted:
		s.remove(e.Object)
	case s.told != nil:
		s.told[e.Object.GetName()] = newItem(e.Object)
	default:
		s.put(e.Object)
	}
}

// sync takes what a new watch told for the whole truth, but for what we wrote
// since.
func (s *shelf) sync() {
	for name, have := range s.items {
		if told := s.told[name]; s.mine[name] && (told == nil || newer(version(have), version(told))) {
			s.told[name] = have
		}
	}
	for name, told := range s.told {
		if s.gone[told.object.GetUID()] {
			delete(s.told, name)
		}
	}
	s.items, s.told, s.mine = s.told, nil, nil
	s.synced, s.known, s.err = true, true, nil
}

func version(i *item) string { return i.object.GetResourceVersion() }

func (s *shelf) put(o *kube.Object) {
	if s.gone[o.GetUID()] {
		return
	}
	have, ok := s.items[o.GetName()]
	if ok && have.object.GetUID() == o.GetUID() && !newer(o.GetResourceVersion(), version(have)) {
		return
	}
	s.items[o.GetName()] = newItem(o)
}

func (s *shelf) own(name string) {
	if s.mine != nil {
		s.mine[name] = true
	}
}

func (s *shelf) remove(o *kube.Object) {
	delete(s.gone, o.GetUID())
	if have, ok := s.items[o.GetName()]; ok && have.object.GetUID() == o.GetUID() {
		delete(s.items, o.GetName())
	}
	delete(s.told, o.GetName())
}

// lost says that nothing is heard any more. A kind that the server does not
// know has no objects.
func (s *shelf) lost(err error) {
	if kube.IsNoKind(err) {
		s.begin()
		s.sync()
		return
	}
	s.synced, s.err = false, err
}
