package kube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
)

func TestRefusals(t *testing.T) {
	deployment := Ref{Kind: "Deployment", Name: "shop-blue"}
	quota := `deployments.apps "shop-blue" is forbidden: exceeded quota: small`
	user := `deployments.apps "shop-blue" is forbidden: User "jane" cannot get resource "deployments" in API group "apps" in the namespace "shops"`
	for name, tt := range map[string]struct {
		ref        Ref
		h          http.HandlerFunc
		text, hint string
		is         func(error) bool
	}{
		"forbidden":  {deployment, refusing(403, "Forbidden", user), `get Deployment shops/shop-blue: the user of context "here" is not allowed to: ` + user, " --context here --namespace shops auth can-i get deployments.apps", IsForbidden},
		"quota":      {deployment, refusing(403, "Forbidden", quota), "quota is used up", " --context here --namespace shops describe resourcequota", IsQuotaExceeded},
		"ending":     {deployment, ending, "is being deleted", " --context here wait --for=delete --timeout=5m namespace/shops", IsNamespaceEnding},
		"no route":   {Ref{Kind: "HTTPRoute", Name: "shop"}, http.NotFound, "does not know this kind", "version-manager install-ingress", IsNoKind},
		"no metrics": {Ref{Kind: "PodMetrics", Name: "p"}, http.NotFound, "does not know this kind", "kubectl --kubeconfig ", IsNoKind},
		"no chart":   {Ref{Kind: "HelmChartConfig", Name: "h"}, http.NotFound, "does not know this kind", " --context here api-resources --api-group=helm.cattle.io", IsNoKind},
		"stranger":   {deployment, refusing(401, "Unauthorized", "Unauthorized"), `does not accept the user of context "here"`, "get a new kubeconfig", apierrors.IsUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, tt.h).GetObject(t.Context(), tt.ref)
			wantProblem(t, err, tt.text, tt.hint)
			if !tt.is(err) {
				t.Errorf("%v is not recognized", err)
			}
		})
	}
}

// ending refuses as a server does while a namespace is being deleted.
func ending(w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, http.StatusForbidden, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403,
		"reason": "Forbidden", "message": "being terminated",
		"details": map[string]any{"causes": []any{map[string]any{"reason": "NamespaceTerminating"}}}})
}

func TestMissingObjectIsNoProblem(t *testing.T) {
	c := client(t, refusing(404, "NotFound", `configmaps "a" not found`))
	if _, err := c.GetObject(t.Context(), ref("a")); !IsNotFound(err) || IsNoKind(err) {
		t.Errorf("error %v", err)
	}
}

func TestUnknownAuthority(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := clientOf(t, s.URL).GetObject(t.Context(), ref("a"))
	wantProblem(t, err, "is not one that context \"here\" trusts", " --context here config view --minify")
}

func TestMissingLoginProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n" +
		"clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n" +
		"users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-login, interactiveMode: Never}}}]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := OpenClient(Options{Kubeconfig: path})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.GetObject(t.Context(), ref("a"))
	wantProblem(t, err, "logs in with no-such-login, which is not installed", "config get-contexts")
}

func TestExpiry(t *testing.T) {
	end := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	token := "e30." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d}`, end.Unix())) + ".sig"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		config rest.Config
		want   string
	}{
		"certificate":  {rest.Config{TLSClientConfig: rest.TLSClientConfig{CertData: certificate(t, end)}}, "the client certificate of context \"x\" expired at 2024-02-03T04:05:06Z"},
		"token":        {rest.Config{BearerToken: token}, "the token of context \"x\" expired at 2024-02-03T04:05:06Z"},
		"token file":   {rest.Config{BearerTokenFile: file}, "the token of context \"x\" expired at 2024-02-03T04:05:06Z"},
		"opaque token": {rest.Config{Host: "h", BearerToken: secret}, "h does not accept the user of context \"x\""},
		"nothing":      {rest.Config{Host: "h"}, "h does not accept the user of context \"x\""},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Client{context: "x", config: &tt.config}
			if got := c.explainRefusal(end.Add(time.Second)); got != tt.want {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			if got := c.explainRefusal(end.Add(-time.Second)); name == "certificate" && got == tt.want {
				t.Errorf("said %q before", got)
			}
		})
	}
}

func certificate(t *testing.T, end time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: end}
	der, err2 := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func FuzzExpiry(f *testing.F) {
	f.Add([]byte("e30.eyJleHAiOjF9.x"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, e := range listExpiries(&rest.Config{BearerToken: string(b), TLSClientConfig: rest.TLSClientConfig{CertData: b}}) {
			if e.what == "" {
				t.Error("a credential without a name")
			}
		}
	})
}
