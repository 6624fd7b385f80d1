package cache

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// FindObject returns one object, which must not be changed.
func (s *Store) FindObject(ctx context.Context, kind, name string) (o *kube.Object, ok bool, err error) {
	err = s.withKinds(ctx, func(kinds map[string]*kindStore) {
		if i, found := kinds[kind].items[name]; found {
			o, ok = i.object, true
		}
	})
	return o, ok, err
}

// FindObjects looks up several objects at one moment, by kind and name. It
// returns nil for those that do not exist.
func (s *Store) FindObjects(ctx context.Context, names map[string][]string) (map[string][]*kube.Object, error) {
	found := map[string][]*kube.Object{}
	err := s.withKinds(ctx, func(kinds map[string]*kindStore) {
		for kind, list := range names {
			for _, name := range list {
				var o *kube.Object
				if i, ok := kinds[kind].items[name]; ok {
					o = i.object
				}
				found[kind] = append(found[kind], o)
			}
		}
	})
	return found, err
}

// ColorState is what runs in one color.
type ColorState struct {
	Deployment *appsv1.Deployment
	Pods       []*corev1.Pod // with those that are terminating
}

// Replicas is the number of instances that the Deployment asks for.
func (s ColorState) Replicas() int {
	if s.Deployment.Spec.Replicas == nil {
		return 1
	}
	return int(*s.Deployment.Spec.Replicas)
}

// ReadColors returns the colors that run something.
func (s *Store) ReadColors(ctx context.Context) (map[color.Color]ColorState, error) {
	colors := map[color.Color]ColorState{}
	err := s.withKinds(ctx, func(kinds map[string]*kindStore) {
		for _, d := range typedObjects[appsv1.Deployment](kinds["Deployment"]) {
			if c, err := color.Parse(d.Labels[manifest.ColorLabel]); err == nil && d.Name == s.app.ColorName(c) {
				colors[c] = ColorState{Deployment: d}
			}
		}
		for _, p := range typedObjects[corev1.Pod](kinds["Pod"]) {
			c := color.Color(p.Labels[manifest.ColorLabel])
			if state, ok := colors[c]; ok {
				state.Pods = append(state.Pods, p)
				colors[c] = state
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read namespace %s: %w", s.app.Namespace, err)
	}
	return colors, nil
}

// StoreWritten stores what one of our own writes returned. The next read sees
// it even if the watch is slower.
func (s *Store) StoreWritten(o *kube.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.kinds[o.GetKind()]; k != nil {
		k.storeObject(o)
		k.markOwn(o.GetName())
	}
}

// CachedUID returns the UID of the object with that name, empty if none
// exists. It does not wait for the watch.
func (s *Store) CachedUID(kind, name string) types.UID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.kinds[kind]; k != nil && k.items[name] != nil {
		return k.items[name].object.GetUID()
	}
	return ""
}

// ForgetDeleted forgets an object that is known to be deleted, unless another
// one has its name by now.
func (s *Store) ForgetDeleted(kind, name string, uid types.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kinds[kind]
	if k == nil || k.items[name] == nil || k.items[name].object.GetUID() != uid {
		return
	}
	k.deleted[uid] = true
	delete(k.items, name)
}
