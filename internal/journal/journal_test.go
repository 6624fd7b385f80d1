package journal

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCheckNext(t *testing.T) {
	record := func(seq int, typ string) Record { return Record{Seq: seq, Time: time.Unix(1, 0).UTC(), Type: typ} }
	for name, tt := range map[string]struct {
		have, seq int
		typ       string
		exists    bool
		says      string
	}{
		"the first":              {0, 1, "x", false, ""},
		"none before the first":  {0, 0, "x", false, "unexpected record 0, want 1"},
		"a gap at the beginning": {0, 2, "x", false, "want 1"},
		"the only one again":     {1, 1, "x", true, ""},
		"the next":               {2, 3, "x", false, ""},
		"the last again":         {2, 2, "x", true, ""},
		"the last, changed":      {2, 2, "y", true, "record 2 already exists with different content"},
		"one before the last":    {2, 1, "x", false, "want 3"},
		"one after the next":     {2, 4, "x", false, "want 3"},
	} {
		var records []Record
		for seq := 1; seq <= tt.have; seq++ {
			records = append(records, record(seq, "x"))
		}
		exists, err := CheckNext(records, record(tt.seq, tt.typ))
		if exists != tt.exists || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: exists %t, %v", name, exists, err)
		}
	}
}

func TestParseID(t *testing.T) {
	for id, want := range map[string]int{"1": 1, "2": 2, "10": 10, "0": 0, "-1": 0, "": 0, "01": 0, "+1": 0, " 1": 0, "1/..": 0, "x": 0} {
		n, err := ParseID(id)
		if n != want || (err == nil) != (want > 0) || err != nil && !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %d, %v", id, n, err)
		}
	}
}
