package command

import (
	"testing"

	"github.com/spf13/cobra"
)

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"output", "output", 0},
		{"ouput", "output", 1}, {"outptu", "output", 2}, {"watch", "wait", 3}, {"kitten", "sitting", 3},
	} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestNearestFlag(t *testing.T) {
	c := &cobra.Command{Use: "x"}
	c.Flags().Bool("follow", false, "")
	c.Flags().Bool("kubeconfig", false, "")
	c.Flags().Bool("secret", false, "")
	_ = c.Flags().MarkHidden("secret")
	for name, want := range map[string]string{
		"folow": "follow", "foll": "follow", "flow": "follow", "fl": "", "kube": "kubeconfig", "secre": "", "tail": "",
	} {
		if got := nearestFlag(c, name); got != want {
			t.Errorf("nearestFlag(%q) = %q, want %q", name, got, want)
		}
	}
}
