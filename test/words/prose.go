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

// shownArguments returns the arguments that are for people, even single words.
func shownArguments(call *ast.CallExpr) []ast.Expr {
	switch pkg, name := calledName(call); {
	case (pkg == "errors" || pkg == "problem") && (name == "New" || name == "Wrap"):
		return call.Args
	case pkg == "slog" && slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, name):
		return call.Args[:min(len(call.Args), 1)] // the rest are keys and values
	case slices.Contains([]string{"Errorf", "Println", "Printf", "Note", "Detail", "Add"}, name):
		return call.Args
	}
	return nil
}

// calledName returns the two parts of a call such as fmt.Errorf.
func calledName(call *ast.CallExpr) (pkg, name string) {
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if ident, ok := of.X.(*ast.Ident); ok {
		pkg = ident.Name
	}
	return pkg, of.Sel.Name
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
