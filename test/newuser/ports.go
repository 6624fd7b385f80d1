package main

import (
	"fmt"
	"net"
	"net/http"
)

// holdPorts plays the app of another user on these ports. A port that is taken
// already is as good: it is another program's.
func holdPorts(ports ...int) (release func()) {
	var servers []*http.Server
	for _, port := range ports {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			fmt.Printf("port %d is taken already: %v\n", port, err)
			continue
		}
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "the app of another user", http.StatusTeapot)
		})}
		servers = append(servers, s)
		go func() { _ = s.Serve(ln) }()
	}
	return func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}
}
