package objectcmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"version-manager/internal/cli/answer"
	"version-manager/internal/kit/problem"
)

// selectObjects keeps the named objects of a YAML stream, or all if no name is
// given.
func selectObjects(docs []byte, names []string) ([]byte, error) {
	if len(names) == 0 {
		return docs, nil
	}
	var kept bytes.Buffer
	seen := map[string]bool{}
	for _, doc := range splitDocuments(docs) {
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

// objectName is how [selectObjects] and diff name an object.
func objectName(doc []byte) (string, error) {
	var o struct {
		Kind     string
		Metadata struct{ Name string }
	}
	err := yaml.Unmarshal(doc, &o)
	return o.Kind + "/" + o.Metadata.Name, err
}

// toList turns a YAML stream into one List.
func toList(docs []byte) (answer.ObjectList, error) {
	l := answer.ObjectList{APIVersion: "v1", Kind: "List", Items: []json.RawMessage{}}
	for _, doc := range splitDocuments(docs) {
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

// splitDocuments splits a YAML stream.
func splitDocuments(stream []byte) [][]byte {
	return bytes.Split(append([]byte("\n"), stream...), []byte("\n---\n"))
}
