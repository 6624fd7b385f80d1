package onemachine

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

	"version-manager/internal/kit/atomicfile"
)

//go:embed files
var templates embed.FS

// view is what a template may use.
type view struct {
	L      paths
	Spec   spec
	Node   node
	Cgroup string
	Pods   string
	DNS    string
	Secret string // key for Secrets at rest; only one file has it
}

// paths lends the layout to templates.
type paths struct{ layout }

func (p paths) In(names ...string) string             { return p.in(names...) }
func (p paths) Key(name string) string                { return p.key(name) }
func (p paths) Config(name string) string             { return p.config(name) }
func (p paths) Run(names ...string) string            { return p.run(names...) }
func (p paths) Node(n string, names ...string) string { return p.node(n, names...) }

// render fills in one of the files.
func render(name string, v view) ([]byte, error) {
	t, err := template.ParseFS(templates, "files/"+name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var b bytes.Buffer
	if err := t.Option("missingkey=error").Execute(&b, v); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// writeFiles writes the configuration of every process. A file that is already
// right stays: kube-proxy ends when its own is written.
func (l layout) writeFiles(s spec, resolv []byte) error {
	for _, dir := range []string{l.config(""), l.logs(), l.registries(), l.etcd()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if err := writeChanged(l.config("resolv.conf"), resolv); err != nil {
		return err
	}
	if err := l.ensureEncryption(); err != nil {
		return err
	}
	v := view{L: paths{l}, Spec: s, Pods: podRange, DNS: dnsAddress}
	for _, name := range []string{"etcd.yaml", "authentication.yaml"} {
		if err := l.write(name, l.config(name), v); err != nil {
			return err
		}
	}
	for _, n := range s.nodes() {
		if err := l.writeNode(n, v); err != nil {
			return fmt.Errorf("node %s: %w", n.Name, err)
		}
	}
	return nil
}

func (l layout) writeNode(n node, v view) error {
	v.Node, v.Cgroup = n, cgroupOf(n.Name)
	for _, dir := range nodeFolders() {
		if err := os.MkdirAll(l.node(n.Name, dir), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	for name, path := range map[string]string{
		"containerd.toml": l.node(n.Name, "containerd.toml"),
		"kubelet.yaml":    l.node(n.Name, "kubelet.yaml"),
		"proxy.yaml":      l.node(n.Name, "proxy.yaml"),
		"pods.conflist":   l.node(n.Name, "cni", "10-pods.conflist"),
	} {
		if err := l.write(name, path, v); err != nil {
			return err
		}
	}
	for _, c := range covers() {
		if err := writeChanged(l.node(n.Name, "kernel", c.name), []byte(c.value+"\n")); err != nil {
			return err
		}
	}
	return nil
}

// nodeFolders are the folders that a node keeps.
func nodeFolders() []string {
	list := []string{"cni", "containerd", "kernel", "kubelet", "logs"}
	for _, r := range rooms() {
		list = append(list, r.name)
	}
	return list
}

func (l layout) write(name, path string, v view) error {
	content, err := render(name, v)
	if err != nil {
		return err
	}
	return writeChanged(path, content)
}

func writeChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, content, 0o600)
}

// ensureEncryption makes the key for Secrets once: who loses it loses them.
func (l layout) ensureEncryption() error {
	path := l.key("encryption.yaml")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("make key for secrets: %w", err)
	}
	return l.write("encryption.yaml", path, view{Secret: base64.StdEncoding.EncodeToString(secret)})
}
