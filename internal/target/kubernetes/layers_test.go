package kubernetes

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers are the packages below this one, the lowest first, with what each
// must not know. A package may import only those before it.
func layers() [][2]string {
	return [][2]string{
		{"objects", "it names and reads objects, and writes none"},
		{"pods", "it reads the state of pods, and knows no colors"},
		{"cache", "it keeps copies of objects, whatever they are needed for"},
		{"sidecars", "it talks to sidecars, and knows neither routes nor locks"},
		{"fenced", "it writes objects under the lock, whatever they are for"},
		{"history", "journals do not know about routes, pods or the gateway"},
		{"gateway", "it asks proxies, and does not know why a route is switched"},
		{"entrances", "it finds addresses, and does not know who has the traffic"},
		{"autoscale", "it follows the traffic that others switch"},
		{"routes", "it switches traffic, and does not start or stop colors"},
		{"workload", "it runs colors, and reaches routes only by an interface"},
		{"logs", "it reads logs and changes nothing"},
		{"drift", "it compares and changes nothing"},
		{"inspect", "it describes the cluster for people"},
		{"preflight", "it checks before a deploy and changes nothing"},
	}
}

// TestLayers: the arrows between the parts of the target point down only.
func TestLayers(t *testing.T) {
	const below = "version-manager/internal/target/kubernetes/"
	var lower []string
	for _, layer := range layers() {
		name, why := layer[0], layer[1]
		files, err := filepath.Glob(filepath.Join(name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", name, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range parsed.Imports {
				path, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				if part, ok := strings.CutPrefix(path, below); ok && !slices.Contains(lower, part) {
					t.Errorf("%s imports %s: %s", file, part, why)
				}
			}
		}
		lower = append(lower, name)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "clustertest" && e.Name() != "testdata" && !slices.Contains(lower, e.Name()) {
			t.Errorf("package %s is in no layer", e.Name())
		}
	}
}
