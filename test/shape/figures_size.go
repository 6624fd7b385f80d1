package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

func measureFiles(t tree) []figure {
	var lines []int
	total := 0
	for _, f := range t.codeFiles() {
		lines = append(lines, f.lines)
		total += f.lines
	}
	return []figure{
		{Name: "files / code lines", Value: fmt.Sprintf("%d / %d", len(lines), total)},
		{Name: "file lines median / p90 / max", Value: formatRanks(lines, medianRank, p90Rank, percent)},
	}
}

func measureFunctions(functions []function) []figure {
	var lines []int
	deep := 0
	for _, f := range functions {
		lines = append(lines, f.lines)
		if f.nesting >= deepNesting {
			deep++
		}
	}
	size := figure{
		Name: "function lines median / p90 / p99 / max", Value: formatRanks(lines, medianRank, p90Rank, p99Rank, percent),
		Limit: fmt.Sprintf("p99 <= %d", maxFunctionLinesP99), Exceeded: rankOf(lines, p99Rank) > maxFunctionLinesP99,
	}
	if size.Exceeded {
		size.Offenders = longFunctions(functions)
	}
	nested := figure{Name: fmt.Sprintf("functions with nesting >= %d", deepNesting), Value: formatShare(deep, len(functions))}
	return []figure{size, nested}
}

func longFunctions(functions []function) []string {
	var long []string
	for _, f := range slices.SortedFunc(slices.Values(functions), func(a, b function) int { return cmp.Compare(b.lines, a.lines) }) {
		if f.lines > maxFunctionLinesP99 {
			long = append(long, fmt.Sprintf("%s %s: %d lines", f.place, f.label(), f.lines))
		}
	}
	return long
}

// measurePackages finds the folder with the most files.
func measurePackages(t tree) figure {
	count := map[string]int{}
	for _, f := range t.codeFiles() {
		count[f.folder]++
	}
	return measureLargest("files in one package, without tests", count, maxFilesPerPackage, "files")
}

// measureReceivers finds the type with the most methods. A method that exists
// once for each system counts once.
func measureReceivers(functions []function) figure {
	count := map[string]int{}
	for receiver, methods := range groupMethods(functions) {
		slices.Sort(methods)
		count[receiver] = len(slices.Compact(methods))
	}
	return measureLargest("most methods on one type", count, maxMethodsPerReceiver, "methods")
}

func measureLargest(name string, count map[string]int, limit int, unit string) figure {
	f := figure{Name: name, Value: "0", Limit: fmt.Sprintf("<= %d", limit)}
	byCount := func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) }
	for i, key := range slices.SortedFunc(maps.Keys(count), byCount) {
		if i == 0 {
			f.Value = fmt.Sprintf("%d (%s)", count[key], key)
		}
		if count[key] > limit {
			f.Exceeded = true
			f.Offenders = append(f.Offenders, fmt.Sprintf("%s: %d %s", key, count[key], unit))
		}
	}
	return f
}
