package listening

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/config"
)

// takePort answers like a machine on which these ports are other programs'.
func takePort(ports ...string) (try func(string) error, tried *[]string) {
	tried = new([]string)
	return func(address string) error {
		*tried = append(*tried, address)
		if slices.Contains(ports, address) {
			return fmt.Errorf("listen tcp %s: %w", address, syscall.EADDRINUSE)
		}
		return nil
	}, tried
}

func TestOnlyADefaultPortIsReplaced(t *testing.T) {
	at := func(port int) string { return PortRequest{Host: "127.0.0.1"}.AddressOf(port) }
	var all []string
	for port := 30001; port <= 30101; port++ {
		all = append(all, at(port))
	}
	for _, tt := range []struct {
		name      string
		ports     []int
		defaulted bool
		kept      int
		taken     []string
		want      int // 0: an error
		insteadOf int
	}{
		{"free", []int{30001}, true, 0, nil, 30001, 0},
		{"taken", []int{30001}, true, 0, all[:1], 30002, 30001},
		{"two taken", []int{30001}, true, 0, all[:2], 30003, 30001},
		{"the last spare", []int{30001}, true, 0, all[:100], 30101, 30001},
		{"all taken", []int{30001}, true, 0, all, 0, 0},
		{"written and taken", []int{30001}, false, 0, all[:1], 0, 0},
		{"written and free", []int{4000}, false, 0, all, 4000, 0},
		{"second choice", []int{80, 8080}, true, 0, []string{at(80)}, 8080, 0},
		{"no choice left", []int{80, 8080}, true, 0, []string{at(80), at(8080)}, 8081, 80},
		{"both written", []int{80, 8080}, false, 0, []string{at(80), at(8080)}, 0, 0},
		{"kept", []int{30001}, true, 30007, nil, 30007, 30001},
		{"kept and taken", []int{30001}, true, 30007, []string{at(30007)}, 30001, 0},
		{"written since", []int{4000}, false, 30007, nil, 4000, 0},
	} {
		w := PortRequest{Setting: AppSetting, Host: "127.0.0.1", Ports: tt.ports, Defaulted: tt.defaulted}
		try, _ := takePort(tt.taken...)
		got, err := w.ChoosePort("shop", tt.kept, try)
		if got != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("%s: %d, %v, want %d", tt.name, got, err, tt.want)
		}
		if err != nil && !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("%s: %v does not say why", tt.name, err)
		}
		if err == nil && w.InsteadOf(got) != tt.insteadOf {
			t.Errorf("%s: instead of %d, want %d", tt.name, w.InsteadOf(got), tt.insteadOf)
		}
	}
}

// If the address itself is not available, no other port helps.
func TestAnAddressOfAnotherMachineIsNotTriedAHundredTimes(t *testing.T) {
	tries := 0
	w := PortRequest{Setting: AppSetting, Host: "192.0.2.1", Ports: []int{30001}, Defaulted: true}
	_, err := w.ChoosePort("shop", 0, func(string) error { tries++; return syscall.EADDRNOTAVAIL })
	if err == nil || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestTheAppThatListensIsNamed(t *testing.T) {
	w := PortRequest{Setting: AppSetting, Host: "127.0.0.1", Ports: []int{30001}}
	_, err := w.ChoosePort("shop", 0, func(string) error { return &OwnedError{App: "cart"} })
	if err == nil || !strings.Contains(err.Error(), "cart") || !IsTaken(&OwnedError{}) || IsTaken(errors.New("x")) {
		t.Error(err)
	}
}

func TestPortRequests(t *testing.T) {
	got := PortRequests(config.Local{App: 1, Ingress: []int{2}, Defaulted: config.Defaulted{App: true}})
	if len(got) != 2 || got[0].Host != "127.0.0.1" || !got[0].Defaulted || got[1].Defaulted || got[1].Setting != IngressSetting {
		t.Errorf("%+v", got)
	}
}

func TestURL(t *testing.T) {
	for _, tt := range []struct {
		address, host string
		encrypted     bool
		want          string
	}{
		{"127.0.0.1:30001", "", false, "http://127.0.0.1:30001"},
		{"127.0.0.1:80", "", false, "http://127.0.0.1"},
		{"0.0.0.0:8080", "", false, "http://127.0.0.1:8080"},
		{"[::1]:443", "", true, "https://[::1]"},
		{"127.0.0.1:80", "preview.localhost", true, "https://preview.localhost:80"},
	} {
		if got := BaseURL(tt.address, tt.host, tt.encrypted); got != tt.want {
			t.Errorf("URL(%q, %q, %t) = %q, want %q", tt.address, tt.host, tt.encrypted, got, tt.want)
		}
	}
}

func TestBriefReason(t *testing.T) {
	for want, err := range map[string]error{
		"address already in use":                   &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)},
		"the app shop of this agent listens on it": fmt.Errorf("listen: %w", &OwnedError{App: "shop"}),
		"something else":                           errors.New(" something else\n"),
	} {
		if got := BriefReason(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

func TestTryListen(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if err := TryListen(address); !IsTaken(err) {
		t.Errorf("taken: %v", err)
	}
	ln.Close()
	if err := TryListen(address); err != nil {
		t.Errorf("free: %v", err)
	}
	if !IsTaken(&OwnedError{App: "shop"}) || IsTaken(errors.New("x")) {
		t.Error("a port of another app counts as taken, and other errors do not")
	}
}

// TestNoRequests: without a port in the configuration nothing is opened.
func TestNoRequests(t *testing.T) {
	if got := PortRequests(config.Local{}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
