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

func listDeploys(c call) (any, error) { return c.app.journal.List(c.Context()) }

// beginDeploy returns the journal that was begun last, if it is still empty:
// then somebody asked before and did not get the answer.
func beginDeploy(c call) (any, error) {
	if err := c.app.check(c.token); err != nil {
		return nil, err
	}
	if err := c.app.reserve.fill(); err != nil {
		return nil, err
	}
	ids, err := c.app.journal.List(c.Context())
	if err != nil {
		return nil, err
	}
	if n := len(ids); n > 0 {
		last, err := c.app.journal.Read(c.Context(), ids[n-1])
		if err == nil && len(last) == 0 {
			return api.Text{Text: ids[n-1]}, nil
		}
	}
	id, err := c.app.journal.Begin(c.Context())
	return api.Text{Text: id}, err
}

// readDeploy sends the records before a damage together with the error.
func readDeploy(c call) (any, error) {
	records, err := c.app.journal.Read(c.Context(), c.PathValue("id"))
	a := api.Journal{Records: records}
	if err != nil {
		e := api.FromError(err)
		a.Error = &e
	}
	return a, nil
}

func appendDeploy(c call) (any, error) {
	var r journal.Record
	if err := c.read(&r); err != nil {
		return nil, err
	}
	if err := c.app.check(c.token); err != nil {
		return nil, err
	}
	c.crash.point("before", r.Seq)
	write := func() error { return c.app.journal.Append(c.Context(), c.PathValue("id"), r) }
	if err := c.app.reserve.spend(write); err != nil {
		return nil, err
	}
	c.crash.point("after", r.Seq)
	return nil, nil
}

func readAttachment(c call) (any, error) {
	content, err := c.app.journal.Attachment(c.Context(), c.PathValue("id"), c.PathValue("name"))
	return api.Content{Content: content}, err
}

func attach(c call) (any, error) {
	var file api.Content
	if err := c.read(&file); err != nil {
		return nil, err
	}
	if err := c.app.check(c.token); err != nil {
		return nil, err
	}
	return nil, c.app.journal.Attach(c.Context(), c.PathValue("id"), c.PathValue("name"), file.Content)
}

// logs streams lines as "stamp instance | text".
func (g *agent) logs(w http.ResponseWriter, r *http.Request) {
	defer g.begin()()
	c, err := g.newCall(r)
	if err != nil && c.app == nil {
		reply(w, nil, err)
		return
	}
	v := r.URL.Query()
	tail, _ := strconv.Atoi(v.Get("tail")) // 0: all
	q := logs.Query{Tail: tail, Since: v.Get("since"), Follow: v.Get("follow") == "true", Match: logs.Matcher(v.Get("color"), v.Get("instance"))}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	flush := http.NewResponseController(w).Flush
	if err := flush(); err != nil {
		return
	}
	err = logs.Stream(r.Context(), c.app.paths.logs(), q, func(l logs.Line) error {
		if _, err := fmt.Fprintf(w, "%s %s | %s\n", l.Stamp, l.Instance, l.Text); err != nil || !q.Follow {
			return err
		}
		return flush()
	})
	if err != nil {
		slog.Debug("stream logs", "error", err) // the client is gone
	}
}
