package main

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	formatVerb  = regexp.MustCompile(`%[-+# 0-9.*\[\]]*[a-zA-Z%]`)
	codeLike    = regexp.MustCompile(`charset=|\r\n|^<[!?]|^\{"|^default-src |\\[sdwb.(\[|]|\[\^|\(\?|=~|\$\{|^[a-z-]+=\S* |^<\w+|&&`)
	lowerWord   = regexp.MustCompile(`[a-z]{2,}`)
	wordsInLine = regexp.MustCompile(`[\p{L}%…'"]+[,:;.!?)]* \(?["'“]?[\p{L}%…]`)
)

// isShowing reports whether a call's strings are for people, even single words.
func isShowing(call *ast.CallExpr) bool {
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	name := of.Sel.Name
	if pkg, ok := of.X.(*ast.Ident); ok {
		switch pkg.Name {
		case "errors", "problem":
			return name == "New" || name == "Wrap"
		case "slog":
			return slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, name)
		}
	}
	return slices.Contains([]string{"Errorf", "Println", "Printf", "Note", "Detail", "Add"}, name)
}

// isShownField reports whether a field of a struct literal is for people.
func isShownField(pair *ast.KeyValueExpr) bool {
	key, ok := pair.Key.(*ast.Ident)
	return ok && slices.Contains([]string{"Use", "Short", "Long", "Example", "Title", "Group", "Label", "Heading", "Hint", "What", "Summary", "Reason"}, key.Name)
}

// hasWord reports whether there is a letter beside format verbs.
func hasWord(value string) bool {
	return strings.ContainsFunc(formatVerb.ReplaceAllString(value, ""), unicode.IsLetter)
}

// isProse reports whether a string reads like words for people: two words with
// a space between them, one of them in small letters, and no sign of code.
func isProse(value string) bool {
	return hasWord(value) && lowerWord.MatchString(formatVerb.ReplaceAllString(value, "")) &&
		wordsInLine.MatchString(value) && !codeLike.MatchString(value)
}
