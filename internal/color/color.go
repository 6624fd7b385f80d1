// Package color names the two complete sets of instances between which
// traffic is switched. One of them is active, the other is standby or absent.
package color

import "fmt"

// Color is one of the two sets, or None where nothing has been deployed yet.
type Color string

const (
	None  Color = ""
	Blue  Color = "blue"
	Green Color = "green"
)

// Both returns the two colors in the order in which they are shown.
func Both() []Color { return []Color{Blue, Green} }

// Other returns the set that c is not. Before the first deploy, when c is
// None, that is Blue: the color every app starts with.
func (c Color) Other() Color {
	if c == Blue {
		return Green
	}
	return Blue
}

// Parse accepts "blue" and "green" and nothing else.
func Parse(s string) (Color, error) {
	switch c := Color(s); c {
	case Blue, Green:
		return c, nil
	}
	return None, fmt.Errorf("%q is not a color: want blue or green", s)
}
