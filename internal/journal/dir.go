package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"version-manager/internal/kit/atomicfile"
)

// Dir keeps the journals of one app in a folder: <id>/journal and, beside it,
// the attachments. Ids are 1, 2, 3 and so on. One process writes at a time;
// within it a Dir may be shared.
type Dir struct {
	path string
	mu   sync.Mutex
}

var (
	_ Reader = (*Dir)(nil)
	_ Writer = (*Dir)(nil)
)

// ErrNotFound is returned for a deploy or an attachment that does not exist.
var ErrNotFound = errors.New("not found")

const journalFile = "journal"

// maxFile is far more than a journal or a report has.
const maxFile = 64 << 20

// NewDir returns the journals in the folder at path, which need not exist yet.
func NewDir(path string) *Dir { return &Dir{path: path} }

// ListDeploys implements [Reader].
func (d *Dir) ListDeploys(context.Context) ([]string, error) {
	numbers, err := d.listNumbers()
	if err != nil {
		return nil, fmt.Errorf("list deploys: %w", err)
	}
	ids := make([]string, len(numbers))
	for i, n := range numbers {
		ids[i] = strconv.Itoa(n)
	}
	return ids, nil
}

// Read implements [Reader].
func (d *Dir) Read(_ context.Context, id string) ([]Record, error) {
	content, err := d.readFile(id, journalFile)
	if err != nil {
		return nil, err
	}
	records, _, err := scanRecords(content)
	if err != nil {
		return records, fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return records, nil
}

// ReadAttachment implements [Reader].
func (d *Dir) ReadAttachment(_ context.Context, id, name string) ([]byte, error) {
	return d.readFile(id, name)
}

// BeginDeploy implements [Writer].
func (d *Dir) BeginDeploy(context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	numbers, err := d.listNumbers()
	if err != nil {
		return "", fmt.Errorf("begin journal: %w", err)
	}
	next := 1
	if len(numbers) > 0 {
		next = slices.Max(numbers) + 1
	}
	id := strconv.Itoa(next)
	if err := atomicfile.MakeDir(filepath.Join(d.path, id)); err != nil {
		return "", fmt.Errorf("begin journal: %w", err)
	}
	if err := atomicfile.WriteFile(filepath.Join(d.path, id, journalFile), nil, 0o600); err != nil {
		return "", fmt.Errorf("begin journal: %w", err)
	}
	return id, atomicfile.SyncDir(d.path)
}

// AppendRecord implements [Writer].
func (d *Dir) AppendRecord(_ context.Context, id string, r Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.appendRecord(id, r); err != nil {
		return fmt.Errorf("journal of deploy %s: %w", id, err)
	}
	return nil
}

func (d *Dir) appendRecord(id string, r Record) error {
	line, err := Encode(r)
	if err != nil {
		return err
	}
	content, err := d.readFile(id, journalFile)
	if err != nil {
		return err
	}
	records, whole, err := scanRecords(content)
	if err != nil {
		return err
	}
	if exists, err := CheckNext(records, r); exists || err != nil {
		return err
	}
	return writeAt(filepath.Join(d.path, id, journalFile), int64(whole), line)
}

// writeAt makes line the end of the file, replacing a torn record behind
// offset, and removes what it wrote if it cannot write all of it.
func writeAt(path string, offset int64, line []byte) error {
	f, err := atomicfile.OpenRegular(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(offset); err != nil {
		return err
	}
	if _, err := f.WriteAt(line, offset); err != nil {
		return errors.Join(err, f.Truncate(offset))
	}
	return f.Sync()
}

// AttachFile implements [Writer].
func (d *Dir) AttachFile(_ context.Context, id, name string, content []byte) error {
	path, err := d.pathOf(id, name)
	if err != nil {
		return err
	}
	if name == journalFile {
		return fmt.Errorf("attach %s: the name is already used", name)
	}
	if err := atomicfile.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("attach %s to deploy %s: %w", name, id, err)
	}
	return nil
}

func (d *Dir) listNumbers() ([]int, error) {
	entries, err := os.ReadDir(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 0 && e.IsDir() {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, err
}

func (d *Dir) readFile(id, name string) ([]byte, error) {
	path, err := d.pathOf(id, name)
	if err != nil {
		return nil, err
	}
	content, err := atomicfile.ReadFile(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("deploy %s, %s: %w", id, name, ErrNotFound)
	}
	return content, err
}

// pathOf keeps ids and names, which may come from a command line or a socket,
// inside the folder.
func (d *Dir) pathOf(id, name string) (string, error) {
	if _, err := ParseID(id); err != nil {
		return "", err
	}
	if name == "" || name[0] == '.' || filepath.Base(name) != name {
		return "", fmt.Errorf("attachment %q: not a file name", name)
	}
	return filepath.Join(d.path, id, name), nil
}
