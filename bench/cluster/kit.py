# SPDX-License-Identifier: Apache-2.0
"""What the cluster's rows measure with: a fast API client, a millisecond asker, the controller's costs."""
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import threading
import time

from harness import address
from harness.api import Api, ApiError
from harness.client import wait_for

GROUP = "/apis/gateway.networking.k8s.io/v1"
SYSTEM = "sluice-system"
TICK = os.sysconf("SC_CLK_TCK")


class Fast(Api):
    """One kept connection, so that a write's time is the server's and not a handshake's."""

    def __init__(self, pki):
        super().__init__(pki)
        self.kept = None

    def call(self, method, path, body=None, content_type="application/json"):
        text = json.dumps(body) if body is not None else None
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        for fresh in (False, True):
            if self.kept is None or fresh:
                self.kept = http.client.HTTPSConnection(address.NODE, address.API_PORT, context=self.context, timeout=60)
                self.kept.connect()
                self.kept.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.kept.request(method, path, text, headers)
                answer = self.kept.getresponse()
                data = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                if fresh:
                    raise
        if answer.status >= 300:
            raise ApiError(answer.status, data.decode(errors="replace"))
        return data.decode()


def in_parallel(pki, items, work, threads=4):
    """work(api, item) for every item; returns when the last has ended."""
    left, lock, errors = list(reversed(items)), threading.Lock(), []

    def run():
        api = Fast(pki)
        while True:
            with lock:
                if not left or errors:
                    return
                item = left.pop()
            try:
                work(api, item)
            except (OSError, ApiError) as error:
                errors.append(error)
    all_threads = [threading.Thread(target=run) for _ in range(threads)]
    for thread in all_threads:
        thread.start()
    for thread in all_threads:
        thread.join()
    if errors:
        raise errors[0]


def gateway(namespace, name, listeners=1):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"namespace": namespace, "name": name},
            "spec": {"gatewayClassName": "sluice", "listeners": [
                {"name": f"l{i}", "port": 80 + i, "protocol": "HTTP"} for i in range(listeners)]}}


def route(namespace, name, parent, backend, hostname=None):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"namespace": namespace, "name": name},
            "spec": {"parentRefs": [{"name": parent}], **({"hostnames": [hostname]} if hostname else {}),
                     "rules": [{"backendRefs": [{"name": backend, "port": 80}]}]}}


def bare_service(namespace, name):
    """Without a selector: its endpoints are what we write."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace, "name": name},
            "spec": {"ports": [{"port": 80, "targetPort": 8080}]}}


def slice_of(namespace, name, to, addresses):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"namespace": namespace, "name": name, "labels": {"kubernetes.io/service-name": to}},
            "ports": [{"port": 8080, "protocol": "TCP"}],
            "endpoints": [{"addresses": [a], "conditions": {"ready": True}} for a in addresses]}


class Asker:
    """One kept connection to a Gateway; the status of GET / for a host."""

    def __init__(self, host, port=80):
        self.at = (host, port)
        self.sock, self.rest = None, b""

    def ask(self, host):
        if self.sock is None:
            self.sock = socket.create_connection(self.at, timeout=5)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.sock.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head, self.rest = self._until(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(self.rest) < length:
            self.rest += self._more()
        self.rest = self.rest[length:]
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1])

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("closed")
        return data

    def _until(self, mark):
        while mark not in self.rest:
            self.rest += self._more()
        head, _, rest = self.rest.partition(mark)
        return head, rest

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None


def first_good(asker, host, limit=10.0):
    """Asks every millisecond until 200; (seconds, statuses before it)."""
    began, before, n = time.monotonic(), [], 0
    while time.monotonic() < began + limit:
        status = asker.ask(host)
        if status == 200:
            return time.monotonic() - began, before
        before.append(status)
        n += 1
        pause = began + n * 0.001 - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        else:
            n = int((time.monotonic() - began) * 1000)
    raise AssertionError(f"{host}: not live within {limit} s: {set(before)}")


def percentiles(seconds):
    ordered = sorted(seconds)
    return (statistics.median(ordered) * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
            ordered[-1] * 1000)


class Controller:
    """The leading controller's processes, as this machine sees them."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.find()

    def find(self):
        pods = json.loads(self.cluster.kubectl("-n", SYSTEM, "get", "pods", "-l", "app.kubernetes.io/name=sluice-controller",
                                               "-o", "json"))["items"]
        wanted = {s["containerID"].rpartition("/")[2] for p in pods if "deletionTimestamp" not in p["metadata"]
                  for s in p["status"].get("containerStatuses", []) if "containerID" in s}
        lines = subprocess.run([self.cluster.node.bin / "ctr", "tasks", "list"], capture_output=True, text=True,
                               env=self.cluster.node.environment(), check=True).stdout.splitlines()[1:]
        first = [int(line.split()[1]) for line in lines if line.split()[0] in wanted]
        self.pids = first + [int(p) for f in first
                             for p in pathlib.Path(f"/proc/{f}/task/{f}/children").read_text().split()]

    def cpu(self):
        """Seconds, user and system."""
        total = 0
        for pid in self.pids:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def memory(self):
        """(Pss now, highest resident set of one process), MiB."""
        pss = peak = 0
        for pid in self.pids:
            pss += next(int(line.split()[1]) for line in open(f"/proc/{pid}/smaps_rollup") if line.startswith("Pss:"))
            peak = max(peak, next(int(line.split()[1]) for line in open(f"/proc/{pid}/status")
                                  if line.startswith("VmHWM:")))
        return pss / 1024, peak / 1024

    def settle(self, quiet=2.0, limit=180.0):
        """Waits until it uses next to no CPU."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            before = self.cpu()
            time.sleep(quiet)
            if self.cpu() - before <= 0.02 * quiet:
                return
        raise AssertionError(f"the controller is still busy after {limit:.0f} s")


def attached(api, namespace, name):
    status = api.get(f"{GROUP}/namespaces/{namespace}/gateways/{name}").get("status", {})
    return sum(l["attachedRoutes"] for l in status.get("listeners", []))


def programmed(api, namespace, name):
    def probe():
        status = api.get(f"{GROUP}/namespaces/{namespace}/gateways/{name}").get("status", {})
        good = any(c["type"] == "Programmed" and c["status"] == "True" for c in status.get("conditions", []))
        return good and status["addresses"][0]["value"]
    return wait_for(probe, f"Gateway {name} Programmed", 180)
