package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/test/e2e/lab"
)

// deployThroughRegistry deploys a version whose image the nodes pull.
func (s *story) deployThroughRegistry(ctx context.Context) (string, error) {
	hub, err := openHub(ctx)
	if err != nil {
		return "", err
	}
	defer hub.closeHub()
	v := lab.Version{Replicas: 2, Max: 6, Bake: 2 * time.Second, Extra: "  registry: " + hub.address + "/team\n"}
	if err := s.CreateVersion(ctx, "v1.2.0", v); err != nil {
		return "", err
	}
	env := s.Env
	s.Env = append(slices.Clip(env), "SSL_CERT_FILE="+hub.authorityFile())
	_, err = s.runWithReport(ctx, "zero-downtime", "v1.2.0")
	s.Env = env
	if err != nil {
		return "", err
	}
	if err := s.checkActive(ctx, "v1.2.0", 2); err != nil {
		return "", err
	}
	pods, err := s.Kube.ListObjects(ctx, kube.Ref{Kind: "Pod"}, "app.kubernetes.io/name="+s.App+",app.kubernetes.io/version=v1.2.0")
	if err != nil {
		return "", err
	}
	for _, o := range pods {
		ref, err := imageOf(&o)
		if err != nil {
			return "", err
		}
		if !strings.HasPrefix(ref, hub.address+"/team/") || !strings.Contains(ref, "@sha256:") {
			return "", fmt.Errorf("pod %s runs %q, which is not from the registry by its digest", o.GetName(), ref)
		}
	}
	return fmt.Sprintf("%d requests for images by %d pods' nodes", hub.asked.Load(), len(pods)), nil
}

// imageOf is the reference of the app's own image in a pod.
func imageOf(o *kube.Object) (string, error) {
	pod, err := kube.ConvertObject[corev1.Pod](o)
	if err != nil {
		return "", err
	}
	for _, c := range pod.Spec.Containers {
		if c.Name == manifest.AppContainer {
			return c.Image, nil
		}
	}
	return "", fmt.Errorf("pod %s has no container %s", o.GetName(), manifest.AppContainer)
}

// hub is a registry in this process, whose certificate the nodes and one call
// of the command line are told to trust.
type hub struct {
	address string
	server  *http.Server
	asked   atomic.Int64
}

func openHub(ctx context.Context) (*hub, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", lab.BridgeAddress+":0")
	if err != nil {
		return nil, fmt.Errorf("listen where the nodes can reach it: %w", err)
	}
	own, trusted, err := selfSignedCertificate(lab.BridgeAddress)
	if err != nil {
		return nil, err
	}
	silent := log.New(io.Discard, "", 0)
	h := &hub{address: l.Addr().String()}
	images := registry.New(registry.Logger(silent))
	h.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second, ErrorLog: silent, TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.asked.Add(1)
			images.ServeHTTP(w, r)
		}),
	}
	go h.server.ServeTLS(l, "", "") // ends with close
	if err := h.writeTrust(trusted); err != nil {
		h.closeHub()
		return nil, err
	}
	return h, nil
}

// writeTrust writes what containerd reads before each pull.
func (h *hub) writeTrust(authority []byte) error {
	text := fmt.Sprintf("server = %[1]q\n[host.%[1]q]\n  capabilities = [\"pull\", \"resolve\"]\n  ca = %[2]q\n", "https://"+h.address, h.authorityFile())
	if err := os.MkdirAll(h.trustFolder(), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(h.authorityFile(), authority, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.trustFolder(), "hosts.toml"), []byte(text), 0o644)
}

func (h *hub) trustFolder() string { return filepath.Join(lab.RegistriesFolder, h.address) }

func (h *hub) authorityFile() string { return filepath.Join(h.trustFolder(), "ca.pem") }

func (h *hub) closeHub() {
	h.server.Close()
	os.RemoveAll(h.trustFolder())
}
