package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strings"

	"version-manager/test/e2e/lab"
)

// targetPackages have the tests of the target for Kubernetes.
const targetPackages = "version-manager/internal/target/kubernetes/..."

// parallelClusterTests run at a time: they wait for pods most of the time.
const parallelClusterTests = 4

// runConformance runs the suite that every target passes, and the other tests
// that need a cluster. The tests that need none are left to `make test`.
func (s *story) runConformance(ctx context.Context) (string, error) {
	names, err := clusterTests(ctx, targetPackages)
	if err != nil {
		return "", err
	}
	c := exec.CommandContext(ctx, "go", "test", "-trimpath", "-tags", "e2e", "-count=1", "-timeout=10m", "-json",
		fmt.Sprintf("-parallel=%d", parallelClusterTests), "-run", "^("+strings.Join(names, "|")+")$", targetPackages)
	c.Env = append(os.Environ(), "KUBECONFIG="+lab.KubeconfigFile, "CGO_ENABLED=0", "VERSION_MANAGER_E2E_PROGRAM="+s.CLI)
	out, err := c.Output()
	passed, failed := readTestEvents(out)
	if err != nil || len(failed) > 0 {
		return "", fmt.Errorf("%w\n%s", err, strings.Join(failed, ""))
	}
	if passed < len(names) {
		return "", fmt.Errorf("%d of %d tests passed, and none failed", passed, len(names))
	}
	return fmt.Sprintf("%d tests passed", passed), nil
}

// readTestEvents counts the tests that passed and returns the output of those
// that failed, from what `go test -json` prints.
func readTestEvents(out []byte) (passed int, failed []string) {
	printed := map[string]string{}
	for line := range strings.Lines(string(out)) {
		var e struct{ Action, Package, Test, Output string }
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		key := e.Package + " " + e.Test
		printed[key] += e.Output
		switch {
		case e.Action == "fail":
			failed = append(failed, printed[key])
		case e.Action == "pass" && e.Test != "":
			passed++
		}
	}
	return passed, failed
}

// clusterTests names the tests that exist only with the build tag e2e.
func clusterTests(ctx context.Context, packages string) ([]string, error) {
	without, err := testFiles(ctx, packages)
	if err != nil {
		return nil, err
	}
	with, err := testFiles(ctx, packages, "-tags", "e2e")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range with {
		if slices.Contains(without, file) {
			continue
		}
		found, err := testsIn(file)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	if len(names) == 0 {
		return nil, errors.New("no test of " + packages + " needs a cluster")
	}
	return names, nil
}

func testFiles(ctx context.Context, packages string, flags ...string) ([]string, error) {
	const format = `{{$dir := .Dir}}{{range .TestGoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}`
	args := append(append([]string{"list"}, flags...), "-f", format, packages)
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out)), nil
}

// testsIn names the test functions of a file.
func testsIn(file string) (names []string, err error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
			names = append(names, f.Name.Name)
		}
	}
	return names, nil
}
