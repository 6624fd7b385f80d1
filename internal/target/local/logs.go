package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"version-manager/internal/agent/logs"
	"version-manager/internal/deploy"
)

// OpenLogs implements [deploy.Target]. A line is "instance | text". Following
// continues where it was when the agent is replaced.
func (t *Target) OpenLogs(ctx context.Context, q deploy.LogQuery) (io.ReadCloser, error) {
	if t.isUnknown() && !q.Follow {
		return io.NopCloser(strings.NewReader("")), nil
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &logStream{target: t, q: q}
	if !q.Since.IsZero() {
		s.since = logs.FormatStamp(q.Since)
	}
	copyTo := s.copyTo
	if err := s.openStream(ctx); errors.Is(err, errNoAgent) {
		copyTo = s.copyFiles
	} else if err != nil {
		cancel()
		return nil, err
	}
	r, w := io.Pipe()
	go func() {
		defer cancel()
		err := copyTo(ctx, w)
		if q.Follow && ctx.Err() != nil {
			err = nil // the caller ended it
		}
		w.CloseWithError(err)
	}()
	return readCloser{r, func() error { cancel(); return r.Close() }}, nil
}

type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }

// logStream is a stream of lines that survives the agent.
type logStream struct {
	target *Target
	q      deploy.LogQuery
	since  string // stamp of the last line, or of the query
	began  bool   // lines were read, so the query's tail does not apply anymore
	body   io.ReadCloser
}

func (s *logStream) openStream(ctx context.Context) error {
	v := url.Values{"color": {string(s.q.Color)}, "instance": {s.q.Instance}, "since": {s.since},
		"follow": {strconv.FormatBool(s.q.Follow)}}
	if !s.began {
		v.Set("tail", strconv.Itoa(s.q.Tail))
	}
	return s.target.client.retryCall(ctx, func() error {
		res, err := s.target.client.sendRequest(ctx, http.MethodGet, s.target.apiPath("/logs?"+v.Encode()), 0, nil)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			defer res.Body.Close()
			return decodeAnswer(res, nil)
		}
		s.body = res.Body
		return nil
	})
}

func (s *logStream) copyTo(ctx context.Context, w io.Writer) error {
	for {
		err := s.copyOnce(w)
		s.body.Close()
		if err == nil || ctx.Err() != nil || !errors.Is(err, errAway) {
			return err
		}
		if err := s.openStream(ctx); err != nil {
			return err
		}
	}
}

// copyFiles copies the lines that are on the disk, if no agent is running.
func (s *logStream) copyFiles(ctx context.Context, w io.Writer) error {
	q := logs.Query{Tail: s.q.Tail, Since: s.since, Follow: s.q.Follow, Match: logs.MatchInstances(string(s.q.Color), s.q.Instance)}
	return logs.StreamLines(ctx, filepath.Join(s.target.state, "apps", s.target.app, "logs"), q, func(l logs.Line) error {
		_, err := fmt.Fprintf(w, "%s | %s\n", l.Instance, l.Text)
		return err
	})
}

// copyOnce copies lines until the body ends; a body that was cut is errAway.
func (s *logStream) copyOnce(w io.Writer) error {
	r := bufio.NewReader(s.body)
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF && line == "" {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errAway, err)
		}
		stamp, text, _ := strings.Cut(line, " ")
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
		s.since, s.began = stamp, true
	}
}
