# SPDX-License-Identifier: Apache-2.0
"""Constant change: N routes, 20 changes a second of every kind, under every kind of client.

run() is the whole of it, for the proof (a minute at 1,000 and 10,000 routes) and for the short form in
test/scenario.  Every change is live when a request says so; the time from the file's rename to that
answer is what an operator waits.
"""
import dataclasses
import time

from lib import load
from lib.gateway import backend, free_port, gateway, ref, route
from lib.wire import Client


@dataclasses.dataclass
class Result:
    routes: int
    seconds: float
    changes: int
    failures: list
    done: dict
    plans: int
    live_ms: list  # from rename to the first answer of the new configuration
    engine_us: float  # mean over all changes: decode, translate, publish
    alone_us: dict  # the same by what changes, without load

    def percentile(self, p):
        s = sorted(self.live_ms)
        return s[min(len(s) - 1, int(len(s) * p))]

    def rows(self):
        yield "routes", f"{self.routes:,}"
        yield "changes", f"{self.changes:,} in {self.seconds:.0f} s"
        yield "failed requests, dropped connections", str(len(self.failures))
        yield "answered meanwhile", ", ".join(f"{n:,} {k.replace('_', '-')}" for k, n in self.done.items())
        yield "live after, ms: median, 99 %, worst", ", ".join(f"{self.percentile(p):.1f}" for p in (0.5, 0.99, 1))
        yield "decode, translate, publish: mean", f"{self.engine_us:.0f} µs"
        for what, us in self.alone_us.items():
            yield f"the same without load, {what}", f"{us:.0f} µs"
        yield "live plans at the end", str(self.plans)


def files(gw, routes, a):
    """One file a hundred routes, as a repository of manifests has them."""
    for first in range(0, routes, 100):
        gw.write(*[route(f"r{i}", hostnames=[f"h{i}.test"], rules=[
            {"matches": [{"path": {"value": f"/p{k}"}} for k in range(2)], "backendRefs": [ref("a")]}])
            for i in range(first, min(first + 100, routes))], name=f"routes{first:06d}.yaml")


def one_change(gw, i, a, b, extra):
    """The i-th change: by turns a route, an endpoint set, a weight, a listener."""
    kind, hosts = i % 4, [f"change{i}.test"]
    listeners = [{"name": "http", "port": gw.port, "protocol": "HTTP"}]
    if i // 4 % 2 and kind == 3:
        listeners.append({"name": "extra", "port": extra, "protocol": "HTTP"})
    if kind == 3:
        gw.write(gateway(gw.port, listeners=listeners), name="gateway.yaml")
    if kind == 1:
        gw.write(backend("flip", *((a, b) if i // 4 % 2 else (b,))), name="flip.yaml")
    weights = (1 + i % 7, 1 + i % 3)
    gw.write(route("change", hostnames=hosts, rules=[
        {"backendRefs": [ref("a", weight=weights[0]), ref("flip", weight=weights[1])]}]), name="change.yaml")
    return hosts[0]


def engine_time(gw):
    return gw.metric("sluice_change_seconds_sum"), gw.metric("sluice_change_seconds_count")


def alone(gw, a, b, extra):
    """Means of 20 changes of one thing each, told by the engine's own clock."""
    routes = [route("change", hostnames=["change.test"], rules=[{"backendRefs": [ref("a", weight=w)]}]) for w in (1, 2)]
    ends = [backend("flip", *e) for e in ((a, b), (b,))]
    http = {"name": "http", "port": gw.port, "protocol": "HTTP"}
    gates = [gateway(gw.port, listeners=ls) for ls in ([http], [http, {"name": "extra", "port": extra, "protocol": "HTTP"}])]
    out = {}
    for what, name, turns in (("one route", "change.yaml", routes), ("one endpoint set", "flip.yaml", ends),
                              ("one listener, which every route joins", "gateway.yaml", gates)):
        before = engine_time(gw)
        for i in range(20):
            gw.write(turns[(i + 1) % 2], name=name)
            gw.until(lambda n=before[1] + i + 1: engine_time(gw)[1] >= n, "the change used")
        after = engine_time(gw)
        out[what] = (after[0] - before[0]) / (after[1] - before[1]) * 1e6
    return out


def run(gw, upstreams, routes, seconds, rate):
    a, b, extra = upstreams("a", answer=load.answer), upstreams("b", answer=load.answer), free_port()
    gw.write(gateway(gw.port), name="gateway.yaml")
    gw.write(backend("a", a), backend("b", b), name="backends.yaml")
    gw.write(backend("flip", b), name="flip.yaml")
    gw.write(route("steady", hostnames=["steady.test"], rules=[{"backendRefs": [ref("a", 3), ref("b", 1)]}]), name="steady.yaml")
    files(gw, routes, a)
    gw.start()
    before, live, i = engine_time(gw), [], 0
    with load.Load(gw.port, keep_alive=2, host="steady.test", turns=200) as clients, Client(gw.port) as probe:
        began = time.monotonic()
        while time.monotonic() < began + seconds and not clients.failures:
            at = time.monotonic()
            host = one_change(gw, i, a, b, extra)
            while probe.request(host=host).status != 200:
                assert time.monotonic() < at + 10, f"change {i} is not live"
            live.append((time.monotonic() - at) * 1000)
            i += 1
            time.sleep(max(0, began + i / rate - time.monotonic()))
        took = time.monotonic() - began
    after = engine_time(gw)
    gw.until(lambda: gw.metric("sluice_plans") <= 2, "at most two live plans")
    mean = (after[0] - before[0]) / max(1, after[1] - before[1]) * 1e6
    plans = int(gw.metric("sluice_plans"))
    return Result(routes, took, i, clients.failures, clients.done, plans, live, mean, alone(gw, a, b, extra))
