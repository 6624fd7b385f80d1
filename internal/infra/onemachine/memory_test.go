package onemachine

import "testing"

func TestProportional(t *testing.T) {
	const smaps = "00400000-7fff rollup\nRss:  124000 kB\nPss:   51200 kB\nPss_Anon: 30000 kB\n"
	if got := proportional(smaps); got != 51200<<10 {
		t.Errorf("%d bytes", got)
	}
	if got := proportional(""); got != 0 {
		t.Errorf("%d bytes of nothing", got)
	}
}
