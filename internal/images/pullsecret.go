package images

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// checkReady looks at the Secret with which the nodes pull.
func (r *registry) checkReady(ctx context.Context, p parcel) error {
	if r.secret == "" {
		return nil
	}
	ref, err := name.NewDigest(p.Ref)
	if err != nil {
		return err
	}
	host := ref.Context().RegistryStr()
	create := "docker login " + host + " && " + r.cluster.KubectlCommand(r.namespace,
		"create secret generic "+r.secret+` --type kubernetes.io/dockerconfigjson --from-file .dockerconfigjson="$HOME/.docker/config.json"`)
	o, err := r.cluster.GetObject(ctx, kube.Ref{Kind: "Secret", Namespace: r.namespace, Name: r.secret})
	switch {
	case kube.IsForbidden(err):
		r.log(fmt.Sprintf("cannot check whether secret %s has credentials for %s: reading secrets is not allowed", r.secret, host))
		return nil
	case kube.IsNotFound(err):
		return problem.New(problem.Failed, create, "the pull secret %s is not in namespace %s", r.secret, r.namespace)
	case err != nil:
		return err
	}
	hosts, err := openRegistries(o)
	if err != nil || !hosts[host] {
		return problem.New(problem.Failed, create, "the pull secret %s has no entry for %s", r.secret, host)
	}
	return nil
}

// openRegistries are the hosts for which a Secret has credentials. Nothing of
// these is kept.
func openRegistries(o *kube.Object) (map[string]bool, error) {
	secret, err := kube.ConvertObject[struct {
		Data map[string]string `json:"data"`
	}](o)
	if err != nil {
		return nil, err
	}
	type entries map[string]json.RawMessage
	var file struct{ Auths entries }
	for key, into := range map[string]any{".dockerconfigjson": &file, ".dockercfg": &file.Auths} {
		b, err := base64.StdEncoding.DecodeString(secret.Data[key])
		if err == nil && len(b) > 0 {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			return nil, fmt.Errorf("secret %s: %s is damaged", o.GetName(), key)
		}
	}
	hosts := map[string]bool{}
	for address := range file.Auths {
		address = strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
		host, _, _ := strings.Cut(address, "/")
		hosts[host] = true
	}
	return hosts, nil
}
