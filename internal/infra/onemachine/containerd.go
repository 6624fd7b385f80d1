package onemachine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/command"
)

// containerd is the container runtime of one node.
type containerd struct {
	node   string
	socket string
	loaded string // file that says which archives were imported
}

func (c *Cluster) containerdOf(n topology.Node) containerd {
	return containerd{n.Name, c.dir.ContainerdSocket(n.Name), c.dir.NodePath(n.Name, "images.json")}
}

func (d containerd) isReady(context.Context) bool { return supervision.IsListening("unix " + d.socket) }

func (d containerd) ctrCommand(args ...string) []string {
	return append([]string{"ctr", "--address", d.socket, "--namespace", "k8s.io"}, args...)
}

func (d containerd) importArchive(ctx context.Context, archive io.Reader) error {
	ctx, cancel := command.Within(ctx, importTimeout, "version-manager cluster status", "loading an image into node "+d.node)
	defer cancel()
	argv := d.ctrCommand("images", "import", "-")
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.WaitDelay = archive, hosttool.OutputWait
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("load an image into node %s: %w", d.node, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("load an image into node %s: %w: %s", d.node, err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (d containerd) importFile(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return d.importArchive(ctx, f)
}

// listImages returns the names of the images that the node has.
func (d containerd) listImages(ctx context.Context) ([]string, error) {
	names, err := hosttool.RunCommand(ctx, d.ctrCommand("images", "list", "--quiet")...)
	return strings.Fields(names), err
}

// importMissing imports those images that the node never had or no longer has: a
// kubelet removes unused ones when its disk is full. It keeps a list of what it
// imported, so that a gigabyte is not imported at every start.
func (d containerd) importMissing(ctx context.Context, images []programs.Image) error {
	imported, err := d.readImported()
	if err != nil {
		return err
	}
	present, err := d.listImages(ctx)
	if err != nil {
		return err
	}
	for _, image := range images {
		id, err := fileIdentity(image.File)
		if err != nil {
			return err
		}
		if imported[image.Name] == id && slices.Contains(present, image.Name) {
			continue
		}
		if err := d.importFile(ctx, image.File); err != nil {
			return err
		}
		imported[image.Name] = id
	}
	content, err := json.Marshal(imported)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(d.loaded, content, 0o600)
}

// readImported returns the identity of the archive that each image came from.
func (d containerd) readImported() (map[string]string, error) {
	imported := map[string]string{}
	content, err := os.ReadFile(d.loaded)
	if errors.Is(err, fs.ErrNotExist) {
		return imported, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &imported)
	}
	if err != nil {
		return nil, fmt.Errorf("read the images of node %s: %w", d.node, err)
	}
	return imported, nil
}

// fileIdentity changes whenever the file is written.
func fileIdentity(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read image: %w", err)
	}
	return fmt.Sprintf("%s %d %d", path, info.Size(), info.ModTime().UnixNano()), nil
}
