package deploy_test

import (
	"context"
	"fmt"
	"strconv"

	"version-manager/internal/journal"
)

// memory keeps journals without a disk, whose syncs would be most of the time
// that these tests take. What a disk can do wrong is tested in package journal.
type memory struct {
	records  [][]journal.Record // of deploy 1, 2, ...
	attached map[string][]byte
	read     []string // ids of the journals that were read
}

func (m *memory) ListDeploys(context.Context) ([]string, error) {
	var ids []string
	for i := range m.records {
		ids = append(ids, strconv.Itoa(i+1))
	}
	return ids, nil
}

func (m *memory) Read(_ context.Context, id string) ([]journal.Record, error) {
	m.read = append(m.read, id)
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(m.records) {
		return nil, journal.ErrNotFound
	}
	return m.records[n-1], nil
}

func (m *memory) ReadAttachment(_ context.Context, id, name string) ([]byte, error) {
	if content, ok := m.attached[id+"/"+name]; ok {
		return content, nil
	}
	return nil, journal.ErrNotFound
}

func (m *memory) BeginDeploy(context.Context) (string, error) {
	m.records = append(m.records, nil)
	return strconv.Itoa(len(m.records)), nil
}

func (m *memory) AppendRecord(ctx context.Context, id string, r journal.Record) error {
	have, err := m.Read(ctx, id)
	if err != nil {
		return err
	}
	if r.Seq != len(have)+1 {
		return fmt.Errorf("record %d does not follow %d", r.Seq, len(have))
	}
	n, _ := strconv.Atoi(id)
	m.records[n-1] = append(have, r)
	return nil
}

func (m *memory) AttachFile(_ context.Context, id, name string, content []byte) error {
	if m.attached == nil {
		m.attached = map[string][]byte{}
	}
	m.attached[id+"/"+name] = content
	return nil
}
