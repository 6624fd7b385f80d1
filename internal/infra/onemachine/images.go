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
	"time"

	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/kit/atomicfile"
	limit "version-manager/internal/kit/command"
	"version-manager/internal/kit/problem"
)

// loadLimit is for one image and one node.
const loadLimit = 15 * time.Minute

// LoadImage imports an image archive, of Docker's form or OCI's, into one node.
func (c *Cluster) LoadImage(ctx context.Context, name string, archive io.Reader) error {
	s, err := readSpec(c.dir.spec())
	if err != nil {
		return err
	}
	n, err := s.node(name)
	if err != nil {
		return err
	}
	if !answers("unix " + c.dir.containerd(n.Name)) {
		return problem.New(problem.Failed, "version-manager cluster up", "containerd of node %s does not run", n.Name)
	}
	return c.dir.load(ctx, n, archive)
}

func (l layout) load(ctx context.Context, n node, archive io.Reader) error {
	ctx, cancel := limit.Within(ctx, loadLimit, "version-manager cluster status", "loading an image into node "+n.Name)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ctr", "--address", l.containerd(n.Name), "--namespace", "k8s.io", "images", "import", "-")
	cmd.Stdin, cmd.WaitDelay = archive, toolDelay
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("load an image into node %s: %w", n.Name, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("load an image into node %s: %w: %s", n.Name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// loaded is what a node was given before, so that a cluster that goes on does
// not take in a gigabyte again: image by what its archive was.
type loaded map[string]string

func (l layout) loadedFile(n node) string { return l.node(n.Name, "images.json") }

// loadAll loads those of the images that the node does not have, or no longer:
// a kubelet removes unused ones when its disk is full.
func (l layout) loadAll(ctx context.Context, n node, images []programs.Image) error {
	have := loaded{}
	content, err := os.ReadFile(l.loadedFile(n))
	if err == nil {
		err = json.Unmarshal(content, &have)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read images of node %s: %w", n.Name, err)
	}
	there, err := l.imageNames(ctx, n)
	if err != nil {
		return err
	}
	for _, image := range images {
		id, err := identify(image.File)
		if err != nil {
			return err
		}
		if have[image.Name] == id && slices.Contains(there, image.Name) {
			continue
		}
		if err := l.loadFile(ctx, n, image.File); err != nil {
			return err
		}
		have[image.Name] = id
	}
	if content, err = json.Marshal(have); err != nil {
		return err
	}
	return atomicfile.Write(l.loadedFile(n), content, 0o600)
}

// imageNames are the images that containerd of a node has.
func (l layout) imageNames(ctx context.Context, n node) ([]string, error) {
	names, err := command(ctx, "ctr", "--address", l.containerd(n.Name), "--namespace", "k8s.io", "images", "list", "--quiet")
	return strings.Fields(names), err
}

func (l layout) loadFile(ctx context.Context, n node, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return l.load(ctx, n, f)
}

// identify tells a file from what it was before.
func identify(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read image: %w", err)
	}
	return fmt.Sprintf("%s %d %d", path, info.Size(), info.ModTime().UnixNano()), nil
}
