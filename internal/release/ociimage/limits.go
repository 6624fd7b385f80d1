package ociimage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

// Limits on what an image or an archive may contain. Everybody can write an
// archive, so each number that it decides has one: a megabyte of it must not
// become gigabytes of memory, of disk, or of work.
const (
	maxDocument      = 4 << 20   // bytes of a manifest, config, index, or record, which are read whole
	maxIndexed       = 10_000    // images that an index and the indexes within it may list
	maxIndexDepth    = 3         // indexes within indexes
	maxLayers        = 1_000     // layers of one image
	maxArchiveFiles  = 100_000   // entries of an archive that holds an image
	maxUnpackedFiles = 500_000   // files and folders of all layers of an image
	maxUnpackedBytes = 16 << 30  // their contents
	maxPath          = 4096      // bytes of one path, as in Linux
	maxNames         = 128 << 20 // bytes of all paths
	maxPathDepth     = 255       // folders in one path
	maxLinks         = 40        // symbolic links on the way to one file, as in Linux
	maxInflation     = 200       // bytes that one compressed byte may become,
	inflationFree    = 64 << 20  // counted after that many
)

// errTooLarge is returned by readers at their limit.
var errTooLarge = errors.New("too large")

// readDocument reads a whole file, which must be a regular one of at most
// maxDocument bytes. A pipe in its place cannot make it wait.
func readDocument(root *os.Root, name string) ([]byte, error) {
	f, err := atomicfile.OpenInRoot(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(b) > maxDocument {
		err = fmt.Errorf("%s is larger than %d bytes: %w", name, maxDocument, errTooLarge)
	}
	return b, err
}

// checkPath refuses paths that no file system takes, or only at great cost.
func checkPath(name string) error {
	switch {
	case len(name) > maxPath:
		return fmt.Errorf("the path is longer than %d bytes", maxPath)
	case strings.Count(path.Clean(name), "/") > maxPathDepth:
		return fmt.Errorf("the path has more than %d folders", maxPathDepth)
	case strings.ContainsRune(name, 0):
		return errors.New("the path contains a NUL byte")
	}
	return nil
}

// inflatedReader is decompressed data, which fails when it is so much larger than
// what it came from that somebody must have made it so.
type inflatedReader struct {
	plain io.Reader
	from  *countingReader
	size  int64
}

func (i *inflatedReader) Read(p []byte) (int, error) {
	n, err := i.plain.Read(p)
	i.size += int64(n)
	if i.size > inflationFree && i.size/maxInflation > i.from.size {
		return 0, fmt.Errorf("it unpacks to more than %d times its size: %w", maxInflation, errTooLarge)
	}
	return n, err
}

// countingReader counts what is read.
type countingReader struct {
	r    io.Reader
	size int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.size += int64(n)
	return n, err
}

// limitedReader fails, rather than ends, after a number of bytes.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
