package addons

import "testing"

func FuzzParse(f *testing.F) {
	f.Add([]byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\n"))
	f.Add([]byte("---\n---\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("a: 1\na: 2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseObjects(b)
		if err != nil {
			return
		}
		for _, o := range list {
			if o.GetKind() == "" {
				t.Errorf("%q holds an object without a kind", b)
			}
		}
	})
}
