package onemachine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/infra/onemachine/programs"
)

// fakeCtr acts like ctr: it lists the images in the file $CTR_IMAGES, and appends
// what it imports to the file $CTR_IMPORTED.
const fakeCtr = `#!/bin/sh
case "$*" in
*"images list --quiet") cat "$CTR_IMAGES" ;;
*"images import -") cat >>"$CTR_IMPORTED" ;;
*) echo "unexpected arguments: $*" >&2; exit 1 ;;
esac
`

// fakeNode is a node whose containerd is faked.
type fakeNode struct {
	containerd
	dir    string
	images []programs.Image
}

func newFakeNode(t *testing.T, names ...string) fakeNode {
	t.Helper()
	n := fakeNode{dir: t.TempDir()}
	n.containerd = containerd{"server", filepath.Join(n.dir, "socket"), filepath.Join(n.dir, "images.json")}
	n.write(t, "ctr", fakeCtr, 0o700)
	t.Setenv("PATH", n.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("CTR_IMAGES", filepath.Join(n.dir, "images"))
	t.Setenv("CTR_IMPORTED", filepath.Join(n.dir, "imported"))
	for _, name := range names {
		n.images = append(n.images, programs.Image{Name: name, File: n.write(t, name+".tar", name+"\n", 0o600)})
	}
	return n
}

func (n fakeNode) write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(n.dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkImport runs importMissing on a node with some images, and compares what it
// imports.
func (n fakeNode) checkImport(t *testing.T, when string, present []string, want ...string) {
	t.Helper()
	n.write(t, "images", strings.Join(present, "\n"), 0o600)
	n.write(t, "imported", "", 0o600)
	if err := n.importMissing(t.Context(), n.images); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	imported, err := os.ReadFile(filepath.Join(n.dir, "imported"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(imported)); !slices.Equal(got, want) {
		t.Errorf("%s: imported %q, want %q", when, got, want)
	}
}

func TestImportMissing(t *testing.T) {
	n := newFakeNode(t, "pause", "coredns")
	n.checkImport(t, "new node", nil, "pause", "coredns")
	n.checkImport(t, "nothing changed", []string{"pause", "coredns"})
	n.checkImport(t, "an image was removed from the node", []string{"coredns"}, "pause")
	n.write(t, "coredns.tar", "coredns-2\n", 0o600)
	n.checkImport(t, "an archive changed", []string{"pause", "coredns"}, "coredns-2")
}

func TestImportMissingFails(t *testing.T) {
	n := newFakeNode(t, "pause")
	n.write(t, "images", "", 0o600)
	n.write(t, "images.json", "{", 0o600)
	if err := n.importMissing(t.Context(), n.images); err == nil || !strings.Contains(err.Error(), "read the images of node server") {
		t.Errorf("a damaged list: %v", err)
	}
	n.write(t, "images.json", "{}", 0o600)
	n.write(t, "ctr", "#!/bin/sh\necho no space left >&2; exit 1\n", 0o700)
	if err := n.importMissing(t.Context(), n.images); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a full disk: %v", err)
	}
}
