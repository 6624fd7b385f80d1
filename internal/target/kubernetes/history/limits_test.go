package history

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// noise is content that cannot be compressed.
func noise(n int) []byte {
	source := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}

func packedSize(t *testing.T, content []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestPackedLimit(t *testing.T) {
	all := noise(maxPackedBytes)
	n := maxPackedBytes - (packedSize(t, all) - maxPackedBytes)
	for packedSize(t, all[:n]) > maxPackedBytes {
		n--
	}
	for packedSize(t, all[:n]) < maxPackedBytes {
		n++
	}
	if size := packedSize(t, all[:n]); size != maxPackedBytes {
		t.Fatalf("no content packs to %d bytes, the nearest to %d", maxPackedBytes, size)
	}
	if _, err := packContent(all[:n]); err != nil {
		t.Errorf("on the limit: %v", err)
	}
	if _, err := packContent(all[:n+1]); !errors.Is(err, errTooLarge) {
		t.Errorf("one byte over the limit: %v", err)
	}
}

func TestUnpackedLimit(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int]bool{maxUnpackedBytes: true, maxUnpackedBytes + 1: false} {
		packed, err := packContent(make([]byte, size))
		if err != nil {
			t.Fatal(err)
		}
		o := &kube.Object{Object: map[string]any{"data": map[string]any{contentKey: packed}}}
		content, err := unpackContent(o)
		if (err == nil) != ok || ok && len(content) != size {
			t.Errorf("%d bytes: %d, %v", size, len(content), err)
		}
	}
	damaged := &kube.Object{Object: map[string]any{"data": map[string]any{contentKey: base64.StdEncoding.EncodeToString([]byte("x"))}}}
	if _, err := unpackContent(damaged); err == nil {
		t.Error("what is not compressed was unpacked")
	}
}

func TestCheckNext(t *testing.T) {
	line := func(seq int, typ string) []byte {
		b, err := journal.Encode(journal.Record{Seq: seq, Time: time.Unix(1, 0).UTC(), Type: typ})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	secret := func(n int) *kube.Object {
		data := map[string]any{}
		for seq := 1; seq <= n; seq++ {
			data[recordKey(seq)] = base64.StdEncoding.EncodeToString(line(seq, "x"))
		}
		return &kube.Object{Object: map[string]any{"data": data}}
	}
	for name, tt := range map[string]struct {
		have, seq int
		typ       string
		exists    bool
		says      string
	}{
		"the first":              {0, 1, "x", false, ""},
		"none before the first":  {0, 0, "x", false, "unexpected record 0, want 1"},
		"a gap at the beginning": {0, 2, "x", false, "want 1"},
		"the next":               {2, 3, "x", false, ""},
		"the last again":         {2, 2, "x", true, ""},
		"the last, changed":      {2, 2, "y", true, "already exists with different content"},
		"one before the last":    {2, 1, "x", false, "want 3"},
		"one after the next":     {2, 4, "x", false, "want 3"},
		"the only one again":     {1, 1, "x", true, ""},
	} {
		exists, err := checkNext(secret(tt.have), journal.Record{Seq: tt.seq, Time: time.Unix(1, 0).UTC(), Type: tt.typ})
		if exists != tt.exists || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: exists %t, %v", name, exists, err)
		}
	}
}

// A missing record is damage, even the last one, if there is one after it.
func TestMissingRecordIsDamage(t *testing.T) {
	data := map[string]any{}
	for _, seq := range []int{1, 2, 4} {
		line, err := journal.Encode(journal.Record{Seq: seq, Type: "x"})
		if err != nil {
			t.Fatal(err)
		}
		data[recordKey(seq)] = base64.StdEncoding.EncodeToString(line)
	}
	list, err := parseRecords(&kube.Object{Object: map[string]any{"data": data}})
	if len(list) != 2 || err == nil || !strings.Contains(err.Error(), "record 3") {
		t.Errorf("%d records, %v", len(list), err)
	}
	swapped := map[string]any{recordKey(1): data[recordKey(2)], recordKey(2): data[recordKey(1)]}
	if list, err := parseRecords(&kube.Object{Object: map[string]any{"data": swapped}}); len(list) != 0 || err == nil || !strings.Contains(err.Error(), "it contains record 2") {
		t.Errorf("swapped: %d records, %v", len(list), err)
	}
}

