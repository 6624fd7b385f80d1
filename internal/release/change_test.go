package release

import (
	"fmt"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

func TestNamed(t *testing.T) {
	changes := []gitrepo.Change{{Path: "b.go", Tracked: true}, {Path: "a.go", New: true}, {Path: "c.go", Tracked: true}}
	if got, want := summarizeChanges(changes), "a.go (new), b.go, c.go"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for i := range 9 {
		changes = append(changes, gitrepo.Change{Path: fmt.Sprint(i), Tracked: true})
	}
	if got := summarizeChanges(changes); !strings.HasSuffix(got, ", 6 and 2 more") {
		t.Errorf("%q does not stop after ten", got)
	}
}

func TestLooksSecret(t *testing.T) {
	for name, want := range map[string]bool{
		".env": true, ".env.production": true, "server.pem": true, "tls.KEY": true, "id_rsa": true, "id_rsa.old": true,
		"aws-credentials.json": true, "Credentials": true, "openrc.sh": true,
		"id_ed25519": true, "id_ecdsa": true, ".netrc": true, ".npmrc": true, "client.p12": true, "kubeconfig": true, "prod.kubeconfig": true,
		"service-account-prod.json": true, "terraform.tfstate.backup": true, "secrets.yaml": true, ".git-credentials": true,
		".env.example": false, ".env.sample": false, "id_ed25519.pub": false, "secrets.go": false,
		"env.go": false, ".envrc": false, "key.go": false, "monkey": false, "rc": false, "main.go": false,
	} {
		if got := looksSecret(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestCreateRefusesSecrets(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	releasetest.WriteFiles(t, dir, map[string]string{"config/.env": "TOKEN=hunter2\n", "new.txt": ""})
	head := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
	o := Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: store}
	_, err := CreateVersion(t.Context(), o)
	releasetest.WantProblem(t, err, problem.Failed, "1 file that looks like a secret is not known to git: nothing was committed", ".gitignore")
	if releasetest.ErrorLines(err) != "config/.env" || releasetest.RunGit(t, dir, "rev-parse", "HEAD") != head {
		t.Errorf("named %q", releasetest.ErrorLines(err))
	}
	releasetest.RunGit(t, dir, "add", "config/.env") // on purpose
	create(t, o)
}

func TestFailedCreateStillTellsOfItsCommit(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	releasetest.WriteFiles(t, dir, map[string]string{"main.go": "nonsense"})
	c, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: store})
	if err == nil || len(c.Notes) != 2 || !strings.HasSuffix(c.Notes[1], "pushed: git reset --soft HEAD~1") {
		t.Errorf("%v, notes %q", err, c.Notes)
	}
}
