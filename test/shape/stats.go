package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	percent    = 100.0
	medianRank = 50.0
	p90Rank    = 90.0
	p99Rank    = 99.0
)

func shareOf(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return percent * float64(part) / float64(all)
}

func formatShare(part, all int) string {
	return fmt.Sprintf("%.1f %% (%d of %d)", shareOf(part, all), part, all)
}

// rankOf returns the value below or at which rank percent of all values are.
func rankOf(values []int, rank float64) int {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	i := int(math.Ceil(rank/percent*float64(len(sorted)))) - 1
	return sorted[max(i, 0)]
}

// formatRanks prints the values at some ranks, such as "86 / 155 / 228".
func formatRanks(values []int, ranks ...float64) string {
	var parts []string
	for _, rank := range ranks {
		parts = append(parts, fmt.Sprint(rankOf(values, rank)))
	}
	return strings.Join(parts, " / ")
}
