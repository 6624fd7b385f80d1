package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/golden"
	"version-manager/internal/probe"
)

// traffic is a made-up record of a switch from blue to green at the given
// time. From failFrom on, requests fail for 300 ms.
func traffic(d time.Duration, rate int, switched, failFrom time.Duration) probe.Record {
	rnd := rand.New(rand.NewPCG(1, 2))
	r := probe.Record{Started: epoch(), Rate: rate, Sources: []probe.Source{{}, {Color: color.Blue, Version: "v1.0.0"}, {Color: color.Green, Version: "v1.1.0"}}}
	for at := time.Duration(0); at < d; at += time.Second / time.Duration(rate) {
		s := probe.Sample{At: at, Kind: probe.Kind(len(r.Samples) % 2), Source: 1}
		took := 1.6 * math.Exp(rnd.NormFloat64()*.35)
		if at > switched {
			s.Source = 2
		}
		if at > switched && at < switched+400*ms {
			took *= 2.5
		}
		if failFrom > 0 && at >= failFrom && at < failFrom+300*ms && len(r.Samples)%3 == 0 {
			s.Outcome, s.Source = probe.Outcome(1+len(r.Samples)%2*2), 0
		}
		s.Took = time.Duration(took * float64(ms))
		r.Samples = append(r.Samples, s)
	}
	for at := time.Duration(0); at < d; at += 250 * ms {
		r.Samples = append(r.Samples, probe.Sample{At: at, Took: ms, Kind: probe.WebSocket, Source: 1})
	}
	r.Samples = append(r.Samples, probe.Sample{At: 100 * ms, Took: 5 * time.Second, Kind: probe.Slow, Source: 1},
		probe.Sample{At: switched, Took: ms, Kind: probe.WebSocket, Outcome: probe.Polite})
	return r
}

// good is a deploy as it should be.
func good() Report {
	at := func(s float64) time.Time { return epoch().Add(time.Duration(s * float64(time.Second))) }
	return Report{
		App: "caloguessr", Deploy: "20260102T030405Z-01", Kind: "zero-downtime", From: "v1.0.0", To: "v1.1.0", Color: color.Green,
		Started: epoch(), Ended: at(18.4), Outcome: "done", SwitchedAt: at(5.732), ConfirmedAt: at(5.741),
		Steps: []Span{
			{"back up", "done", at(0), at(.041), "/state/backup/20260102T030405Z-01"},
			{"start", "done", at(.041), at(1.9), "2 instances of v1.1.0 in green"},
			{"gate", "done", at(1.9), at(5.1), "5 healthy answers over 3.1 s"},
			{"smoke", "done", at(5.1), at(5.73), "3 requests"},
			{"switch", "done", at(5.73), at(5.732), ""},
			{"confirm", "done", at(5.732), at(5.741), "2 of 2 entrances"},
			{"bake", "done", at(5.741), at(15.8), "612 requests, 0 failed, p50 1.7 ms"},
			{"drain", "done", at(15.8), at(18.1), "0 in flight"},
			{"retire", "skipped", at(18.1), at(18.1), "kept warm"},
		},
		Measurement: traffic(18*time.Second, 50, 5732*ms, 0).Measure(),
		Outgoing:    &Outgoing{Color: color.Blue, Version: "v1.0.0", FinishedAt: at(5.84), Tunnels: 2, Stays: true},
	}
}

// A user's request may be open for longer than any of the probe's.
func TestFinishedIsNeverBeforeTheSwitch(t *testing.T) {
	r := good()
	_, seen := r.lastOf(color.Blue)
	if !seen.Before(r.SwitchedAt) {
		t.Fatalf("the probe's last answer, %s, is not before the switch, %s", seen, r.SwitchedAt)
	}
	for _, tt := range []struct {
		name     string
		outgoing *Outgoing
		want     time.Time
		says     string
	}{
		{"nothing known", nil, time.Time{}, ""},
		{"finished", &Outgoing{Version: "v1.0.0", FinishedAt: r.SwitchedAt.Add(time.Second)}, r.SwitchedAt.Add(time.Second), "finished its last request at"},
		{"ten streams", &Outgoing{Version: "v1.0.0", InFlight: 10, Stays: true}, time.Time{}, "Still open on v1.0.0: 10 requests. It stays up for them until the next deploy or cleanup."},
		{"one of each", &Outgoing{Version: "v1.0.0", InFlight: 1, Tunnels: 1, Stays: true}, time.Time{}, "1 request, 1 WebSocket or"},
		{"cut", &Outgoing{Version: "v1.0.0", Cut: 10, SentAway: 2}, time.Time{}, "10 requests still open on v1.0.0 when its time to finish was over: closed."},
	} {
		r.Outgoing = tt.outgoing
		got := strings.Join(Summarize(r), "\n")
		if !r.oldFinished().Equal(tt.want) || !strings.Contains(got, tt.says) || tt.want.IsZero() && strings.Contains(got, "finished its last request") {
			t.Errorf("%s: finished at %s, want %s; says:\n%s", tt.name, r.oldFinished(), tt.want, got)
		}
		for _, lang := range []string{"en", "de"} {
			if page := render(t, r, lang); tt.says == "cut" && !strings.Contains(page, "10") || strings.Contains(page, "%!") {
				t.Errorf("%s: the page in %s is wrong", tt.name, lang)
			}
		}
	}
	r.Slept = []Slept{{From: r.SwitchedAt, Seconds: 25}}
	if got := strings.Join(Summarize(r), "\n"); !strings.Contains(got, "This machine slept for 25.0 s during the deploy.") {
		t.Error(got)
	}
}

