// Package listening chooses the ports at which an app listens on this machine.
//
// A port that somebody wrote in version-manager.yaml is used or is an error.
// A default port belongs to nobody: where another program has it, the next
// free one after it is used instead, and kept from then on. The agent chooses
// this way when it opens an entrance, and the command line when it checks,
// before anything is built or started, whether that will work.
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

// spares is how many ports after a default one are tried in its place.
const spares = 100

// What in the configuration asks for an entrance.
const (
	AppSetting     = "local.app"
	IngressSetting = "local.ingress"
)

// Wish is one entrance that a configuration asks for.
type Wish struct {
	Setting   string // "local.app"
	Host      string // without a port
	Ports     []int  // in order of preference
	Defaulted bool   // nobody wrote the ports down

	others []int // ports of other wishes, which none of its own is replaced by
}

// Wishes returns what local asks for.
func Wishes(local config.Local) []Wish {
	host := cmp.Or(local.Address, "127.0.0.1")
	var list []Wish
	if local.App != 0 {
		list = append(list, Wish{Setting: AppSetting, Host: host, Ports: []int{local.App}, Defaulted: local.Defaulted.App, others: local.Ingress})
	}
	if len(local.Ingress) > 0 {
		list = append(list, Wish{Setting: IngressSetting, Host: host, Ports: local.Ingress, Defaulted: local.Defaulted.Ingress, others: []int{local.App}})
	}
	return list
}

// Choose returns the first port that try can have. The kept port, unless it is
// 0, is one that stood in for a default before, so that addresses stay as they
// are. The error names every port that was asked for.
func (w Wish) Choose(app string, kept int, try func(address string) error) (port int, err error) {
	var errs []error
	for _, port := range w.candidates(kept) {
		err := try(w.Address(port))
		switch {
		case err == nil:
			return port, nil
		case !Taken(err):
			return 0, w.failed(app, port, err)
		case w.asksFor(port):
			errs = append(errs, w.failed(app, port, err))
		}
	}
	return 0, errors.Join(errs...)
}

// InsteadOf is the default port that the given one stands in for, 0 if it is
// one that was asked for.
func (w Wish) InsteadOf(port int) int {
	if w.asksFor(port) {
		return 0
	}
	return w.Ports[0]
}

// Address is the port with the host.
func (w Wish) Address(port int) string { return net.JoinHostPort(w.Host, strconv.Itoa(port)) }

func (w Wish) asksFor(port int) bool { return slices.Contains(w.Ports, port) }

func (w Wish) candidates(kept int) (ports []int) {
	if !w.Defaulted {
		return w.Ports
	}
	if kept != 0 {
		ports = append(ports, kept)
	}
	ports = append(ports, w.Ports...)
	last := w.Ports[len(w.Ports)-1]
	for n := range spares {
		ports = append(ports, last+1+n)
	}
	return slices.DeleteFunc(ports, func(port int) bool { return slices.Contains(w.others, port) })
}

// failed is the error for one port, with the line to change.
func (w Wish) failed(app string, port int, err error) error {
	hint := fmt.Sprintf("write another port to %s in %s, then repeat the same command", w.Setting, config.File)
	return problem.New(problem.Failed, hint, "port %d on %s cannot be had for %s: %s", port, w.Host, app, Reason(err))
}

// OwnedError says that another app of the same agent listens there.
type OwnedError struct{ App string }

func (e *OwnedError) Error() string { return "the app " + e.App + " of this agent listens there" }

// Unwrap makes it the error that another program's listener would cause.
func (e *OwnedError) Unwrap() error { return syscall.EADDRINUSE }

// Taken reports whether err means that the port is another program's, or not
// for this user, so that another one is worth a try.
func Taken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES)
}

// Reason leaves out of a network error what its reader knows: the address.
func Reason(err error) string {
	if owned, ok := errors.AsType[*OwnedError](err); ok {
		return owned.Error()
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return strings.TrimSpace(err.Error())
}

// URL is the base URL of an address, under the given host name unless that is
// empty.
func URL(address, host string, encrypted bool) string {
	scheme, usual := "http", ":80"
	if encrypted {
		scheme, usual = "https", ":443"
	}
	addr, port, _ := net.SplitHostPort(address) // Wish has joined them
	if ip := net.ParseIP(addr); addr == "" || (ip != nil && ip.IsUnspecified()) {
		addr = "127.0.0.1" // where the address means all of this machine's
	}
	return scheme + "://" + strings.TrimSuffix(net.JoinHostPort(cmp.Or(host, addr), port), usual)
}

// Try finds out whether this process could listen at the address now.
func Try(address string) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return ln.Close()
}
