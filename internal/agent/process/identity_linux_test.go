package process

import "testing"

const stat = "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 8812345 1 2"

func TestParseStat(t *testing.T) {
	state, ticks, err := parseStat([]byte(stat))
	if state != 'S' || ticks != "8812345" || err != nil {
		t.Errorf("parseStat = %c, %q, %v", state, ticks, err)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte(stat))
	f.Add([]byte("1 (x) S"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, ticks, err := parseStat(b); err == nil && ticks == "" {
			t.Error("no error and no ticks")
		}
	})
}
