package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/problem"
)

const smallest = "name: hello\nbuild: {package: .}\n"

func TestDefaults(t *testing.T) {
	app, err := ParseYAML([]byte(smallest))
	if err != nil {
		t.Fatal(err)
	}
	want := App{
		Name: "hello", Build: Build{Package: "."}, Port: 8080, Health: "/healthz", Replicas: 1,
		Bake: Duration{30 * time.Second}, Drain: Duration{30 * time.Second},
		Gate:    Gate{Healthy: 3, For: Duration{time.Second}, Timeout: Duration{time.Minute}},
		Private: []string{"/metrics"},
		Probe:   Probe{Path: "/healthz", Rate: 50, Timeout: Duration{5 * time.Second}},
		Local: Local{Address: "127.0.0.1", App: 30001, Ingress: []int{80, 8080}, Preview: "preview.localhost",
			Limits:    Limits{Requests: 2048, Uploads: 512, WebSockets: 2048, PerClient: 256, PerConnection: 100, Connections: 4096},
			Defaulted: Defaulted{App: true, Ingress: true}},
	}
	if !reflect.DeepEqual(app, want) {
		t.Errorf("got  %+v\nwant %+v", app, want)
	}
}

func TestWrittenValuesWinOverDefaults(t *testing.T) {
	app, err := ParseReader(strings.NewReader(smallest + `
health: /up
bake: 1m30s
autoscale: {max: 4}
gate: {healthy: 5}
local: {ingress: [9090]}
`))
	if err != nil {
		t.Fatal(err)
	}
	if app.Probe.Path != "/up" || app.Bake.Duration != 90*time.Second || app.Autoscale.Min != 1 {
		t.Errorf("probe path %q, bake %s, min %d", app.Probe.Path, app.Bake, app.Autoscale.Min)
	}
	if app.Gate.Healthy != 5 || app.Gate.For.Duration != time.Second {
		t.Errorf("gate %+v: a value beside the written one lost its default", app.Gate)
	}
	if !reflect.DeepEqual(app.Local.Ingress, []int{9090}) || app.Local.App != 30001 {
		t.Errorf("local %+v", app.Local)
	}
}

// Only a port that nobody wrote down may be replaced, so which ones those are
// must survive the parser; a version's copy of the configuration need not say.
func TestDefaultPortsAreKnownAsSuch(t *testing.T) {
	for _, tt := range []struct {
		yaml    string
		app     int
		ingress []int
		want    Defaulted
	}{
		{"local: {}", 30001, []int{80, 8080}, Defaulted{App: true, Ingress: true}},
		{"local:", 30001, []int{80, 8080}, Defaulted{App: true, Ingress: true}},
		{"local: {app: 30001}", 30001, []int{80, 8080}, Defaulted{Ingress: true}},
		{"local: {ingress: [80, 8080]}", 30001, []int{80, 8080}, Defaulted{App: true}},
		{"local: {ingress: }", 30001, []int{80, 8080}, Defaulted{App: true, Ingress: true}},
		{"local: {app: 8080}", 8080, []int{80}, Defaulted{Ingress: true}},
		{"local: {ingress: [30001]}", 30002, []int{30001}, Defaulted{App: true}},
	} {
		app, err := ParseYAML([]byte(smallest + tt.yaml + "\n"))
		if l := app.Local; err != nil || l.App != tt.app || !slices.Equal(l.Ingress, tt.ingress) || l.Defaulted != tt.want {
			t.Errorf("%s: %+v, %v", tt.yaml, l, err)
		}
	}
	for _, bad := range []string{"local: {app: 0}", "local: {ingress: []}", "local: {ingress: [0]}", "local: {app: 65536}"} {
		if app, err := ParseYAML([]byte(smallest + bad + "\n")); err == nil {
			t.Errorf("%s: %+v, want an error", bad, app.Local)
		}
	}
}

func TestReplicasFollowAutoscale(t *testing.T) {
	for yaml, want := range map[string]int{
		"autoscale: {min: 2, max: 8}":              2,
		"autoscale: {max: 8}":                      1,
		"autoscale: {min: 2, max: 8}\nreplicas: 5": 5,
	} {
		if app, err := ParseYAML([]byte(smallest + yaml)); err != nil || app.Replicas != want {
			t.Errorf("%s: replicas %d, %v, want %d", yaml, app.Replicas, err, want)
		}
	}
}

func TestOwnFileParses(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", File))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := ParseReader(f); err != nil {
		t.Error(err, problemLines(t, err))
	}
}

func TestMistakesOfForm(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "the file is empty"},
		{smallest + "---\n" + smallest, "more than one YAML document"},
		{smallest + "replica: 2\n", `line 3: unknown key "replica"; did you mean "replicas"?`},
		{smallest + "Port: 2\n", `line 3: unknown key "Port"; did you mean "port"?`},
		{smallest + "gate:\n  timeuot: 3s\n", `line 4: unknown key "timeuot"; did you mean "timeout"?`},
		{smallest + "gate: {color: red}\n", `line 3: unknown key "color"; known are healthy, for, timeout`},
		{smallest + "smoke:\n- paht: /x\n", `line 4: unknown key "paht"; did you mean "path"?`},
		{smallest + "bake: 30\n", `line 3: "30" is not a duration: want a number with a unit, such as 30s or 1m30s`},
		{smallest + "port: http\n", `line 3: found "http", want a whole number`},
		{smallest + "name: x\n", `line 3: name is set twice, first in line 1`},
		{smallest + "smoke: {path: /}\n", `line 3: found keys and values, want a list`},
		{smallest + "gate: [1]\n", `line 3: found a list, want keys and values`},
		{"name: [\n", "did not find expected node content"},
		{strings.Repeat("#", maxFileBytes+1), "larger than 1048576 bytes"},
	} {
		_, err := ParseReader(strings.NewReader(tt.in))
		if err == nil || !strings.HasPrefix(err.Error(), File+": ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: error %v, want %q", tt.in, err, tt.want)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := ParseYAML([]byte("nam: x\nprot: 80\nbake: soon\n"))
	if got := problemLines(t, err); len(got) != 3 {
		t.Errorf("lines %q, want three", got)
	}
}

func problemLines(t *testing.T, err error) []string {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		t.Fatalf("error %v is no problem.Problem", err)
	}
	return p.Lines
}

// FuzzParse checks that no input makes Parse panic, and that whatever it
// accepts is valid and survives the way through a release record.
func FuzzParse(f *testing.F) {
	f.Add([]byte(smallest))
	f.Add([]byte(smallest + "bake: 1m30s\nenv: {A: b}\nsmoke: [{path: /x, status: 201}]\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("name: [\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		app, err := ParseYAML(b)
		if err != nil {
			return
		}
		if err := app.ValidateApp(); err != nil {
			t.Errorf("accepted but not valid: %v", err)
		}
		js, err := CanonicalJSON(app)
		if err != nil {
			t.Fatal(err)
		}
		var again App
		if err := json.Unmarshal(js, &again); err != nil {
			t.Fatal(err)
		}
		if js2, _ := CanonicalJSON(again); string(js) != string(js2) {
			t.Errorf("round trip changed\n%s\nto\n%s", js, js2)
		}
	})
}
