package appcmd

import (
	"bufio"
	"io"
	"strings"

	"version-manager/internal/cli/answer"
)

func splitLogLine(line string) answer.LogLine {
	instance, text, _ := strings.Cut(line, " | ")
	return answer.LogLine{Instance: instance, Text: text}
}

// maxLineBytes is how long a line of a log may be. A longer one is split, so
// that an app cannot fill this program's memory.
const maxLineBytes = 1 << 20

// eachLine gives every line to f and returns how many bytes there were.
func eachLine(logs io.Reader, f func(line string) error) (n int64, err error) {
	for lines := bufio.NewReaderSize(logs, maxLineBytes); ; {
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
