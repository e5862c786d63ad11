# SPDX-License-Identifier: Apache-2.0
"""Everything that can change changes, again and again, under every kind of client: nothing that stays is disturbed."""
import os
import sys
import threading
import time

import pytest

from lib import load
from lib.gateway import ROOT, backend, free_port, gateway, ref, route
from lib.wire import Client, get, WireError

sys.path.insert(0, str(ROOT / "proof"))
import change  # noqa: E402


def test_weights_backends_and_endpoints_change_under_load(gw, upstreams):
    a, b = upstreams("a", answer=load.answer), upstreams("b", answer=load.answer)

    def rules(i):
        return [{"backendRefs": [ref("a", weight=1 + i % 5), ref("b", weight=(i * 3) % 4)]}]

    gw.write(gateway(gw.port), backend("a", a), backend("b", b), route(rules=rules(0)))
    gw.start()
    with load.Load(gw.port) as clients:
        for i in range(40):
            # Endpoints flip within a backend, a backend comes and goes, weights move, rules move.
            ends = [(a, b), (b, a), (a,), (b,)][i % 4]
            extra = [backend(f"x{i}", a), route(f"x{i}", hostnames=[f"x{i}.test"], rules=[{"backendRefs": [ref(f"x{i}")]}])]
            gw.write(gateway(gw.port), backend("a", *ends), backend("b", b), route(rules=rules(i)), *extra)
            gw.until(lambda i=i: get(gw.port, host=f"x{i}.test").status == 200, f"change {i} live")
    clients.check()
    assert gw.metric("sluice_plans") <= 2


def test_listeners_come_and_go_under_load(gw, upstreams):
    a = upstreams("a", answer=load.answer)
    ports = [free_port() for _ in range(3)]

    def listeners(n):
        return [{"name": f"l{p}", "port": p, "protocol": "HTTP"} for p in [gw.port, *ports[:n]]]

    gw.write(gateway(gw.port, listeners=listeners(0)), backend("a", a), route())
    gw.start()
    with load.Load(gw.port) as clients:
        for n in (1, 3, 2, 0, 3, 0):
            gw.write(gateway(gw.port, listeners=listeners(n)), backend("a", a), route())
            for i, p in enumerate(ports):
                def as_it_should(p=p, there=i < n):
                    try:
                        return get(p).status == 200 and there
                    except (OSError, WireError):  # a listener on its way out may end what just came
                        return not there
                gw.until(as_it_should, f"port {i} of {n}")
    clients.check()


def test_clients_of_a_listener_that_goes_lose_no_request(gw, upstreams):
    """The load is on the listener that is removed: connections made before are answered, new ones refused."""
    a, extra = upstreams("a", answer=load.answer), free_port()
    one = {"name": "one", "port": gw.port, "protocol": "HTTP"}
    two = {"name": "two", "port": extra, "protocol": "HTTP"}
    gw.write(gateway(gw.port, listeners=[one, two]), backend("a", a), route())
    gw.start()
    with Client(extra) as c:
        c.send(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        assert c.head()[0] == 200
        with Client(extra) as ws:
            ws.send(load.UPGRADE)
            assert ws.head()[0] == 101
            gw.write(gateway(gw.port, listeners=[one]), backend("a", a), route())

            def refused():
                try:
                    Client(extra, timeout=0.5).close()
                    return False
                except OSError:
                    return True

            gw.until(refused, "the listener gone")
            ws.send(b"still here")
            assert ws.reader.exactly(10) == b"still here"
        body, _, _ = load.read_chunked(c.reader)
        assert len(body) == 8 * load.PIECES
        # Its head was sent before the listener went; the connection ends behind the answer.
        assert c.closed() or c.request().headers.get("connection") == "close"


def test_an_answer_that_begins_after_its_listener_went_says_close(gw, upstreams):
    gate = threading.Event()

    def slow(req, conn):
        gate.wait(10)
        conn.respond(200, b"late")

    a, extra = upstreams("a", answer=slow), free_port()
    one = {"name": "one", "port": gw.port, "protocol": "HTTP"}
    two = {"name": "two", "port": extra, "protocol": "HTTP"}
    gw.write(gateway(gw.port, listeners=[one, two]), backend("a", a), route())
    gw.start()
    with Client(extra) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        a.wait(1)
        gw.write(gateway(gw.port, listeners=[one]), backend("a", a), route())

        def refused():
            try:
                Client(extra, timeout=0.5).close()
                return False
            except OSError:
                return True

        gw.until(refused, "the listener gone")
        gate.set()
        r = c.response()
        assert r.status == 200 and r.headers.get("connection") == "close" and c.closed()


@pytest.mark.parametrize("routes", [200])
def test_many_changes_a_second(gw, upstreams, routes):
    """The short form of proof/change.py: the same load and changes, for a moment."""
    result = change.run(gw, upstreams, routes, seconds=float(os.environ.get("SLUICE_CHANGE_SECONDS", "2")), rate=20)
    assert result.failures == [] and result.changes >= 20
    assert result.plans <= 2


def test_open_websockets_hold_no_plan(gw, upstreams):
    a = upstreams("a", answer=load.answer)
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    held = [Client(gw.port) for _ in range(50)]
    for c in held:
        c.send(load.UPGRADE)
        assert c.head()[0] == 101
    for i in range(100):
        gw.write(gateway(gw.port), backend("a", a), route(), route(f"r{i}", hostnames=[f"r{i}.test"]))
        if i % 10 == 9:
            gw.until(lambda i=i: get(gw.port, host=f"r{i}.test").status == 200, f"change {i} live")
    gw.until(lambda: gw.metric("sluice_plans") <= 2, "at most two live plans")
    for c in held:
        c.send(b"x")
        assert c.reader.exactly(1) == b"x"
        c.close()
