package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"version-manager/internal/kit/visible"
)

// Format is the form of an answer.
type Format string

const (
	Text Format = "text"
	JSON Format = "json"
	YAML Format = "yaml"
)

// WriteAnswer writes v to standard output: as JSON, as YAML with the same field
// names, or with the given function as text for a person.
func (s *Streams) WriteAnswer(f Format, v any, text func() error) error {
	switch f {
	case Text:
		return text()
	case JSON:
		return encodeIndented(s.Out, v)
	case YAML:
		var b bytes.Buffer
		if err := encodeIndented(&b, v); err != nil {
			return err
		}
		node, err := yamlOf(json.NewDecoder(&b))
		if err != nil {
			return fmt.Errorf("turn JSON into YAML: %w", err)
		}
		return encodeYAML(s.Out, node)
	}
	return fmt.Errorf("%q is not a format", f)
}

func encodeIndented(w io.Writer, v any) error { return encodeJSON(w, v, "  ") }

func encodeLine(w io.Writer, v any) error { return encodeJSON(w, v, "") }

func encodeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(visible.EscapeJSON(b.Bytes()))
	return err
}

// WriteJSONLine writes v to standard output as JSON on a line of its own.
func (s *Streams) WriteJSONLine(v any) error { return encodeLine(s.Out, v) }

func encodeYAML(w io.Writer, node *yaml.Node) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(node); err != nil {
		return err
	}
	_, err := w.Write(visible.EscapeYAML(b.Bytes()))
	return err
}

// yamlOf reads one JSON value and keeps the order of its fields, which a trip
// through a map would lose.
func yamlOf(d *json.Decoder) (*yaml.Node, error) {
	d.UseNumber()
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if t == '[' {
			n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		for d.More() {
			child, err := yamlOf(d)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err := d.Token() // the closing bracket
		return n, err
	case json.Number:
		return yamlNumber(t), nil
	}
	n := new(yaml.Node)
	err = n.Encode(t)
	if visible.MustEscape(n.Value) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n, err
}

func yamlNumber(n json.Number) *yaml.Node {
	tag := "!!float"
	if _, err := n.Int64(); err == nil {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: n.String()}
}
