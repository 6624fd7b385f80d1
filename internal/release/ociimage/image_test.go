package ociimage

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// testImage makes an image of one layer.
func testImage(t *testing.T, entries ...releasetest.TarEntry) *Image {
	t.Helper()
	return layeredImage(t, releasetest.MakeTar(t, entries...))
}

// layeredImage makes an image of the given layers, gzipped ones included.
func layeredImage(t *testing.T, layers ...[]byte) *Image {
	t.Helper()
	l := Layout{t.TempDir()}
	var descriptors []v1.Descriptor
	config := runnable()
	for _, b := range layers {
		d, err := l.PutBlob(bytes.NewReader(b), types.OCIUncompressedLayer)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := newDecompressor(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		diffID, _, err := v1.SHA256(plain)
		if err != nil {
			t.Fatal(err)
		}
		descriptors = append(descriptors, d)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, diffID)
	}
	img, err := l.AssembleImage(encode(t, config), descriptors)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func runnable() v1.ConfigFile {
	return v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers"}, Config: v1.Config{Entrypoint: []string{"/app/hello"}}}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSettings(t *testing.T) {
	img := &Image{Config: v1.ConfigFile{Config: v1.Config{
		Entrypoint: []string{"/bin/app"}, Cmd: []string{"serve"}, WorkingDir: "srv/",
		Env: []string{"A=1", "B=2", "A=3", "GONE=1", "GONE", "NEVER", "EMPTY=", "odd.name=x"},
	}}}
	if argv := img.CommandLine(); !slices.Equal(argv, []string{"/bin/app", "serve"}) || img.WorkingDir() != "/srv" {
		t.Errorf("got %q %q", argv, img.WorkingDir())
	}
	if got, want := img.ProcessEnv(), []string{"A=3", "B=2", "EMPTY=", "odd.name=x"}; !slices.Equal(got, want) {
		t.Errorf("environment %q, want %q", got, want)
	}
}

func TestSettingsThatCannotBePassedOn(t *testing.T) {
	for name, c := range map[string]v1.Config{
		"its value contains a NUL byte": {Env: []string{"A=b\x00c"}},
		"its name contains a NUL byte":  {Env: []string{"A\x00B=c"}},
		"without a name":                {Env: []string{"=b"}},
		"more than 131071 bytes":        {Env: []string{"A=" + strings.Repeat("x", maxArgument)}},
		"contains a NUL byte":           {Cmd: []string{"a\x00b"}},
		"longer than":                   {WorkingDir: strings.Repeat("x/", maxPath)},
	} {
		config := runnable()
		c.Entrypoint = []string{"/app"}
		config.Config = c
		_, err := Layout{t.TempDir()}.AssembleImage(encode(t, config), nil)
		releasetest.WantProblem(t, err, problem.Failed, name, "build it again")
	}
}

// What is not text in the configuration would arrive changed.
func TestSettingsThatAreNotText(t *testing.T) {
	for raw, want := range map[string]string{
		`"Env":["A=1","KEY=a` + "\xff" + `b"]`:  `variable "KEY" is not UTF-8`,
		`"Env":["KEY=\ud800"]`:                  `variable "KEY" is not UTF-8`,
		`"Cmd":["a` + "\xc3" + `"]`:             "CMD is not UTF-8",
		`"WorkingDir":"/a` + "\xff" + `"`:       "WORKDIR is not UTF-8",
		`"Env":["KEY=\uFFFD","B=\uD83D\uDE00"]`: "",
		`"Env":["KEY=` + "\uFFFD" + `"]`:        "",
	} {
		config := `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"config":{"Entrypoint":["/app"],` + raw + `}}`
		_, err := Layout{t.TempDir()}.AssembleImage([]byte(config), nil)
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", raw, err)
			}
			continue
		}
		releasetest.WantProblem(t, err, problem.Failed, want, "build it again")
	}
}

func TestImageWithoutCommand(t *testing.T) {
	_, err := Layout{t.TempDir()}.AssembleImage(encode(t, v1.ConfigFile{}), nil)
	releasetest.WantProblem(t, err, problem.Failed, "neither entrypoint nor command", "ENTRYPOINT or CMD")
}

func TestImageWithMissingLayers(t *testing.T) {
	config := runnable()
	config.RootFS.DiffIDs = []v1.Hash{{Algorithm: "sha256", Hex: "00"}}
	if _, err := (Layout{t.TempDir()}).AssembleImage(encode(t, config), nil); err == nil {
		t.Error("an image lacks a layer that its config names")
	}
}
