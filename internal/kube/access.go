package kube

import (
	"context"
	"strings"

	authorization "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"golang.org/x/sync/errgroup"
)

// MissingPermissions implements Cluster. Everybody may ask what he may do.
func (c *Client) MissingPermissions(ctx context.Context, need []Permission) ([]Permission, error) {
	allowed := make([]bool, len(need))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, p := range need {
		g.Go(func() (err error) {
			allowed[i], err = c.isAllowed(ctx, p)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var missing []Permission
	for i, p := range need {
		if !allowed[i] {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

func (c *Client) isAllowed(ctx context.Context, p Permission) (bool, error) {
	k, err := findKind("SelfSubjectAccessReview")
	if err != nil {
		return false, err
	}
	resource, sub, _ := strings.Cut(p.Resource, "/")
	o, err := NewObject(&authorization.SelfSubjectAccessReview{
		TypeMeta: metav1.TypeMeta{APIVersion: k.versionedResource().GroupVersion().String(), Kind: k.name},
		Spec: authorization.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorization.ResourceAttributes{
			Namespace: p.Scope, Verb: p.Verb, Group: p.Group, Resource: resource, Subresource: sub,
		}},
	})
	if err != nil {
		return false, err
	}
	o, err = c.callKind(ctx, "create", k, Ref{Kind: k.name}, func(ctx context.Context, api dynamic.ResourceInterface) (*Object, error) {
		return api.Create(ctx, o, metav1.CreateOptions{})
	})
	if err != nil {
		return false, err
	}
	review, err := ConvertObject[authorization.SelfSubjectAccessReview](o)
	if err != nil {
		return false, err
	}
	return review.Status.Allowed, nil
}
