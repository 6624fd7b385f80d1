package main

import (
	"net"
	"time"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	apiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/metrics-server/pkg/api"
	definitions "sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

// scrapeTimeout is for the answer of one kubelet.
const scrapeTimeout = 10 * time.Second

// flags has the same names as upstream's. Upstream's other flags are fixed to
// what our manifest would set: port 10250 of a node's internal address, and the
// pod's own service account.
type flags struct {
	serving    *options.SecureServingOptionsWithLoopback
	authn      *options.DelegatingAuthenticationOptions
	authz      *options.DelegatingAuthorizationOptions
	resolution time.Duration
	kubeletCA  string
	insecure   bool
}

func newOptions() *flags {
	return &flags{
		serving:    options.NewSecureServingOptions().WithLoopback(),
		authn:      options.NewDelegatingAuthenticationOptions(),
		authz:      options.NewDelegatingAuthorizationOptions(),
		resolution: 15 * time.Second,
	}
}

func (f *flags) addFlags(fs *pflag.FlagSet) {
	f.serving.AddFlags(fs)
	f.authn.AddFlags(fs)
	f.authz.AddFlags(fs)
	fs.DurationVar(&f.resolution, "metric-resolution", f.resolution, "time between two scrapes of a kubelet")
	fs.StringVar(&f.kubeletCA, "kubelet-certificate-authority", "", "file with the certificate authority that signed the kubelets' certificates")
	fs.BoolVar(&f.insecure, "kubelet-insecure-tls", false, "do not verify the kubelets' certificates")
}

// config turns the flags into the configuration of a server.
func (f *flags) config() (*server.Config, error) {
	own, err := f.apiserver()
	if err != nil {
		return nil, err
	}
	in, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
	in.ContentType = "application/vnd.kubernetes.protobuf"
	return &server.Config{
		Apiserver:        own,
		Rest:             in,
		Kubelet:          f.kubelet(in),
		MetricResolution: f.resolution,
		ScrapeTimeout:    scrapeTimeout,
	}, nil
}

// apiserver configures the generic API server, which leaves authentication and
// authorization to the API server of the cluster.
func (f *flags) apiserver() (*apiserver.Config, error) {
	if err := f.serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		return nil, err
	}
	c := apiserver.NewConfig(api.Codecs)
	if err := f.serving.ApplyTo(&c.SecureServing, &c.LoopbackClientConfig); err != nil {
		return nil, err
	}
	if err := f.authn.ApplyTo(&c.Authentication, c.SecureServing, nil); err != nil {
		return nil, err
	}
	if err := f.authz.ApplyTo(&c.Authorization); err != nil {
		return nil, err
	}
	c.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
	names := openapi.NewDefinitionNamer(api.Scheme)
	c.OpenAPIConfig = apiserver.DefaultOpenAPIConfig(definitions.GetOpenAPIDefinitions, names)
	c.OpenAPIV3Config = apiserver.DefaultOpenAPIV3Config(definitions.GetOpenAPIDefinitions, names)
	c.OpenAPIConfig.Info.Title, c.OpenAPIV3Config.Info.Title = "metrics-server", "metrics-server"
	return c, nil
}

// kubelet configures the client of the kubelets: it sends the pod's token, and
// verifies the node's certificate unless the flags say otherwise.
func (f *flags) kubelet(in *rest.Config) *client.KubeletClientConfig {
	k := &client.KubeletClientConfig{
		Scheme:              "https",
		DefaultPort:         10250,
		UseNodeStatusPort:   true,
		AddressTypePriority: []corev1.NodeAddressType{corev1.NodeInternalIP, corev1.NodeHostName},
		Client:              *rest.CopyConfig(in),
	}
	switch {
	case f.insecure:
		k.Client.TLSClientConfig = rest.TLSClientConfig{Insecure: true}
	case f.kubeletCA != "":
		k.Client.TLSClientConfig = rest.TLSClientConfig{CAFile: f.kubeletCA}
	}
	return k
}
