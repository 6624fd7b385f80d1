package launch

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/ociimage"
)

// findProgram returns the path on this machine of the program that an image
// runs. The image is unpacked at root.
func findProgram(root string, img *ociimage.Image) (string, error) {
	return findProgramIn(root, img.CommandLine()[0], img.WorkingDir(), img.ProcessEnv())
}

// findProgramIn looks for a program as it is named in an image.
func findProgramIn(dir, name, workdir string, env []string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", fmt.Errorf("open unpacked image: %w", err)
	}
	defer root.Close()
	for _, p := range candidatePaths(name, workdir, env) {
		info, err := root.Stat(strings.TrimPrefix(p, "/"))
		if err != nil || info.IsDir() {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(p))
		return file, checkRunnable(file, p)
	}
	return "", problem.New(problem.Failed, "correct the image's ENTRYPOINT or CMD and build it again",
		"the image's program %q is not in the image", name)
}

// candidatePaths lists the paths, absolute within the image, that name may mean.
func candidatePaths(name, workdir string, env []string) (paths []string) {
	if strings.Contains(name, "/") {
		if !path.IsAbs(name) {
			name = path.Join("/", workdir, name)
		}
		return []string{path.Clean(name)}
	}
	for _, dir := range searchPath(env) {
		paths = append(paths, path.Join(dir, name))
	}
	return paths
}
