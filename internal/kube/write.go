package kube

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// ApplyObject implements Cluster.
func (c *Client) ApplyObject(ctx context.Context, o *Object) (*Object, error) {
	return c.applyPatch(ctx, o, nil)
}

// DryApply implements Cluster.
func (c *Client) DryApply(ctx context.Context, o *Object) (*Object, error) {
	return c.applyPatch(ctx, o, []string{metav1.DryRunAll})
}

func (c *Client) applyPatch(ctx context.Context, o *Object, dry []string) (*Object, error) {
	body, err := json.Marshal(withoutManagedFields(o))
	if err != nil {
		return nil, fmt.Errorf("apply %s %s: %w", o.GetKind(), o.GetName(), err)
	}
	force := true
	opts := metav1.PatchOptions{FieldManager: FieldManager, Force: &force, DryRun: dry}
	return c.writeObject(ctx, "patch", o, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Patch(ctx, o.GetName(), types.ApplyPatchType, body, opts)
	})
}

// withoutManagedFields leaves out what the server owns and what an applied object must not
// have.
func withoutManagedFields(o *Object) *Object {
	o = o.DeepCopy()
	o.SetManagedFields(nil)
	return o
}

// CreateObject implements Cluster.
func (c *Client) CreateObject(ctx context.Context, o *Object) (*Object, error) {
	return c.writeObject(ctx, "create", o, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Create(ctx, o, metav1.CreateOptions{FieldManager: FieldManager})
	})
}

// UpdateObject implements Cluster.
func (c *Client) UpdateObject(ctx context.Context, o *Object) (*Object, error) {
	if o.GetResourceVersion() == "" {
		return nil, fmt.Errorf("update %s %s: it has no resourceVersion, so it would overwrite whatever is there", o.GetKind(), o.GetName())
	}
	return c.writeObject(ctx, "update", o, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Update(ctx, o, metav1.UpdateOptions{FieldManager: FieldManager})
	})
}

func (c *Client) writeObject(ctx context.Context, verb string, o *Object, f func(context.Context, dynamic.ResourceInterface) (*Object, error)) (*Object, error) {
	k, err := kindOfObject(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	if o.GetName() == "" {
		return nil, fmt.Errorf("%s %s: no name", verb, k.name)
	}
	return c.callKind(ctx, verb, k, Ref{k.name, o.GetNamespace(), o.GetName()}, f)
}

// PatchObject implements Cluster.
func (c *Client) PatchObject(ctx context.Context, r Ref, patch any) (*Object, error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("patch %s %s: %w", r.Kind, r.Name, err)
	}
	return c.callObject(ctx, "patch", r, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Patch(ctx, r.Name, types.MergePatchType, body, metav1.PatchOptions{FieldManager: FieldManager})
	})
}

// DeleteObject implements Cluster.
func (c *Client) DeleteObject(ctx context.Context, r Ref) error {
	return c.removeObject(ctx, r, nil)
}

// DeleteUnchanged implements Cluster.
func (c *Client) DeleteUnchanged(ctx context.Context, o *Object) error {
	uid, version := o.GetUID(), o.GetResourceVersion()
	if uid == "" || version == "" {
		return fmt.Errorf("internal: delete %s %s: it has no UID", o.GetKind(), o.GetName())
	}
	r := Ref{o.GetKind(), o.GetNamespace(), o.GetName()}
	return c.removeObject(ctx, r, &metav1.Preconditions{UID: &uid, ResourceVersion: &version})
}

func (c *Client) removeObject(ctx context.Context, r Ref, only *metav1.Preconditions) error {
	background := metav1.DeletePropagationBackground
	opts := metav1.DeleteOptions{PropagationPolicy: &background, Preconditions: only}
	_, err := c.callObject(ctx, "delete", r, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return nil, api.Delete(ctx, r.Name, opts)
	})
	if IsNotFound(err) {
		return nil
	}
	return err
}