// bad was rolled back because requests failed, and its names are hostile.
func bad() Report {
	r := good()
	at := func(s float64) time.Time { return epoch().Add(time.Duration(s * float64(time.Second))) }
	r.App, r.Outcome, r.Ended = `<script>alert("app")</script>`, "reverted", at(9)
	r.Steps = append(r.Steps[:6:6],
		Span{"bake", "failed", at(5.741), at(7.2), `17 of 73 requests failed & "more" <b>`},
		Span{"switch back", "done", at(7.2), at(7.21), ""},
		Span{"discard", "running", at(7.3), time.Time{}, ""})
	r.Measurement = traffic(9*time.Second, 50, 5732*ms, 6500*ms).Measure()
	r.Measurement.Skipped, r.Measurement.Late = 12, 34
	r.Notes = []string{"bake: 17 of 73 requests failed </ul>"}
	r.Partial = true
	return r
}

func render(t *testing.T, r Report, lang string) string {
	t.Helper()
	var b bytes.Buffer
	if err := WritePage(&b, r, lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPagesAreGolden(t *testing.T) {
	for name, r := range map[string]Report{"good": good(), "bad": bad()} {
		for _, lang := range []string{"en", "de"} {
			golden.CompareFile(t, filepath.Join("testdata", name+"."+lang+".html"), []byte(render(t, r, lang)))
		}
		golden.CompareFile(t, filepath.Join("testdata", name+".txt"), []byte(strings.Join(Summarize(r), "\n")+"\n"))
	}
}

// Whatever was measured, or was not, the page is whole and small enough.
func TestPageCopesWith(t *testing.T) {
	one := probe.Record{Started: epoch(), Sources: []probe.Source{{}}, Samples: []probe.Sample{{Took: ms}}}.Measure()
	long := good()
	long.Ended = epoch().Add(10 * time.Minute)
	long.Measurement = traffic(10*time.Minute, 500, time.Minute, 0).Measure()
	for name, r := range map[string]Report{
		"nothing at all": {},
		"no end":         {App: "a", To: "v1.0.0", Started: epoch(), Outcome: "baking", SwitchedAt: epoch(), Measurement: one},
		"no samples":     {App: "a", To: "v1.0.0", Started: epoch(), Ended: epoch(), Outcome: "done"},
		"one sample":     {App: "a", To: "v1.0.0", Started: epoch(), Ended: epoch().Add(time.Second), Outcome: "done", Measurement: one},
		"ten minutes":    long,
		"unfinished":     {App: "a", From: "v1.0.0", To: "v1.1.0", Started: epoch(), Ended: epoch(), Outcome: "baking", SwitchedAt: epoch()},
		"stuck":          {App: "a", From: "v1.0.0", To: "v1.1.0", Started: epoch(), Ended: epoch(), Outcome: "stuck"},
	} {
		for _, lang := range []string{"en", "de"} {
			got := render(t, r, lang)
			_, svg, drawn := strings.Cut(got, `<svg viewBox="0 0 960`)
			if want := r.Measurement.Sent > 0; drawn != want {
				t.Errorf("%s: there is a chart: %t, want %t", name, drawn, want)
			}
			if svg, _, _ = strings.Cut(svg, "</svg>"); len(svg) > 300<<10 {
				t.Errorf("%s: the chart has %d bytes", name, len(svg))
			}
			for _, wrong := range []string{"NaN", "Inf", "%!", "{fig", "{chart", "{verdict", "<no value>", "ZgotmplZ"} {
				if strings.Contains(got, wrong) {
					t.Errorf("%s in %s contains %q", name, lang, wrong)
				}
			}
		}
	}
}

func TestPageLetsNothingIn(t *testing.T) {
	got := render(t, bad(), "en")
	for _, wrong := range []string{"<script", "<b>", "</ul>\"", " style=", "http://", "https://", "src="} {
		if strings.Contains(got, wrong) {
			t.Errorf("the page contains %q", wrong)
		}
	}
	if !strings.Contains(got, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) && !strings.Contains(got, `content="default-src 'none'; style-src 'sha256-`) {
		t.Error("the page has no content security policy")
	}
}

func TestCatalogsAgree(t *testing.T) {
	en, err := speak("en")
	if err != nil {
		t.Fatal(err)
	}
	de, err := speak("de")
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range en.texts {
		if strings.Count(text, "%") != strings.Count(de.texts[key], "%") || de.texts[key] == "" {
			t.Errorf("%s: %q and %q do not have the same places", key, text, de.texts[key])
		}
	}
	for key := range de.texts {
		if en.texts[key] == "" {
			t.Errorf("%s is in German only", key)
		}
	}
	for _, o := range []probe.Outcome{probe.Status, probe.Refused, probe.Reset, probe.Timeout, probe.Stray, probe.Garbled} {
		if en.texts["cause."+o.String()] == "" {
			t.Errorf("cause %s has no text", o)
		}
	}
	for _, k := range probe.KindNames() {
		if en.texts["kind."+k] == "" {
			t.Errorf("kind %s has no text", k)
		}
	}
	if _, err := speak("../en"); err == nil {
		t.Error("a language that is a path was accepted")
	}
}

func TestWords(t *testing.T) {
	en, _ := speak("en")
	de, _ := speak("de")
	for n, want := range map[int][2]string{0: {"0", "0"}, 999: {"999", "999"}, 4512: {"4,512", "4.512"}, -1234567: {"-1,234,567", "-1.234.567"}} {
		if a, b := en.FormatNumber(n), de.FormatNumber(n); a != want[0] || b != want[1] {
			t.Errorf("%d reads %s and %s", n, a, b)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 ms", 3400 * time.Nanosecond: "3,40 µs", 840 * time.Microsecond: "840 µs", 1234 * time.Microsecond: "1,23 ms", 12 * ms: "12,0 ms",
		412 * ms: "412 ms", 1240 * ms: "1,24 s", 59 * time.Second: "59,0 s", 125 * time.Second: "2 min 5 s", -12 * ms: "−12,0 ms",
	} {
		if got := strings.ReplaceAll(de.FormatDuration(d), "\u202f", " "); got != want {
			t.Errorf("%d reads %q, want %q", d, got, want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	w, _ := speak("en")
	for _, tt := range []struct{ kind, from, outcome, want string }{
		{"deploy", "v1.0.0", "done", "v1.1.0 replaced v1.0.0"},
		{"deploy", "", "done", "v1.1.0 is live"},
		{"rollback", "v1.0.0", "done", "Rolled back from v1.0.0 to v1.1.0"},
		{"deploy", "v1.0.0", "reverted", "v1.1.0 was rolled back, v1.0.0 has the traffic"},
		{"deploy", "", "reverted", "v1.1.0 was rolled back"},
		{"deploy", "v1.0.0", "stuck", "v1.1.0 is stuck, both colors are kept"},
		{"deploy", "", "stuck", "v1.1.0 failed and has the traffic, as nothing was there before"},
		{"deploy", "v1.0.0", "retiring", "v1.1.0 was not finished"},
	} {
		if got := w.verdict(Report{Kind: tt.kind, From: tt.from, To: "v1.1.0", Outcome: tt.outcome}); got != tt.want {
			t.Errorf("%+v reads %q", tt, got)
		}
	}
}

func TestStrayedRequestsAreSaid(t *testing.T) {
	r := good()
	if d := r.strayed(); d != 0 {
		t.Errorf("a good deploy strayed by %s", d)
	}
	r.ConfirmedAt = r.SwitchedAt.Add(-time.Second)
	if d := r.strayed(); d <= 0 || !strings.Contains(strings.Join(Summarize(r), "\n"), "old color still got new requests") {
		t.Errorf("strayed by %s, summary %q", d, Summarize(r))
	}
}

func TestReportSurvivesJSON(t *testing.T) {
	b, err := json.Marshal(good())
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, good()) {
		t.Error("the report came back changed")
	}
}

func TestMergeHidesNothing(t *testing.T) {
	all := []probe.Bucket{{At: 0, Blue: 5, P50: 1, P99: 2}, {At: 100, Green: 3, Failed: 1, P50: 3, P99: 9}, {At: 200, Skipped: 2}, {At: 900, Plain: 1, P50: 1, P99: 1}}
	got, width := merge(all, time.Second, 5)
	want := []probe.Bucket{{At: 0, Blue: 5, Green: 3, Failed: 1, P50: 2, P99: 9}, {At: 200, Skipped: 2}, {At: 800, Plain: 1, P50: 1, P99: 1}}
	if width != 200*ms || !reflect.DeepEqual(got, want) {
		t.Errorf("merge() = %+v of %s", got, width)
	}
}

// A report comes back from where it was kept as JSON: whatever that holds, the
// page stays a page.
func FuzzPage(f *testing.F) {
	for _, r := range []Report{{}, bad()} {
		b, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"from":"%[1]s","to":"%!","outcome":"done","started":"0001-01-01T00:00:00Z","ended":"9999-01-01T00:00:00Z","measurement":{"buckets":[{"atMs":-5,"failed":-1,"p99Ms":1e300},{"atMs":9e15,"blue":9}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r Report
		if json.Unmarshal(b, &r) != nil {
			return
		}
		got := render(t, r, "de")
		if strings.Contains(got, "<script") || strings.Count(got, "</style>") != 1 {
			t.Errorf("%s opened the page", b)
		}
		Summarize(r)
	})
}

const ms = time.Millisecond

func epoch() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
