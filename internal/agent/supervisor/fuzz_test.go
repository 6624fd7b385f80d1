package supervisor

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"folder":"/elsewhere"}`))
	f.Add([]byte(`[`))
	file := filepath.Join(f.TempDir(), "record.json")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := ReadRecord(filepath.Dir(file), "record")
		if here, _ := folderOf(file); err == nil && r.Folder != here {
			t.Errorf("a record of %q is accepted", r.Folder)
		}
	})
}
