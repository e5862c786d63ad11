# SPDX-License-Identifier: Apache-2.0
"""Descriptors: who is good is served while idle and slow clients hold most of them, and running out is
neither an end nor a spin.

The short form lowers RLIMIT_NOFILE; SLUICE_LONG=1 (`make proof ROW=descriptors`) takes what the machine allows.
"""
import contextlib
import os
import pathlib
import re
import resource
import socket
import time

import pytest

from lib.gateway import WITH_SETTINGS, Gateway, backend, binary, gateway, route, settings
from lib.wire import Client, get

LONG = os.environ.get("SLUICE_LONG") is not None


@pytest.fixture(autouse=True)
def own_limit():
    """The test holds the other ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def start(tmp_path, upstreams):
    made = []

    def go(nofile, *args):
        gw = Gateway(tmp_path / "d", "--drain-delay", "0s", "--drain-timeout", "0s", "--access-log", "off", *args)
        gw.wrap = ["prlimit", f"--nofile={nofile}", binary()]
        made.append(gw)
        up = upstreams("a")
        # Held is held, however slowly this machine gets there.
        held_long = settings(**{"client_head-timeout": "600s", "client_idle-timeout": "3600s"})
        gw.write(gateway(gw.port, **WITH_SETTINGS), held_long, backend("a", up), route())
        gw.start()
        return gw, up

    yield go
    for gw in made:
        assert gw.stop() == 0


@contextlib.contextmanager
def held(gw, n, data):
    socks = []
    try:
        for i in range(n):
            s = socket.create_connection(("127.0.0.1", gw.port), timeout=10)
            socks.append(s)
            if data:
                s.sendall(data)
        yield socks
    finally:
        for s in socks:
            s.close()


def child(gw):
    return int(pathlib.Path(f"/proc/{gw.proc.pid}/task/{gw.proc.pid}/children").read_text().split()[0])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_good_are_served_beside_the_idle_and_the_slow(start, own_limit):
    """0.75 of all descriptors idle, and slow heads beside them: every good request succeeds."""
    nofile = min(own_limit, 20_000) if LONG else 4_000
    idle, slow, good = nofile * 3 // 4, 1_000 if LONG else 200, 1_000 if LONG else 300
    gw, up = start(nofile)
    with held(gw, idle, b""), held(gw, slow, b"GET / HTTP/1.1\r\nHost: a\r\nX: ") as slow_socks:
        gw.until(lambda: gw.metric("sluice_connections") >= idle + slow, "all connected", timeout=60)
        failures, began = [], time.monotonic()
        for i in range(good):
            # The slow ones go on, one byte now and then.
            slow_socks[i % slow].sendall(b"x")
            try:
                with Client(gw.port) as c:
                    r = c.request(target=f"/{i}")
                    if r.status != 200:
                        failures.append((i, r.status))
            except OSError as e:
                failures.append((i, repr(e)))
        took = time.monotonic() - began
        assert failures == []
        assert gw.metric("sluice_connections") >= idle + slow, "nobody was thrown out for it"
    print(f"{idle} idle, {slow} slow, {good} good in {took:.1f} s")


def test_running_out_of_descriptors_is_no_spin_and_no_end(start):
    """More clients than descriptors, none of them idle: no CPU is burnt, and when they go all is well."""
    nofile = 600
    gw, up = start(nofile, "--workers", "1")
    pid = child(gw)
    head = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
    with contextlib.ExitStack() as stack:
        socks = []
        for _ in range(nofile + 300):
            s = stack.enter_context(socket.socket())
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", gw.port))
            socks.append(s)
        end = time.monotonic() + 3
        left = set(socks)
        while left and time.monotonic() < end:
            for s in list(left):
                try:
                    s.send(head)
                    left.discard(s)
                except BlockingIOError:
                    pass
                except OSError:
                    left.discard(s)  # turned away
        before = cpu_seconds(pid)
        time.sleep(1)
        spent = cpu_seconds(pid) - before
        # What is sent into the backlog is no sign that the gateway has it: counted behind the second.
        fds = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
        assert spent < 0.4, f"{spent} s of CPU in a second without work"
        # It lives, and says so.
        assert gw.proc.poll() is None and child(gw) == pid
    gw.until(lambda: get(gw.port).status == 200, "serving again", timeout=20)
    assert child(gw) == pid
    # They did run out: all were held, or who had sent nothing yet was turned away for the others.
    assert fds >= nofile - 20 or gw.metric("sluice_connection_ends_total", why="no_descriptors") > 0, f"{fds} of {nofile}"


def test_all_that_the_hard_limit_gives_is_used(start):
    gw, _ = start("300:2000")
    for pid in (gw.proc.pid, child(gw)):
        limit = re.search(r"^Max open files\s+(\d+)\s+(\d+)", pathlib.Path(f"/proc/{pid}/limits").read_text(), re.M)
        assert limit[1] == limit[2] == "2000"


def test_idle_clients_go_first_when_descriptors_run_out(start):
    nofile = 600
    gw, up = start(nofile, "--workers", "1")
    with held(gw, nofile, b""):
        for i in range(20):
            assert get(gw.port, target=f"/{i}").status == 200
        assert gw.metric("sluice_connection_ends_total", why="no_descriptors") > 0
    assert get(gw.port).status == 200
