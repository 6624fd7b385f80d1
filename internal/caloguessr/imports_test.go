package caloguessr

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports: the public app must not contain code that controls clusters and
// deploys. It would make the image larger, and more useful to an attacker.
func TestImports(t *testing.T) {
	allowed := []string{
		"version-manager/internal/caloguessr", "version-manager/internal/wire",
		"version-manager/internal/kit/atomicfile", "version-manager/internal/kit/wait",
		"version-manager/internal/kit/httpkit", "version-manager/internal/kit/httpx", "version-manager/internal/kit/memlimit",
		"version-manager/internal/kit/waittest", // in tests
		"google.golang.org/genai", "github.com/prometheus/client_golang", "golang.org/x/image",
		"golang.org/x/crypto/x509roots/fallback", "golang.org/x/sync/semaphore", "golang.org/x/sys/unix",
	}
	for _, root := range []string{".", "../kit/httpkit", "../../cmd/caloguessr"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range file.Imports {
				name, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					return err
				}
				if !isStandard(name) && !hasPrefix(name, allowed) {
					t.Errorf("%s imports %s", path, name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".") && first != "version-manager"
}

func hasPrefix(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if name == p || strings.HasPrefix(name, p+"/") {
			return true
		}
	}
	return false
}
