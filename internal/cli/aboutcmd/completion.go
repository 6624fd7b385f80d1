package aboutcmd

import (
	"fmt"

	"version-manager/internal/cli/command"

	"github.com/spf13/cobra"
)

func newCompletionCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "print the completion script for a shell",
		Long: "Prints the script that lets a shell complete commands, flags, and versions. SHELL is bash, zsh, fish, or " +
			"powershell. Bash loads the script from the folder in the example only if its package bash-completion is " +
			"installed; without it, put source <(version-manager completion bash) into ~/.bashrc.",
		Example: "  version-manager completion bash > ~/.local/share/bash-completion/completions/version-manager\n" +
			"  version-manager completion zsh > ~/.zfunc/_version-manager",
		GroupID:   "other",
		Args:      command.RequireArgs(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			switch root := c.Root(); args[0] {
			case "bash":
				if _, err := fmt.Fprint(inv.Streams.Out, bashWithoutPackage); err != nil {
					return err
				}
				return root.GenBashCompletionV2(inv.Streams.Out, true)
			case "zsh":
				return root.GenZshCompletion(inv.Streams.Out)
			case "fish":
				return root.GenFishCompletion(inv.Streams.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(inv.Streams.Out)
			}
			return command.UsageError(c, "%q is not a shell that can be completed: want bash, zsh, fish or powershell", args[0])
		},
	}
}

// bashWithoutPackage stands in for a function of the package bash-completion.
// It splits the line at spaces only, as the flags -n =: ask the real one to.
const bashWithoutPackage = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref()
    {
        local line="${COMP_LINE:0:COMP_POINT}"
        read -ra words <<< "$line"
        case "$line" in *[[:space:]]) words+=("") ;; esac
        cword=$((${#words[@]} - 1))
        cur="${words[cword]}"
        prev="${words[cword - 1]}"
    }
fi

`
