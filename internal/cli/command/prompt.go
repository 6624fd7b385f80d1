package command

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/ui"
)

// CanPrompt reports whether a person can answer a question.
func (inv *Invocation) CanPrompt() bool { return inv.Streams.Prompts && !inv.ReportsJSON() }

// PromptLine asks a question and returns the answer without surrounding
// spaces.
func (inv *Invocation) PromptLine(question string) (string, error) {
	fmt.Fprint(inv.Streams.Err, ui.CleanText(question))
	line, err := bufio.NewReader(inv.Streams.In).ReadString('\n')
	if err != nil {
		return "", problem.Wrap(err, problem.Interrupted, "", "no answer, nothing changed")
	}
	return strings.TrimSpace(line), nil
}

// PromptYes asks a question to which only "y" and "yes" mean yes.
func (inv *Invocation) PromptYes(question string) (bool, error) {
	answer, err := inv.PromptLine(question + " [y/N] ")
	return err == nil && IsYes(answer), err
}

// IsYes reports whether an answer means yes.
func IsYes(answer string) bool { return isWord(answer, "y", "yes") }

// IsNo reports whether an answer means no.
func IsNo(answer string) bool { return isWord(answer, "n", "no") }

func isWord(answer string, words ...string) bool {
	return slices.Contains(words, strings.ToLower(answer))
}

// RepeatLine returns the command line of this invocation with more words at
// its end, quoted for a shell.
func (inv *Invocation) RepeatLine(more ...string) string {
	words := slices.Concat([]string{ProgramName}, inv.Args, more)
	for i, w := range words {
		words[i] = shell.QuoteIfNeeded(w)
	}
	return strings.Join(words, " ")
}
