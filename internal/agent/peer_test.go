package agent

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"version-manager/internal/kit/ownership"
)

// TestOtherUsersGetNoAnswer also where the mode of the socket lets them in.
func TestOtherUsersGetNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		trust ownership.Trust
		want  string
	}{
		{"oneself", ownership.Users(os.Geteuid()), "hello"},
		{"a stranger", ownership.Users(os.Geteuid() + 1), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s")
			ln, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			go func() {
				c, err := ownListener{ln, tt.trust}.Accept()
				if err == nil {
					_, _ = io.WriteString(c, "hello") // what arrives is checked
					c.Close()
				}
			}()
			c, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(c); err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
