package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1" // which git names objects by
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/kit/command"
	"version-manager/internal/kit/shell"
)

// objectTimeout is the longest time without a byte of an object.
const objectTimeout = 2 * time.Minute

// errMissing says that a repository lacks an object.
var errMissing = errors.New("the repository does not have it")

// objectReader reads objects of one repository. What it returns was checked against
// its ID, so that damage, replaced objects, and caches such as the commit
// graph cannot change what a commit contains.
type objectReader struct {
	cmd      *exec.Cmd
	ctx      context.Context
	progress *command.Progress
	in       io.WriteCloser
	out      *bufio.Reader
	said     bytes.Buffer
}

// openObjects starts the git process that reads; close ends it.
func openObjects(ctx context.Context, g git) (*objectReader, error) {
	o := &objectReader{}
	o.ctx, o.progress = command.Watch(ctx, objectTimeout, "git -C "+shell.QuoteWord(g.dir)+" fsck", "git cat-file")
	o.cmd = g.newCommand(o.ctx, "cat-file", "--batch")
	o.cmd.Stderr = &o.said
	var err error
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	o.out = bufio.NewReaderSize(out, 64<<10)
	return o, o.cmd.Start()
}

func (o *objectReader) closeReader() {
	o.in.Close()
	o.progress.Stop()
	_ = o.cmd.Wait() // it was killed, and all that was wanted was read
}

// requestObject asks for an object, whose content has to be read next.
func (o *objectReader) requestObject(id, kind string) (size int64, err error) {
	o.progress.Step()
	if _, err := io.WriteString(o.in, id+"\n"); err != nil {
		return 0, o.explainDeath(err)
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return 0, o.explainDeath(err)
	}
	f := strings.Fields(line)
	if len(f) == 2 && f[1] == "missing" {
		return 0, errMissing
	}
	if len(f) != 3 || f[0] != id || f[1] != kind {
		return 0, fmt.Errorf("git cat-file answered %q, want a %s", strings.TrimSpace(line), kind)
	}
	return strconv.ParseInt(f[2], 10, 64)
}

// explainDeath is why the process stopped answering: a timeout, or what it said. In a
// partial clone it ends at the first object that it may not fetch.
func (o *objectReader) explainDeath(err error) error {
	if o.ctx.Err() != nil {
		return context.Cause(o.ctx)
	}
	_ = o.cmd.Wait() // for the rest of what it said
	if said, _, _ := strings.Cut(o.said.String(), "\n"); said != "" {
		return fmt.Errorf("%w: %s", errMissing, strings.TrimPrefix(said, "fatal: "))
	}
	return fmt.Errorf("git cat-file: %w", err)
}

// copyContent copies the content of the object that was asked for.
func (o *objectReader) copyContent(w io.Writer, id, kind string, size int64) error {
	sum := objectHash(id)
	fmt.Fprintf(sum, "%s %d\x00", kind, size)
	n, err := io.Copy(io.MultiWriter(w, sum, o.progress), io.LimitReader(o.out, size))
	if err != nil {
		return err
	}
	if _, err := o.out.Discard(1); n != size || err != nil { // the line break
		return o.explainDeath(io.ErrUnexpectedEOF)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != id {
		return fmt.Errorf("the repository is damaged: the content of object %s has the ID %s", id, got)
	}
	return nil
}

// readObject returns an object of at most limit bytes.
func (o *objectReader) readObject(id, kind string, limit int64) ([]byte, error) {
	size, err := o.requestObject(id, kind)
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("%s %s has %d bytes, more than %d", kind, id, size, limit)
	}
	var b bytes.Buffer
	err = o.copyContent(&b, id, kind, size)
	return b.Bytes(), err
}

// treeOf returns the ID of a commit's tree.
func (o *objectReader) treeOf(commit string) (string, error) {
	b, err := o.readObject(commit, "commit", maxCommitBytes)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	tree, ok := strings.CutPrefix(string(line), "tree ")
	if !ok || len(tree) != len(commit) {
		return "", fmt.Errorf("commit %s has no tree", commit)
	}
	return tree, nil
}

// objectHash is what the IDs of a repository are made with.
func objectHash(id string) hash.Hash {
	if len(id) == 2*sha256.Size {
		return sha256.New()
	}
	return sha1.New()
}
