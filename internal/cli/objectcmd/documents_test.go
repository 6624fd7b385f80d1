package objectcmd

import (
	"encoding/json"
	"testing"
)

func TestToList(t *testing.T) {
	l, err := toList([]byte("---\nkind: Service\n---\n# nothing\n---\nkind: Deployment\nspec: {replicas: 2}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(l)
	want := `{"apiVersion":"v1","kind":"List","items":[{"kind":"Service"},{"kind":"Deployment","spec":{"replicas":2}}]}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := toList([]byte("a: b: c")); err == nil {
		t.Error("what is no YAML was taken")
	}
}
