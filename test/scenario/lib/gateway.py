# SPDX-License-Identifier: Apache-2.0
"""Starts the real binary on a folder of YAML, asks it, and stops it by its process id."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]


def binary():
    return os.environ.get("SLUICE_BIN", str(ROOT / "build" / "dev" / "sluice"))


_next_port = 10000 + os.getpid() % 180 * 120


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody listens on: below the ephemeral range, so that no connection takes it between
    asking and binding, and in a range of this process's own, so that suites beside us do not either."""
    global _next_port
    while True:
        _next_port += 1
        with socket.socket(socket.AF_INET, kind) as s:
            try:
                s.bind(("0.0.0.0", _next_port))
                return _next_port
            except OSError:
                continue


def backend(name, *endpoints, namespace="default", **spec):
    obj = {
        "apiVersion": "sluice.dev/v1alpha1",
        "kind": "Backend",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"endpoints": [e if isinstance(e, str) else e.address for e in endpoints], **spec},
    }
    return obj


def gateway(port, name="gw", listeners=None, namespace="default", **spec):
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "gatewayClassName": "sluice",
            "listeners": listeners or [{"name": "http", "port": port, "protocol": "HTTP"}],
            **spec,
        },
    }


def ref(name, weight=None, filters=None, **more):
    out = {"group": "sluice.dev", "kind": "Backend", "name": name, **more}
    if weight is not None:
        out["weight"] = weight
    if filters:
        out["filters"] = filters
    return out


def route(name="r", rules=None, hostnames=None, parent="gw", namespace="default", **spec):
    out = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"parentRefs": [{"name": parent}], "rules": rules or [{"backendRefs": [ref("a")]}], **spec},
    }
    if hostnames:
        out["spec"]["hostnames"] = hostnames
    return out


def service(name="s", ports=((None, 80, None),), namespace="default", **spec):
    """<ports>: (name, port, targetPort, appProtocol...) each; what is None is left out."""
    out = []
    for number in ports:
        keys = zip(("name", "port", "targetPort", "appProtocol"), number)
        out.append({k: v for k, v in keys if v is not None})
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": {"ports": out, **spec}}


def endpoint(*addresses, **conditions):
    return {"addresses": list(addresses), **({"conditions": conditions} if conditions else {})}


def endpoint_slice(name, ports, *endpoints, service="s", family="IPv4", namespace="default"):
    """<ports>: {name or None: number}; <endpoints>: endpoint() or an address."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": namespace, "labels": {"kubernetes.io/service-name": service}},
        "addressType": family,
        "ports": [{"port": p, **({"name": n} if n else {})} for n, p in ports.items()],
        "endpoints": [e if isinstance(e, dict) else endpoint(e) for e in endpoints],
    }


def to_service(port, name="s", **more):
    """A backendRef."""
    return {"name": name, "port": port, **more}


def settings(**values):
    """A ConfigMap of traffic settings; "client_idle-timeout" stands for "client.idle-timeout"."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": "default"},
        "data": {k.replace("_", ".", 1): str(v) for k, v in values.items()},
    }


WITH_SETTINGS = {"infrastructure": {"parametersRef": {"group": "", "kind": "ConfigMap", "name": "settings"}}}


class Gateway:
    """One running `sluice serve`.  With <clock> its time stands still but for advance()."""

    def __init__(self, folder, *args, clock=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.args = list(args)
        self.clock_path = self.folder.parent / f"{self.folder.name}.clk" if clock else None
        if clock:
            # The clock is a socket in a folder that the sandbox does not know.
            self.args += ["--test-clock", str(self.clock_path), "--sandbox", "off"]
        self.port = free_port()
        self.admin_port = free_port()
        self.health_port = free_port()
        self.log_path = self.folder.parent / f"{self.folder.name}.log"
        self.proc = None
        self.wrap = None  # what runs the program instead: ["setpriv", ..., PROGRAM]

    def write(self, *objects, name="all.yaml"):
        """Objects (dicts) or YAML text into one file, put in place by rename as editors do."""
        text = "\n---\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects)
        tmp = self.folder / f".{name}.tmp"
        tmp.write_text(text)
        tmp.rename(self.folder / name)

    def start(self, wait=True):
        cmd = [*(self.wrap or [binary()]), "serve", str(self.folder)]
        cmd += ["--admin", f"127.0.0.1:{self.admin_port}", "--health", f"127.0.0.1:{self.health_port}"]
        cmd += self.args
        self.log = open(self.log_path, "ab")
        self.proc = subprocess.Popen(cmd, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        if wait:
            self.until(lambda: self.health("/readyz")[0] == 200, "ready")
        return self

    def advance(self, ms=0):
        """Time goes on by <ms>; comes back when all timers that are due have fired and all is quiet."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(str(self.clock_path))
            s.sendall(b"advance %d\n" % ms)
            got = s.recv(64)
            assert got == b"quiet\n", got

    def advance_to_end(self, timeout):
        """The timers of a drain are of the time that stands still."""
        end = time.monotonic() + timeout
        while self.proc.poll() is None and time.monotonic() < end:
            try:
                self.advance(1000)
            except (OSError, AssertionError):
                time.sleep(0.01)

    def until(self, true, what, timeout=15):
        """Asks every 5 ms, for events of another process that no clock of ours drives."""
        end = time.monotonic() + timeout
        while True:
            assert self.proc.poll() is None, f"gateway died: {self.tail()}"
            try:
                value = true()
                if value:
                    return value
            except (OSError, http.client.HTTPException):
                pass
            assert time.monotonic() < end, f"not {what} in {timeout} s: {self.tail()}"
            time.sleep(0.005)

    def says(self, text):
        """Whether the log holds <text>, however many lines of access log came after it."""
        return text in self.text()

    def text(self):
        """The whole log: under load a line is out of tail() before one looks."""
        return self.log_path.read_text(errors="replace")

    def tail(self):
        return self.log_path.read_text(errors="replace")[-4000:]

    def http(self, port, path):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            c.request("GET", path)
            r = c.getresponse()
            return r.status, r.read().decode()
        finally:
            c.close()

    def health(self, path):
        return self.http(self.health_port, path)

    def admin(self, path):
        return self.http(self.admin_port, path)

    def status(self):
        """{(kind, namespace, name): object with status}."""
        code, text = self.admin("/status")
        assert code == 200, text
        return {
            (o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o
            for o in json.loads(text)["items"]
        }

    def metric(self, name, **labels):
        """Sum of a series over the labels given."""
        total = 0.0
        for line in self.health("/metrics")[1].splitlines():
            if line.startswith("#") or not line.startswith(name):
                continue
            key, _, value = line.rpartition(" ")
            if key.split("{")[0] == name and all(f'{k}="{v}"' in key for k, v in labels.items()):
                total += float(value)
        return total

    def stop(self, sig=signal.SIGTERM, timeout=20):
        """Stops it; the log must be free of panics and sanitizer reports."""
        if self.proc is None:
            return None
        if self.proc.poll() is None:
            self.proc.send_signal(sig)
            if self.clock_path:
                self.advance_to_end(timeout)
            try:
                self.proc.wait(timeout)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
                raise AssertionError(f"did not stop on signal {sig}: {self.tail()}") from None
        self.log.close()
        text = self.log_path.read_text(errors="replace")
        for bad in ("panic:", "ERROR: AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert bad not in text, text[-6000:]
        return self.proc.returncode
