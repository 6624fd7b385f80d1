package gitrepo

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Bounds of what a repository may contain.
const (
	maxCommitBytes     = 16 << 20
	maxTreeBytes       = 64 << 20 // of one folder
	maxFolderDepth     = 200
	maxLinkTargetBytes = 4096 // of a symbolic link

	maxExportFiles = 500_000  // files and folders of a commit, submodules included
	maxExportBytes = 16 << 30 // their contents, Git LFS included
)

// The modes that git knows, as it writes them.
const (
	modeTree       = "40000"
	modeFile       = "100644"
	modeExecutable = "100755"
	modeLink       = "120000"
	modeSubmodule  = "160000"
)

// treeEntry is one line of a git tree.
type treeEntry struct{ mode, name, id string }

// parseTree reads a tree as git stores it. The ID of an entry is as long as
// that of the tree, idLength hexadecimal digits.
func parseTree(b []byte, idLength int) ([]treeEntry, error) {
	var entries []treeEntry
	for len(b) > 0 {
		mode, rest, ok := bytes.Cut(b, []byte(" "))
		name, rest, ok2 := bytes.Cut(rest, []byte{0})
		if !ok || !ok2 || len(rest) < idLength/2 {
			return nil, errors.New("the tree is damaged")
		}
		e := treeEntry{string(mode), string(name), hex.EncodeToString(rest[:idLength/2])}
		if err := e.checkEntry(); err != nil {
			return nil, err
		}
		entries, b = append(entries, e), rest[idLength/2:]
	}
	return entries, nil
}

// checkEntry refuses what no file can be called, and what would mean something to
// git. The mode that very old versions of git wrote for a file is accepted.
func (e *treeEntry) checkEntry() error {
	switch {
	case e.name == "" || e.name == "." || e.name == ".." || strings.Contains(e.name, "/") || strings.EqualFold(e.name, ".git"):
		return fmt.Errorf("a file or folder is called %q, which is not allowed", e.name)
	case e.mode == "100664":
		e.mode = modeFile
	}
	switch e.mode {
	case modeTree, modeFile, modeExecutable, modeLink, modeSubmodule:
		return nil
	}
	return fmt.Errorf("%q has the unknown mode %q", e.name, e.mode)
}
