// Package kube talks to a Kubernetes API server. It is the only package that
// imports client-go: all others work with the plain types of k8s.io/api and
// the few verbs below.
//
// Start with [OpenClient], which reads a kubeconfig and makes no requests. The client
// is the dynamic one, which costs a third of the typed clientset to compile;
// [ConvertObject] turns what it returns into a type of k8s.io/api, and
// [NewObject] goes the other way.
//
// An API server may restart in the middle of a deploy. So every try of a call
// has a timeout, and a call is retried for about half a minute while the server
// cannot be reached or says that it is busy. A lost answer does no harm to
// reads, applies, patches and deletes, which say how things must be. A create
// or update that was carried out is refused the second time, as is an apply
// with a precondition. So after IsAlreadyExists or IsConflict the caller may
// have met its own write: it reads the object and compares. A server that has
// never answered is given up at once.
//
// Errors for which there is advice are of package problem. None of them shows
// a token, a key or a password.
package kube

import (
	"context"
	"io"
	"net"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// FieldManager is the one field manager of everything that we apply.
const FieldManager = "version-manager"

// Object is any object of the API.
type Object = unstructured.Unstructured

// AllNamespaces as the namespace of a Ref means all of them, for List and Watch.
const AllNamespaces = "*"

// Ref names an object, or with an empty Name all objects of its kind in a
// namespace.
type Ref struct {
	Kind      string // "Deployment", "HTTPRoute": one of the kinds that this package knows
	Namespace string // empty: that of the client, ignored by kinds that have none
	Name      string
}

// Cluster is what package kube offers; a *Client is the real one.
type Cluster interface {
	// GetObject reads one object; a missing one is an error that IsNotFound knows.
	GetObject(ctx context.Context, r Ref) (*Object, error)
	// ListObjects reads the objects of a kind that match a label selector ("" all).
	ListObjects(ctx context.Context, r Ref, selector string) ([]Object, error)
	// ApplyObject makes the object as given, server-side, as Manager; fields that
	// others own are taken over. A resourceVersion in it is a precondition.
	ApplyObject(ctx context.Context, o *Object) (*Object, error)
	// DryApply returns what Apply would make, and makes nothing.
	DryApply(ctx context.Context, o *Object) (*Object, error)
	// CreateObject fails with an error that IsExists knows if the object is there.
	CreateObject(ctx context.Context, o *Object) (*Object, error)
	// UpdateObject replaces an object; its resourceVersion is a precondition, and
	// IsConflict knows the error of a lost race.
	UpdateObject(ctx context.Context, o *Object) (*Object, error)
	// PatchObject merges a JSON merge patch.
	PatchObject(ctx context.Context, r Ref, patch any) (*Object, error)
	// DeleteObject removes an object and, in the background, what it owns. One that
	// is not there is not an error.
	DeleteObject(ctx context.Context, r Ref) error
	// DeleteUnchanged is Delete of an object that still is as it was read: its UID and
	// resourceVersion are preconditions, and IsConflict knows a lost race.
	DeleteUnchanged(ctx context.Context, o *Object) error
	// WatchObjects calls f for every object of the kind, now and with each change,
	// until ctx ends, f returns an error or the watch cannot go on.
	WatchObjects(ctx context.Context, r Ref, selector string, f func(Event) error) error
	// StreamLogs reads the log of one container.
	StreamLogs(ctx context.Context, r Ref, q LogQuery) (io.ReadCloser, error)
	// DialPod connects to a port inside a pod, through the API server.
	DialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error)
	// MissingPermissions returns those of the permissions that the user does not have.
	MissingPermissions(ctx context.Context, need []Permission) ([]Permission, error)
	// ServerVersion returns the API server's version, "v1.34.4".
	ServerVersion(ctx context.Context) (string, error)
	// DefaultNamespace is the one that empty namespaces mean.
	DefaultNamespace() string
	// KubectlCommand is a command to be pasted: kubectl with these words, which asks
	// the same server, in a namespace unless that is empty.
	KubectlCommand(namespace, words string) string
}

// Event is one change that Watch saw.
type Event struct {
	Deleted bool
	Synced  bool // all that there was at the beginning has been told; Object is nil
	Object  *Object
}

// LogQuery selects lines of a container's log.
type LogQuery struct {
	Container string
	Tail      int  // last lines; 0: all
	Follow    bool // go on until ctx ends
	Previous  bool // of the container's life before this one
	Since     int  // seconds; 0: from the beginning
	Stamped   bool // each line begins with when it was written, in RFC 3339, and a space
}

// Permission is something that a user may be allowed to do.
type Permission struct {
	Verb     string // "create"
	Group    string // "apps"
	Resource string // "deployments", "pods/portforward"
	Scope    string // namespace; empty: the whole cluster
}
