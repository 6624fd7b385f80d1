package admission

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
)

func TestFairShare(t *testing.T) {
	for _, tt := range []struct {
		mine, used, limit int64
		want              bool
	}{
		{1, 100, 100, true}, // the limit itself is checked elsewhere
		{1, 101, 100, true},
		{2, 100, 100, false},
		{25, 25, 100, true},
		{26, 26, 100, false},
		{2, 75, 100, false},
		{2, 73, 100, true},
		{6, 56, 100, true},
		{7, 57, 100, false},
	} {
		if got := isFairShare(tt.mine, tt.used, tt.limit); got != tt.want {
			t.Errorf("%s: %v", fmt.Sprint(tt), got)
		}
	}
}

// TestDocumentedShares are those that the comment of Limits promises.
func TestDocumentedShares(t *testing.T) {
	const limit = 400
	for _, tt := range []struct{ others, mine int64 }{
		{0, limit / 4}, {limit / 2, limit / 16}, {limit * 9 / 10, limit / 400},
	} {
		if !isFairShare(tt.mine, tt.others+tt.mine, limit) || isFairShare(tt.mine+1, tt.others+tt.mine+1, limit) {
			t.Errorf("with %d of %d taken by others, %d is not the largest fair share", tt.others, limit, tt.mine)
		}
	}
}

