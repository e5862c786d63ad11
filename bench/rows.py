# SPDX-License-Identifier: Apache-2.0
"""The rows of the table, one function each, in the table's order.  A goal stands beside what it judges."""
import json
import socket
import statistics
import subprocess
import time

from measure import below, instructions, load, load_result, load_started, most, syscalls
from programs import (BUILD, PEERS, Failed, Forwarder, Haproxy, Nginx, Sluice, SpliceForwarder, UringForwarder,
                      cpu_seconds, family, pss_kib)

# --- CPU per request -------------------------------------------------------------------------------------


def small(b, connections, goals):
    """<goals>: what Sluice may cost of each program."""
    row = f"small request, {connections} connections"
    cpu = b.pairs([b.make(c, connections=connections) for c in PEERS], connections)
    b.compared(row, cpu, "forwarder", {"sluice": goals.pop("forwarder", None)})
    for peer, goal in goals.items():
        b.ratio(f"{row}: of {peer}", cpu, "sluice", peer, goal)


def row_small64(b):
    small(b, 64, {"forwarder": most(1.15), "nginx": most(0.85), "haproxy": most(0.80), "envoy": most(0.25)})


def row_small1000(b):
    small(b, 1000, {"forwarder": most(1.3), "nginx": below(1), "haproxy": below(1), "envoy": below(1)})


def row_small1(b):
    small(b, 1, {"nginx": below(1), "haproxy": below(1), "envoy": below(1)})


def row_uring(b):
    """What io_uring as a second back end of the loop could win: the forwarder by it, against the one by epoll."""
    for connections in (64, 1000):
        cpu = b.pairs([b.make(Forwarder), b.make(UringForwarder)], connections)
        b.compared(f"io_uring instead of epoll, {connections} connections", cpu, "forwarder", {})
        b.stop_all()


def bodies(b, size, name, goal):
    row = f"{name} bodies, 16 connections"
    cpu = b.pairs([b.make(c) for c in (SpliceForwarder, Forwarder, Sluice, Nginx, Haproxy)], 16, size)
    b.compared(row, cpu, "splice-forwarder", {"sluice": goal})
    for peer in ("nginx", "haproxy"):
        b.ratio(f"{row}: of {peer}", cpu, "sluice", peer, below(1))


def row_body64k(b):
    bodies(b, 65536, "64 KB", most(1.2))


def row_body1m(b):
    bodies(b, 1 << 20, "1 MB", most(1.1))


def row_log(b):
    programs = [b.make(Sluice), b.make(Sluice, log=True), b.make(Nginx), b.make(Nginx, log=True)]
    b.compared("JSON access log (nginx: its text log)", b.pairs(programs, 64), "sluice", {"sluice+log": most(1.08)})


def row_workers(b):
    programs = {1: b.make(Sluice), 2: b.make(Sluice, workers=2)}
    cpu = {1: [], 2: []}
    for p in programs.values():
        p.start(core="0,1")
        load(p.port, 64, 1)
    for _ in range(b.rounds):
        for k, p in programs.items():
            before = cpu_seconds(p.proc.pid)
            n, _ = load(p.port, 64, b.seconds)
            cpu[k].append((cpu_seconds(p.proc.pid) - before) / n)
    ratio = statistics.median(y / x for x, y in zip(cpu[1], cpu[2]))
    b.fact("two workers: CPU per request against one", ratio, "ratio", most(1.06))
    b.stop_all()
    ratio = instructions(b, workers=2) / instructions(b, workers=1)
    b.fact("two workers: user instructions per request against one", ratio, "ratio", most(1.02))


# --- counts ----------------------------------------------------------------------------------------------


def row_syscalls(b):
    p = b.make(Sluice).start()
    per, text = syscalls(family(p.proc.pid)[-1], p.port, 64, 3)
    print(text)
    b.fact("system calls per request, log off, 64 connections", per, "calls", most(4.2))


def row_instructions(b):
    b.fact("user instructions per request, bare", instructions(b), "instructions", most(6000))
    b.fact("user instructions per request, 1,000 routes and five header edits",
           instructions(b, routes=1000, edits=True), "instructions", most(9000))


def row_router(b):
    out = subprocess.run([BUILD / "bench" / "router_bench"], capture_output=True, text=True, check=True).stdout
    for line in map(json.loads, out.splitlines()):
        b.fact("route lookup: " + line["row"], line["figure"], line["unit"], most(line["goal"]))


# --- memory and change -----------------------------------------------------------------------------------


def row_idle(b):
    p = b.make(Sluice).start()
    n = 8000
    warm = [socket.create_connection(("127.0.0.1", p.port)) for _ in range(64)]
    before, socks = pss_kib(p.proc.pid), []
    for _ in range(n):
        s = socket.create_connection(("127.0.0.1", p.port))
        s.sendall(b"GET /0 HTTP/1.1\r\nHost: a\r\n\r\n")
        s.recv(4096)
        socks.append(s)
    after = pss_kib(p.proc.pid)
    for s in socks + warm:
        s.close()
    b.fact("idle keep-alive connection", (after - before) * 1024 / n, "bytes", most(1024))


