package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const goodbye = time.Second // how long a client may take to answer a close frame

// streamEvents sends the identity as a server-sent event four times a second.
func (a *app) streamEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	who, _ := json.Marshal(a.ownIdentity())
	for id := 1; ; id++ {
		fmt.Fprintf(w, "id: %d\ndata: %s\n\n", id, who)
		if out.Flush() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-a.leaving:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// serveEcho is a WebSocket that first says which version it is and then repeats
// what it hears. When the app leaves, it says so with 1001, going away.
func (a *app) serveEcho(w http.ResponseWriter, r *http.Request) {
	a.sockets.Add(1)
	defer a.sockets.Done()
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	if c.Write(ctx, websocket.MessageText, []byte(a.set.Version)) != nil {
		return
	}
	over := make(chan struct{})
	go func() { defer close(over); echoMessages(ctx, c) }()
	select {
	case <-over:
	case <-a.leaving:
		force := time.AfterFunc(goodbye, cancel)
		defer force.Stop()
		c.Close(websocket.StatusGoingAway, "shutting down")
		<-over
	}
}

func echoMessages(ctx context.Context, c *websocket.Conn) {
	for {
		kind, msg, err := c.Read(ctx)
		if err != nil || c.Write(ctx, kind, msg) != nil {
			return
		}
	}
}
