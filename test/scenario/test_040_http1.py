# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 end to end: framing both ways, keep-alive, pipelining, interim responses, upgrades."""
import json
import threading

import pytest
from lib.gateway import backend, gateway, ref, route
from lib.wire import Client, get


@pytest.fixture
def serve(gw, upstreams):
    def go(answer=None, **rule):
        a = upstreams("a", answer=answer)
        gw.write(gateway(gw.port), backend("a", a), route(rules=[{"backendRefs": [ref("a")], **rule}]))
        gw.start()
        return a

    return go


def raw(text):
    return lambda req, conn: conn.write(text)


def test_chunked_request_is_reframed(gw, serve):
    a = serve()
    with Client(gw.port) as c:
        c.send(b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")
        assert c.response().status == 200
        assert c.request().status == 200
    assert a.requests[0].body == b"hello world"
    assert a.requests[0].headers.all("transfer-encoding") in (["chunked"], []) and len(a.requests) == 2


def test_large_bodies_both_ways(gw, serve):
    big = bytes(range(256)) * 8192

    def answer(req, conn):
        conn.respond(200, req.body)

    serve(answer)
    r = get(gw.port, method="POST", body=big, timeout=30)
    assert r.status == 200 and r.body == big


def test_chunked_response(gw, serve):
    serve(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"))
    with Client(gw.port) as c:
        for _ in range(3):
            assert c.request().body == b"abcdefg"


def test_response_until_close(gw, serve):
    def answer(req, conn):
        conn.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
        conn.close()

    serve(answer)
    assert get(gw.port).body == b"until the end"


def test_empty_body_keeps_the_connection(gw, serve):
    serve(lambda req, conn: conn.respond(200, b""))
    with Client(gw.port) as c:
        for _ in range(5):
            assert c.request().headers.get("content-length") == "0"


@pytest.mark.parametrize("status", [204, 304])
def test_bodyless_status(gw, serve, status):
    serve(raw(f"HTTP/1.1 {status} X\r\nETag: \"1\"\r\n\r\n".encode()))
    with Client(gw.port) as c:
        for _ in range(2):
            r = c.request()
            assert r.status == status and r.body == b"" and r.headers.get("etag") == '"1"'


def test_head(gw, serve):
    serve(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))
    with Client(gw.port) as c:
        for _ in range(2):
            r = c.request("HEAD")
            assert r.status == 200 and r.headers.get("content-length") == "1000"


def test_pipelining_answers_in_order(gw, serve):
    serve()
    with Client(gw.port) as c:
        c.send(b"".join(f"GET /{i} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for i in range(20)))
        assert [json.loads(c.response().body)["target"] for _ in range(20)] == [f"/{i}" for i in range(20)]


def test_good_request_is_answered_before_the_bad_one(gw, serve):
    serve()
    with Client(gw.port) as c:
        c.send(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nInvalid\r\n\r\n")
        assert c.response().status == 200
        assert c.response().status == 400
        assert c.closed()


def test_expect_continue(gw, serve):
    a = serve()
    with Client(gw.port) as c:
        c.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        status, _, _ = c.head()
        assert status == 100
        c.send(b"body")
        assert c.response().status == 200
    assert a.requests[0].body == b"body"


def test_interim_responses_are_forwarded(gw, serve):
    serve(raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    r = get(gw.port)
    assert r.status == 200 and [s for s, _ in r.interim] == [103]


def test_http10_client(gw, serve):
    serve(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    with Client(gw.port) as c:
        c.send(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
        status, _, fields = c.head()
        assert status == 200 and fields.get("transfer-encoding") is None
        assert c.reader.rest() == b"abc"


def test_http10_client_without_host(gw, serve):
    a = serve()
    with Client(gw.port) as c:
        c.send(b"GET / HTTP/1.0\r\n\r\n")
        status, _, _ = c.head()
        assert status == 200
    assert a.requests[0].headers.all("host") == [f"127.0.0.1:{gw.port}"]


def test_absolute_form_routes_and_forwards_by_the_target(gw, serve):
    a = serve()
    with Client(gw.port) as c:
        c.send(b"GET http://b.test/p?q HTTP/1.1\r\nHost: a.test\r\n\r\n")
        assert c.response().status == 200
    assert (a.requests[0].target, a.requests[0].headers.get("host")) == ("/p?q", "b.test")


def test_connection_close(gw, serve):
    serve()
    with Client(gw.port) as c:
        r = c.request(headers=[("Connection", "close")])
        assert r.status == 200 and r.headers.get("connection").lower() == "close"
        assert c.closed()


def test_hop_by_hop_and_nominated_fields_stay_here(gw, serve):
    a = serve()
    get(gw.port, headers=[("Connection", "X-Hop, keep-alive"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"), ("X-End", "1"), ("Proxy-Connection", "x")])
    seen = [n.lower() for n, _ in a.requests[0].headers]
    assert "x-end" in seen
    assert not {"x-hop", "keep-alive", "proxy-connection"} & set(seen)


def test_upstream_connections_are_reused(gw, serve):
    a = serve()
    for _ in range(10):
        assert get(gw.port).status == 200
    assert a.connections <= 2  # one a worker


def websocket(req, conn):
    if req.headers.get("upgrade") != "websocket":
        conn.respond(200, b"plain")
        return
    conn.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    data = conn.reader.data
    conn.reader.data = b""
    while True:
        if data:
            conn.write(data.upper())
        data = conn.sock.recv(65536)
        if not data:
            break
    conn.close()


UPGRADE = b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13\r\n\r\n"


def test_upgrade_tunnel(gw, serve):
    serve(websocket)
    with Client(gw.port) as c:
        c.send(UPGRADE)
        status, _, fields = c.head()
        assert status == 101 and fields.get("upgrade") == "websocket"
        for i in range(50):
            c.send(b"ping%d" % i)
            want = b"PING%d" % i
            assert c.reader.exactly(len(want)) == want
        big = b"z" * 3_000_000
        t = threading.Thread(target=c.send, args=(big,))
        t.start()
        assert c.reader.exactly(len(big)) == big.upper()
        t.join()


def test_bytes_after_a_refused_upgrade_are_the_next_request(gw, serve):
    a = serve(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"))
    with Client(gw.port) as c:
        c.send(UPGRADE + b"GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
        assert c.response().body == b"no"
        assert c.response().body == b"no"
    assert [r.target for r in a.requests] == ["/ws", "/second"]


def test_unsolicited_101_is_502(gw, serve):
    serve(raw(b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"))
    assert get(gw.port).status == 502
