package nutrition

import (
	"cmp"
	"slices"
	"strings"
)

// maxQueryTerms limits the work of one query.
const maxQueryTerms = 6

// word is one folded word of a food. The first word of a name is worth more.
type word struct {
	text string
	rank int // 0: first word of a name, 1: any other
}

// SearchFoods returns at most limit foods that match the query, the best first: those
// that match every word or, if no food does, as many words as possible. Case, umlauts,
// word order, and small typos do not matter. It searches the names and synonyms in both
// languages.
func (t *Table) SearchFoods(query string, limit int) []Food {
	terms := splitQuery(query)
	type hit struct{ food, matched, cost int }
	var hits []hit
	most := 1
	for i, f := range t.foods {
		matched, cost := f.matchTerms(terms)
		most = max(most, matched)
		hits = append(hits, hit{i, matched, cost})
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.matched < most })
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.cost, b.cost) })
	found := make([]Food, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		found = append(found, t.foods[h.food])
	}
	return found
}

// splitQuery splits a query into words and drops those that say nothing about a food.
func splitQuery(query string) []string {
	all := strings.Fields(foldText(query))
	all = slices.DeleteFunc(all, func(s string) bool {
		return len(s) < 2 || slices.Contains([]string{"mit", "und", "with", "and", "of", "in", "the", "ohne"}, s)
	})
	return all[:min(maxQueryTerms, len(all))]
}

// matchTerms counts the terms that match a word of the food, and adds up the costs of
// their best matches.
func (f Food) matchTerms(terms []string) (matched, cost int) {
	for _, term := range terms {
		best := -1
		for _, w := range f.words {
			if c, ok := w.matchCost(term); ok && (best < 0 || c < best) {
				best = c
			}
		}
		if best >= 0 {
			matched++
			cost += best
		}
	}
	return matched, cost
}

// matchCost returns how different term is from the word: equal, prefix, substring, or
// typo.
func (w word) matchCost(term string) (int, bool) {
	switch {
	case w.text == term:
		return w.rank, true
	case strings.HasPrefix(w.text, term):
		return 4 + w.rank, true
	case len(term) >= 4 && strings.Contains(w.text, term):
		return 8 + w.rank, true
	}
	if d, ok := typoDistance(term, w.text); ok {
		return 12 + 4*d + w.rank, true
	}
	return 0, false
}

// typoDistance allows one typo in words of four letters or more, and two in words of
// seven or more.
func typoDistance(a, b string) (int, bool) {
	allowed := 0
	switch n := min(len(a), len(b)); {
	case n >= 7:
		allowed = 2
	case n >= 4:
		allowed = 1
	}
	if allowed == 0 || len(a)-len(b) > allowed || len(b)-len(a) > allowed {
		return 0, false
	}
	d := editDistance(a, b)
	return d, d <= allowed
}

// editDistance counts insertions, deletions, replacements, and swaps of neighbors.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// indexWords returns the folded words of a food's names and synonyms.
func indexWords(en, de, synonyms string) []word {
	var words []word
	for _, name := range []string{en, de} {
		for i, s := range strings.Fields(foldText(name)) {
			words = append(words, word{s, min(i, 1)})
		}
	}
	for _, s := range strings.Fields(foldText(synonyms)) {
		words = append(words, word{s, 1})
	}
	return words
}
