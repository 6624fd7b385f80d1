package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
)

// On disk a record is one line: the CRC-32C of its JSON in eight hexadecimal
// digits, a space, the JSON. A person can read it with less, and a torn write
// shows.
const sumLen = 8

var errDamaged = errors.New("damaged record")

// Encode returns a record as a line, with its line feed.
func Encode(r Record) ([]byte, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record %d: %w", r.Seq, err)
	}
	return fmt.Appendf(nil, "%08x %s\n", checksum(body), body), nil
}

// Decode reads a line without its line feed.
func Decode(line []byte) (Record, error) {
	var r Record
	if len(line) <= sumLen || line[sumLen] != ' ' {
		return r, errDamaged
	}
	want, err := strconv.ParseUint(string(line[:sumLen]), 16, 32)
	if err != nil || uint32(want) != checksum(line[sumLen+1:]) {
		return r, errDamaged
	}
	if err := json.Unmarshal(line[sumLen+1:], &r); err != nil {
		return r, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return r, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// scanRecords reads a whole journal. It returns the records up to the first that is
// not whole, and the length of the part that holds them. What follows is the
// torn end of a crash, unless a whole record stands behind it: then the file
// was damaged, which is an error.
func scanRecords(content []byte) (records []Record, whole int, err error) {
	rest := content
	for len(rest) > 0 {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		r, bad := Decode(line)
		if bad == nil && ended && r.Seq == len(records)+1 {
			records = append(records, r)
			whole = len(content) - len(after)
			rest = after
			continue
		}
		if isFollowedByRecord(after) {
			return records, whole, fmt.Errorf("record %d: %w", len(records)+1, errDamaged)
		}
		return records, whole, nil
	}
	return records, whole, nil
}

func isFollowedByRecord(rest []byte) bool {
	for line := range bytes.Lines(rest) {
		if _, err := Decode(bytes.TrimSuffix(line, []byte("\n"))); err == nil {
			return true
		}
	}
	return false
}
