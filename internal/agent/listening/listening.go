// Package listening chooses the ports at which an app listens on this machine.
//
// A port from version-manager.yaml is used, or it is an error if it is taken. A
// default port is a suggestion: if another program has it, the next free one is
// used instead, and kept from then on. The agent chooses this way when it opens
// an entrance, and the command line when it checks, before anything is built or
// started, whether that will work.
package listening

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
)

// alternativePorts is how many ports after a default one are tried instead.
const alternativePorts = 100

// What in the configuration asks for an entrance.
const (
	AppSetting     = "local.app"
	IngressSetting = "local.ingress"
)

// PortRequest is one entrance that a configuration asks for.
type PortRequest struct {
	Setting   string // "local.app"
	Host      string // without a port
	Ports     []int  // in order of preference
	Defaulted bool   // the ports are defaults

	others []int // ports of other requests, which are never used instead
}

// PortRequests returns the entrances that local asks for.
func PortRequests(local config.Local) []PortRequest {
	host := cmp.Or(local.Address, "127.0.0.1")
	var list []PortRequest
	if local.App != 0 {
		list = append(list, PortRequest{Setting: AppSetting, Host: host, Ports: []int{local.App}, Defaulted: local.Defaulted.App, others: local.Ingress})
	}
	if len(local.Ingress) > 0 {
		list = append(list, PortRequest{Setting: IngressSetting, Host: host, Ports: local.Ingress, Defaulted: local.Defaulted.Ingress, others: []int{local.App}})
	}
	return list
}

// ChoosePort returns the first port for which try succeeds. The kept port, unless
// it is 0, replaced a default one before; it is tried first, so that addresses
// stay the same. The error names every port that was asked for.
func (w PortRequest) ChoosePort(app string, kept int, try func(address string) error) (port int, err error) {
	var errs []error
	for _, port := range w.candidatePorts(kept) {
		err := try(w.AddressOf(port))
		switch {
		case err == nil:
			return port, nil
		case !IsTaken(err):
			return 0, w.portError(app, port, err)
		case w.asksFor(port):
			errs = append(errs, w.portError(app, port, err))
		}
	}
	return 0, errors.Join(errs...)
}

// InsteadOf returns the default port that the given one replaces, 0 if that was
// asked for.
func (w PortRequest) InsteadOf(port int) int {
	if w.asksFor(port) {
		return 0
	}
	return w.Ports[0]
}

// AddressOf is the port with the host.
func (w PortRequest) AddressOf(port int) string { return net.JoinHostPort(w.Host, strconv.Itoa(port)) }

func (w PortRequest) asksFor(port int) bool { return slices.Contains(w.Ports, port) }

func (w PortRequest) candidatePorts(kept int) (ports []int) {
	if !w.Defaulted {
		return w.Ports
	}
	if kept != 0 {
		ports = append(ports, kept)
	}
	ports = append(ports, w.Ports...)
	last := w.Ports[len(w.Ports)-1]
	for n := range alternativePorts {
		ports = append(ports, last+1+n)
	}
	return slices.DeleteFunc(ports, func(port int) bool { return slices.Contains(w.others, port) })
}

// portError is the error for one port, with the setting to change.
func (w PortRequest) portError(app string, port int, err error) error {
	hint := fmt.Sprintf("set %s in %s to another port", w.Setting, config.File)
	return problem.New(problem.Failed, hint, "cannot listen on %s:%d for %s: %s", w.Host, port, app, BriefReason(err))
}

// OwnedError means that another app of the same agent listens there.
type OwnedError struct{ App string }

func (e *OwnedError) Error() string { return "the app " + e.App + " of this agent listens on it" }

// Unwrap returns the error that another program's listener would cause.
func (e *OwnedError) Unwrap() error { return syscall.EADDRINUSE }

// IsTaken reports whether err means that another program has the port, or that
// this user may not use it. Then another port is worth a try.
func IsTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES)
}

// BriefReason leaves out of a network error what its reader knows: the address.
func BriefReason(err error) string {
	if owned, ok := errors.AsType[*OwnedError](err); ok {
		return owned.Error()
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return strings.TrimSpace(err.Error())
}

// BaseURL is the base URL of an address, under the given host name unless that is
// empty.
func BaseURL(address, host string, encrypted bool) string {
	scheme, usual := "http", ":80"
	if encrypted {
		scheme, usual = "https", ":443"
	}
	addr, port, _ := net.SplitHostPort(address) // made by JoinHostPort
	if ip := net.ParseIP(addr); addr == "" || (ip != nil && ip.IsUnspecified()) {
		addr = "127.0.0.1" // where the address means all of this machine's
	}
	return scheme + "://" + strings.TrimSuffix(net.JoinHostPort(cmp.Or(host, addr), port), usual)
}

// TryListen reports whether this process could listen at the address now.
func TryListen(address string) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return ln.Close()
}
