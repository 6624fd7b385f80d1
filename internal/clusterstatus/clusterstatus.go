// Package clusterstatus describes the cluster around an app for people: nodes,
// services, autoscaling, and events. The deploy engine never decides anything
// by it. The types are part of the JSON that `status -o json` prints.
package clusterstatus

import (
	"time"

	"version-manager/internal/color"
)

// Cluster is the cluster around an app at one moment.
type Cluster struct {
	Context   string    `json:"context"`
	Server    string    `json:"server"` // of the API
	Authority string    `json:"-"`      // digest of the certificates that sign the server's; only compared
	Version   string    `json:"version"`
	Namespace string    `json:"namespace"`
	Nodes     []Node    `json:"nodes"`
	Services  []Service `json:"services"`
	Scaler    *Scaler   `json:"scaler,omitempty"`   // nil: the number of instances changes only by hand
	Events    []Event   `json:"events"`             // of the last few minutes, newest last
	Warnings  []string  `json:"warnings,omitempty"` // what makes a deploy to this cluster slower or riskier
}

// Node is one machine of the cluster.
type Node struct {
	Name    string    `json:"name"`
	Roles   []string  `json:"roles"`
	Ready   bool      `json:"ready"`
	Reason  string    `json:"reason,omitempty"` // why it is not ready
	Address string    `json:"address"`
	Version string    `json:"version"`
	Created time.Time `json:"created"`
}

// Service is a name in the cluster that leads to instances.
type Service struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Address string   `json:"address"`
	Ports   []string `json:"ports"` // "80:30001/TCP"
	Ready   int      `json:"ready"` // endpoints
}

// Scaler is an autoscaler: it changes the number of instances with the load.
type Scaler struct {
	Color   color.Color `json:"color"`
	Min     int         `json:"min"`
	Max     int         `json:"max"`
	Current int         `json:"current"`
	Desired int         `json:"desired"`
	Metrics []Metric    `json:"metrics"`
}

// Metric is one measure of load, in percent of what instances request.
type Metric struct {
	Name    string `json:"name"`    // "cpu", "memory"
	Current *int   `json:"current"` // nil: not known yet
	Target  int    `json:"target"`
}

// Event is an event that the cluster reported.
type Event struct {
	Time    time.Time `json:"time"`
	Warning bool      `json:"warning"`
	Object  string    `json:"object"` // "pod/shop-blue-7d9f"
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Count   int       `json:"count"`
}
