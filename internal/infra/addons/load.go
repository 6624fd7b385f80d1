package addons

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	ingress "version-manager/manifests/ingress"
)

// gatewayDefinitions returns the definitions of the Gateway API.
func gatewayDefinitions() []*kube.Object { return loadObjects(ingress.CRDs) }

// loadObjects reads the objects of all files, in the order of the files' names.
// The files are part of the program, and a test reads all of them, so an error in
// one of them panics.
func loadObjects(files embed.FS) []*kube.Object {
	var list []*kube.Object
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		found, err := parseObjects(b)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, found...)
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("read the embedded objects: %v", err))
	}
	return list
}

// parseObjects reads the YAML documents of one file. A duplicate key is an error.
func parseObjects(b []byte) ([]*kube.Object, error) {
	var list []*kube.Object
	for r := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(b))); ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		asJSON, err := strict.YAMLToJSONStrict(doc)
		if err != nil {
			return nil, err
		}
		o := new(kube.Object)
		if err := o.UnmarshalJSON(asJSON); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
}
