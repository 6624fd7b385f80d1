package history

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/fenced"
)

// Ways in which a deploy may have ended, as triggers of its phases.
const (
	done     = "began succeeded succeeded succeeded succeeded succeeded succeeded"
	reverted = "began failed succeeded"
	gating   = "began succeeded"
	notBegun = ""
	damaged  = "-"
	lost     = "lost"
)

// made is one deploy of the past.
type made struct{ from, to, how string }

// upgrades are n deploys, each of the version after the one before.
func upgrades(n int) (list []made) {
	for i := range n {
		list = append(list, made{nth(i), nth(i + 1), done})
	}
	return list
}

// failures are n deploys on top of version from that were all rolled back.
func failures(n, from int) (list []made) {
	for range n {
		list = append(list, made{nth(from), "v9.9.9", reverted})
	}
	return list
}

// with has another end for the deploy with number n.
func with(list []made, n int, how string) []made {
	list[n-1].how = how
	return list
}

func nth(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("v1.%d.0", n)
}

// records are the journal of a deploy.
func (m made) records(t *testing.T) (list []journal.Record) {
	add := func(typ string, body any) {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, journal.Record{Seq: len(list) + 1, Time: time.Unix(1, 0).UTC(), Type: typ, Body: b})
	}
	if m.how == notBegun {
		return nil
	}
	add("plan", deploy.Plan{Kind: deploy.Plain, App: "shop", From: release.Version(m.from), Release: release.Release{Version: release.Version(m.to)}})
	phase := deploy.Planned
	for on := range strings.FieldsSeq(m.how) {
		if next, err := phase.Next(deploy.Trigger(on)); err == nil {
			phase = next
		}
		add("phase", map[string]string{"on": on, "to": string(phase)})
	}
	return list
}

// past makes a world in which those deploys were made, each with a report, and
// a session in it.
func past(t *testing.T, list []made) (world, *Writer) {
	w := newWorld(t)
	s := w.lock("ada")
	for i, m := range list {
		id, name := strconv.Itoa(i+1), fmt.Sprintf("shop-deploy-%06d", i+1)
		for name, keeps := range map[string]string{name: keepsJournal, name + "-report.json": keepsAttachment} {
			o, err := s.newSecret(t.Context(), name, keeps, id)
			w.Must(err)
			data := map[string]any{}
			for _, r := range m.records(t) {
				line, err := journal.Encode(r)
				w.Must(err)
				data[recordKey(r.Seq)] = base64.StdEncoding.EncodeToString(line)
			}
			o.Object["data"] = data
			if m.how != lost || keeps != keepsJournal {
				w.Server.PutObject(o)
			}
		}
	}
	w.Must(s.out.SetAnchorValues(t.Context(), map[string]string{fenced.NewestDeployKey: strconv.Itoa(len(list))}))
	return w, s
}

// begin begins one more deploy, of which nothing matters but that it begins.
func (w world) begin(s *Writer) {
	w.Helper()
	id, err := s.BeginDeploy(w.Context())
	w.Must(err)
	w.Must(s.AppendRecord(w.Context(), id, made{"", "v9.9.9", gating}.records(w.T)[0]))
}

// listed are the deploys that everybody sees.
func (w world) listed() (list []int) {
	w.Helper()
	ids, err := w.reader().ListDeploys(w.Context())
	w.Must(err)
	for _, id := range ids {
		n, err := strconv.Atoi(id)
		w.Must(err)
		list = append(list, n)
	}
	return list
}

// stored are the deploys of which there are Secrets.
func (w world) stored() []int {
	w.Helper()
	all, err := w.Client().ListObjects(w.Context(), kube.Ref{Kind: "Secret", Namespace: "shop"}, deployLabel)
	w.Must(err)
	found := map[int]bool{}
	for _, o := range all {
		n, err := strconv.Atoi(o.GetLabels()[deployLabel])
		w.Must(err)
		found[n] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func row(first, last int) (list []int) {
	for n := first; n <= last; n++ {
		list = append(list, n)
	}
	return list
}

func TestJournalsAreThinned(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		past []made
		want []int // on the list after the next deploy has begun
	}{
		"none yet":                         {nil, row(1, 1)},
		"as many as are kept":              {upgrades(49), row(1, 50)},
		"one more":                         {upgrades(50), row(2, 51)},
		"many more go in several times":    {upgrades(100), row(11, 101)},
		"all have failed since the third":  {append(upgrades(3), failures(49, 3)...), append([]int{2, 3}, row(4, 53)...)},
		"all have failed since the first":  {append(upgrades(1), failures(55, 1)...), append([]int{1}, row(8, 57)...)},
		"all have failed since the eighth": {append(upgrades(8), failures(70, 8)...), append([]int{7, 8}, row(11, 79)...)},
		"one was left unfinished":          {with(upgrades(55), 2, gating), append([]int{2}, row(7, 56)...)},
		"one has not begun":                {with(upgrades(55), 2, notBegun), row(7, 56)},
		"one is damaged":                   {with(upgrades(55), 2, damaged), row(7, 56)},
		"one is lost":                      {with(upgrades(55), 2, lost), row(7, 56)},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := past(t, tt.past)
			before := w.stored()
			w.begin(s)
			if got := w.listed(); !slices.Equal(got, tt.want) {
				t.Errorf("listed %v, want %v", got, tt.want)
			}
			if got := w.stored(); !slices.Equal(got, append(before, len(tt.past)+1)) {
				t.Errorf("stored %v: what has just left the list may still be read", got)
			}
			w.begin(s)
			after := w.stored()
			for n := range len(tt.past) {
				if stored, want := slices.Contains(after, n+1), slices.Contains(tt.want, n+1); stored != want {
					t.Errorf("after the next one deploy %d is stored: %t", n+1, stored)
				}
			}
		})
	}
}

