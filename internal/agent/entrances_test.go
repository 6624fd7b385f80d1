package agent

import (
	"path/filepath"
	"testing"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/listening"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

func testEntrance() entrance.Entrance {
	return entrance.Entrance{Address: "127.0.0.1:8081", InsteadOf: 8080}
}

func TestStandInPort(t *testing.T) {
	before := []entrance.Entrance{{Address: "127.0.0.1:7000"}, testEntrance(), {Address: "127.0.0.1:9001", Ingress: true, InsteadOf: 9000}}
	for name, tt := range map[string]struct {
		setting, host string
		want          int
	}{
		"the app's port":  {listening.AppSetting, "127.0.0.1", 8081},
		"another host":    {listening.AppSetting, "0.0.0.0", 0},
		"another setting": {listening.IngressSetting, "127.0.0.1", 9001},
	} {
		if got := standInPort(before, listening.PortRequest{Setting: tt.setting, Host: tt.host}); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if got := standInPort(before[:1], listening.PortRequest{Setting: listening.AppSetting, Host: "127.0.0.1"}); got != 0 {
		t.Errorf("a configured port is not a stand-in: %d", got)
	}
}

func TestProjectPath(t *testing.T) {
	for file, want := range map[string]string{"": "", "/etc/cert.pem": "/etc/cert.pem", "cert.pem": filepath.Join("/project", "cert.pem")} {
		if got := projectPath("/project", file); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

// TestPreviewURL: the ingress's port is preferred to the app's own.
func TestPreviewURL(t *testing.T) {
	app := entrance.Entrance{Address: "127.0.0.1:7000"}
	ingress := entrance.Entrance{Address: "127.0.0.1:8080", Ingress: true}
	for name, tt := range map[string]struct {
		list []entrance.Entrance
		want string
	}{
		"only the app's port":     {[]entrance.Entrance{app}, "http://p.localhost:7000"},
		"both":                    {[]entrance.Entrance{app, ingress}, "http://p.localhost:8080"},
		"two ports of the app":    {[]entrance.Entrance{app, {Address: "127.0.0.1:7001"}}, "http://p.localhost:7000"},
		"the ingress comes first": {[]entrance.Entrance{ingress, app}, "http://p.localhost:8080"},
	} {
		s := appState{Preview: "p.localhost", Entrances: tt.list}
		got := s.listEntrances(func(string) string { return "" }, func(string) *deploy.Certificate { return nil })
		if got.Preview != tt.want {
			t.Errorf("%s: %q, want %q", name, got.Preview, tt.want)
		}
	}
}

func TestSecretsAreKept(t *testing.T) {
	p := appPaths{t.TempDir()}
	for _, secrets := range []deploy.Secrets{{"A": "1"}, {"B": "2", "C": ""}, nil} {
		if err := saveSecrets(p, color.Green, secrets); err != nil {
			t.Fatal(err)
		}
		got, err := loadSecrets(p, color.Green)
		if err != nil || len(got) != len(secrets) {
			t.Errorf("%v became %v, %v", secrets, got, err)
		}
		for name, value := range secrets {
			if got[name] != value {
				t.Errorf("%s: %q, want %q", name, got[name], value)
			}
		}
	}
}
