# SPDX-License-Identifier: Apache-2.0
"""What clients see when backends fail: status, timeouts, retries, sessions."""
import json
import threading

import pytest
from lib.gateway import backend, free_port, gateway, ref, route
from lib.wire import Client, WireError, get


@pytest.fixture
def serve(gw, upstreams):
    def go(answer=None, n=1, **rule):
        ups = [upstreams(f"u{i}", answer=answer) for i in range(n)]
        gw.write(gateway(gw.port), backend("a", *ups), route(rules=[{"backendRefs": [ref("a")], **rule}]))
        gw.start()
        return ups[0] if n == 1 else ups

    return go


def sequence(*answers):
    """The n-th request gets the n-th answer, the last one for ever."""
    left, lock = list(answers), threading.Lock()

    def answer(req, conn):
        with lock:
            a = left.pop(0) if len(left) > 1 else left[0]
        a(req, conn)

    return answer


def ok(req, conn):
    conn.respond(200, b"ok")


def status(code):
    return lambda req, conn: conn.respond(code, b"", reason="X")


def hang(req, conn):
    conn.sock.recv(1)
    conn.close()


def close(req, conn):
    conn.close()


def reset(req, conn):
    conn.reset()


def test_connect_refused_is_503(gw, upstreams):
    gw.write(gateway(gw.port), backend("a", f"127.0.0.1:{free_port()}"), route())
    gw.start()
    with Client(gw.port) as c:
        assert c.request().status == 503
        assert c.request().status == 503


def test_missing_backend_is_500(gw):
    gw.write(gateway(gw.port), route())
    gw.start()
    assert get(gw.port).status == 500


@pytest.mark.parametrize("answer", [close, reset])
def test_no_answer_on_a_fresh_connection_is_502(gw, serve, answer):
    a = serve(answer)
    assert get(gw.port, method="POST", body=b"x").status == 502
    assert len(a.requests) == 1


@pytest.mark.parametrize(
    "bad",
    [
        b"HTTP/1.1 2000 X\r\n\r\n", b"HTTP/1.1 20 X\r\n\r\n", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_bad_response_is_502_and_the_pool_stays_clean(gw, serve, bad):
    serve(sequence(lambda req, conn: conn.write(bad), ok))
    with Client(gw.port) as c:
        assert c.request().status == 502
    for _ in range(3):
        r = get(gw.port)
        assert (r.status, r.body) == (200, b"ok")


def test_truncated_response_is_no_clean_end(gw, serve):
    def cut(req, conn):
        conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        conn.close()

    serve(cut)
    with pytest.raises((WireError, OSError)):
        get(gw.port)


def test_bytes_behind_a_response_never_reach_the_next_client(gw, serve):
    serve(sequence(lambda req, conn: conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"), ok))
    for _ in range(5):
        assert get(gw.port).body == b"ok"


def test_request_timeout_is_504(gw, serve):
    serve(hang, timeouts={"request": "100ms"})
    assert get(gw.port).status == 504


def test_backend_request_timeout_is_504(gw, serve):
    serve(hang, timeouts={"backendRequest": "100ms", "request": "5s"})
    assert get(gw.port).status == 504


def test_stale_pooled_connection_is_replayed_once(gw, serve):
    a = serve(ok)
    assert get(gw.port).status == 200
    a.drop_connections()
    for _ in range(3):
        assert get(gw.port).status == 200


def test_retry_on_codes(gw, serve):
    a = serve(sequence(status(503), status(503), ok), retry={"codes": [503], "attempts": 3, "backoff": "1ms"})
    assert get(gw.port, method="POST", body=b"body").status == 200
    assert len(a.requests) == 3 and all(r.body == b"body" for r in a.requests)


def test_retry_ends_after_attempts(gw, serve):
    a = serve(status(503), retry={"codes": [503], "attempts": 2, "backoff": "1ms"})
    assert get(gw.port).status == 503
    assert len(a.requests) == 3


def test_retry_only_listed_codes(gw, serve):
    a = serve(status(500), retry={"codes": [503], "attempts": 2})
    assert get(gw.port).status == 500
    assert len(a.requests) == 1


def test_request_timeout_ends_retries(gw, serve):
    serve(status(503), retry={"codes": [503], "attempts": 100, "backoff": "50ms"}, timeouts={"request": "200ms"})
    assert get(gw.port).status == 504


def test_session_by_cookie(gw, serve):
    def who(req, conn):
        conn.respond(200, conn.upstream.name.encode())

    serve(who, n=3, sessionPersistence={"type": "Cookie", "cookie": {"name": "sid"}})
    first = get(gw.port)
    cookie = first.headers.get("set-cookie").split(";")[0]
    assert cookie.startswith("sid=")
    for _ in range(12):
        assert get(gw.port, headers=[("Cookie", f"x=1; {cookie}; y=2")]).body == first.body


def test_session_by_header(gw, serve):
    def who(req, conn):
        conn.respond(200, conn.upstream.name.encode())

    serve(who, n=3, sessionPersistence={"type": "Header", "header": {"name": "X-Session"}})
    first = get(gw.port)
    value = first.headers.get("x-session")
    assert first.status == 200 and value
    for _ in range(12):
        assert get(gw.port, headers=[("X-Session", value)]).body == first.body


def test_all_endpoints_get_requests(gw, serve):
    ups = serve(None, n=3)
    for _ in range(60):
        json.loads(get(gw.port).body)
    assert all(u.requests for u in ups)


def test_dead_endpoint_is_set_aside(gw, upstreams):
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a, f"127.0.0.1:{free_port()}"), route(rules=[{"backendRefs": [ref("a")], "retry": {"attempts": 1}}]))
    gw.start()
    assert [get(gw.port).status for _ in range(20)].count(200) == 20
