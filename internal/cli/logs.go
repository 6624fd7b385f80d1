package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

type logsOptions struct {
	*app
	query deploy.LogQuery
}

func newLogs(a *app) *cobra.Command {
	o := logsOptions{app: a}
	c := &cobra.Command{
		Use:   "logs",
		Short: "print the output of the instances",
		Long: "Prints the output of the instances, oldest line first, each line with the name of its instance. With -f, " +
			"it goes on until Ctrl-C. With -o json, each line is an object with instance and text. Here, --color " +
			"selects blue or green, not the colors of the output.",
		Example:           "  version-manager logs --tail 20\n  version-manager logs -f --color green\n  version-manager logs --instance blue-1",
		GroupID:           "running",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.query.Tail < 0:
				return usage(c, "--tail %d is not a number of lines", o.query.Tail)
			case o.global.format == ui.YAML:
				return usage(c, "logs come line by line, and YAML does not: use -o json")
			}
			return runLogs(c.Context(), o)
		},
	}
	c.Flags().BoolVarP(&o.query.Follow, "follow", "f", false, "keep printing new output until Ctrl-C")
	c.Flags().Var(choose(&o.query.Color, color.Blue, color.Green), "color", "only the instances of this color")
	c.Flags().StringVar(&o.query.Instance, "instance", "", "only this `INSTANCE`, such as blue-1")
	c.Flags().IntVar(&o.query.Tail, "tail", 0, "only the last `N` lines of each instance (default all)")
	return c
}

func runLogs(ctx context.Context, o logsOptions) error {
	p, t, err := o.open(reading)
	if err != nil {
		return err
	}
	logs, err := t.Logs(ctx, o.query)
	if err != nil {
		return err
	}
	defer logs.Close()
	n, err := o.print(logs)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("read logs: %w", err)
	case n == 0:
		return o.nothing(ctx, p, t)
	}
	return nil
}

// print copies the lines and returns how many bytes that were.
func (o logsOptions) print(logs io.Reader) (int64, error) {
	switch {
	case o.global.format == ui.JSON:
		return eachLine(logs, func(line string) error { return o.io.JSONLine(loggedOf(line)) })
	case o.io.Out.Terminal: // which an app's log must not command
		return eachLine(logs, func(line string) error {
			return o.io.Line("%s", line)
		})
	}
	return io.Copy(o.io.Out, logs)
}

// nothing tells a name that does not exist from an instance that is silent.
func (o logsOptions) nothing(ctx context.Context, p place, t deploy.Target) error {
	now, err := observe(ctx, t)
	if err != nil {
		return err
	}
	if len(now.Colors) == 0 {
		return notDeployed(p)
	}
	known := o.query.Instance == ""
	for _, side := range now.Colors {
		known = known || slices.ContainsFunc(side.Instances, func(i deploy.Instance) bool { return i.ID == o.query.Instance })
	}
	if !known {
		return problem.New(problem.NotFound, "version-manager status", "there is no instance %s", o.query.Instance)
	}
	o.sayDown(now)
	o.note("nothing was written")
	return nil
}

// logged is one line in the answer of logs.
type logged struct {
	Instance string `json:"instance"`
	Text     string `json:"text"`
}

func loggedOf(line string) logged {
	instance, text, _ := strings.Cut(line, " | ")
	return logged{instance, text}
}

// maxLine is how long a line of a log may be, in bytes. A longer one is taken
// for several, so that an app cannot fill this program's memory.
const maxLine = 1 << 20

// eachLine gives every line to f and returns how many bytes there were.
func eachLine(logs io.Reader, f func(line string) error) (n int64, err error) {
	for lines := bufio.NewReaderSize(logs, maxLine); ; {
		slice, err := lines.ReadSlice('\n')
		text := string(slice)
		if err == bufio.ErrBufferFull {
			err = nil
		}
		if n += int64(len(text)); text != "" {
			if err := f(strings.TrimSuffix(text, "\n")); err != nil {
				return n, err
			}
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
