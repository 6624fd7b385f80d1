package kube

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	authorization "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestMissing(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		var review authorization.SelfSubjectAccessReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil || r.URL.Path != "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" {
			t.Errorf("asked %s, %v", r.URL, err)
		}
		a := review.Spec.ResourceAttributes
		review.Status.Allowed = a.Resource == "pods" && a.Subresource != "portforward" && a.Namespace == "shops"
		answerJSON(w, http.StatusCreated, review)
	})
	may, mayNot, nowhere := Permission{"list", "", "pods", "shops"}, Permission{"create", "", "pods/portforward", "shops"}, Permission{"list", "", "pods", ""}
	got, err := c.MissingPermissions(t.Context(), []Permission{mayNot, may, nowhere, may})
	if want := []Permission{mayNot, nowhere}; err != nil || !slices.Equal(got, want) {
		t.Errorf("missing %v, %v, want %v", got, err, want)
	}
	if got, err := c.MissingPermissions(t.Context(), nil); err != nil || got != nil {
		t.Errorf("nothing needed, missing %v, %v", got, err)
	}
}

func TestMissingCannotBeAsked(t *testing.T) {
	c := client(t, refusing(http.StatusUnauthorized, "Unauthorized", "Unauthorized"))
	if _, err := c.MissingPermissions(t.Context(), []Permission{{"list", "", "pods", ""}}); !apierrors.IsUnauthorized(err) {
		t.Errorf("error %v", err)
	}
}
