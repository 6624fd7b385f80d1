package kube

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// TestUserInTheAddress: a password in the server's address is sent and never
// shown, whatever goes wrong.
func TestUserInTheAddress(t *testing.T) {
	var user, password string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		ok(w, r)
	}))
	open := func() *Client {
		rc := &rest.Config{Host: strings.Replace(s.URL, "://", "://ada:"+secret+"@", 1)}
		rc.Insecure = true
		c, err := connectClient(access{Options{Context: "here"}, rc})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := open()
	if _, err := c.GetObject(t.Context(), ref("a")); err != nil || user != "ada" || password != secret {
		t.Errorf("asked as %q: %v", user, err)
	}
	if c.ServerAddress() != s.URL {
		t.Errorf("Server() = %s", c.ServerAddress())
	}
	s.Close()
	c = open()
	c.retryTime = 0
	_, err := c.GetObject(t.Context(), ref("a"))
	if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "ada") {
		t.Errorf("error %v", err)
	}
}

func TestHideUser(t *testing.T) {
	for name, tt := range map[string]struct{ in, token, out, user string }{
		"none":         {"203.0.113.1:6443", "", "203.0.113.1:6443", ""},
		"in a URL":     {"https://ada:" + secret + "@h:1/path", "", "https://h:1/path", "ada"},
		"no scheme":    {"ada:" + secret + "@h:1", "", "h:1", "ada"},
		"with a token": {"https://ada:" + secret + "@h:1", "t", "https://h:1", ""},
	} {
		rc := &rest.Config{Host: tt.in, BearerToken: tt.token}
		if err := hideUser(rc, Options{Context: "here"}); err != nil || rc.Host != tt.out || rc.Username != tt.user {
			t.Errorf("%s: %q as %q, %v", name, rc.Host, rc.Username, err)
		}
	}
	err := hideUser(&rest.Config{Host: "https://ada:%" + secret + "@h"}, Options{Context: "here"})
	wantProblem(t, err, `context "here"`, "kubectl --context here config view")
}
