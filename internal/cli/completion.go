package cli

import (
	"github.com/spf13/cobra"
)

func newCompletion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "print the completion script of a shell",
		Long: "Prints the script with which a shell completes commands, flags and versions. SHELL is\n" +
			"bash, zsh, fish or powershell.",
		Example: "  version-manager completion bash > ~/.local/share/bash-completion/completions/version-manager\n" +
			"  version-manager completion zsh > ~/.zfunc/_version-manager",
		GroupID:   "other",
		Args:      takes(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			switch root := c.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.io.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.io.Out)
			case "fish":
				return root.GenFishCompletion(a.io.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.io.Out)
			}
			return usage(c, "%q is not a shell that can be completed: want bash, zsh, fish or powershell", args[0])
		},
	}
}
