package history

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/journal"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/target/kubernetes/objects"
)

func record(seq int) journal.Record {
	return journal.Record{Seq: seq, Time: time.Unix(int64(seq), 0).UTC(), Type: "step", Body: json.RawMessage(`{"n":1}`)}
}

func TestJournalIsTheSameForEverybody(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	s := w.lock("ada")
	id, err := s.BeginDeploy(ctx)
	w.Must(err)
	if again, err := s.BeginDeploy(ctx); err != nil || again != id { // anyone who lost the answer asks again
		t.Errorf("a second Begin = %s, %v", again, err)
	}
	for seq := range 3 {
		w.Must(s.AppendRecord(ctx, id, record(seq+1)))
		w.Must(s.AppendRecord(ctx, id, record(seq+1)))
	}
	for name, r := range map[string]journal.Record{"a gap": record(9), "another record with its number": {Seq: 3, Type: "other"}, "one that was long ago": record(1)} {
		if err := s.AppendRecord(ctx, id, r); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	second, err := s.BeginDeploy(ctx)
	w.Must(err)

	r := w.reader() // another operator
	got, err := r.Read(ctx, id)
	w.Must(err)
	if len(got) != 3 || got[2].Seq != 3 || string(got[2].Body) != `{"n":1}` || !got[2].Time.Equal(record(3).Time) {
		t.Errorf("read %+v", got)
	}
	if ids, err := r.ListDeploys(ctx); err != nil || !slices.Equal(ids, []string{id, second}) {
		t.Errorf("List = %v, %v", ids, err)
	}
	for _, id := range []string{"7", "0", "-1", "01", "x", "../1"} {
		if _, err := r.Read(ctx, id); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("Read(%q) = %v, want ErrNotFound", id, err)
		}
	}
	if name := w.GetObject("Secret", "shop-deploy-000001").GetOwnerReferences()[0].Name; name != "shop" {
		t.Errorf("the journal is owned by %q", name)
	}
}

// The record arrived, its answer did not.
func TestAppendSurvivesALostAnswer(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	id, err := s.BeginDeploy(t.Context())
	w.Must(err)
	w.Must(s.AppendRecord(t.Context(), id, record(1)))
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "PATCH" && r.Resource == "secrets" {
			w.Server.BeforeRequest(nil)
			line, err := journal.Encode(record(2))
			w.Must(err)
			o := w.GetObject("Secret", r.Name)
			w.Must(objects.SetTextField(o, base64.StdEncoding.EncodeToString(line), "data", recordKey(2)))
			w.Server.PutObject(o)
		}
	})
	w.Must(s.AppendRecord(t.Context(), id, record(2)))
	if got, err := s.Read(t.Context(), id); err != nil || len(got) != 2 {
		t.Errorf("read %+v, %v", got, err)
	}
}

func TestDamageIsSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		key   int
		value string // empty: the record is gone
		whole int
		bad   bool
	}{
		"the last record":  {3, "torn", 2, false},
		"one before":       {2, "torn", 1, true},
		"a record is gone": {2, "", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.lock("ada")
			id, err := s.BeginDeploy(t.Context())
			w.Must(err)
			for seq := range 3 {
				w.Must(s.AppendRecord(t.Context(), id, record(seq+1)))
			}
			o := w.GetObject("Secret", "shop-deploy-000001")
			data := o.Object["data"].(map[string]any)
			if data[recordKey(tt.key)] = base64.StdEncoding.EncodeToString([]byte(tt.value)); tt.value == "" {
				delete(data, recordKey(tt.key))
			}
			w.Server.PutObject(o)
			got, err := s.Read(t.Context(), id)
			if len(got) != tt.whole || (err != nil) != tt.bad {
				t.Errorf("read %d records, %v", len(got), err)
			}
		})
	}
}

func TestAttachments(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	s := w.lock("ada")
	id, err := s.BeginDeploy(ctx)
	w.Must(err)
	large := []byte(strings.Repeat("a report of a deploy ", 200_000)) // 4 MB, and packs well
	for _, content := range [][]byte{[]byte("{}"), large} {
		w.Must(s.AttachFile(ctx, id, "report.de.html", content))
		got, err := w.reader().ReadAttachment(ctx, id, "report.de.html")
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("got %d of %d bytes, %v", len(got), len(content), err)
		}
	}
	noise := make([]byte, 2<<20)
	rand.Read(noise)
	if err := s.AttachFile(ctx, id, "noise.bin", noise); !errors.Is(err, errTooLarge) {
		t.Errorf("2 MiB that cannot be packed = %v", err)
	}
	for _, name := range []string{"other.json", "", ".", "../x", "UPPER"} {
		if _, err := s.ReadAttachment(ctx, id, name); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("Attachment(%q) = %v, want ErrNotFound", name, err)
		}
	}
}

// A Secret of somebody else has the name that the next journal would have.
func TestJournalSparesWhatIsSomebodyElses(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	for _, name := range []string{"shop-deploy-000001", "shop-deploy-000002-report.json"} {
		w.PutJSON(`{"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "shop", "name": "` + name + `"}, "data": {"KEY": "aHVzaA=="}}`)
	}
	_, begun := s.BeginDeploy(t.Context())
	for name, err := range map[string]error{
		"begin":  begun,
		"append": s.AppendRecord(t.Context(), "1", journal.Record{Seq: 1, Type: "x"}),
		"attach": s.AttachFile(t.Context(), "2", "report.json", []byte("{}")),
	} {
		if err == nil || !strings.Contains(err.Error(), "was not made by version-manager") {
			t.Errorf("%s = %v", name, err)
		}
	}
	if got := objects.TextField(w.GetObject("Secret", "shop-deploy-000001"), "data", "KEY"); got != "aHVzaA==" {
		t.Errorf("the secret is %q", got)
	}
}
