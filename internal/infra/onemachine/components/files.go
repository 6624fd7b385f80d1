// Package components says what each process of a local cluster is: its command
// line, its configuration files, and its keys.
//
// It writes files and starts nothing. Start with [ListPrograms], [WriteFiles],
// and [EnsureKeys].
package components

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/atomicfile"
)

//go:embed files
var templates embed.FS

// secretKeySize is the size of the key that encrypts Secrets at rest, in bytes.
const secretKeySize = 32

// templateData is what a template may use.
type templateData struct {
	Dir       clusterdir.Dir
	Spec      clusterdir.Spec
	Node      topology.Node
	Cgroup    string // of the node
	PodRange  string // of all nodes
	DNS       string
	SecretKey string // base64; only in the file with the key
}

// WriteFiles writes the configuration of every process of the cluster in dir. It
// leaves a file as it is if its content is right: kube-proxy ends whenever its
// own file is written.
func WriteFiles(dir clusterdir.Dir, s clusterdir.Spec, resolvConf []byte) error {
	for _, folder := range []string{dir.ConfigFile(""), dir.LogsDir(), dir.RegistriesDir(), dir.EtcdDir()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if err := writeIfChanged(dir.ConfigFile("resolv.conf"), resolvConf); err != nil {
		return err
	}
	if err := ensureEncryption(dir); err != nil {
		return err
	}
	data := templateData{Dir: dir, Spec: s, PodRange: topology.PodRange, DNS: topology.DNSAddress}
	for _, name := range []string{"etcd.yaml", "authentication.yaml"} {
		if err := writeTemplate(name, dir.ConfigFile(name), data); err != nil {
			return err
		}
	}
	for _, n := range s.ListNodes() {
		data.Node, data.Cgroup = n, cgroup.NodeGroup(n.Name)
		if err := writeNodeFiles(dir, data); err != nil {
			return fmt.Errorf("node %s: %w", n.Name, err)
		}
	}
	return nil
}

func writeNodeFiles(dir clusterdir.Dir, data templateData) error {
	node := data.Node.Name
	for _, folder := range nodeDirs() {
		if err := os.MkdirAll(dir.NodePath(node, folder), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	for name, path := range map[string]string{
		"containerd.toml": dir.NodePath(node, "containerd.toml"),
		"kubelet.yaml":    dir.NodePath(node, "kubelet.yaml"),
		"proxy.yaml":      dir.NodePath(node, "proxy.yaml"),
		"pods.conflist":   dir.NodePath(node, "cni", "10-pods.conflist"),
	} {
		if err := writeTemplate(name, path, data); err != nil {
			return err
		}
	}
	for _, s := range namespaces.KernelSettings() {
		if err := writeIfChanged(dir.NodePath(node, namespaces.KernelDir, s.Name), []byte(s.Value+"\n")); err != nil {
			return err
		}
	}
	return nil
}

// nodeDirs are the folders of a node that survive a stop.
func nodeDirs() []string {
	return append([]string{"cni", "containerd", namespaces.KernelDir, "kubelet", "logs"}, namespaces.DirNames()...)
}

func writeTemplate(name, path string, data templateData) error {
	content, err := renderTemplate(name, data)
	if err != nil {
		return err
	}
	return writeIfChanged(path, content)
}

func renderTemplate(name string, data templateData) ([]byte, error) {
	t, err := template.ParseFS(templates, "files/"+name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var b bytes.Buffer
	if err := t.Option("missingkey=error").Execute(&b, data); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func writeIfChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, content, 0o600)
}

// ensureEncryption makes the key that encrypts Secrets, once: without it, all
// Secrets are lost.
func ensureEncryption(dir clusterdir.Dir) error {
	path := dir.KeyFile("encryption.yaml")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key := make([]byte, secretKeySize)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make the key for Secrets: %w", err)
	}
	return writeTemplate("encryption.yaml", path, templateData{SecretKey: base64.StdEncoding.EncodeToString(key)})
}
