# SPDX-License-Identifier: Apache-2.0
"""Which endpoint of an upstream gets a request: the less busy of two, or each in turn; failing ones are set aside."""
import collections
import select
import threading

import pytest
from lib.gateway import WITH_SETTINGS, Gateway, backend, free_port, gateway, route, settings
from lib.wire import Client, get


@pytest.fixture
def start(tmp_path, upstreams):
    """start(n, answer, setting=value): one worker, <n> endpoints, time stands still."""
    made = []

    def go(n, answer=None, dead=0, **values):
        gw = Gateway(tmp_path / "g", "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "0s", clock=True)
        made.append(gw)
        ups = [upstreams(f"u{i}", answer=answer) for i in range(n)]
        gone = [f"127.0.0.1:{free_port()}" for _ in range(dead)]
        gw.write(gateway(gw.port, **WITH_SETTINGS), settings(**values), backend("a", *ups, *gone), route())
        gw.start()
        return gw, ups

    yield go
    for gw in made:
        assert gw.stop() == 0


def name(req, conn):
    conn.respond(200, conn.upstream.name.encode())


def test_round_robin_gives_each_its_turn(start):
    gw, ups = start(4, name, **{"upstream_balance": "round-robin"})
    with Client(gw.port) as c:
        order = [c.request().body for _ in range(40)]
    assert all(set(order[i : i + 4]) == set(order[:4]) for i in range(0, 40, 4)) and len(set(order[:4])) == 4


def test_least_request_spreads_and_avoids_the_busy_one(start):
    """One of three endpoints is busy with one request: of two picks the idle one wins, so it gets none."""
    gate = threading.Event()

    def answer(req, conn):
        if req.target == "/hang" and conn.upstream.name == "u0":
            gate.wait(60)
        conn.respond(200, conn.upstream.name.encode())

    gw, ups = start(3, answer)

    def hangs():
        return any(r.target == "/hang" for r in ups[0].requests)

    while not hangs():
        held = Client(gw.port)
        held.send(b"GET /hang HTTP/1.1\r\nHost: x\r\n\r\n")
        gw.until(lambda: hangs() or select.select([held.sock], [], [], 0)[0], "an answer, or none")
    with Client(gw.port) as c:
        got = collections.Counter(c.request().body for _ in range(60))
    assert got[b"u0"] == 0 and got[b"u1"] > 5 and got[b"u2"] > 5, got
    gate.set()
    assert held.response().status == 200


def test_an_endpoint_that_fails_is_set_aside_and_comes_back(start):
    """Five failures in a row, then nothing for 30 s; afterwards it is tried again."""
    gw, ups = start(1, name, dead=1, **{"upstream_balance": "round-robin"})
    statuses = [get(gw.port).status for _ in range(10)]
    assert statuses.count(503) == 5
    gw.until(lambda: gw.metric("sluice_endpoint_ejections_total") == 1, "set aside")
    gw.advance(0)
    assert [get(gw.port).status for _ in range(20)] == [200] * 20
    gw.advance(29_000)
    assert [get(gw.port).status for _ in range(6)] == [200] * 6
    gw.advance(2_000)
    assert 503 in [get(gw.port).status for _ in range(4)], "it is tried again"


def test_at_most_half_is_set_aside(start):
    gw, ups = start(1, name, dead=3, **{"upstream_balance": "round-robin"})
    for _ in range(60):
        get(gw.port)
    gw.advance(0)
    assert gw.metric("sluice_endpoint_ejections_total") == 2
    statuses = [get(gw.port).status for _ in range(20)]
    assert statuses.count(200) >= 10 and statuses.count(503) > 0


def test_the_only_endpoint_is_never_set_aside(start):
    gw, ups = start(0, dead=1)
    assert [get(gw.port).status for _ in range(10)] == [503] * 10
    assert gw.metric("sluice_endpoint_ejections_total") == 0


def test_a_success_between_failures_forgives(start):
    """Five in a row, not five."""
    left = collections.deque([503, 200] * 40)

    def answer(req, conn):
        if left.popleft() == 200:
            conn.respond(200, b"ok")
        else:
            conn.reset()

    gw, ups = start(1, answer)
    for _ in range(40):
        get(gw.port, method="POST", body=b"x")
    assert gw.metric("sluice_endpoint_ejections_total") == 0
