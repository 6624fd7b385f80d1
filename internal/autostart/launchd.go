package autostart

import (
	"encoding/xml"
	"fmt"
	"path/filepath"
	"strings"
)

// launchdList returns the content of the property list. launchd does not stop the
// instances when the keeper ends.
func launchdList(s Service) (string, error) {
	if err := s.checkPaths(); err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`<?xml version="1.0" encoding="UTF-8"?>`)
	line(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`)
	line(`<plist version="1.0">`)
	line(`<dict>`)
	line(`	<key>Label</key>`)
	line(`	<string>%s</string>`, escapeXML(s.UnitName()))
	line(`	<key>ProgramArguments</key>`)
	line(`	<array>`)
	for _, arg := range s.StartCommand() {
		line(`		<string>%s</string>`, escapeXML(arg))
	}
	line(`	</array>`)
	line(`	<key>EnvironmentVariables</key>`)
	line(`	<dict>`)
	for _, e := range s.Env {
		name, value, _ := strings.Cut(e, "=")
		line(`		<key>%s</key>`, escapeXML(name))
		line(`		<string>%s</string>`, escapeXML(value))
	}
	line(`	</dict>`)
	for _, key := range []string{"RunAtLoad", "KeepAlive", "AbandonProcessGroup"} {
		line(`	<key>%s</key>`, key)
		line(`	<true/>`)
	}
	line(`	<key>StandardErrorPath</key>`)
	line(`	<string>%s</string>`, escapeXML(filepath.Join(s.State, "agent.log")))
	line(`</dict>`)
	line(`</plist>`)
	return b.String(), nil
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}
