package drift

import (
	"slices"
	"testing"
)

func TestDiffValues(t *testing.T) {
	live := map[string]any{"spec": map[string]any{"image": "a", "extra": true, "ports": []any{int64(80), int64(81)}, "args": []any{"x"}}}
	want := map[string]any{"spec": map[string]any{"image": "b", "missing": "m", "ports": []any{int64(80), int64(82)}, "args": []any{"x", "y"}}}
	var got []string
	for _, d := range diffValues("Deployment/shop-blue", "", live, want) {
		got = append(got, d.String())
	}
	expected := []string{
		"Deployment/shop-blue spec.args: [x] should be [x y]",
		"Deployment/shop-blue spec.extra: true should not be there",
		"Deployment/shop-blue spec.image: a should be b",
		"Deployment/shop-blue spec.missing: should be m",
		"Deployment/shop-blue spec.ports[1]: 81 should be 82",
	}
	if !slices.Equal(got, expected) {
		t.Errorf("got %q", got)
	}
	if same := diffValues("x", "", want, want); len(same) > 0 {
		t.Errorf("an object differs from itself: %v", same)
	}
}
