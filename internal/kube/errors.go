package kube

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// IsNotFound tells whether something is not there: the object, its namespace,
// or its kind, which IsNoKind tells from the others.
func IsNotFound(err error) bool { return apierrors.IsNotFound(err) }

// IsNoKind tells whether the cluster does not know this kind of object at
// all: its CustomResourceDefinition is missing.
func IsNoKind(err error) bool {
	return apierrors.IsNotFound(err) && strings.Contains(err.Error(), "the server could not find the requested resource")
}

// IsConflict tells whether somebody else changed the object in between.
func IsConflict(err error) bool { return apierrors.IsConflict(err) }

// IsAlreadyExists tells whether an object to be created is there already.
func IsAlreadyExists(err error) bool { return apierrors.IsAlreadyExists(err) }

// IsForbidden tells whether the user lacks a permission. A server forbids
// for other reasons, too: see IsQuota and IsEnding.
func IsForbidden(err error) bool {
	return apierrors.IsForbidden(err) && !IsQuotaExceeded(err) && !IsNamespaceEnding(err)
}

// IsNamespaceEnding tells whether the namespace is being deleted.
func IsNamespaceEnding(err error) bool {
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
}

// IsQuotaExceeded tells whether a ResourceQuota of the namespace is used up.
func IsQuotaExceeded(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota")
}
