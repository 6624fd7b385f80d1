package caloguessr

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/meal"
	"version-manager/internal/caloguessr/web"
	"version-manager/internal/kit/httpkit"
)

// config is what the environment can set.
type config struct {
	Address    string // HOST and PORT
	Build      web.Build
	DataDir    string // folder for the key; empty: no key can be stored
	Key        string // from the environment; may be empty
	Model      string
	BaseURL    string // of the Gemini API
	AdminToken string
	Proxies    []netip.Prefix // whose X-Forwarded-For is trusted
	LogText    bool           // text instead of JSON
	Linger     time.Duration  // between "not ready" and closing the listener
	Drain      time.Duration  // for open requests to finish
}

// maxKeyFileSize is the size of the largest key file, in bytes.
const maxKeyFileSize = 4096

// minTokenLength is the shortest CALOGUESSR_ADMIN_TOKEN, in bytes.
const minTokenLength = 16

// readConfig reads the configuration through getenv.
func readConfig(getenv func(string) string) (config, error) {
	get := func(name, fallback string) string {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			return v
		}
		return fallback
	}
	c := config{
		Address:    net.JoinHostPort(get("HOST", "127.0.0.1"), get("PORT", "8080")),
		Build:      web.Build{Version: get("APP_VERSION", "dev"), Color: get("APP_COLOR", ""), Instance: get("APP_INSTANCE", "")},
		DataDir:    get("DATA_DIR", ""),
		Model:      strings.TrimPrefix(get("GEMINI_MODEL", estimate.DefaultModel), "models/"),
		BaseURL:    get("GEMINI_BASE_URL", estimate.DefaultBaseURL),
		AdminToken: get("CALOGUESSR_ADMIN_TOKEN", ""),
	}
	var errs [6]error
	c.Key, errs[0] = readKey(get)
	c.Proxies, errs[1] = parseProxies(get("TRUSTED_PROXIES", ""))
	c.Linger, errs[2] = parseDuration("DRAIN_LINGER", get("DRAIN_LINGER", "500ms"))
	c.Drain, errs[3] = parseDuration("DRAIN_TIMEOUT", get("DRAIN_TIMEOUT", "30s"))
	c.LogText, errs[4] = parseLogFormat(get("LOG_FORMAT", "json"))
	errs[5] = c.checkValues()
	if c.DataDir == "" {
		c.DataDir = defaultDataDir()
	}
	return c, errors.Join(errs[:]...)
}

// isLocalOnly reports whether this server can only be reached from this machine.
func (c config) isLocalOnly() bool {
	host, _, err := net.SplitHostPort(c.Address)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

func (c config) checkValues() error {
	_, port, err := net.SplitHostPort(c.Address)
	if err != nil {
		return fmt.Errorf("HOST: %w", err)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("PORT: %q is not a port", port)
	}
	if !meal.ValidModel(c.Model) {
		return fmt.Errorf("GEMINI_MODEL: %q is not the name of a model such as %s", c.Model, estimate.DefaultModel)
	}
	if c.AdminToken != "" && len(c.AdminToken) < minTokenLength {
		return fmt.Errorf("CALOGUESSR_ADMIN_TOKEN: shorter than %d characters", minTokenLength)
	}
	return nil
}

// readKey reads GEMINI_API_KEY, or the file that GEMINI_API_KEY_FILE names.
func readKey(get func(name, fallback string) string) (string, error) {
	if k := get("GEMINI_API_KEY", ""); k != "" {
		return k, nil
	}
	file := get("GEMINI_API_KEY_FILE", "")
	if file == "" {
		return "", nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("GEMINI_API_KEY_FILE: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFileSize+1))
	if err == nil && len(data) > maxKeyFileSize {
		err = fmt.Errorf("%s is longer than %d bytes", file, maxKeyFileSize)
	}
	if err != nil {
		return "", fmt.Errorf("GEMINI_API_KEY_FILE: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// parseProxies reads a list of networks, and adds loopback.
func parseProxies(list string) ([]netip.Prefix, error) {
	all := httpkit.Loopback()
	for s := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("TRUSTED_PROXIES: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

func parseDuration(name, value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%s: %q is not a duration such as 500ms", name, value)
	}
	return d, nil
}

func parseLogFormat(format string) (bool, error) {
	switch format {
	case "text", "json":
		return format == "text", nil
	}
	return false, fmt.Errorf("LOG_FORMAT: %q is neither json nor text", format)
}

// defaultDataDir returns the user's own folder, or "" in a container without one.
func defaultDataDir() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "caloguessr")
}
