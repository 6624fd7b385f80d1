package lab

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"version-manager/internal/probe"
)

// Users ask at every entrance at once, each request at its own time and none
// a second time.
type Users struct{ probers []*probe.Prober }

// defaultTimeout is how long users wait for an answer.
const defaultTimeout = 5 * time.Second

// Visit is how users come.
type Visit struct {
	Host      string // that they ask for
	Rate      int    // requests a second in all, shared evenly by the entrances
	Entrances []string
	Timeout   time.Duration        // how long users wait for an answer; 5 s where 0
	Seen      func(version string) // called with the version in each small answer; may be nil
}

// StartUsers lets users of the app come at these entrances.
func (l *Lab) StartUsers(ctx context.Context, rate int, entrances ...string) (*Users, error) {
	return Visit{Host: l.HostName(), Rate: rate, Entrances: entrances}.StartUsers(ctx)
}

// StartUsers lets users come. They use whatever the app offers: fresh connections,
// kept ones, and requests that take a second.
func (v Visit) StartUsers(ctx context.Context) (*Users, error) {
	if len(v.Entrances) == 0 {
		return nil, errors.New("the app has no entrance")
	}
	u := &Users{}
	for _, e := range v.Entrances {
		dial, err := dialTo(e)
		if err != nil {
			return nil, err
		}
		u.probers = append(u.probers, probe.Load{
			Base: "http://" + v.Host, Dial: dial, Rate: max(1, v.Rate/len(v.Entrances)), Timeout: cmp.Or(v.Timeout, defaultTimeout),
			Mix: []probe.Part{
				{Kind: probe.Kept, Weight: 75, Path: "/version", Check: v.checkAnswer},
				{Kind: probe.Fresh, Weight: 24, Path: "/version", Check: v.checkAnswer},
				{Kind: probe.Slow, Weight: 1, Path: "/slow?for=1s", Timeout: cmp.Or(v.Timeout, 2*defaultTimeout), Check: checkStatus},
			},
		}.Start(ctx))
	}
	return u, nil
}

// checkAnswer wants an answer of the app and tells which version gave it.
func (v Visit) checkAnswer(a probe.Answer) error {
	if err := checkStatus(a); err != nil || v.Seen == nil {
		return err
	}
	var who struct{ Version string }
	if err := json.Unmarshal(a.Body, &who); err != nil {
		return fmt.Errorf("not an answer of the app: %w", err)
	}
	v.Seen(who.Version)
	return nil
}

// checkStatus wants an answer from the app itself: a gateway that does not know the
// route answers 404, which is not an error to a probe that asks for any page.
func checkStatus(a probe.Answer) error {
	if a.Status != http.StatusOK {
		return fmt.Errorf("status %d", a.Status)
	}
	return nil
}

// StartBurningUsers adds users whose requests cost processor time.
func (l *Lab) StartBurningUsers(ctx context.Context, rate int, each time.Duration, entrance string) (*Users, error) {
	dial, err := dialTo(entrance)
	if err != nil {
		return nil, err
	}
	p := probe.Load{
		Base: "http://" + l.HostName(), Dial: dial, Rate: rate, Timeout: 20 * time.Second,
		Mix: []probe.Part{{Kind: probe.Fresh, Weight: 1, Path: "/burn?for=" + each.String()}},
	}.Start(ctx)
	return &Users{probers: []*probe.Prober{p}}, nil
}

// dialTo connects to an entrance, whatever host a request is for.
func dialTo(entrance string) (func(context.Context, string, string) (net.Conn, error), error) {
	u, err := url.Parse(entrance)
	if err != nil {
		return nil, err
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "80")
	}
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		d := net.Dialer{KeepAlive: -1}
		return d.DialContext(ctx, network, address)
	}, nil
}

// UserReport is what users noticed.
type UserReport struct {
	Sent, Failed, Skipped int
	Causes                map[probe.Outcome]int
	Gap                   time.Duration // the longest at any entrance without a good answer
}

// StopUsers sends the users home and says what they noticed.
func (u *Users) StopUsers() UserReport {
	var t UserReport
	for _, p := range u.probers {
		t.addMeasurement(p.Stop())
	}
	return t
}

// CountRequests counts requests and failures so far.
func (u *Users) CountRequests() (sent, failed int) {
	for _, p := range u.probers {
		s, f := p.CountRequests()
		sent, failed = sent+s, failed+f
	}
	return sent, failed
}

func (t *UserReport) addMeasurement(m probe.Measurement) {
	gap := time.Duration(m.Gap * probe.Millis(time.Millisecond))
	t.AddReport(UserReport{Sent: m.Sent, Failed: m.Failed, Skipped: m.Skipped, Causes: m.Causes, Gap: gap})
}

// AddReport counts what others noticed as well.
func (t *UserReport) AddReport(more UserReport) {
	t.Sent, t.Failed, t.Skipped = t.Sent+more.Sent, t.Failed+more.Failed, t.Skipped+more.Skipped
	if t.Causes == nil {
		t.Causes = map[probe.Outcome]int{}
	}
	for cause, n := range more.Causes {
		t.Causes[cause] += n
	}
	t.Gap = max(t.Gap, more.Gap)
}

// FailureText reads "0 failed" or "12 failed: 10 refused, 2 timeout".
func (t UserReport) FailureText() string {
	text := fmt.Sprintf("%d failed", t.Failed)
	separator := ": "
	for _, cause := range slices.Sorted(maps.Keys(t.Causes)) {
		text += fmt.Sprintf("%s%d %s", separator, t.Causes[cause], cause)
		separator = ", "
	}
	return text
}
