package deploy

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Secrets are the values of an app's secret variables by their names. They are
// bytes: as JSON a value that is no text is written as {"base64": "…"}, since
// a string would lose it.
type Secrets map[string]string

type binary struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (s Secrets) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	out := make(map[string]any, len(s))
	for name, value := range s {
		out[name] = value
		if !utf8.ValidString(value) {
			out[name] = binary{[]byte(value)}
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Secrets) UnmarshalJSON(b []byte) error {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(b, &in); err != nil || in == nil {
		*s = nil
		return err
	}
	*s = make(Secrets, len(in))
	for name, raw := range in {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			(*s)[name] = text
			continue
		}
		var value binary
		if err := json.Unmarshal(raw, &value); err != nil || value.Base64 == nil {
			return fmt.Errorf("secret %s is neither text nor base64", name) // without the value
		}
		(*s)[name] = string(value.Base64)
	}
	return nil
}
