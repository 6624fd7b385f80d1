//go:build !linux

package main

import (
	"errors"
	"io"
)

func cannotBeNobody() string { return "only Linux keeps a user for each thread" }

func asNobody(func() error) error { return errors.New("not on this system") }

func listenAsNobody(string, io.Writer) (func(), error) {
	return nil, errors.New("not on this system")
}
