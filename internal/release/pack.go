package release

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/config"
	"version-manager/internal/licenses"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/gobuild"
	"version-manager/internal/release/ociimage"
)

const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// packImage makes an image of one program in a new layout. The layer is a plain
// tar: its digest then depends on no compressor's version.
func packImage(l ociimage.Layout, binary string, notices []byte, app config.App, commit gitrepo.Commit) (*ociimage.Image, error) {
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(writeLayer(pw, binary, notices, app.Name, commit.Time)) }()
	layer, err := l.PutBlob(pr, types.OCIUncompressedLayer)
	pr.CloseWithError(err) // so that the writer ends, too
	if err != nil {
		return nil, fmt.Errorf("pack image: %w", err)
	}
	c, err := json.Marshal(imageConfig(app, commit, layer.Digest))
	if err != nil {
		return nil, err
	}
	return l.AssembleImage(c, []v1.Descriptor{layer})
}

// writeLayer writes a root file system with the program, a place for temporary
// files, and the notices of others, if there are any.
func writeLayer(w io.Writer, binary string, notices []byte, name string, at time.Time) error {
	f, err := os.Open(binary)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	for _, h := range []*tar.Header{
		{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777},
		{Typeflag: tar.TypeDir, Name: "app/", Mode: 0o755},
		{Typeflag: tar.TypeReg, Name: "app/" + name, Mode: 0o755, Size: info.Size(), Uid: ociimage.Nobody, Gid: ociimage.Nobody},
	} {
		h.ModTime, h.Format = at, tar.FormatUSTAR
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
	}
	if _, err := io.Copy(tw, f); err != nil {
		return err
	}
	if err := writeNotices(tw, notices, at); err != nil {
		return err
	}
	return tw.Close()
}

func writeNotices(tw *tar.Writer, notices []byte, at time.Time) error {
	if len(notices) == 0 {
		return nil
	}
	for _, h := range []*tar.Header{
		{Typeflag: tar.TypeDir, Name: path.Dir(licenses.Path) + "/", Mode: 0o755},
		{Typeflag: tar.TypeReg, Name: licenses.Path, Mode: 0o644, Size: int64(len(notices))},
	} {
		h.ModTime, h.Format = at, tar.FormatUSTAR
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
	}
	_, err := tw.Write(notices)
	return err
}

func imageConfig(app config.App, commit gitrepo.Commit, layer v1.Hash) v1.ConfigFile {
	goos, goarch := gobuild.SplitPlatform(app.Build)
	return v1.ConfigFile{
		OS:           goos,
		Architecture: goarch,
		Created:      v1.Time{Time: commit.Time},
		RootFS:       v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{layer}},
		Config: v1.Config{
			Entrypoint:   []string{"/app/" + app.Name},
			Env:          []string{searchPath},
			User:         fmt.Sprint(ociimage.Nobody),
			WorkingDir:   "/",
			ExposedPorts: map[string]struct{}{fmt.Sprintf("%d/tcp", app.Port): {}},
			Labels: map[string]string{
				"org.opencontainers.image.title":    app.Name,
				"org.opencontainers.image.revision": commit.ID,
			},
		},
	}
}
