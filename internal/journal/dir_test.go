package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func record(seq int) Record {
	return Record{
		Seq:  seq,
		Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Type: "step",
		Body: json.RawMessage(fmt.Sprintf(`{"step":"number %d"}`, seq)),
	}
}

// journalOf returns a Dir whose deploy 1 has n records.
func journalOf(t *testing.T, n int) (d *Dir, path string) {
	t.Helper()
	d = NewDir(filepath.Join(t.TempDir(), "deploys"))
	id, err := d.BeginDeploy(t.Context())
	if err != nil || id != "1" {
		t.Fatalf("Begin = %q, %v", id, err)
	}
	for i := range n {
		if err := d.AppendRecord(t.Context(), id, record(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	return d, filepath.Join(d.path, id, journalFile)
}

func TestAppendThenRead(t *testing.T) {
	d, _ := journalOf(t, 3)
	got, err := d.Read(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Record{record(1), record(2), record(3)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestIdsCountUpAndSortByAge(t *testing.T) {
	d := NewDir(t.TempDir())
	var want []string
	for i := range 11 {
		id, err := d.BeginDeploy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint(i+1))
		if id != want[i] {
			t.Fatalf("id %q, want %q", id, want[i])
		}
	}
	if got, err := d.ListDeploys(t.Context()); err != nil || !slices.Equal(got, want) {
		t.Errorf("List = %v, %v; want %v", got, err, want)
	}
}

func TestAppendMayBeRepeated(t *testing.T) {
	d, path := journalOf(t, 2)
	before, _ := os.ReadFile(path)
	if err := d.AppendRecord(t.Context(), "1", record(2)); err != nil {
		t.Errorf("repeat of the last record: %v", err)
	}
	after, _ := os.ReadFile(path)
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("a repeat changed the file: %s", diff)
	}
}

func TestAppendRefusesWhatDoesNotFollow(t *testing.T) {
	d, _ := journalOf(t, 2)
	other := record(2)
	other.Type = "other"
	for _, r := range []Record{record(1), record(4), other} {
		if err := d.AppendRecord(t.Context(), "1", r); err == nil {
			t.Errorf("record %d (%s) was taken after record 2", r.Seq, r.Type)
		}
	}
}

// A crash can end the file at any byte. Whatever is whole must be read, and
// the journal must go on from there.
func TestTornAtEveryByte(t *testing.T) {
	_, path := journalOf(t, 3)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(content) {
		d, path := journalOf(t, 0)
		if err := os.WriteFile(path, content[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := d.Read(t.Context(), "1")
		if err != nil {
			t.Fatalf("cut at byte %d: %v", size, err)
		}
		if err := d.AppendRecord(t.Context(), "1", record(len(got)+1)); err != nil {
			t.Fatalf("cut at byte %d: append: %v", size, err)
		}
		again, err := d.Read(t.Context(), "1")
		if err != nil || len(again) != len(got)+1 {
			t.Fatalf("cut at byte %d: %d records, then %d, %v", size, len(got), len(again), err)
		}
	}
}

func TestDamageInTheMiddleIsReported(t *testing.T) {
	d, path := journalOf(t, 3)
	content, _ := os.ReadFile(path)
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := d.Read(t.Context(), "1")
	if !errors.Is(err, errDamaged) || len(got) != 1 {
		t.Errorf("Read = %d records, %v; want the one before the damage and an error", len(got), err)
	}
	if err := d.AppendRecord(t.Context(), "1", record(2)); err == nil {
		t.Error("Append wrote over a damaged journal")
	}
}

func TestAttachments(t *testing.T) {
	d, _ := journalOf(t, 1)
	if err := d.AttachFile(t.Context(), "1", "report.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	got, err := d.ReadAttachment(t.Context(), "1", "report.json")
	if err != nil || string(got) != "{}" {
		t.Errorf("Attachment = %q, %v", got, err)
	}
	if _, err := d.ReadAttachment(t.Context(), "1", "report.html"); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing attachment: %v", err)
	}
}

func TestNamesStayInside(t *testing.T) {
	d, _ := journalOf(t, 1)
	for _, id := range []string{"", "0", "-1", "01", "..", "1/../1", "x"} {
		if _, err := d.Read(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("Read(%q) = %v", id, err)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", ".hidden", journalFile} {
		if err := d.AttachFile(t.Context(), "1", name, nil); err == nil {
			t.Errorf("Attach(%q) succeeded", name)
		}
	}
}

func FuzzScan(f *testing.F) {
	line, _ := Encode(record(1))
	f.Add(line)
	f.Add(append(line, "00000000 {}\n"...))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		records, whole, _ := scanRecords(content)
		again, size, err := scanRecords(content[:whole])
		if err != nil || size != whole || len(again) != len(records) {
			t.Errorf("the whole part reads differently alone: %d/%d records, %v", len(again), len(records), err)
		}
	})
}
