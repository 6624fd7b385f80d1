package agent

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/logs"
	"version-manager/internal/journal"
)

func handleListDeploys(c call) (any, error) { return c.app.journal.ListDeploys(c.Context()) }

// handleBeginDeploy returns the last journal, if it is still empty: then the
// caller asked before and did not get the answer.
func handleBeginDeploy(c call) (any, error) {
	if err := c.app.checkToken(c.token); err != nil {
		return nil, err
	}
	if err := c.app.reserve.fillReserve(); err != nil {
		return nil, err
	}
	ids, err := c.app.journal.ListDeploys(c.Context())
	if err != nil {
		return nil, err
	}
	if n := len(ids); n > 0 {
		last, err := c.app.journal.Read(c.Context(), ids[n-1])
		if err == nil && len(last) == 0 {
			return api.TextBody{Text: ids[n-1]}, nil
		}
	}
	id, err := c.app.journal.BeginDeploy(c.Context())
	return api.TextBody{Text: id}, err
}

// handleReadDeploy sends the records before a damaged one together with the
// error.
func handleReadDeploy(c call) (any, error) {
	records, err := c.app.journal.Read(c.Context(), c.PathValue("id"))
	a := api.JournalAnswer{Records: records}
	if err != nil {
		e := api.FromError(err)
		a.Error = &e
	}
	return a, nil
}

func handleAppendDeploy(c call) (any, error) {
	var r journal.Record
	if err := c.readRequest(&r); err != nil {
		return nil, err
	}
	if err := c.app.checkToken(c.token); err != nil {
		return nil, err
	}
	c.killSwitch.reachPoint("before", r.Seq)
	write := func() error { return c.app.journal.AppendRecord(c.Context(), c.PathValue("id"), r) }
	if err := c.app.reserve.withReserve(write); err != nil {
		return nil, err
	}
	c.killSwitch.reachPoint("after", r.Seq)
	return nil, nil
}

func handleReadAttachment(c call) (any, error) {
	content, err := c.app.journal.ReadAttachment(c.Context(), c.PathValue("id"), c.PathValue("name"))
	return api.ContentBody{Content: content}, err
}

func handleAttach(c call) (any, error) {
	var file api.ContentBody
	if err := c.readRequest(&file); err != nil {
		return nil, err
	}
	if err := c.app.checkToken(c.token); err != nil {
		return nil, err
	}
	return nil, c.app.journal.AttachFile(c.Context(), c.PathValue("id"), c.PathValue("name"), file.Content)
}

// streamLogs sends lines as "stamp instance | text".
func (g *agent) streamLogs(w http.ResponseWriter, r *http.Request) {
	defer g.beginRequest()()
	c, err := g.newCall(r)
	if err != nil && c.app == nil {
		sendReply(w, nil, err)
		return
	}
	v := r.URL.Query()
	tail, _ := strconv.Atoi(v.Get("tail")) // 0: all
	q := logs.Query{Tail: tail, Since: v.Get("since"), Follow: v.Get("follow") == "true", Match: logs.MatchInstances(v.Get("color"), v.Get("instance"))}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	flush := http.NewResponseController(w).Flush
	if err := flush(); err != nil {
		return
	}
	err = logs.StreamLines(r.Context(), c.app.paths.logDir(), q, func(l logs.Line) error {
		if _, err := fmt.Fprintf(w, "%s %s | %s\n", l.Stamp, l.Instance, l.Text); err != nil || !q.Follow {
			return err
		}
		return flush()
	})
	if err != nil {
		slog.Debug("stream logs", "error", err) // the client is gone
	}
}
