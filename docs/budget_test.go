package docs

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// CI has room to grow: today's suites fit in 40 minutes on two cores, and 35
// are kept free for suites to come.
func TestSuitesFitTheirBudget(t *testing.T) {
	const maxToday, minReserved = 40, 35
	minutes := map[string]int{}
	makefile := readFile(t, "../Makefile")
	for _, row := range regexp.MustCompile(`(?m)^(\S+) +(\d+) +(run|beside|await|reserved)\b *(.*)$`).FindAllStringSubmatch(readFile(t, "../.ci/run"), -1) {
		name, kind, command := row[1], row[3], row[4]
		n, err := strconv.Atoi(row[2])
		if err != nil {
			t.Fatal(err)
		}
		minutes[kind] += n
		words := strings.Fields(command)
		for i, word := range words {
			if word == "make" && !strings.Contains(makefile, "\n"+words[len(words)-1]+":") {
				t.Errorf("%s runs %q, which the Makefile does not have", name, strings.Join(words[i:], " "))
			}
		}
	}
	if today := minutes["run"] + minutes["await"]; today < 10 || today > maxToday {
		t.Errorf("the existing suites may take %d minutes, want at most %d", today, maxToday)
	}
	if minutes["reserved"] != minReserved {
		t.Errorf("%d minutes are reserved, want %d", minutes["reserved"], minReserved)
	}
}
