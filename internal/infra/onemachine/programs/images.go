package programs

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// PauseImage holds a pod's network namespace: the sandbox_image of containerd.
const PauseImage = localRegistry + "/pause:1"

// localRegistry is a name without a registry behind it: its images are never
// pulled.
const localRegistry = "version-manager.local"

const (
	nonRootUser = "65532:65532"
	rootUser    = "0:0" // only for volumes: the folders that it makes belong to root
)

// Image is one image of a set.
type Image struct {
	Name string // "version-manager.local/coredns:v1.14.0"
	File string // archive, for `docker load` and `ctr images import`
}

// ListImages returns the images that every node of a cluster needs.
func (s Set) ListImages() []Image {
	var list []Image
	for _, i := range imageTable() {
		list = append(list, Image{Name: i.name, File: filepath.Join(s.Dir, "images", i.program+".tar")})
	}
	return list
}

// imageSpec describes an image whose only file is one program.
type imageSpec struct{ program, name, user string }

func imageTable() []imageSpec {
	return []imageSpec{
		{Pause, PauseImage, nonRootUser},
		{CoreDNS, localRegistry + "/coredns:" + coreDNSVersion, nonRootUser},
		{MetricsServer, localRegistry + "/metrics-server:" + metricsServerVersion, nonRootUser},
		{LocalPath, localRegistry + "/local-path-provisioner:" + localPathVersion, nonRootUser},
		{Volumes, localRegistry + "/volumes:1", rootUser},
		{Traefik, localRegistry + "/traefik:" + traefikVersion, nonRootUser},
	}
}

// writeImages writes all images into the folder of the set.
func (s Set) writeImages(ctx context.Context) error {
	if err := os.Mkdir(filepath.Join(s.Dir, "images"), 0o700); err != nil {
		return err
	}
	files := s.ListImages()
	for n, i := range imageTable() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.writeImage(i, files[n].File); err != nil {
			return fmt.Errorf("write the image %s: %w", i.name, err)
		}
	}
	return nil
}

func (s Set) writeImage(i imageSpec, file string) error {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return s.openLayer(i.program), nil })
	if err != nil {
		return err
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return err
	}
	img, err = mutate.ConfigFile(img, imageConfig(img, i))
	if err != nil {
		return err
	}
	ref, err := name.NewTag(i.name)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(file, ref, img)
}

// imageConfig says how the program of an image is started.
func imageConfig(img v1.Image, i imageSpec) *v1.ConfigFile {
	c, err := img.ConfigFile()
	if err != nil {
		panic(err) // our own image in memory always has one
	}
	c = c.DeepCopy()
	c.Architecture, c.OS = runtime.GOARCH, "linux"
	c.Config.Entrypoint = []string{"/" + i.program}
	c.Config.User = i.user
	c.Config.WorkingDir = "/"
	return c
}

// openLayer streams a tar with the program. All times are zero, so the same
// program always leads to the same image.
func (s Set) openLayer(program string) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.writeTar(w, program)) }()
	return r
}

func (s Set) writeTar(out io.Writer, program string) error {
	f, err := os.Open(s.ProgramPath(program))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w := tar.NewWriter(out)
	header := &tar.Header{Name: program, Mode: 0o555, Size: info.Size(), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.Copy(w, f); err != nil {
		return err
	}
	return w.Close()
}
