package targettest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
)

func journals(s *suite) {
	ctx := s.Context()
	session := s.lock()
	w, r := session.JournalWriter(), s.h.Target.JournalReader()
	id, err := w.BeginDeploy(ctx)
	s.must(err)
	var want []journal.Record
	for seq := 1; seq <= 3; seq++ {
		rec := journal.Record{Seq: seq, Time: time.Now().UTC().Round(time.Millisecond), Type: "step", Body: json.RawMessage(`{"n":1}`)}
		s.must(w.AppendRecord(ctx, id, rec))
		s.must(w.AppendRecord(ctx, id, rec)) // as a client that lost the answer asks again
		want = append(want, rec)
	}
	if err := w.AppendRecord(ctx, id, journal.Record{Seq: 9, Type: "step"}); err == nil {
		s.Error("a record with a gap before it was taken")
	}
	got, err := r.Read(ctx, id)
	s.must(err)
	same := func(a, b journal.Record) bool {
		return a.Seq == b.Seq && a.Type == b.Type && a.Time.Equal(b.Time) && string(a.Body) == string(b.Body)
	}
	if !slices.EqualFunc(got, want, same) {
		s.Errorf("read %+v, want %+v", got, want)
	}
	s.must(w.AttachFile(ctx, id, "report.json", []byte("{}")))
	if b, err := r.ReadAttachment(ctx, id, "report.json"); err != nil || string(b) != "{}" {
		s.Errorf("attachment = %q, %v", b, err)
	}
	if _, err := r.ReadAttachment(ctx, id, "other.json"); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("unknown attachment = %v, want ErrNotFound", err)
	}
	second, err := w.BeginDeploy(ctx)
	s.must(err)
	ids, err := r.ListDeploys(ctx)
	if err != nil || !slices.Equal(ids, []string{id, second}) {
		s.Errorf("List = %v, %v, want [%s %s]", ids, err, id, second)
	}
}

func backups(s *suite) {
	session := s.lock()
	for range 2 {
		if path, err := session.BackUpState(s.Context(), "1"); err != nil || path == "" {
			s.Errorf("Backup = %q, %v", path, err)
		}
	}
}

func removing(s *suite) {
	ctx := s.Context()
	session := s.lock()
	o := s.firstDeploy(session, 1)
	ours := s.start(session, color.Green, "v1.1.0", 1)
	id, err := session.JournalWriter().BeginDeploy(ctx)
	s.must(err)
	s.must(session.RemoveApp(ctx))
	s.must(session.RemoveApp(ctx))
	if o := s.observe(); len(o.Colors) > 0 || o.Active != color.None || len(o.Entrances.Public) > 0 {
		s.Errorf("after Remove: %+v", o)
	}
	for _, url := range o.Entrances.Public {
		if _, id, err := Ask(ctx, s.h.Client, url+"/version"); err == nil && answers(ours, id.Instance) {
			s.Errorf("%s is still answered by %+v", url, id)
		}
	}
	if ids, err := s.h.Target.JournalReader().ListDeploys(ctx); err != nil || !slices.Equal(ids, []string{id}) {
		s.Errorf("journals after Remove: %v, %v", ids, err)
	}
	s.firstDeploy(session, 1) // and again from the beginning
}

// answers reports whether an instance is one of those that were observed: in a
// cluster another app may take every host name that is free.
func answers(o deploy.Observed, instance string) bool {
	for _, side := range o.Colors {
		for _, i := range side.Instances {
			if i.ID == instance {
				return true
			}
		}
	}
	return false
}

func (s *suite) logs(q deploy.LogQuery) string {
	s.Helper()
	r, err := s.h.Target.OpenLogs(s.Context(), q)
	s.must(err)
	defer r.Close()
	text, err := io.ReadAll(r)
	s.must(err)
	return string(text)
}

func following(s *suite) {
	session := s.lock()
	s.start(session, color.Blue, "v1.0.0", 2)
	s.start(session, color.Green, "v1.1.0", 1)
	if all := s.logs(deploy.LogQuery{}); !strings.Contains(all, "v1.0.0") || !strings.Contains(all, "v1.1.0") {
		s.Errorf("not all instances are in the logs: %q", all)
	}
	if green := s.logs(deploy.LogQuery{Color: color.Green}); strings.Contains(green, "v1.0.0") || !strings.Contains(green, "v1.1.0") {
		s.Errorf("logs of green: %q", green)
	}
	name := s.observe().Colors[color.Blue].Instances[1].ID
	one := s.logs(deploy.LogQuery{Instance: name, Tail: 1})
	if strings.Count(one, "\n") != 1 || !strings.HasPrefix(one, name+" | ") {
		s.Errorf("last line of %s: %q", name, one)
	}

	ctx, cancel := context.WithTimeout(s.Context(), s.h.Patience)
	defer cancel()
	r, err := s.h.Target.OpenLogs(ctx, deploy.LogQuery{Color: color.Green, Tail: 1, Follow: true})
	s.must(err)
	defer r.Close()
	s.start(session, color.Green, "v1.2.0", 1)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if strings.Contains(lines.Text(), "v1.2.0") {
			return
		}
	}
	s.Errorf("the lines of the new version did not come: %v", ctx.Err())
}

// stopNothing: a deploy that fails before it has made anything, or after the
// app was removed, is rolled back like any other.
func stopNothing(s *suite) {
	session := s.lock()
	for range 2 {
		s.must(session.RetireColor(s.Context(), color.Green))
		s.must(session.RetireColor(s.Context(), color.Blue))
		s.must(session.RemoveApp(s.Context()))
	}
	if o := s.observe(); o.Active != color.None || len(o.Colors) > 0 {
		s.Errorf("nothing was started, and there is %+v", o)
	}
}