func TestParseIndexLimits(t *testing.T) {
	for text, oldest := range map[string]int{
		`{"oldest": 5}`: 5, `{"oldest": 6}`: 1, `{"oldest": 0}`: 1, `{"oldest": -1}`: 1, `{"oldest": 1}`: 1, `{"oldest": 4}`: 4, `[]`: 1,
	} {
		if x := parseIndex(5, text); x.Oldest != oldest || x.newest != 5 {
			t.Errorf("%s: %+v, want oldest %d", text, x, oldest)
		}
	}
}

func TestSecretNames(t *testing.T) {
	r := newWorld(t).reader()
	for id, want := range map[string]string{"1": "shop-deploy-000001", "1234567": "shop-deploy-1234567", "0": "", "-1": "", "01": "", "+1": "", "x": ""} {
		if name, err := r.journalName(id); name != want || (err == nil) != (want != "") {
			t.Errorf("journal %q is %q, %v", id, name, err)
		}
	}
	longest := "r" + strings.Repeat("x", 99)
	for file, ok := range map[string]bool{"r": true, "report.json": true, longest: true, longest + "x": false, "-r": false, "r-": false, "R": false} {
		if _, err := r.attachmentName("1", file); (err == nil) != ok {
			t.Errorf("attachment %q: %v", file, err)
		}
	}
	w := &Writer{Reader: r}
	for id, want := range map[string]string{"7": "shop-backup-000007", "000007": "shop-backup-000007", "before-1": "shop-backup-before-1", "0": "shop-backup-0", "-1": "", "": ""} {
		if name, err := w.backupName(id); name != want || (err == nil) != (want != "") {
			t.Errorf("backup %q is %q, %v", id, name, err)
		}
	}
}

// The newest journal is found by its label where the anchor is damaged.
func TestFindNewest(t *testing.T) {
	w, s := past(t, upgrades(3))
	for _, damaged := range []string{"x", "", "-3"} {
		w.ChangeObject("ConfigMap", "shop", func(o *kube.Object) { w.Must(objects.SetTextField(o, damaged, "data", fenced.NewestDeployKey)) })
		index, err := s.readIndex(t.Context())
		if err != nil || index.newest != 3 {
			t.Errorf("with %q: newest %d, %v", damaged, index.newest, err)
		}
	}
	w.Must(s.out.SetAnchorValues(t.Context(), map[string]string{fenced.NewestDeployKey: "2"}))
	if index, err := s.readIndex(t.Context()); err != nil || index.newest != 2 {
		t.Errorf("the anchor is believed: newest %d, %v", index.newest, err)
	}
}

func TestStampNewest(t *testing.T) {
	w, s := past(t, upgrades(2))
	stamp := func(n int) string {
		return w.GetObject("Secret", "shop-deploy-00000"+strconv.Itoa(n)).GetAnnotations()[fenced.TermAnnotation]
	}
	w.Must(s.StampNewest(t.Context()))
	if stamp(1) != "" || stamp(2) != "1 "+s.out.LockToken() {
		t.Errorf("stamps %q and %q", stamp(1), stamp(2))
	}
	w.DeleteObject("Secret", "shop-deploy-000002")
	w.Must(s.StampNewest(t.Context())) // a lost journal needs no stamp
	w.PutJSON(`{"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "shop", "name": "shop-deploy-000002"}}`)
	if err := s.StampNewest(t.Context()); err == nil || !strings.Contains(err.Error(), "was not made by version-manager") {
		t.Errorf("a foreign Secret was stamped: %v", err)
	}
	fresh := newWorld(t)
	fresh.Must(fresh.lock("ada").StampNewest(t.Context()))
}

