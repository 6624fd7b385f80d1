package pki

import (
	"encoding/pem"
	"fmt"
)

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func unblock(path string, content []byte) ([]byte, error) {
	b, _ := pem.Decode(content)
	if b == nil {
		return nil, fmt.Errorf("read %s: this is no PEM file", path)
	}
	return b.Bytes, nil
}
