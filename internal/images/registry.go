package images

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

var _ carrier = (*registry)(nil)

// registry pushes images to where the nodes pull from, as the user that is
// logged in there.
type registry struct {
	cluster   kube.Cluster
	base      string // "registry.example.org/team"
	secret    string
	namespace string
	log       func(string)
	keychain  authn.Keychain
}

func newRegistry(o Options) (*registry, error) {
	if _, err := name.NewRepository(o.Config.Registry+"/"+o.App, name.StrictValidation); err != nil {
		return nil, problem.Wrap(err, problem.Failed, "kubernetes.registry: registry.example.org/team", "registry %q", o.Config.Registry)
	}
	return &registry{cluster: o.Cluster, base: o.Config.Registry, secret: o.Config.PullSecret, namespace: o.Namespace,
		log: o.Log, keychain: patient{authn.DefaultKeychain, helperLimit}}, nil
}

func (r *registry) imageName(repository string, digest v1.Hash) Placed {
	return Placed{Ref: r.base + "/" + repository + "@" + digest.String(), Pull: "IfNotPresent"}
}

// bringImage pushes what the registry does not have.
func (r *registry) bringImage(ctx context.Context, p parcel) error {
	pulled, err := name.NewDigest(p.Ref)
	if err != nil {
		return err
	}
	digest, err := p.image.Digest()
	if err != nil {
		return err
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(r.keychain),
		remote.WithTransport(tlsOnly{remote.DefaultTransport}), remote.WithUserAgent(kube.FieldManager), remote.WithJobs(atOnce)}
	if _, err := remote.Head(pulled, options...); err == nil {
		return nil
	}
	// By a tag, so that the registry does not take it for litter.
	if err := remote.Write(pulled.Context().Tag(shortDigest(digest)), p.image, options...); err != nil {
		return explainPush(pulled.Context(), err)
	}
	return nil
}

// tlsOnly refuses what the library would try: plain HTTP to registries in
// private networks, with the user's password in it. It also bounds answers.
type tlsOnly struct{ next http.RoundTripper }

func (t tlsOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !isLoopback(r.URL.Hostname()) {
		return nil, errPlain
	}
	res, err := t.next.RoundTrip(r)
	if err == nil {
		res.Body = &shortBody{res.Body, maxAnswer}
	}
	return res, err
}

// maxAnswer bounds what a registry says to a push. The library reads answers
// whole, and a registry is somebody else's machine.
const maxAnswer = 4 << 20

var errLongAnswer = errors.New("the registry's answer is too long")

// shortBody fails after a number of bytes.
type shortBody struct {
	io.ReadCloser
	left int64
}

func (b *shortBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errLongAnswer
	}
	return n, err
}

var errPlain = errors.New("it does not use TLS, and plain HTTP is for this machine only")

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// explainPush finds the advice for a failed push.
func explainPush(to name.Repository, err error) error {
	host, what := to.RegistryStr(), fmt.Sprintf("push to %s", to)
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return problem.Wrap(bad.Err, problem.Failed, "export SSL_CERT_FILE=FILE with the certificate authority of "+host,
			"%s: its certificate is not trusted", what)
	}
	if answer, ok := errors.AsType[*transport.Error](err); ok {
		switch answer.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			return problem.Wrap(err, problem.Failed, "docker login "+host, "%s: access denied by the registry", what)
		case http.StatusNotFound:
			return problem.Wrap(err, problem.Failed, "create the repository "+to.RepositoryStr()+" in "+host+", or correct kubernetes.registry",
				"%s: the registry does not know this repository", what)
		}
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" || errors.Is(err, errPlain) {
		return problem.Wrap(err, problem.Failed, "curl -v https://"+host+"/v2/", "%s: the registry cannot be reached", what)
	}
	return problem.Wrap(err, problem.Failed, "docker login "+host, "%s", what)
}
