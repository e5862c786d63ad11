# SPDX-License-Identifier: Apache-2.0
"""Limits and timers of traffic: each at its default and as a ConfigMap sets it, each counted.

Time stands still but for gw.advance(): a limit of an hour is tested in milliseconds, one step before
it and one behind.
"""
import select
import socket
import threading

import pytest
from lib.gateway import WITH_SETTINGS, Gateway, backend, gateway, ref, route, settings
from lib.tls import Cert, https
from lib.wire import Client, WireError, get

STEP = 100  # ms; timers are at most a millisecond late


@pytest.fixture
def start(tmp_path, upstreams):
    """start(answer, setting=value, ...): a gateway whose time stands still, with one backend."""
    made = []

    def go(answer=None, rule=None, address=None, read_body=True, args=(), listeners=None, objects=(), **values):
        gw = Gateway(tmp_path / "g", "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "0s", *args, clock=True)
        made.append(gw)
        up = upstreams("a", answer=answer, read_body=read_body)
        gw.write(gateway(gw.port, listeners=listeners and listeners(gw.port), **WITH_SETTINGS), *objects, settings(**values), backend("a", address or up), route(rules=[{"backendRefs": [ref("a")], **(rule or {})}]))
        gw.start()
        return gw, up

    yield go
    for gw in made:
        assert gw.stop() == 0


def readable(sock):
    return bool(select.select([sock], [], [], 0)[0])


def wait_readable(sock):
    return bool(select.select([sock], [], [], 5)[0])


def hang(req, conn):
    conn.sock.recv(1)
    conn.close()


def ended(c):
    """Ended without another byte."""
    assert c.closed()


def answered(status, reason):
    def check(c):
        r = c.response()
        assert r.status == status and f" {reason}: ".encode() in r.body, (r, r.body)

    return check


def cut(c):
    with pytest.raises((WireError, OSError)):
        c.response()


# A scene brings an exchange to where only the timer can end it; it gives the client, whose socket is
# silent until then, and what the client finds afterwards.


def idle(start, **s):
    gw, up = start(**s)
    c = Client(gw.port)
    assert c.request().status == 200
    return gw, c, ended


def connected_only(start, **s):
    gw, up = start(**s)
    return gw, Client(gw.port), ended


def head(start, **s):
    gw, up = start(**s)
    c = Client(gw.port)
    c.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
    return gw, c, answered(408, "head_timeout")


def request_body(start, **s):
    gw, up = start(**s)
    c = Client(gw.port)
    c.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
    return gw, c, answered(408, "request_body_timeout")


def expected_body(start, **s):
    """100 was said, and nothing comes."""
    gw, up = start(**s)
    c = Client(gw.port)
    c.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
    assert c.head()[0] == 100
    return gw, c, answered(408, "request_body_timeout")


def response_head(start, **s):
    gw, up = start(hang, **s)
    c = Client(gw.port)
    c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    up.wait(1)
    return gw, c, answered(504, "response_timeout")


def response_body(start, **s):
    def answer(req, conn):
        conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        hang(req, conn)

    gw, up = start(answer, **s)
    c = Client(gw.port)
    c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert c.head()[0] == 200 and c.reader.exactly(5) == b"hello"
    return gw, c, ended


def tunnel(start, **s):
    def answer(req, conn):
        conn.write(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        while data := conn.sock.recv(100):
            conn.write(data)
        conn.close()

    gw, up = start(answer, **s)
    c = Client(gw.port)
    c.send(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n")
    assert c.head()[0] == 101
    c.send(b"ping")
    assert c.reader.exactly(4) == b"ping"
    return gw, c, ended


def connect(start, **s):
    """An address whose backlog is full: SYNs are dropped."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    fill = []
    for _ in range(3):
        f = socket.socket()
        f.setblocking(False)
        f.connect_ex(full.getsockname())
        fill.append(f)
    gw, up = start(address="127.0.0.1:%d" % full.getsockname()[1], **s)
    c = Client(gw.port)
    c.keep = (full, fill)
    c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    return gw, c, answered(503, "connect_timeout")


def by_reason(reason):
    return lambda gw: gw.metric("sluice_own_answers_total", reason=reason)


def by_end(why):
    return lambda gw: gw.metric("sluice_connection_ends_total", why=why)


# setting, default in ms, scene, metric
TIMERS = [
    ("client.idle-timeout", 75_000, idle, by_end("idle")),
    ("client.idle-timeout", 75_000, connected_only, by_end("idle")),
    ("client.head-timeout", 10_000, head, by_reason("head_timeout")),
    ("client.body-idle-timeout", 60_000, request_body, by_reason("request_body_timeout")),
    ("client.body-idle-timeout", 60_000, expected_body, by_reason("request_body_timeout")),
    ("upstream.connect-timeout", 5_000, connect, by_reason("connect_timeout")),
    ("upstream.response-timeout", 60_000, response_head, by_reason("response_timeout")),
    ("upstream.body-idle-timeout", 300_000, response_body, by_reason("body_timeout")),
    ("tunnel.idle-timeout", 3_600_000, tunnel, by_reason("tunnel_idle")),
]


@pytest.mark.parametrize("set_ms", [None, 2_000, 700_000], ids=["default", "2s", "700s"])
@pytest.mark.parametrize("key,default,scene,metric", TIMERS, ids=[f"{t[0]} {t[2].__name__}" for t in TIMERS])
def test_timer(start, key, default, scene, metric, set_ms):
    if set_ms and key == "upstream.connect-timeout":
        set_ms = min(set_ms, 600_000)
    if set_ms and key == "client.head-timeout":
        set_ms = min(set_ms, 600_000)
    values = {key.replace(".", "_", 1): f"{set_ms}ms" if set_ms < 100_000 else f"{set_ms // 1000}s"} if set_ms else {}
    gw, c, over = scene(start, **values)
    gw.advance()
    gw.advance((set_ms or default) - STEP)
    assert not readable(c.sock), "too early"
    assert metric(gw) == 0
    gw.advance(2 * STEP)
    assert wait_readable(c.sock), "too late"
    over(c)
    gw.until(lambda: metric(gw) == 1, "counted")
    c.sock.close()


@pytest.mark.parametrize("value,limit", [(None, 10_000), ("3s", 3_000)])
def test_handshake_timeout(start, tmp_path, value, limit):
    """From accept to the end of the TLS handshake, whatever of it has come."""
    cert = Cert(tmp_path, "a.test", san="DNS:a.test")
    gw, _ = start(listeners=lambda port: [https("https", port, "cert")], objects=[cert.secret("cert")], **({"client_handshake-timeout": value} if value else {}))
    for sent in (b"", b"\x16\x03\x01\x02\x00\x01"):
        before = by_end("handshake")(gw)
        with Client(gw.port) as c:
            c.send(sent)
            gw.until(lambda: gw.advance() or gw.metric("sluice_connections") == 1, "accepted")
            gw.advance(limit - STEP)
            assert not readable(c.sock), "too early"
            gw.advance(2 * STEP)
            assert wait_readable(c.sock), "too late"
            ended(c)
        gw.until(lambda: by_end("handshake")(gw) == before + 1, "counted")


@pytest.mark.parametrize("value,limit", [(None, 5_000), ("2s", 2_000)])
def test_auth_timeout(start, value, limit):
    """An authorization server that does not answer: refused, not let through."""
    filters = [{"type": "ExternalAuth", "externalAuth": {"protocol": "HTTP", "backendRef": ref("a"), "http": {}}}]
    gw, up = start(hang, rule={"filters": filters}, **({"auth_timeout": value} if value else {}))
    with Client(gw.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        up.wait(1)
        gw.advance()
        gw.advance(limit - STEP)
        assert not readable(c.sock), "too early"
        gw.advance(2 * STEP)
        answered(503, "auth_failed")(c)
    gw.until(lambda: by_reason("auth_failed")(gw) == 1, "counted")
    assert len(up.requests) == 1


def test_head_timeout_is_absolute(start):
    """A byte now and then renews nothing."""
    gw, c, over = head(start)
    gw.advance()
    for _ in range(9):
        gw.advance(1000)
        c.send(b"x")
        gw.advance()
    assert not readable(c.sock)
    gw.advance(1100)
    over(c)


def test_body_timeout_is_renewed_by_bytes(start):
    gw, c, over = request_body(start)
    gw.advance()
    for _ in range(4):
        gw.advance(59_000)
        c.send(b"x")
        gw.advance()
    assert not readable(c.sock)
    gw.advance(60_100)
    over(c)


def test_empty_lines_before_a_request_do_not_keep_it_alive(start):
    gw, up = start()
    with Client(gw.port) as c:
        c.send(b"\r\n")
        gw.advance()
        gw.advance(10_100)
        answered(408, "head_timeout")(c)


def test_idle_timer_begins_anew_with_each_request(start):
    gw, c, over = idle(start)
    for _ in range(3):
        gw.advance(74_000)
        assert c.request().status == 200
        gw.advance()
    gw.advance(75_100)
    over(c)


@pytest.mark.parametrize("value,limit", [(None, 60_000), ("5s", 5_000)])
def test_client_that_does_not_read(start, value, limit):
    def answer(req, conn):
        try:
            conn.respond(200, b"x" * 30_000_000)
        except OSError:
            pass
        conn.close()

    gw, up = start(answer, **({"client_send-timeout": value} if value else {}))
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", gw.port))
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        up.wait(1)
        stalled = lambda: gw.metric("sluice_own_answers_total", reason="client_stalled")
        total = gw.metric("sluice_connections")
        assert wait_readable(s)
        for _ in range(3):
            gw.advance()
        gw.advance(limit - STEP)
        assert stalled() == 0
        for _ in range(3):  # what still moved when time began renews it; after that one or two limits
            gw.advance(limit + STEP)
        gw.until(lambda: stalled() == 1, "counted", timeout=3)
        assert gw.metric("sluice_connections") < total or total == 0


def test_event_streams_have_no_idle_limit(start):
    def answer(req, conn):
        conn.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        conn.sock.recv(1)
        conn.close()

    gw, up = start(answer)
    with Client(gw.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert c.head()[0] == 200
        assert b"data: 1" in c.reader.until(b"\n\n\r\n")
        gw.advance()
        gw.advance(24 * 3600 * 1000)
        assert not readable(c.sock)


@pytest.mark.parametrize("value,limit", [(None, 4_000), ("20s", 20_000)])
def test_pool_idle(start, value, limit):
    gw, up = start(**({"upstream_idle-timeout": value} if value else {}))
    assert get(gw.port).status == 200
    gw.advance()
    gw.advance(limit - STEP)
    assert gw.metric("sluice_upstream_connections") == 1
    gw.advance(2 * STEP)
    gw.until(lambda: gw.metric("sluice_upstream_connections") == 0, "closed")
    assert gw.metric("sluice_upstream_ends_total", why="idle") == 1


def test_pool_idle_as_the_backend_says(start):
    gw, up = start(lambda req, conn: conn.respond(200, b"ok", [("Keep-Alive", "timeout=30")]))
    assert get(gw.port).status == 200
    gw.advance()
    gw.advance(28_000)
    assert gw.metric("sluice_upstream_connections") == 1
    gw.advance(1_200)
    gw.until(lambda: gw.metric("sluice_upstream_connections") == 0, "closed a second before the backend would")


def test_what_may_not_be_repeated_takes_only_fresh_connections(start):
    gw, up = start(**{"upstream_idle-timeout": "60s"})
    assert get(gw.port).status == 200
    gw.advance()
    gw.advance(900)
    assert get(gw.port, method="POST", body=b"x").status == 200
    assert up.connections == 1
    gw.advance(1_100)
    assert get(gw.port, method="POST", body=b"x").status == 200
    assert up.connections == 2
    gw.advance(1_100)
    assert get(gw.port).status == 200
    assert up.connections == 2


@pytest.mark.parametrize("value,kept", [("3", 3), (None, 20)])
def test_pool_size(start, value, kept):
    gate = threading.Barrier(20)

    def answer(req, conn):
        gate.wait(10)
        conn.respond(200, b"ok")

    gw, up = start(answer, **({"upstream_connections": value} if value else {}))
    clients = [Client(gw.port) for _ in range(20)]
    for c in clients:
        c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert [c.response().status for c in clients] == [200] * 20
    gw.until(lambda: gw.metric("sluice_upstream_connections") == kept, f"{kept} kept")
    assert gw.metric("sluice_upstream_ends_total", why="pool_full") == 20 - kept
    for c in clients:
        c.sock.close()


def sized(start, key, value, make, reason, status):
    """The largest that passes, and one more that does not."""
    gw, up = start(**({key: value} if value else {}))
    with Client(gw.port) as c:
        c.send(make(0))
        assert c.response().status == 200
    with Client(gw.port) as c:
        c.send(make(1))
        r = c.response()
        assert r.status == status and f" {reason}: ".encode() in r.body
        assert c.closed()
    assert gw.metric("sluice_own_answers_total", reason=reason) == 1


def head_of(n):
    """A head of <n> bytes in all."""
    start, end = b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"\r\n\r\n"
    return start + b"v" * (n - len(start) - len(end)) + end


@pytest.mark.parametrize("value,limit", [(None, 32_768), ("4KiB", 4096), ("60KiB", 61_440)])
def test_head_size(start, value, limit):
    sized(start, "client_head-size", value, lambda over: head_of(limit + over), "head_too_large", 431)


@pytest.mark.parametrize("value,limit", [(None, 100), ("10", 10)])
def test_header_count(start, value, limit):
    sized(start, "client_headers", value, lambda over: b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * (limit - 1 + over) + b"\r\n", "too_many_headers", 431)


@pytest.mark.parametrize("value,limit", [(None, 8192), ("256", 256)])
def test_uri_size(start, value, limit):
    sized(start, "client_uri-size", value, lambda over: b"GET /" + b"a" * (limit - 1 + over) + b" HTTP/1.1\r\nHost: a\r\n\r\n", "uri_too_long", 414)


@pytest.mark.parametrize("value,limit", [(None, 65_536), ("1KiB", 1024), ("256KiB", 262_144)])
def test_body_hold(start, value, limit):
    """A body up to the bound can be sent again, a larger one cannot."""

    def answer(req, conn):
        conn.respond(503 if len(conn.upstream.requests) % 2 else 200, b"")

    retry = {"retry": {"codes": [503], "attempts": 1, "backoff": "1ms"}}
    gw, up = start(answer, rule=retry, **({"request_body-hold": value} if value else {}))
    with Client(gw.port) as c:
        c.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % limit + b"x" * limit)
        up.wait(1)
        gw.advance()
        gw.until(lambda: gw.advance(10) or len(up.requests) == 2, "sent again")
        assert c.response().status == 200
        more = limit + 65_536
        c.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % more + b"x" * more)
        assert c.response().status == 503
    assert len(up.requests) == 3
    assert gw.metric("sluice_body_hold_exceeded_total") == 1


def test_route_timeouts(start):
    gw, up = start(hang, rule={"timeouts": {"request": "30s", "backendRequest": "20s"}})
    with Client(gw.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        up.wait(1)
        gw.advance()
        gw.advance(19_900)
        assert not readable(c.sock)
        gw.advance(200)
        answered(504, "backend_timeout")(c)


def test_linger_has_an_end(start):
    """A refused client that neither reads nor ends is closed after two seconds."""
    gw, up = start()
    with Client(gw.port) as c:
        c.send(b"BAD\r\n\r\n")
        assert c.response().status == 400
        gw.advance()
        assert gw.metric("sluice_connections") == 1
        gw.advance(2_100)
        gw.until(lambda: gw.metric("sluice_connections") == 0, "closed")


def test_settings_out_of_range_are_refused(start):
    gw, up = start(**{"client_head-size": "1GiB"})
    status = gw.status()[("Gateway", "default", "gw")]
    conditions = {c["type"]: c for c in status["status"]["conditions"]}
    assert conditions["Accepted"]["status"] == "False" and conditions["Accepted"]["reason"] == "InvalidParameters"
