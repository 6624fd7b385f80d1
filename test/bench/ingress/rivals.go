package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// caddyVersion has to be the one in caddy/go.mod: it names the cached binary.
const caddyVersion = "v2.11.9"

// rival is one of the proxies that are measured.
type rival struct {
	name    string
	version string
	start   func(ctx context.Context, dir, backend string) (*child, error)
}

// chosenRivals prepares all four, ours first.
func chosenRivals(ctx context.Context, s settings) ([]rival, error) {
	if err := checkInstalled("haproxy", "nginx"); err != nil {
		return nil, err
	}
	caddy := ""
	if !s.closing {
		err := checkInstalled("wrk")
		if err != nil {
			return nil, err
		}
		if caddy, err = buildCaddy(ctx); err != nil {
			return nil, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ours := rival{"ours", runtime.Version(), func(ctx context.Context, dir, backend string) (*child, error) {
		args := []string{"-role=ingress", "-to=" + backend}
		if s.profile != "" {
			args = append(args, "-cpuprofile="+filepath.Join(s.profile, "ingress.pprof"))
		}
		return startChild(ctx, dir, "", self, args...)
	}}
	return []rival{
		ours,
		{"caddy", caddyVersion, startWithConfig("caddy.json", caddyConfig, caddy, "run", "--config")},
		{"haproxy", outputOf("haproxy", "-v"), startWithConfig("haproxy.cfg", haproxyConfig, "haproxy", "-db", "-f")},
		{"nginx", outputOf("nginx", "-v"), startWithConfig("nginx.conf", nginxConfig, "nginx", "-c")},
	}, nil
}

// checkInstalled says what to type if a program is missing.
func checkInstalled(names ...string) error {
	var missing []string
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return errors.New("programs are missing: apt-get install -y --no-install-recommends " + strings.Join(missing, " "))
	}
	return nil
}

// outputOf is the first line of what a program says about its version.
func outputOf(name string, args ...string) string {
	b, _ := exec.Command(name, args...).CombinedOutput()
	line, _, _ := strings.Cut(string(b), "\n")
	for word := range strings.FieldsSeq(strings.NewReplacer("/", " ", "-", " ").Replace(line)) {
		if word[0] >= '0' && word[0] <= '9' {
			return word
		}
	}
	return "?"
}

// buildCaddy returns the path of the pinned Caddy, built at first use.
func buildCaddy(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	file := filepath.Join(cache, "version-manager", "bench", "caddy-"+caddyVersion)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the checkout, in which this has to be run: %w", err)
	}
	fmt.Fprintln(os.Stderr, "building Caddy", caddyVersion, "once, this takes some minutes")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", file+".new", ".")
	build.Dir = filepath.Join(strings.TrimSpace(string(root)), "test", "bench", "ingress", "caddy")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build caddy: %w\n%s", err, out)
	}
	return file, os.Rename(file+".new", file)
}

// startWithConfig starts a program with a configuration file as last argument.
func startWithConfig(file string, config func(addr, backend, dir string) string, name string, args ...string) func(context.Context, string, string) (*child, error) {
	return func(ctx context.Context, dir, backend string) (*child, error) {
		addr, err := freeAddr()
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte(config(addr, backend, dir)), 0o600); err != nil {
			return nil, err
		}
		return startChild(ctx, dir, addr, name, append(args, path)...)
	}
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func caddyConfig(addr, backend, _ string) string {
	return fmt.Sprintf(`{"admin": {"disabled": true}, "logging": {"logs": {"default": {"level": "ERROR"}}},
"apps": {"http": {"servers": {"bench": {"listen": [%q], "automatic_https": {"disable": true},
"routes": [{"handle": [{"handler": "reverse_proxy", "upstreams": [{"dial": %q}],
"transport": {"protocol": "http", "keep_alive": {"enabled": true, "max_idle_conns_per_host": 256}}}]}]}}}}}`, addr, backend)
}

func haproxyConfig(addr, backend, _ string) string {
	return fmt.Sprintf(`global
  nbthread 2
  maxconn 4096
defaults
  mode http
  option forwardfor
  http-reuse always
  timeout connect 1s
  timeout client 75s
  timeout server 75s
frontend bench
  bind %s
  default_backend app
backend app
  server app1 %s pool-max-conn 256
`, addr, backend)
}

func nginxConfig(addr, backend, dir string) string {
	return fmt.Sprintf(`daemon off;
worker_processes 2;
pid %[3]s/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path %[3]s/body;
  proxy_temp_path %[3]s/proxy;
  fastcgi_temp_path %[3]s/fastcgi;
  uwsgi_temp_path %[3]s/uwsgi;
  scgi_temp_path %[3]s/scgi;
  upstream app { server %[2]s; keepalive 256; keepalive_requests 100000000; }
  server {
    listen %[1]s;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`, addr, backend, dir)
}