func TestDefaults(t *testing.T) {
	if got, want := (Limits{}).WithDefaults(), (Limits{Requests: 2048, Uploads: 512, Tunnels: 2048, PerClient: 256}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if own := (Limits{Requests: 1, Uploads: 2, Tunnels: 3, PerClient: -1}); own.WithDefaults() != own {
		t.Errorf("%+v", own.WithDefaults())
	}
}

// TestEachLimit is on the limit and on both sides of it, for each kind.
func TestEachLimit(t *testing.T) {
	limits := Limits{Requests: 2, Uploads: 3, Tunnels: 4, PerClient: -1}
	for kind, limit := range map[Kind]int{PlainRequest: 2, UploadRequest: 3, TunnelRequest: 4} {
		var l Load
		known := NewAddresses()
		var permits []*Permit
		for range limit {
			permits = append(permits, l.AdmitRequest(Request{Kind: kind, Limits: limits}, known))
		}
		if slices.Contains(permits, nil) || l.CountRefused() != 0 {
			t.Errorf("kind %d: refused within the limit of %d", kind, limit)
			continue
		}
		if l.AdmitRequest(Request{Kind: kind, Limits: limits}, known) != nil || l.CountRefused() != 1 {
			t.Errorf("kind %d: admitted beyond the limit of %d", kind, limit)
		}
		exempt := l.AdmitRequest(Request{Kind: kind, Limits: limits, Exempt: true}, known)
		if exempt == nil {
			t.Errorf("kind %d: the probe was refused", kind)
			continue
		}
		exempt.GiveBack()
		permits[0].GiveBack()
		again := l.AdmitRequest(Request{Kind: kind, Limits: limits}, known)
		if again == nil {
			t.Errorf("kind %d: the place that became free was not given again", kind)
			continue
		}
		for _, p := range append(permits[1:], again) {
			p.GiveBack()
		}
		if l.CountRequests() != 0 || l.CountUploads() != 0 || l.CountTunnels() != 0 {
			t.Errorf("kind %d: left over: %d, %d, %d", kind, l.CountRequests(), l.CountUploads(), l.CountTunnels())
		}
	}
}

// TestUploadBecomesRequest: its body does not count twice, and it may exceed
// the limit of requests.
func TestUploadBecomesRequest(t *testing.T) {
	limits := Limits{Requests: 1, Uploads: 2, Tunnels: 1, PerClient: -1}
	var l Load
	known := NewAddresses()
	first := l.AdmitRequest(Request{Kind: UploadRequest, Limits: limits}, known)
	second := l.AdmitRequest(Request{Kind: UploadRequest, Limits: limits}, known)
	first.BodyArrived()
	first.BodyArrived()
	second.BodyArrived()
	if l.CountRequests() != 2 || l.CountUploads() != 0 {
		t.Errorf("%d requests and %d uploads, want 2 and 0", l.CountRequests(), l.CountUploads())
	}
	if l.AdmitRequest(Request{Kind: PlainRequest, Limits: limits}, known) != nil {
		t.Error("another request was admitted")
	}
	first.GiveBack()
	second.GiveBack()
	if l.CountRequests() != 0 || l.CountUploads() != 0 {
		t.Errorf("left over: %d requests and %d uploads", l.CountRequests(), l.CountUploads())
	}
}

// TestPerClient is on the limit of one client and on both sides of it.
func TestPerClient(t *testing.T) {
	limits := Limits{Requests: 1000, Uploads: 1000, Tunnels: 1000, PerClient: 2}
	var l Load
	known := NewAddresses()
	admit := func(addr string, kind Kind) *Permit {
		return l.AdmitRequest(Request{Kind: kind, Limits: limits, Client: netip.MustParseAddr(addr)}, known)
	}
	first, second := admit("2001:db8::1", PlainRequest), admit("2001:db8::2", TunnelRequest)
	if first == nil || second == nil {
		t.Fatal("refused within the limit")
	}
	if admit("2001:db8::3", UploadRequest) != nil {
		t.Error("a third one of the same network was admitted")
	}
	if admit("2001:db8:0:1::1", PlainRequest) == nil || admit("192.0.2.1", PlainRequest) == nil || admit("192.0.2.2", PlainRequest) == nil {
		t.Error("another client was refused")
	}
	if known.CountSources() != 4 {
		t.Errorf("%d clients, want 4", known.CountSources())
	}
	first.GiveBack()
	if known.CountSources() != 4 {
		t.Errorf("%d clients, want 4: one of the first network is left", known.CountSources())
	}
	second.GiveBack()
	if known.CountSources() != 3 {
		t.Errorf("%d clients, want 3", known.CountSources())
	}
}

// TestFairShareOfAConnection: uploads of one connection are compared with
// uploads, and everything else with everything that it has open.
func TestFairShareOfAConnection(t *testing.T) {
	limits := Limits{Requests: 16, Uploads: 16, Tunnels: 16, PerClient: -1}
	var l Load
	known := NewAddresses()
	conn := NewConnectionSource(func() {})
	admit := func(kind Kind) bool {
		return l.AdmitRequest(Request{Kind: kind, Limits: limits, Connection: conn}, known) != nil
	}
	for i := range 4 {
		if !admit(UploadRequest) {
			t.Fatalf("upload %d of 4 refused", i+1)
		}
	}
	if admit(UploadRequest) {
		t.Error("a fifth upload is more than a quarter")
	}
	for i := range 2 {
		if !admit(PlainRequest) {
			t.Errorf("request %d of 2 next to four uploads refused", i+1)
		}
	}
	if admit(PlainRequest) {
		t.Error("a third request beside four uploads is more than a fair share")
	}
}

// TestClientsThatAreNotCounted: an unknown address, and limits that do not tell
// clients apart.
func TestClientsThatAreNotCounted(t *testing.T) {
	known := netip.MustParseAddr("192.0.2.1")
	for name, tt := range map[string]struct {
		client    netip.Addr
		perClient int
	}{
		"unknown address":     {netip.Addr{}, 1},
		"no limit per client": {known, -1},
		"no limit at all":     {known, 0},
	} {
		var l Load
		addresses := NewAddresses()
		limits := Limits{Requests: 100, Uploads: 100, Tunnels: 100, PerClient: tt.perClient}
		for range 2 {
			if l.AdmitRequest(Request{Limits: limits, Client: tt.client}, addresses) == nil {
				t.Errorf("%s: refused", name)
			}
		}
		if n := addresses.CountSources(); n != 0 {
			t.Errorf("%s: %d addresses are counted", name, n)
		}
	}
}