// What was needed once is not kept forever.
func TestWhatIsNoLongerNeededLeaves(t *testing.T) {
	w, s := past(t, append(upgrades(3), failures(49, 3)...))
	w.begin(s)
	for from := 3; from < 5; from++ {
		id, err := s.BeginDeploy(t.Context())
		w.Must(err)
		for _, r := range (made{nth(from), nth(from + 1), done}).records(t) {
			w.Must(s.AppendRecord(t.Context(), id, r))
		}
	}
	w.begin(s)
	if got, want := w.listed(), row(7, 56); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

// Anyone who thins dies at any of its writes. Nobody ever sees half a deploy, and
// anyone who comes next finishes.
func TestThinningMayDieAnywhere(t *testing.T) {
	t.Parallel()
	for at, reached := 0, true; reached; at++ {
		t.Run(fmt.Sprintf("write %d, after it %t", at/2+1, at%2 == 1), func(t *testing.T) {
			w, ada := past(t, with(upgrades(53), 2, gating))
			w.begin(ada)
			m := &mortal{ada.app.Kube, at/2 + 1, at%2 == 1}
			ada.app.Kube = m
			_, err := ada.BeginDeploy(t.Context())
			if reached = m.writes <= 0; (err != nil) != reached {
				t.Fatalf("Begin = %v", err)
			}
			if !reached && at < 2*4 {
				t.Errorf("only %d writes: nothing was thinned", at/2)
			}

			runs, err := deploy.ReadHistory(t.Context(), w.reader())
			w.Must(err)
			for _, r := range runs[:len(runs)-1] {
				if !r.Phase.Ended() && r.ID != "2" {
					t.Errorf("deploy %s looks unfinished", r.ID)
				}
				if n, _ := strconv.Atoi(r.ID); w.GetObject("Secret", fmt.Sprintf("shop-deploy-%06d-report.json", n)) == nil {
					t.Errorf("deploy %s is on the list and has no report", r.ID)
				}
			}
			bob := w.takeOver()
			w.begin(bob)
			w.begin(bob)
			r, err := bob.readIndex(t.Context())
			w.Must(err)
			want := append(r.Leaving, r.listNumbers()...)
			slices.Sort(want)
			if got := w.stored(); !slices.Equal(got, want) || r.Oldest != r.newest-49 || !slices.Equal(r.Older, []int{2}) {
				t.Errorf("stored %v, the list is %+v", got, r)
			}
		})
	}
}

// mortal is how a process reaches a cluster that dies at a write: before it, or
// when it is done.
type mortal struct {
	kube.Cluster
	writes int // left to it, with the one at which it dies
	after  bool
}

var errDead = errors.New("dead")

func (m *mortal) write(do func() (*kube.Object, error)) (*kube.Object, error) {
	if m.writes--; m.writes > 0 {
		return do()
	}
	if m.writes == 0 && m.after {
		_, err := do()
		return nil, errors.Join(errDead, err)
	}
	return nil, errDead
}

func (m *mortal) CreateObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	return m.write(func() (*kube.Object, error) { return m.Cluster.CreateObject(ctx, o) })
}

func (m *mortal) UpdateObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	return m.write(func() (*kube.Object, error) { return m.Cluster.UpdateObject(ctx, o) })
}

func (m *mortal) DeleteUnchanged(ctx context.Context, o *kube.Object) error {
	_, err := m.write(func() (*kube.Object, error) { return nil, m.Cluster.DeleteUnchanged(ctx, o) })
	return err
}

// clinging is a cluster in which nothing can be deleted.
type clinging struct{ kube.Cluster }

func (clinging) DeleteUnchanged(context.Context, *kube.Object) error { return errors.New("no") }

// forgetful is one that cannot be read anymore when it comes to thinning.
type forgetful struct{ kube.Cluster }

func (c forgetful) GetObject(ctx context.Context, r kube.Ref) (*kube.Object, error) {
	if strings.HasSuffix(r.Name, "-000040") {
		return nil, errors.New("no")
	}
	return c.Cluster.GetObject(ctx, r)
}

func TestThinningFailsNoDeploy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		breaks func(kube.Cluster) kube.Cluster
		oldest int
	}{
		"nothing can be deleted": {func(c kube.Cluster) kube.Cluster { return clinging{c} }, 13},
		"nothing can be read":    {func(c kube.Cluster) kube.Cluster { return forgetful{c} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := past(t, append(upgrades(3), failures(97, 3)...))
			whole := s.app.Kube
			s.app.Kube = tt.breaks(whole)
			for range 3 {
				w.begin(s)
			}
			if r, err := s.readIndex(t.Context()); err != nil || r.Oldest != tt.oldest || r.newest != 103 {
				t.Errorf("the list is %+v, %v", r, err)
			}
			if got := w.stored(); !slices.Equal(got, row(1, 103)) {
				t.Errorf("stored %v", got)
			}
			s.app.Kube = whole
			for range 8 {
				w.begin(s)
			}
			if got, want := w.listed(), append([]int{2, 3}, row(62, 111)...); !slices.Equal(got, want) {
				t.Errorf("listed %v once it could, want %v", got, want)
			}
		})
	}
}
