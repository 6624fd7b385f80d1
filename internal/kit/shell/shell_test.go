package shell

import (
	"os/exec"
	"testing"
)

func TestQuoteWord(t *testing.T) {
	for _, word := range []string{"", "a", "two words", "it's", "'", "$HOME `id` \\ \" * ; &", "-n", "a\nb", "ü"} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+QuoteWord(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("the shell reads %s as %q, %v; want %q", QuoteWord(word), out, err, word)
		}
	}
}

func TestQuoteIfNeeded(t *testing.T) {
	for word, want := range map[string]string{"v1.1.0": "v1.1.0", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'"} {
		if got := QuoteIfNeeded(word); got != want {
			t.Errorf("QuoteIfNeeded(%q) = %s, want %s", word, got, want)
		}
	}
}