def row_scale(b):
    zero = b.make(Sluice).start()
    base = pss_kib(zero.proc.pid)
    zero.stop()
    for n, mib, ready in ((5000, 15, 200), (40000, 60, 1500)):
        p = b.make(Sluice, routes=n)
        p.write_config()
        began = time.monotonic()
        p.start(core="0,1")
        took = time.monotonic() - began
        b.fact(f"{n:,} routes: Pss of all processes over a run without", (pss_kib(p.proc.pid) - base) / 1024, "MiB", most(mib))
        b.fact(f"{n:,} routes: served after start", took * 1000, "ms", below(ready))
        live = [change_live(p, i) for i in range(11)]
        b.fact(f"{n:,} routes: one changed route live, median of 11", statistics.median(live) * 1000, "ms",
               below(5) if n == 40000 else below(50))
        p.stop()


def change(p, i):
    """Renames a file with one route changed into place; the request that the new route answers by 302."""
    path = sorted((p.work / "conf").glob("routes*.yaml"))[1]
    docs = [json.loads(d) for d in path.read_text().split("\n---\n")]
    spec = docs[7]["spec"]
    spec["rules"] = [{
        "matches": [{"path": {"value": f"/changed/{i}"}}],
        "filters": [{"type": "RequestRedirect", "requestRedirect": {
            "statusCode": 302, "path": {"type": "ReplaceFullPath", "replaceFullPath": f"/{i}"}}}]}]
    tmp = path.with_suffix(".tmp")
    tmp.write_text("\n---\n".join(map(json.dumps, docs)))
    tmp.rename(path)
    return f"GET /changed/{i} HTTP/1.1\r\nHost: {spec['hostnames'][0]}\r\n\r\n".encode()


def change_live(p, i):
    """Seconds from the rename to the first answer by the new route."""
    with socket.create_connection(("127.0.0.1", p.port), timeout=10) as s:
        ask = change(p, i)
        began = time.monotonic()
        while True:
            s.sendall(ask)
            answer = s.recv(65536)
            if answer.startswith(b"HTTP/1.1 302"):
                return time.monotonic() - began
            if time.monotonic() - began > 10:
                raise Failed(f"a changed route is not live after 10 s: {answer[:300]}")


def row_live(b):
    p = b.make(Sluice, routes=200).start()
    live = [change_live(p, i) for i in range(21)]
    b.fact("200 routes: a changed file is live, worst of 21", max(live) * 1000, "ms", below(50))


def row_reload(b):
    """20 reloads a second under half of what one worker can carry, then without load: what one costs."""
    p = b.make(Sluice, routes=1000).start()
    most_requests, _ = load(p.port, 64, 2)
    half, connections = most_requests / 2 / 2, 200
    pace = p.work / "pace.lua"
    pace.write_text(f"function delay() return {max(1, round(connections / half * 1000))} end\n")
    flood = load_started(p.port, connections, 10, script=pace)
    changes = reload_for(p, 9.5)
    requests, failed = load_result(flood)
    b.fact(f"{changes} reloads in 9.5 s beside {requests} requests: failed requests", failed, "requests", most(0))
    cost = {}
    for n in (1000, 10000):
        q = b.make(Sluice, routes=n).start()
        reload_for(q, 1)
        cost[n] = reload_cost(q)
        q.stop()
        b.fact(f"{n:,} routes: CPU of a reload that changes one", cost[n], "ms", None)
    b.fact("CPU of a reload, 10,000 routes against 1,000", cost[10000] / cost[1000], "ratio", most(1.5))


def reload_for(p, seconds):
    """Changes one route 20 times a second; how many times."""
    began, i = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        change(p, 1000 + i)
        i += 1
        time.sleep(max(0, began + i * 0.05 - time.monotonic()))
    return i


def reload_cost(p):
    """CPU milliseconds of one reload."""
    before = cpu_seconds(p.proc.pid)
    changes = reload_for(p, 4)
    time.sleep(0.2)
    return 1000 * (cpu_seconds(p.proc.pid) - before) / changes


def row_changes(b):
    """What one change costs the control thread: at 10,000 routes as at 100."""
    found = {}
    for n in (100, 1000, 10000):
        out = subprocess.run([BUILD / "bench" / "translate_bench", str(n)], capture_output=True, text=True, check=True).stdout
        for r in map(json.loads, out.splitlines()):
            if r["unit"] == "us":
                found.setdefault(r["name"].partition(" at ")[0], []).append(r["value"])
                b.fact(r["name"], r["value"], "µs", most(r["goal"]))
    for what, us in found.items():
        b.fact(f"{what}: 10,000 routes / 100 routes", us[-1] / us[0], "ratio", most(3))


ROWS = {n[4:]: f for n, f in list(globals().items()) if n.startswith("row_")}
