package routes

import (
	"testing"

	"version-manager/internal/kube"
)

// Who wrote a route last decides whether a deploy still owns it. The server
// notes whole seconds.
func TestLastWriter(t *testing.T) {
	type entry struct{ manager, at, subresource string }
	for name, tt := range map[string]struct {
		fields []entry
		by, at string
	}{
		"nobody":                       {nil, "", ""},
		"this program":                 {[]entry{{kube.FieldManager, "05", ""}}, "", ""},
		"somebody else":                {[]entry{{"kubectl", "05", ""}}, "kubectl", "05"},
		"somebody else, then we":       {[]entry{{"kubectl", "05", ""}, {kube.FieldManager, "06", ""}}, "", ""},
		"we, listed first":             {[]entry{{kube.FieldManager, "06", ""}, {"kubectl", "05", ""}}, "", ""},
		"we, then somebody else":       {[]entry{{kube.FieldManager, "05", ""}, {"kubectl", "06", ""}}, "kubectl", "06"},
		"both in one second":           {[]entry{{kube.FieldManager, "05", ""}, {"kubectl", "05", ""}}, "kubectl", "05"},
		"both, we listed last":         {[]entry{{"kubectl", "05", ""}, {kube.FieldManager, "05", ""}}, "kubectl", "05"},
		"two others":                   {[]entry{{"helm", "04", ""}, {"kubectl", "05", ""}}, "kubectl", "05"},
		"only the status is another's": {[]entry{{kube.FieldManager, "05", ""}, {"traefik", "09", "status"}}, "", ""},
		"without a time":               {[]entry{{"kubectl", "", ""}, {kube.FieldManager, "05", ""}}, "", ""},
	} {
		var fields []any
		for _, e := range tt.fields {
			f := map[string]any{"manager": e.manager, "operation": "Update"}
			if e.at != "" {
				f["time"] = "2026-01-01T00:00:" + e.at + "Z"
			}
			if e.subresource != "" {
				f["subresource"] = e.subresource
			}
			fields = append(fields, f)
		}
		by, at := lastWriter(&kube.Object{Object: map[string]any{"metadata": map[string]any{"managedFields": fields}}})
		if by != tt.by || !at.IsZero() != (tt.at != "") || tt.at != "" && at.UTC().Format("05") != tt.at {
			t.Errorf("%s: %q at %v, want %q", name, by, at, tt.by)
		}
	}
}
