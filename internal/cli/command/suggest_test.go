package command

import (
	"testing"

	"github.com/spf13/cobra"
)

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
