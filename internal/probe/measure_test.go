package probe

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"version-manager/internal/color"
)

func TestQuantile(t *testing.T) {
	ten := make([]time.Duration, 10)
	for i := range ten {
		ten[i] = time.Duration(i + 1)
	}
	for _, tt := range []struct {
		of   []time.Duration
		q    float64
		want time.Duration
	}{
		{nil, .5, 0}, {ten[:1], .5, 1}, {ten[:1], .99, 1}, {ten[:2], .5, 1},
		{ten, 0, 1}, {ten, .5, 5}, {ten, .9, 9}, {ten, .91, 10}, {ten, .99, 10}, {ten, 1, 10},
	} {
		if got := quantile(tt.of, tt.q); got != tt.want {
			t.Errorf("quantile(%v, %v) = %d, want %d", tt.of, tt.q, got, tt.want)
		}
	}
}

const ms = time.Millisecond

func epoch() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// switched is a record of a switch from blue to green after 200 ms, with one
// failure, as small as it can be.
func switched() Record {
	return Record{
		Started: epoch(), Rate: 50,
		Sources: []Source{{}, {color.Blue, "v1.0.0"}, {color.Green, "v1.1.0"}},
		Samples: []Sample{
			{At: 0, Took: 10 * ms, Source: 1, Kind: Fresh},
			{At: 50 * ms, Took: 20 * ms, Source: 1, Kind: Kept},
			{At: 100 * ms, Took: 5 * ms, Kind: Fresh, Outcome: Refused, Late: true},
			{At: 150 * ms, Took: 30 * ms, Source: 1, Kind: Kept},
			{At: 200 * ms, Kind: Fresh, Outcome: Skipped},
			{At: 250 * ms, Took: 40 * ms, Source: 2, Kind: Kept},
			{At: 300 * ms, Took: 10 * ms, Source: 2, Kind: Fresh, Outcome: Status},
			{At: 320 * ms, Took: 10 * ms, Source: 1, Kind: WebSocket},
			{At: 310 * ms, Took: 30 * ms, Source: 1, Kind: Fresh},
			{At: 20 * ms, Took: 900 * ms, Source: 1, Kind: Slow},
			{At: 330 * ms, Took: 600 * ms, Kind: Slow, Outcome: Abandoned},
		},
	}
}

func TestMeasure(t *testing.T) {
	m := switched().Measure()
	at := func(d int) time.Time { return epoch().Add(time.Duration(d) * ms) }
	want := Measurement{
		Started: epoch(), Ended: at(330), Rate: 50, Sent: 9, Failed: 2, Skipped: 1, Late: 1, Abandoned: 1,
		Causes: map[Outcome]int{Refused: 1, Status: 1},
		Kinds:  map[Kind]Count{Fresh: {4, 2}, Kept: {3, 0}, Slow: {1, 0}, WebSocket: {1, 0}},
		P50:    30, P90: 40, P99: 40, Max: 40,
		Gap: 110, GapAt: at(70),
		Sources: []Seen{
			{color.Blue, "v1.0.0", 6, at(0), at(10), at(310), at(920)},
			{color.Green, "v1.1.0", 2, at(250), at(290), at(300), at(310)},
		},
		Buckets: []Bucket{
			{At: 0, Blue: 3, P50: 10, P99: 20},
			{At: 100, Blue: 1, Failed: 1, P50: 30, P99: 30},
			{At: 200, Green: 1, Skipped: 1, P50: 40, P99: 40},
			{At: 300, Blue: 1, Failed: 1, P50: 30, P99: 30},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("Measure() =\n%+v, want\n%+v", m, want)
	}
}

func TestMeasureOfNothing(t *testing.T) {
	m := Record{Started: epoch(), Rate: 50, Sources: []Source{{}}}.Measure()
	if m.Sent != 0 || m.Gap != 0 || len(m.Buckets) != 0 || len(m.Sources) != 0 {
		t.Errorf("Measure() = %+v", m)
	}
}

func TestGapReachesFromStartToEnd(t *testing.T) {
	down := Record{Started: epoch(), Sources: []Source{{}}, Samples: []Sample{
		{At: 0, Took: ms, Outcome: Refused}, {At: 500 * ms, Took: ms}, {At: 2000 * ms, Took: ms, Outcome: Refused},
	}}
	if m := down.Measure(); m.Gap != 1499 || !m.GapAt.Equal(epoch().Add(501*ms)) {
		t.Errorf("gap %v at %v", m.Gap, m.GapAt)
	}
	down.Samples[1].At = 1500 * ms
	if m := down.Measure(); m.Gap != 1501 || !m.GapAt.Equal(epoch()) {
		t.Errorf("gap %v at %v", m.Gap, m.GapAt)
	}
}

func TestWindow(t *testing.T) {
	r := switched()
	for _, tt := range []struct {
		c            color.Color
		since        time.Duration
		sent, failed int
		p99          time.Duration
	}{
		{color.None, 0, 9, 2, 40 * ms},
		{color.Blue, 0, 7, 1, 30 * ms},  // the refused one is anybody's
		{color.Green, 0, 3, 2, 40 * ms}, // here too
		{color.Green, 101 * ms, 2, 1, 40 * ms},
		{color.Blue, 150 * ms, 3, 0, 30 * ms},
		{color.None, time.Second, 0, 0, 0},
	} {
		got := r.StatsSince(tt.c, epoch().Add(tt.since))
		if got.Sent != tt.sent || got.Failed != tt.failed || got.P99 != tt.p99 {
			t.Errorf("Window(%q, %s) = %+v, want %d sent, %d failed, p99 %s", tt.c, tt.since, got, tt.sent, tt.failed, tt.p99)
		}
	}
}

func TestMeasurementSurvivesJSON(t *testing.T) {
	m := switched().Measure()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Measurement
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(m, back) {
		t.Errorf("JSON %s came back as %+v", b, back)
	}
	for _, bad := range []string{`{"causes":{"odd":1}}`, `{"kinds":{"odd":{}}}`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

// Ten minutes at 500 requests a second have to be summed up in passing.
func BenchmarkMeasure(b *testing.B) {
	one := switched()
	r := Record{Started: epoch(), Rate: 500, Sources: one.Sources}
	for i := range 300_000 {
		r.Samples = append(r.Samples, Sample{At: time.Duration(i) * 2 * ms, Took: time.Duration(i%7919) * time.Microsecond, Source: 1, Kind: Kind(i % 2)})
	}
	b.Run("measure", func(b *testing.B) {
		for b.Loop() {
			r.Measure()
		}
	})
	b.Run("window of 1s", func(b *testing.B) {
		for b.Loop() {
			r.StatsSince(color.Blue, epoch().Add(599*time.Second))
		}
	})
}
