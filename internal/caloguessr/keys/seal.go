package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// secretSize is the size of an AES-256 key, in bytes.
const secretSize = 32

// sealPurpose is part of the encryption, so that another file of the same format
// cannot replace this one.
const sealPurpose = "caloguessr gemini key, version 1"

// content is what gets encrypted.
type content struct {
	Key   string    `json:"key"`
	Saved time.Time `json:"saved"`
}

// sealKey encrypts a key. The result is the nonce, then the ciphertext.
func sealKey(secret []byte, k Key) ([]byte, error) {
	box, err := newCipher(secret)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(content{k.value, k.Saved})
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) // never fails
	return box.Seal(nonce, nonce, plain, []byte(sealPurpose)), nil
}

func unsealKey(secret, sealed []byte) (Key, error) {
	box, err := newCipher(secret)
	if err != nil {
		return Key{}, err
	}
	if len(sealed) < box.NonceSize() {
		return Key{}, errors.New("decrypt: too short")
	}
	nonce, rest := sealed[:box.NonceSize()], sealed[box.NonceSize():]
	plain, err := box.Open(nil, nonce, rest, []byte(sealPurpose))
	if err != nil {
		return Key{}, fmt.Errorf("decrypt: %w", err)
	}
	var c content
	if err := json.Unmarshal(plain, &c); err != nil {
		return Key{}, errors.New("decrypt: unexpected content") // err could contain the key
	}
	return Key{value: c.Key, Saved: c.Saved}, nil
}

func newCipher(secret []byte) (cipher.AEAD, error) {
	if len(secret) != secretSize {
		return nil, fmt.Errorf("secret of %d bytes, want %d", len(secret), secretSize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
