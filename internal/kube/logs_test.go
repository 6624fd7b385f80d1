package kube

import (
	"bufio"
	"io"
	"net/http"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func TestLogs(t *testing.T) {
	c := client(t, script(refusing(http.StatusServiceUnavailable, "ServiceUnavailable", "starting"), func(w http.ResponseWriter, r *http.Request) {
		want := "/api/v1/namespaces/shops/pods/p/log?container=app&previous=true&sinceSeconds=60&tailLines=5&timestamps=true"
		if r.URL.String() != want {
			t.Errorf("asked for %s, want %s", r.URL, want)
		}
		w.Write([]byte("one\ntwo\n"))
	}))
	log, err := c.StreamLogs(t.Context(), Ref{Kind: "Pod", Name: "p"}, LogQuery{Container: "app", Previous: true, Since: 60, Tail: 5, Stamped: true})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if b, err := io.ReadAll(log); string(b) != "one\ntwo\n" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
}

// A follower outlives the time of a try, and closing it ends its request.
func TestLogsFollow(t *testing.T) {
	next, gone := make(chan bool), make(chan bool)
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		<-next
		w.Write([]byte("late\n"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	c.tryTimeout = 10 * time.Millisecond
	time.AfterFunc(5*c.tryTimeout, func() { close(next) })
	log, err := c.StreamLogs(t.Context(), Ref{Kind: "Pod", Name: "p"}, LogQuery{Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(log).ReadString('\n'); line != "late\n" {
		t.Errorf("read %q, %v", line, err)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	waittest.Receive(t, gone)
}

func TestLogsOfSomethingElse(t *testing.T) {
	c := client(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	if _, err := c.StreamLogs(t.Context(), Ref{Kind: "Service", Name: "p"}, LogQuery{}); err == nil {
		t.Error("services have no logs")
	}
}
