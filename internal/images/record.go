package images

import (
	"context"
	"encoding/json"
	"slices"

	"version-manager/internal/kube"
)

// maxNoted bounds how many images are noted for a node.
const maxNoted = 40

// RecordName is the ConfigMap in an app's namespace that says which images
// were loaded into which nodes. A kubelet lists only some of its images, and
// late. The record may be lost: then images are loaded once more.
func RecordName(app string) string { return app + "-images" }

// shelf is what was loaded into one node.
type shelf struct {
	ID     string   `json:"id"` // of the node, see node.id
	Images []string `json:"images"`
}

// catalog has the shelves of the nodes by their names.
type catalog map[string]shelf

func (c catalog) hasImage(n node, ref string) bool {
	s := c[n.name]
	return s.ID == n.id && slices.Contains(s.Images, ref)
}

// with returns s with one more image. What a node had in an earlier life is
// forgotten.
func (s shelf) with(n node, ref string) shelf {
	var images []string
	if s.ID == n.id {
		images = slices.DeleteFunc(slices.Clone(s.Images), func(r string) bool { return r == ref })
	}
	images = append(images, ref)
	return shelf{n.id, images[max(0, len(images)-maxNoted):]}
}

// records keeps the catalog of an app.
type records struct {
	cluster        kube.Cluster
	app, namespace string
}

func (r records) recordRef() kube.Ref {
	return kube.Ref{Kind: "ConfigMap", Namespace: r.namespace, Name: RecordName(r.app)}
}

func (r records) readRecords(ctx context.Context) (catalog, error) {
	o, err := r.cluster.GetObject(ctx, r.recordRef())
	if kube.IsNotFound(err) {
		return catalog{}, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := kube.ConvertObject[struct {
		Data map[string]string `json:"data"`
	}](o)
	if err != nil {
		return nil, err
	}
	c := catalog{}
	for name, text := range m.Data {
		var s shelf
		if json.Unmarshal([]byte(text), &s) == nil { // else it is as good as lost
			c[name] = s
		}
	}
	return c, nil
}

// writeRecords notes the shelves of some nodes and leaves the others alone.
func (r records) writeRecords(ctx context.Context, changed catalog) error {
	if len(changed) == 0 {
		return nil
	}
	data := map[string]any{}
	for name, s := range changed {
		b, err := json.Marshal(s)
		if err != nil {
			return err
		}
		data[name] = string(b)
	}
	_, err := r.cluster.PatchObject(ctx, r.recordRef(), map[string]any{"data": data})
	if !kube.IsNotFound(err) {
		return err
	}
	_, err = r.cluster.CreateObject(ctx, &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": data,
		"metadata": map[string]any{"name": RecordName(r.app), "namespace": r.namespace, "labels": map[string]any{
			"app.kubernetes.io/name": r.app, "app.kubernetes.io/managed-by": kube.FieldManager,
		}},
	}})
	return err
}
