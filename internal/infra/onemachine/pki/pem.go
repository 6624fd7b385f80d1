package pki

import (
	"encoding/pem"
	"fmt"
)

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func decodePEM(path string, content []byte) ([]byte, error) {
	b, _ := pem.Decode(content)
	if b == nil {
		return nil, fmt.Errorf("read %s: not a PEM file", path)
	}
	return b.Bytes, nil
}
