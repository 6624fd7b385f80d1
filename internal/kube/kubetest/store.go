package kubetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
)

// write is how something is written.
type write struct {
	manager   string
	operation string // Update or Apply
	dry       bool   // only return the result
}

func (s *Server) createObject(k key, body []byte, how write) (map[string]any, error) {
	o, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	k.name = (&kube.Object{Object: o}).GetName()
	if _, ok := s.objects[k]; ok {
		return nil, apierrors.NewAlreadyExists(groupResource(k), k.name)
	}
	if err := s.placeFor(k); err != nil {
		return nil, err
	}
	return s.storeObject(k, o, how), nil
}

// placeFor fails if the namespace of an object does not exist.
func (s *Server) placeFor(k key) error {
	if k.namespace == "" {
		return nil
	}
	_, err := s.getObject(key{"namespaces", "", k.namespace})
	return err
}

func (s *Server) updateObject(k key, body []byte, how write) (map[string]any, error) {
	o, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	if err := s.checkPrecondition(k, o); err != nil {
		return nil, err
	}
	return s.storeObject(k, o, how), nil
}

func (s *Server) patchObject(k key, body []byte, how write) (map[string]any, error) {
	live, err := s.getObject(k)
	if err != nil {
		return nil, err
	}
	p, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	if err := s.checkPrecondition(k, p); err != nil {
		return nil, err
	}
	return s.storeObject(k, mergePatch(copyObject(live), p), how), nil
}

func (s *Server) applyObject(k key, body []byte, how write) (map[string]any, error) {
	o, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	live, ok := s.objects[k]
	if !ok {
		if err := s.placeFor(k); err != nil {
			return nil, err
		}
		return s.storeObject(k, o, how), nil
	}
	if err := s.checkPrecondition(k, o); err != nil {
		return nil, err
	}
	return s.storeObject(k, mergePatch(copyObject(live), o), how), nil
}

// checkPrecondition is the precondition of a write, if it has one.
func (s *Server) checkPrecondition(k key, o map[string]any) error {
	live, err := s.getObject(k)
	if err != nil {
		return err
	}
	want := (&kube.Object{Object: o}).GetResourceVersion()
	if want != "" && want != (&kube.Object{Object: live}).GetResourceVersion() {
		return apierrors.NewConflict(groupResource(k), k.name, errors.New("the object has been modified"))
	}
	return nil
}

func (s *Server) removeObject(k key, body []byte) (any, error) {
	live, err := s.getObject(k)
	if err != nil {
		return nil, err
	}
	var opts metav1.DeleteOptions
	if len(body) > 0 {
		if err := json.Unmarshal(body, &opts); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	o := kube.Object{Object: live}
	if p := opts.Preconditions; p != nil {
		if p.UID != nil && *p.UID != o.GetUID() || p.ResourceVersion != nil && *p.ResourceVersion != o.GetResourceVersion() {
			return nil, apierrors.NewConflict(groupResource(k), k.name, errors.New("precondition failed"))
		}
	}
	if o := (kube.Object{Object: copyObject(live)}); len(o.GetFinalizers()) > 0 { // it stays until these are gone
		now := metav1.NewTime(s.serverTime().UTC().Truncate(time.Second))
		o.SetDeletionTimestamp(&now)
		s.storeObject(k, o.Object, write{})
		return metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess}, nil
	}
	delete(s.objects, k)
	s.version++
	s.tellWatchers(change{"DELETED", k, copyObject(live), s.version})
	return metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess}, nil
}

// storeObject makes a whole object the stored one, as an API server does: with its
// own metadata, and without any effect if nothing is different.
func (s *Server) storeObject(k key, next map[string]any, how write) map[string]any {
	o := kube.Object{Object: next}
	live, exists := s.objects[k]
	now := metav1.NewTime(s.serverTime().UTC().Truncate(time.Second))
	if exists {
		was := kube.Object{Object: live}
		o.SetUID(was.GetUID())
		o.SetCreationTimestamp(was.GetCreationTimestamp())
		o.SetGeneration(was.GetGeneration())
		if !reflect.DeepEqual(live["spec"], next["spec"]) {
			o.SetGeneration(was.GetGeneration() + 1)
		}
		if sameContent(live, next) {
			return live
		}
		if _, given, _ := nestedSpec(next); !given {
			o.SetManagedFields(was.GetManagedFields())
		}
	} else {
		o.SetUID(types.UID(fmt.Sprintf("uid-%d", s.version+1)))
		o.SetCreationTimestamp(now)
		o.SetGeneration(1)
	}
	noteWrite(&o, how, now)
	o.SetNamespace(k.namespace)
	o.SetResourceVersion(strconv.FormatInt(s.version+1, 10))
	if how.dry {
		return next
	}
	s.version++
	s.objects[k] = copyObject(next)
	kind := "MODIFIED"
	if !exists {
		kind = "ADDED"
	}
	s.tellWatchers(change{kind, k, copyObject(next), s.version})
	return s.objects[k]
}

func nestedSpec(o map[string]any) (any, bool, error) {
	meta, _ := o["metadata"].(map[string]any)
	v, ok := meta["managedFields"]
	return v, ok, nil
}

// sameContent compares what people write of two objects.
func sameContent(a, b map[string]any) bool {
	bare := func(o map[string]any) map[string]any {
		c := kube.Object{Object: copyObject(o)}
		c.SetManagedFields(nil)
		c.SetResourceVersion("")
		return c.Object
	}
	_, given, _ := nestedSpec(b)
	_, had, _ := nestedSpec(a)
	return given == had && reflect.DeepEqual(bare(a), bare(b))
}

// noteWrite says who wrote, and when.
func noteWrite(o *kube.Object, how write, now metav1.Time) {
	entry := metav1.ManagedFieldsEntry{
		Manager: how.manager, Operation: metav1.ManagedFieldsOperationType(how.operation),
		APIVersion: o.GetAPIVersion(), Time: &now, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1("{}"),
	}
	var list []metav1.ManagedFieldsEntry
	for _, f := range o.GetManagedFields() {
		if f.Manager != entry.Manager || f.Operation != entry.Operation {
			list = append(list, f)
		}
	}
	o.SetManagedFields(append(list, entry))
}

// mergePatch is the JSON merge patch of RFC 7396.
func mergePatch(o, p map[string]any) map[string]any {
	for name, v := range p {
		sub, isMap := v.(map[string]any)
		have, hasMap := o[name].(map[string]any)
		switch {
		case v == nil:
			delete(o, name)
		case isMap && hasMap:
			o[name] = mergePatch(have, sub)
		case isMap:
			o[name] = mergePatch(map[string]any{}, sub)
		default:
			o[name] = v
		}
	}
	return o
}