// Anyone who paused past the expiry of its lock adds nothing to the history.
func TestHistoryOfAPausedHolder(t *testing.T) {
	for name, tt := range map[string]struct {
		resource string
		write    func(*Writer) error
	}{
		"append": {"secrets", func(s *Writer) error { return s.AppendRecord(t.Context(), "1", record(2)) }},
		"begin":  {"configmaps", func(s *Writer) error { _, err := s.BeginDeploy(t.Context()); return err }},
	} {
		w := newWorld(t)
		s := w.lock("ada")
		_, err := s.BeginDeploy(t.Context())
		w.Must(err)
		w.Must(s.AppendRecord(t.Context(), "1", record(1)))
		w.beforeWrite(tt.resource, func() { w.takeOver() })
		if err := tt.write(s); !errors.Is(err, deploy.ErrFenced) {
			t.Errorf("%s = %v, want ErrFenced", name, err)
		}
		ids, err := w.reader().ListDeploys(t.Context())
		records, err2 := w.reader().Read(t.Context(), "1")
		if w.Must(errors.Join(err, err2)); len(ids) != 1 || len(records) != 1 {
			t.Errorf("%s had an effect: deploys %v, %d records", name, ids, len(records))
		}
	}
	w := newWorld(t)
	s := w.lock("ada")
	w.takeOver()
	for name, err := range map[string]error{
		"append":     s.AppendRecord(t.Context(), "1", record(1)),
		"attach":     s.AttachFile(t.Context(), "1", "report.json", nil),
		"new secret": s.writeSecret(t.Context(), "shop-x", keepsAttachment, "1", nil),
	} {
		if err == nil {
			t.Errorf("%s without the lock", name)
		}
	}
}

func TestHasBegun(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	if s.HasBegun() {
		t.Error("begun before Begin")
	}
	_, err := s.BeginDeploy(t.Context())
	if w.Must(err); !s.HasBegun() {
		t.Error("not begun after Begin")
	}
}

// A deploy that leaves keeps its backup, which has a rule of its own.
func TestLeavingDeployKeepsItsBackup(t *testing.T) {
	w, s := past(t, upgrades(50))
	_, err := s.WriteBackup(t.Context(), "1")
	w.Must(err)
	w.begin(s)
	w.begin(s)
	if w.GetObject("Secret", "shop-deploy-000001") != nil || w.GetObject("Secret", "shop-backup-000001") == nil {
		t.Error("want the journal of deploy 1 to be deleted and its backup to be kept")
	}
}

// The newest backups are kept, by their time and then by their name.
func TestNewestBackupsAreKept(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	for i := range maxBackups + 1 {
		_, err := s.WriteBackup(t.Context(), "b"+strconv.Itoa(10+i))
		w.Must(err)
		w.ChangeObject("Secret", "shop-backup-b"+strconv.Itoa(10+i), func(o *kube.Object) {
			o.SetCreationTimestamp(metav1.NewTime(time.Unix(int64(1_000_000-i), 0)))
		})
	}
	s.deleteOldBackups(t.Context())
	list, err := s.listBackups(t.Context())
	w.Must(err)
	var names []string
	for _, o := range list {
		names = append(names, o.GetName())
	}
	if len(names) != maxBackups || slices.Contains(names, "shop-backup-b20") && slices.Contains(names, "shop-backup-b10") {
		t.Errorf("kept %v", names)
	}
}

func TestRestorableCopy(t *testing.T) {
	for kind, keeps := range map[string]bool{"Service": false, "Other": true} {
		o := &kube.Object{Object: map[string]any{
			"kind": kind, "status": map[string]any{"x": "y"},
			"metadata": map[string]any{"name": "n", "uid": "u", "resourceVersion": "1", "annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"}},
			"spec":     map[string]any{"clusterIP": "10.0.0.1", "clusterIPs": []any{"10.0.0.1"}, "type": "ClusterIP"},
		}}
		c := restorableCopy(o)
		_, address := c.Object["spec"].(map[string]any)["clusterIP"]
		_, addresses := c.Object["spec"].(map[string]any)["clusterIPs"]
		if address != keeps || addresses != keeps || c.GetUID() != "" || c.GetResourceVersion() != "" || c.Object["status"] != nil || len(c.GetAnnotations()) != 1 {
			t.Errorf("%s: %v", kind, c.Object)
		}
		if o.GetUID() == "" {
			t.Error("the original was changed")
		}
	}
}
