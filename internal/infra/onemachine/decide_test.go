package onemachine

import "testing"

func TestDecide(t *testing.T) {
	for _, tt := range []struct {
		what             string
		have, want, then int // then 0: refused
	}{
		{"new", 0, 0, DefaultNodeCount},
		{"new with five", 0, 5, 5},
		{"goes on", 4, 0, 4},
		{"the same again", 4, 4, 4},
		{"another number", 4, 3, 0},
		{"far too many", 0, 1000, 0},
		{"fewer than none", 0, -1, 0},
	} {
		c := OpenCluster(t.TempDir())
		if s := exampleSpec(); tt.have > 0 {
			s.Nodes = tt.have
			if err := s.write(c.dir.spec()); err != nil {
				t.Fatal(err)
			}
		}
		w := c.work(Options{Nodes: tt.want})
		if err := w.decide(); (err == nil) != (tt.then > 0) || err == nil && w.spec.Nodes != tt.then {
			t.Errorf("%s: %d nodes, %v", tt.what, w.spec.Nodes, err)
		}
	}
}
