package targets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/cli/project"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

// remote is a target somewhere else; only where it is matters here.
type remote struct {
	deploy.Target
	where clusterstatus.Cluster
}

func (r remote) LocateCluster() clusterstatus.Cluster { return r.where }

func at(context, server string) remote {
	return remote{where: clusterstatus.Cluster{Context: context, Server: server, Namespace: "shop"}}
}

func appAt(base string, t deploy.Target) App {
	return App{Project: project.Project{State: project.StateFolder{Base: base}}, Target: t}
}

func confirmAt(inv *command.Invocation, base string, t deploy.Target) error {
	return appAt(base, t).ConfirmTarget(inv, Flags{})
}

// answering is an invocation with the answer of a person at a terminal.
func answering(answer string) (*command.Invocation, *strings.Builder) {
	inv, _, _ := commandtest.NewInvocation()
	said := new(strings.Builder)
	inv.Streams.In, inv.Streams.Prompts, inv.Streams.Err.Writer = strings.NewReader(answer), true, said
	return inv, said
}

func TestConfirmAsksOncePerServer(t *testing.T) {
	base := t.TempDir()
	prod := at("prod", "https://10.0.0.1:6443")
	inv, said := answering("y\n")
	if err := confirmAt(inv, base, prod); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"prod", "https://10.0.0.1:6443", "shop", "[y/N]"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in the question\n%s", want, said)
		}
	}
	if inv, said = answering(""); confirmAt(inv, base, prod) != nil || said.Len() > 0 {
		t.Errorf("asked again: %s", said)
	}
	inv, said = answering("n\n")
	moved := at("prod", "https://10.9.9.9:6443")
	if err := confirmAt(inv, base, moved); problem.KindOf(err) != problem.Interrupted {
		t.Errorf("another server under the same name: %v, want an interruption", err)
	}
	if !strings.Contains(said.String(), "before   https://10.0.0.1:6443") && !strings.Contains(said.String(), "before\thttps://10.0.0.1:6443") {
		t.Errorf("the question does not say what the server was before\n%s", said)
	}
	if inv, _ = answering(""); confirmAt(inv, base, prod) != nil {
		t.Error("a no revoked the yes from before")
	}
	inv, said = answering("n\n")
	prod.where.Authority = "sha256:another"
	if err := confirmAt(inv, base, prod); problem.KindOf(err) != problem.Interrupted || !strings.Contains(said.String(), "another certificate authority") {
		t.Errorf("another authority under the same name and address: %v\n%s", err, said)
	}
}

func TestConfirmAcceptsFlags(t *testing.T) {
	prod := at("prod", "https://10.0.0.1:6443")
	for _, name := range []string{"--yes", "--context"} {
		base := t.TempDir()
		inv, _, _ := commandtest.NewInvocation()
		var f Flags
		if name == "--yes" {
			inv.Global.Yes = true
		} else {
			f.Cluster.Context = "prod"
		}
		if err := appAt(base, prod).ConfirmTarget(inv, f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if inv, _, _ := commandtest.NewInvocation(); confirmAt(inv, base, prod) != nil {
			t.Errorf("%s was not remembered", name)
		}
	}
}

func TestConfirmWithoutTerminalSuggestsCommand(t *testing.T) {
	inv, _, _ := commandtest.NewInvocation()
	inv.Args = []string{"create", "v1.1.0", "-m", "new colors"}
	base := t.TempDir()
	err := confirmAt(inv, base, at("prod eu", "https://10.0.0.1:6443"))
	bad, ok := err.(*problem.Problem)
	if !ok || bad.Kind != problem.Usage || bad.Hint != "version-manager create v1.1.0 -m 'new colors' --context 'prod eu'" {
		t.Errorf("got %+v", err)
	}
	if _, err := os.Stat(filepath.Join(base, consentFile)); !os.IsNotExist(err) {
		t.Errorf("a refusal was remembered: %v", err)
	}
}

func TestConfirmOfThisMachine(t *testing.T) {
	inv, _, _ := commandtest.NewInvocation()
	if err := confirmAt(inv, "", nil); err != nil {
		t.Error(err)
	}
}

// TestDamagedConsentAsksAgain: half a record is no agreement.
func TestDamagedConsentAsksAgain(t *testing.T) {
	base := t.TempDir()
	if err := os.WriteFile(filepath.Join(base, consentFile), []byte(`{"prod": "htt`), 0o600); err != nil {
		t.Fatal(err)
	}
	inv, said := answering("y\n")
	if err := confirmAt(inv, base, at("prod", "https://10.0.0.1:6443")); err != nil || said.Len() == 0 {
		t.Errorf("%v, asked %q", err, said)
	}
}
