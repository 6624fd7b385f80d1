package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

func measureNames(functions []function) []figure {
	var lengths []int
	for _, f := range countable(functions) {
		lengths = append(lengths, len(f.name))
	}
	return []figure{
		{Name: "function name length median / p90", Value: formatRanks(lengths, medianRank, p90Rank)},
		measureOneWord("one-word function names", functions, maxOneWordPercent),
		measureOneWord("one-word function names, exported", exportedOnly(functions), maxOneWordExported),
	}
}

func measureOneWord(name string, functions []function, limit float64) figure {
	short, all := withOneWord(functions), countable(functions)
	f := figure{Name: name, Value: formatShare(len(short), len(all)), Limit: fmt.Sprintf("<= %.0f %%", limit), Exceeded: shareOf(len(short), len(all)) > limit}
	if f.Exceeded {
		f.Offenders = packagesByOneWord(short, all)
	}
	return f
}

// packagesByOneWord lists the packages with the most one-word names.
func packagesByOneWord(short, all []function) []string {
	count, total := map[string]int{}, map[string]int{}
	for _, f := range short {
		count[f.folder]++
	}
	for _, f := range all {
		total[f.folder]++
	}
	byCount := func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) }
	var lines []string
	for _, folder := range slices.SortedFunc(maps.Keys(count), byCount) {
		lines = append(lines, fmt.Sprintf("%s: %d of %d", folder, count[folder], total[folder]))
	}
	return lines
}
