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

// PauseImage is the image that holds a pod's network namespace: containerd's
// sandbox_image.
const PauseImage = registry + "/pause:1"

// registry is a name that no registry has: nothing of it is ever pulled.
const registry = "version-manager.local"

// user is who a program runs as in its image. Volumes is root: the folders
// that it makes belong to root on the node.
const user = "65532:65532"

// Image is one image of the set.
type Image struct {
	Name string // "version-manager.local/coredns:v1.14.0"
	File string // archive as `docker load` and `ctr images import` read it
}

// ListImages returns what every node of the cluster has to have.
func (s Set) ListImages() []Image {
	var list []Image
	for _, i := range imageTable() {
		list = append(list, Image{Name: i.name, File: filepath.Join(s.Dir, "images", i.program+".tar")})
	}
	return list
}

type image struct{ program, name, user string }

func imageTable() []image {
	return []image{
		{Pause, PauseImage, user},
		{CoreDNS, registry + "/coredns:" + coreDNSVersion, user},
		{MetricsServer, registry + "/metrics-server:" + metricsServerVersion, user},
		{LocalPath, registry + "/local-path-provisioner:" + localPathVersion, user},
		{Volumes, registry + "/volumes:1", "0:0"},
		{Traefik, registry + "/traefik:" + traefikVersion, user},
	}
}

// pack writes all images beside the programs.
func (s Set) pack(ctx context.Context) error {
	if err := os.Mkdir(filepath.Join(s.Dir, "images"), 0o700); err != nil {
		return err
	}
	files := s.ListImages()
	for n, i := range imageTable() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.write(i, files[n].File); err != nil {
			return fmt.Errorf("make the image %s: %w", i.name, err)
		}
	}
	return nil
}

// write makes an archive of one image whose only content is one program.
func (s Set) write(i image, file string) error {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return s.layer(i.program), nil })
	if err != nil {
		return err
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return err
	}
	img, err = mutate.ConfigFile(img, configFile(img, i))
	if err != nil {
		return err
	}
	ref, err := name.NewTag(i.name)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(file, ref, img)
}

// configFile says how the image is run.
func configFile(img v1.Image, i image) *v1.ConfigFile {
	c, err := img.ConfigFile()
	if err != nil {
		panic(err) // of an image in memory that we made
	}
	c = c.DeepCopy()
	c.Architecture, c.OS = runtime.GOARCH, "linux"
	c.Config.Entrypoint = []string{"/" + i.program}
	c.Config.User = i.user
	c.Config.WorkingDir = "/"
	return c
}

// layer streams a tar with the program. Times are zero, so that the same
// program always makes the same image.
func (s Set) layer(program string) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.tar(w, program)) }()
	return r
}

func (s Set) tar(out io.Writer, program string) error {
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
