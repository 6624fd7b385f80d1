package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

// remote is a target somewhere else; only where it is matters here.
type remote struct {
	deploy.Target
	where deploy.Cluster
}

func (r remote) Where() deploy.Cluster { return r.where }

func at(context, server string) remote {
	return remote{where: deploy.Cluster{Context: context, Server: server, Namespace: "shop"}}
}

// consenting is an app with the answer of a person at a terminal.
func consenting(answer string) (*app, *strings.Builder) {
	a, _, _ := testApp()
	said := new(strings.Builder)
	a.io.In, a.io.Prompts, a.io.Err.Writer = strings.NewReader(answer), true, said
	return a, said
}

func TestAllowAsksOnceForEachServer(t *testing.T) {
	p := place{folder: folder{base: t.TempDir()}}
	prod := at("prod", "https://10.0.0.1:6443")
	a, said := consenting("y\n")
	if err := a.allow(p, prod); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"prod", "https://10.0.0.1:6443", "shop", "[y/N]"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in the question\n%s", want, said)
		}
	}
	if a, said = consenting(""); a.allow(p, prod) != nil || said.Len() > 0 {
		t.Errorf("asked again: %s", said)
	}
	a, said = consenting("n\n")
	moved := at("prod", "https://10.9.9.9:6443")
	if err := a.allow(p, moved); problem.KindOf(err) != problem.Interrupted {
		t.Errorf("another server under the same name: %v, want an interruption", err)
	}
	if !strings.Contains(said.String(), "before   https://10.0.0.1:6443") && !strings.Contains(said.String(), "before\thttps://10.0.0.1:6443") {
		t.Errorf("the question does not say what the server was before\n%s", said)
	}
	if a, _ = consenting(""); a.allow(p, prod) != nil {
		t.Error("a no took back the yes from before")
	}
	a, said = consenting("n\n")
	prod.where.Authority = "sha256:another"
	if err := a.allow(p, prod); problem.KindOf(err) != problem.Interrupted || !strings.Contains(said.String(), "another certificate authority") {
		t.Errorf("another authority under the same name and address: %v\n%s", err, said)
	}
}

func TestAllowTakesAnswersOfTheCall(t *testing.T) {
	for name, answer := range map[string]func(*app){
		"--yes":     func(a *app) { a.global.yes = true },
		"--context": func(a *app) { a.global.cluster.context = "prod" },
	} {
		p := place{folder: folder{base: t.TempDir()}}
		a, _, _ := testApp()
		answer(a)
		if err := a.allow(p, at("prod", "https://10.0.0.1:6443")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if a, _, _ := testApp(); a.allow(p, at("prod", "https://10.0.0.1:6443")) != nil {
			t.Errorf("%s was not remembered", name)
		}
	}
}

func TestAllowWithoutTerminalSaysTheCommand(t *testing.T) {
	a, _, _ := testApp()
	a.args = []string{"create", "v1.1.0", "-m", "new colors"}
	p := place{folder: folder{base: t.TempDir()}}
	err := a.allow(p, at("prod eu", "https://10.0.0.1:6443"))
	bad, ok := err.(*problem.Problem)
	if !ok || bad.Kind != problem.Usage || bad.Hint != "version-manager create v1.1.0 -m 'new colors' --context 'prod eu'" {
		t.Errorf("got %+v", err)
	}
	if _, err := os.Stat(filepath.Join(p.base, consentFile)); !os.IsNotExist(err) {
		t.Errorf("a refusal was remembered: %v", err)
	}
}

func TestAllowOfThisMachine(t *testing.T) {
	a, _, _ := testApp()
	if err := a.allow(place{}, nil); err != nil {
		t.Error(err)
	}
}

// TestDamagedConsentAsksAgain: half a record is no agreement.
func TestDamagedConsentAsksAgain(t *testing.T) {
	p := place{folder: folder{base: t.TempDir()}}
	if err := os.WriteFile(filepath.Join(p.base, consentFile), []byte(`{"prod": "htt`), 0o600); err != nil {
		t.Fatal(err)
	}
	a, said := consenting("y\n")
	if err := a.allow(p, at("prod", "https://10.0.0.1:6443")); err != nil || said.Len() == 0 {
		t.Errorf("%v, asked %q", err, said)
	}
}
