package healthcheck

import "time"

// Streak counts healthy answers in a row. The zero value is ready to use.
type Streak struct {
	Count   int
	Failure error     // why the streak before was broken; nil: none was
	Last    time.Time // of the newest answer
	first   time.Time
}

// AddAnswer adds an answer. A failed one starts the count again.
func (s *Streak) AddAnswer(now time.Time, err error) {
	if err != nil {
		*s = Streak{Failure: err}
		return
	}
	if s.Count == 0 {
		s.first = now
	}
	s.Count, s.Last = s.Count+1, now
}

// TimeSpan returns the time from the first answer to the last.
func (s *Streak) TimeSpan() time.Duration { return s.Last.Sub(s.first) }
