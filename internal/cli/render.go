package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// renderer is a target that keeps what it runs as objects.
type renderer interface {
	// Render returns the YAML documents of a version in color c, and needs no
	// cluster for it.
	Render(spec deploy.Spec, c color.Color) ([]byte, error)
}

type renderOptions struct {
	*app
	version  string
	color    color.Color
	replicas int      // 0: as the version's configuration says
	only     []string // "Kind/name"; none: all objects
}

func newRender(a *app) *cobra.Command {
	o := renderOptions{app: a, color: color.Blue}
	c := &cobra.Command{
		Use:   "render VERSION",
		Short: "print the Kubernetes objects of a version",
		Long: "Prints all Kubernetes objects of a version as YAML, in the form in which a deploy applies them, or with " +
			"-o json as one List. It does not contact the cluster, and the output contains no values of secrets. It " +
			"is meant for those who keep the objects in git and let another tool apply them with kubectl apply " +
			"--server-side. Applying them sends the traffic to the color without any check, so do not do that to an " +
			"app that version-manager deploys. Here, --color selects blue or green, not the colors of the output.",
		Example:           "  version-manager render v1.1.0 > shop.yaml\n  version-manager render v1.1.0 --color green --replicas 3 -o json",
		GroupID:           "clusters",
		Args:              takes(1, 1),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, args []string) error {
			if o.replicas < 0 {
				return usage(c, "--replicas %d is not a number of instances", o.replicas)
			}
			o.version = args[0]
			return runRender(c.Context(), o)
		},
	}
	c.Flags().Var(choose(&o.color, color.Blue, color.Green), "color", "the color to render")
	c.Flags().StringSliceVar(&o.only, "only", nil, "print only the object `KIND/NAME`")
	c.Flags().IntVar(&o.replicas, "replicas", 0, "render `N` instances (default replicas of the version)")
	return c
}

func runRender(ctx context.Context, o renderOptions) error {
	o.global.meanCluster()
	_, t, rel, err := o.openVersion(ctx, o.version, reading)
	if err != nil {
		return err
	}
	r, ok := t.(renderer)
	if !ok {
		return noObjects("render", rel.Version)
	}
	n := o.replicas
	if n == 0 {
		n = max(1, rel.Config.Replicas)
	}
	docs, err := r.Render(deploy.Spec{Release: rel, Replicas: n}, o.color)
	if err != nil {
		return fmt.Errorf("render %s: %w", rel.Version, err)
	}
	if docs, err = chosen(docs, o.only); err != nil {
		return err
	}
	return o.print(docs)
}

// chosen keeps the objects of a stream that are named; all, where none is.
func chosen(docs []byte, names []string) ([]byte, error) {
	if len(names) == 0 {
		return docs, nil
	}
	var kept bytes.Buffer
	seen := map[string]bool{}
	for _, doc := range documents(docs) {
		if len(bytes.TrimSpace(doc)) == 0 {
			continue
		}
		name, err := objectName(doc)
		if err != nil {
			return nil, fmt.Errorf("read what was rendered: %w", err)
		}
		seen[name] = true
		if slices.Contains(names, name) {
			fmt.Fprintf(&kept, "---\n%s\n", bytes.TrimSpace(doc))
		}
	}
	for _, n := range names {
		if !seen[n] {
			return nil, problem.New(problem.NotFound, "", "there is no object %s, only %s", n, strings.Join(slices.Sorted(maps.Keys(seen)), ", "))
		}
	}
	return kept.Bytes(), nil
}

// objectName is how [chosen] and diff call an object.
func objectName(doc []byte) (string, error) {
	var o struct {
		Kind     string
		Metadata struct{ Name string }
	}
	err := yaml.Unmarshal(doc, &o)
	return o.Kind + "/" + o.Metadata.Name, err
}

func (o renderOptions) print(docs []byte) error {
	if o.global.format == ui.JSON {
		list, err := listOf(docs)
		if err != nil {
			return fmt.Errorf("read what was rendered: %w", err)
		}
		return o.io.Answer(ui.JSON, list, nil)
	}
	_, err := o.io.Out.Write(docs)
	return err
}

// list is what kubectl takes as one object for many.
type list struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Items      []json.RawMessage `json:"items"`
}

func listOf(docs []byte) (list, error) {
	l := list{APIVersion: "v1", Kind: "List", Items: []json.RawMessage{}}
	for _, doc := range documents(docs) {
		object, err := yaml.YAMLToJSON(doc)
		if err != nil {
			return l, err
		}
		if string(object) != "null" {
			l.Items = append(l.Items, object)
		}
	}
	return l, nil
}

// documents splits a stream of YAML.
func documents(stream []byte) [][]byte {
	return bytes.Split(append([]byte("\n"), stream...), []byte("\n---\n"))
}

// noObjects is the answer where the target is no cluster.
func noObjects(command string, v release.Version) error {
	return problem.New(problem.Usage, fmt.Sprintf("version-manager --target %s %s %s", clusterTarget, command, v), "%s works on a cluster, and the target is local", command)
}
