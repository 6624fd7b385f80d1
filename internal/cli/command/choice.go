package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Choice is the value of a flag that takes one of a few words.
type Choice[T ~string] struct {
	value   *T
	allowed []T
	onSet   func(T) // may be nil
}

var _ pflag.Value = (*Choice[string])(nil)

// NewChoice returns a flag value that stores one of the allowed words in value.
func NewChoice[T ~string](value *T, allowed ...T) *Choice[T] {
	return &Choice[T]{value: value, allowed: allowed}
}

func (c *Choice[T]) String() string { return string(*c.value) }

// Type is what the help shows in place of a value.
func (c *Choice[T]) Type() string { return strings.Join(c.AllowedWords(), "|") }

// Set stores s, which must be one of the allowed words.
func (c *Choice[T]) Set(s string) error {
	if !slices.Contains(c.allowed, T(s)) {
		return fmt.Errorf("want one of %s", strings.Join(c.AllowedWords(), ", "))
	}
	*c.value = T(s)
	if c.onSet != nil {
		c.onSet(T(s))
	}
	return nil
}

// AllowedWords lists the words that the flag takes.
func (c *Choice[T]) AllowedWords() []string {
	words := make([]string, len(c.allowed))
	for i, w := range c.allowed {
		words[i] = string(w)
	}
	return words
}

// CompleteChoices makes the shell offer the words of every choice flag of c
// and of the commands below it.
func CompleteChoices(c *cobra.Command) {
	offer := func(f *pflag.Flag) {
		if v, ok := f.Value.(interface{ AllowedWords() []string }); ok {
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(v.AllowedWords(), cobra.ShellCompDirectiveNoFileComp)) // fails only if called twice
		}
	}
	c.PersistentFlags().VisitAll(offer)
	c.LocalNonPersistentFlags().VisitAll(offer)
	for _, sub := range c.Commands() {
		CompleteChoices(sub)
	}
}
