# SPDX-License-Identifier: Apache-2.0
"""HTTPRoute to its corners, over the wire: mirrors, CORS, authorization, retries, sessions, protocols."""
import json
import re
import threading
import time

import pytest
from lib.gateway import Gateway, backend, endpoint_slice, gateway, ref, route, service, to_service
from lib.wire import Client, get


@pytest.fixture
def steered(tmp_path):
    """A gateway whose time stands still."""
    gw = Gateway(tmp_path / "g", "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "0s", clock=True)
    yield gw
    assert gw.stop() in (None, 0)


def serve(gw, ups, rules, *more, **spec):
    gw.write(gateway(gw.port), *[backend(u.name, u) for u in ups], route(rules=rules, **spec), *more)
    if gw.proc is None:
        gw.start()


def echoed(r):
    assert r.status == 200, r
    out = json.loads(r.body)
    out["headers"] = {n.lower(): v for n, v in out["headers"]}
    return out


# --- mirrors ------------------------------------------------------------------------------------


def mirror(name, **more):
    return {"type": "RequestMirror", "requestMirror": {"backendRef": ref(name), **more}}


def test_mirror_shares(gw, upstreams):
    """percent 0 and 100, a fraction of nothing and of all, and shares between: of 200 requests."""
    shares = {"b": ({"percent": 0}, 0, 0), "c": ({"percent": 100}, 200, 200), "d": ({"percent": 30}, 30, 95),
              "e": ({"fraction": {"numerator": 0, "denominator": 3}}, 0, 0), "f": ({"fraction": {"numerator": 3, "denominator": 3}}, 200, 200),
              "g": ({"fraction": {"numerator": 1, "denominator": 4}}, 25, 80), "h": ({"fraction": {"numerator": 1}}, 0, 12)}
    a, ups = upstreams("a"), {n: upstreams(n) for n in shares}
    serve(gw, [a, *ups.values()], [{"filters": [mirror(n, **s[0]) for n, s in shares.items()], "backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        for _ in range(200):
            assert c.request().status == 200
    ups["c"].wait(200), ups["f"].wait(200)
    for n, (_, least, most) in shares.items():
        assert least <= len(ups[n].requests) <= most, (n, len(ups[n].requests))


def test_a_mirror_gets_what_the_backend_gets_and_may_hang(gw, upstreams):
    """Header filters come first, a chunked body goes along, and the client never waits."""
    gate = threading.Event()
    a, b = upstreams("a"), upstreams("b", answer=lambda req, conn: gate.wait(10))
    headers = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "X-Set", "value": "1"}], "remove": ["X-Gone"]}}
    rewrite = {"type": "URLRewrite", "urlRewrite": {"hostname": "in.test", "path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/new"}}}
    serve(gw, [a, b], [{"matches": [{"path": {"value": "/old"}}], "filters": [mirror("b"), headers, rewrite], "backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        c.send(b"POST /old/x HTTP/1.1\r\nHost: h\r\nX-Gone: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        assert c.response().status == 200
        assert c.request(target="/old/y").status == 200
    got, seen = b.wait(1), a.wait(1)
    for req in (got, seen):
        assert (req.target, req.body, req.headers.get("host")) == ("/new/x", b"hello world", "in.test")
        assert req.headers.get("x-set") == "1" and req.headers.get("x-gone") is None
    gate.set()


def test_filters_of_one_backend(gw, upstreams):
    """Each filter that may stand on a backendRef, on one of two."""
    a, b, m = upstreams("a"), upstreams("b"), upstreams("m")
    filters = [
        {"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": "X-Req", "value": "b"}]}},
        {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [{"name": "X-Resp", "value": "b"}]}},
        {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/b"}}},
        mirror("m"),
    ]
    serve(gw, [a, b, m], [{"backendRefs": [ref("a"), ref("b", filters=filters)]}])
    for _ in range(10):
        r = get(gw.port, "/x")
        e, of_b = echoed(r), r.headers.get("x-upstream") == "b"
        assert (e["headers"].get("x-req"), r.headers.get("x-resp"), e["target"]) == (("b", "b", "/b") if of_b else (None, None, "/x"))
    m.wait(len(b.requests))
    assert 0 < len(m.requests) == len(b.requests) < 10


def test_a_redirect_of_one_backend(gw, upstreams):
    a = upstreams("a")
    away = [{"type": "RequestRedirect", "requestRedirect": {"hostname": "away.test", "port": 80}}]
    serve(gw, [a], [{"backendRefs": [ref("a"), ref("a", filters=away)]}])
    got = {(r.status, r.headers.get("location")) for r in (get(gw.port, "/x") for _ in range(10))}
    assert got == {(200, None), (302, "http://away.test/x")}


# --- CORS -----------------------------------------------------------------------------------------


def cors(**kw):
    return {"type": "CORS", "cors": kw}


ASK = [("Origin", "https://o.test"), ("Access-Control-Request-Method", "DELETE"), ("Access-Control-Request-Headers", "x-a, x-b")]
ALLOW = ("origin", "methods", "headers", "credentials")


@pytest.mark.parametrize(
    "config,origin,methods,headers,credentials",
    [
        ({"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"]}, "*", "*", "*", None),
        ({"allowOrigins": ["*"], "allowMethods": ["*"], "allowHeaders": ["*"], "allowCredentials": True}, "https://o.test", "DELETE", "x-a, x-b", "true"),
        ({"allowOrigins": ["https://o.test"], "allowMethods": ["GET", "PUT"], "allowHeaders": ["x-a"]}, "https://o.test", "GET, PUT", "x-a", None),
        ({"allowOrigins": ["https://*.test"]}, "https://o.test", None, None, None),
        ({"allowOrigins": ["https://other.test"], "allowMethods": ["*"]}, None, None, None, None),
        ({"allowOrigins": ["http://o.test"]}, None, None, None, None),
        ({"allowOrigins": ["https://o.test:8443"]}, None, None, None, None),
    ],
)
def test_preflights(gw, upstreams, config, origin, methods, headers, credentials):
    a = upstreams("a")
    serve(gw, [a], [{"filters": [cors(**config)], "backendRefs": [ref("a")]}])
    r = get(gw.port, method="OPTIONS", headers=ASK)
    assert r.status in (200, 204) and a.requests == []
    assert tuple(r.headers.get(f"access-control-allow-{n}") for n in ALLOW) == (origin, methods, headers, credentials)
    assert "origin" in r.headers.get("vary").lower()


def test_options_that_asks_nothing_goes_to_the_backend(gw, upstreams):
    a = upstreams("a")
    serve(gw, [a], [{"filters": [cors(allowOrigins=["*"])], "backendRefs": [ref("a")]}])
    assert get(gw.port, method="OPTIONS", headers=[("Origin", "https://o.test")]).status == 200
    assert [r.method for r in a.requests] == ["OPTIONS"]


def test_the_backends_cors_fields_are_replaced(gw, upstreams):
    def answer(req, conn):
        conn.respond(200, b"ok", [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "true"),
                                  ("Access-Control-Expose-Headers", "x-secret"), ("Vary", "Accept")])

    a = upstreams("a", answer=answer)
    serve(gw, [a], [{"filters": [cors(allowOrigins=["https://o.test"], exposeHeaders=["x-out"])], "backendRefs": [ref("a")]}])
    r = get(gw.port, headers=[("Origin", "https://o.test")])
    assert r.headers.all("access-control-allow-origin") == ["https://o.test"]
    assert r.headers.all("access-control-expose-headers") == ["x-out"] and r.headers.get("access-control-allow-credentials") is None
    assert ", ".join(r.headers.all("vary")).lower() == "accept, origin"
    r = get(gw.port, headers=[("Origin", "https://evil.test")])
    assert not [n for n, _ in r.headers if n.lower().startswith("access-control-")]


@pytest.mark.parametrize("to,status", [("missing", 500), ("dead", 503)])
def test_a_page_may_read_our_own_errors(gw, upstreams, to, status):
    gw.write(gateway(gw.port), backend("dead", "127.0.0.1:1"), route(rules=[{"filters": [cors(allowOrigins=["https://o.test"])], "backendRefs": [ref(to)]}]))
    gw.start()
    r = get(gw.port, headers=[("Origin", "https://o.test")])
    assert (r.status, r.headers.get("access-control-allow-origin")) == (status, "https://o.test")


# --- external authorization -----------------------------------------------------------------------


def auth(name="z", forward=None, **http):
    out = {"protocol": "HTTP", "backendRef": ref(name), "http": http}
    if forward is not None:
        out["forwardBody"] = {"maxSize": forward}
    return {"type": "ExternalAuth", "externalAuth": out}


def allow(req, conn):
    conn.respond(200, b"", [("X-User", "u"), ("X-Group", "g")])


@pytest.mark.parametrize("how", ["length", "chunked"])
@pytest.mark.parametrize("forward,sent", [(None, 0), (0, 0), (10, 10), (1000, 26), (26, 26)])
def test_authorization_sees_the_body_up_to_its_bound(gw, upstreams, forward, sent, how):
    a, z = upstreams("a"), upstreams("z", answer=allow)
    body = b"abcdefghijklmnopqrstuvwxyz"
    serve(gw, [a, z], [{"filters": [auth(forward=forward)], "backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        if how == "length":
            r = c.request("POST", "/p?q", body=body)
        else:
            c.send(b"POST /p?q HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n" + body + b"\r\n0\r\n\r\n")
            r = c.response()
        assert echoed(r)["body"] == body.decode(), "the backend gets all of it"
    asked = z.wait(1)
    assert (asked.method, asked.target, asked.body) == ("POST", "/p?q", body[:sent])
    assert asked.headers.all("content-length") == [str(sent)] and asked.headers.get("host") == "example.com"


def test_a_large_upload_waits_only_for_the_part_that_is_judged(gw, upstreams):
    """The verdict comes while the client still sends; a denial ends the upload."""
    a = upstreams("a")
    z = upstreams("z", answer=lambda req, conn: allow(req, conn) if req.body.startswith(b"good") else conn.respond(403, b"", reason="No"))
    serve(gw, [a, z], [{"filters": [auth(forward=1024)], "backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        c.send(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\ngood" + b"x" * 4000)
        assert z.wait(1).body == b"good" + b"x" * 1020
        c.send(b"y" * (300000 - 4004))
        assert len(echoed(c.response())["body"]) == 300000
    with Client(gw.port) as c:
        c.send(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\nevil" + b"x" * 4000)
        assert c.response().status == 403
    assert len(a.requests) == 1


def test_what_authorization_is_told_and_what_it_tells(gw, upstreams):
    a, z = upstreams("a"), upstreams("z", answer=allow)
    serve(gw, [a, z], [{"filters": [auth(path="/check", allowedHeaders=["X-Tenant"], allowedResponseHeaders=["x-user"])], "backendRefs": [ref("a")]}])
    seen = echoed(get(gw.port, "/x?y", headers=[("Authorization", "Bearer t"), ("X-Tenant", "7"), ("Cookie", "secret"), ("X-User", "root"), ("X-Group", "mine")]))
    asked = z.wait(1)
    assert asked.target == "/check/x?y" and asked.headers.get("authorization") == "Bearer t" and asked.headers.get("x-tenant") == "7"
    assert asked.headers.get("cookie") is None
    assert (seen["headers"]["x-user"], seen["headers"]["x-group"], seen["headers"]["cookie"]) == ("u", "mine", "secret")


def test_without_a_list_every_header_of_the_verdict_goes_on(gw, upstreams):
    a, z = upstreams("a"), upstreams("z", answer=allow)
    serve(gw, [a, z], [{"filters": [auth()], "backendRefs": [ref("a")]}])
    seen = echoed(get(gw.port, headers=[("X-User", "root"), ("X-Group", "root")]))["headers"]
    assert (seen["x-user"], seen["x-group"], seen["host"]) == ("u", "g", "example.com")


@pytest.mark.parametrize("status,want", [(200, 200), (204, 403), (302, 403), (401, 401), (403, 403), (404, 403), (500, 503), (503, 503)])
def test_only_200_allows_and_errors_close(gw, upstreams, status, want):
    a, z = upstreams("a"), upstreams("z", answer=lambda req, conn: conn.write(f"HTTP/1.1 {status} X\r\n{'' if status == 204 else 'Content-Length: 0' + chr(13) + chr(10)}\r\n".encode()))
    serve(gw, [a, z], [{"filters": [auth()], "backendRefs": [ref("a")]}])
    assert get(gw.port).status == want and len(a.requests) == (want == 200)


def test_authorization_that_is_silent_closes(steered, upstreams):
    a, z = upstreams("a"), upstreams("z", answer=lambda req, conn: conn.sock.recv(1))
    serve(steered, [a, z], [{"filters": [auth()], "backendRefs": [ref("a")]}])
    with Client(steered.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        z.wait(1)
        steered.advance(60_000)
        assert c.response().status == 503 and a.requests == []


# --- retries ----------------------------------------------------------------------------------------


def test_backoff_doubles_from_its_base(steered, upstreams):
    """Base 1 s: the n-th retry comes 1, 2, 4 s after the failure, give or take an eighth."""
    a = upstreams("a", answer=lambda req, conn: conn.respond(503, b""))
    serve(steered, [a], [{"backendRefs": [ref("a")], "retry": {"codes": [503], "attempts": 3, "backoff": "1s"}}])
    with Client(steered.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for n, wait in ((1, 1000), (2, 2000), (3, 4000)):
            a.wait(n)
            steered.until(lambda n=n: steered.metric("sluice_retries_total") == n, "the failure is known")
            steered.advance(wait * 7 // 8 - 20)
            time.sleep(0.02)  # a retry that came too early would arrive now
            assert len(a.requests) == n, "too early"
            steered.advance(wait // 4 + 40)
            a.wait(n + 1)
        assert c.response().status == 503
    assert len(a.requests) == 4


def test_each_try_has_backend_request_and_all_together_request(steered, upstreams):
    a = upstreams("a", answer=lambda req, conn: conn.sock.recv(1))
    serve(steered, [a], [{"backendRefs": [ref("a")], "retry": {"attempts": 5, "backoff": "100ms"}, "timeouts": {"backendRequest": "2s", "request": "5s"}}])
    with Client(steered.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        a.wait(1)
        for _ in range(52):
            steered.advance(100)
        assert c.response().status == 504
    a.wait(3)  # the backend's thread may be behind
    assert len(a.requests) == 3


@pytest.mark.parametrize("timeouts,ends", [(None, True), ({"request": "0s"}, False), ({"backendRequest": "0s"}, False)])
def test_a_timeout_of_0_is_none_and_takes_the_settings_place(steered, upstreams, timeouts, ends):
    go = threading.Event()

    def answer(req, conn):
        go.wait(30)
        conn.respond(200, b"late")

    a = upstreams("a", answer=answer)
    serve(steered, [a], [{"backendRefs": [ref("a")], **({"timeouts": timeouts} if timeouts else {})}])
    with Client(steered.port) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        a.wait(1)
        steered.until(lambda: steered.metric("sluice_upstream_connects_total") == 1, "it is sent")
        for _ in range(20):
            steered.advance(60_000)
        if not ends:
            go.set()
        r = c.response()
        go.set()
        assert (r.status, r.body == b"late") == ((504, False) if ends else (200, True))


def test_attempts_0_makes_no_second_try(gw, upstreams):
    """Not even the replay of a request whose pooled connection had died."""
    a = upstreams("a", answer=lambda req, conn: conn.reset() if req.target == "/die" else conn.respond(200, b"ok"))
    serve(gw, [a], [{"backendRefs": [ref("a")], "retry": {"attempts": 0, "codes": [502, 503]}}])
    assert get(gw.port, "/die").status == 502
    assert len([r for r in a.requests if r.target == "/die"]) == 1


# --- sessions ---------------------------------------------------------------------------------------


def who(req, conn):
    conn.respond(200, conn.upstream.name.encode())


def sessions(gw, upstreams, n=4, **persistence):
    ups = [upstreams(f"u{i}", answer=who) for i in range(n)]
    gw.write(gateway(gw.port), backend("a", *ups), route(rules=[{"backendRefs": [ref("a")], "sessionPersistence": persistence}]))
    gw.start()
    return ups


def attributes(r):
    parts = [p.strip() for p in r.headers.get("set-cookie").split(";")]
    return parts[0], {p.split("=")[0].lower(): p.partition("=")[2] for p in parts[1:]}


def test_a_session_cookie_ends_with_the_browser(gw, upstreams):
    sessions(gw, upstreams, type="Cookie", cookie={"name": "Sid", "path": "/app", "lifetimeType": "Session"})
    first = get(gw.port)
    pair, attr = attributes(first)
    assert pair.startswith("Sid=") and attr["path"] == "/app" and "httponly" in attr
    assert "max-age" not in attr and "expires" not in attr
    again = get(gw.port, headers=[("Cookie", pair)])
    assert again.body == first.body and again.headers.get("set-cookie") is None


def test_a_permanent_cookie_ends_when_its_session_does(steered, upstreams):
    sessions(steered, upstreams, type="Cookie", absoluteTimeout="1h", cookie={"lifetimeType": "Permanent"})
    pair, attr = attributes(get(steered.port))
    assert attr["max-age"] == "3600" and attr["path"] == "/"


@pytest.mark.parametrize("kind", ["Cookie", "Header"])
def test_a_session_is_over_when_its_time_is_up(steered, upstreams, kind):
    """Also for a client that keeps its cookie, or says that it has longer."""
    sessions(steered, upstreams, type=kind, absoluteTimeout="10m", **({"header": {"name": "X-S"}} if kind == "Header" else {"cookie": {"name": "s"}}))

    def start():
        r = get(steered.port)
        return r.body, attributes(r)[0].partition("=")[2] if kind == "Cookie" else r.headers.get("x-s")

    def ask(value):
        r = get(steered.port, headers=[("Cookie", f"s={value}") if kind == "Cookie" else ("X-S", value)])
        fresh = r.headers.get("set-cookie") is not None if kind == "Cookie" else r.headers.get("x-s") != value
        return r.body, fresh

    name, value = start()
    for _ in range(6):
        assert ask(value) == (name, False)
        steered.advance(99_000)
    steered.advance(7_000)
    assert ask(value)[1], "over: another session begins"
    name, value = start()
    address, _, ends = value.partition(".")
    assert ask(f"{address}.{int(ends, 16) + 3600:x}")[1], "nobody has longer"
    assert ask(address)[1] and ask(f"{address}.zz")[1]
    assert ask(value) == (name, False)


def test_a_session_whose_endpoint_is_gone_goes_on_elsewhere(gw, upstreams):
    ups = sessions(gw, upstreams, type="Header", header={"name": "X-S"})
    first = get(gw.port)
    left = [u for u in ups if u.name.encode() != first.body]
    gw.write(gateway(gw.port), backend("a", *left), route(rules=[{"backendRefs": [ref("a")], "sessionPersistence": {"type": "Header", "header": {"name": "X-S"}}}]))
    gw.until(lambda: get(gw.port, headers=[("X-S", first.headers.get("x-s"))]).body != first.body, "another one")
    second = get(gw.port, headers=[("X-S", first.headers.get("x-s"))])
    assert second.headers.get("x-s") != first.headers.get("x-s")
    for _ in range(8):
        assert get(gw.port, headers=[("X-S", second.headers.get("x-s"))]).body == second.body


def test_what_is_no_session_is_a_new_one(gw, upstreams):
    sessions(gw, upstreams, type="Cookie", cookie={"name": "s"})
    for value in ("", "x", "zz", "7f", "a" * 4000, "3132372e302e302e313a31"):
        r = get(gw.port, headers=[("Cookie", f"s={value}")])
        assert r.status == 200 and r.headers.get("set-cookie").startswith("s=")


def test_each_rule_has_a_cookie_of_its_own_by_default(gw, upstreams):
    ups = [upstreams(n, answer=who) for n in "ab"]
    rule = lambda p, n: {"matches": [{"path": {"value": p}}], "backendRefs": [ref(n)], "sessionPersistence": {"type": "Cookie", "cookie": {}}}  # noqa: E731
    serve(gw, ups, [rule("/a", "a"), rule("/b", "b")])
    names = {attributes(get(gw.port, p))[0].split("=")[0] for p in ("/a", "/b")}
    assert len(names) == 2 and names == {attributes(get(gw.port, p))[0].split("=")[0] for p in ("/a", "/b")}


# --- protocols ----------------------------------------------------------------------------------------


def switching(req, conn):
    name = req.headers.get("upgrade")
    if not name:
        return conn.upstream.echo(req, conn)
    conn.write(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: {name}\r\nConnection: Upgrade\r\n\r\n".encode())
    while data := conn.sock.recv(1000):
        conn.write(data.swapcase())
    conn.close()


@pytest.mark.parametrize("name", ["websocket", "SPDY/3.1", "my-protocol"])
def test_any_upgrade_is_a_tunnel(gw, upstreams, name):
    a = upstreams("a", answer=switching)
    serve(gw, [a], [{"backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        c.send(f"GET /t HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: {name}\r\nSec-WebSocket-Key: a\r\n\r\n".encode())
        status, _, fields = c.head()
        assert status == 101 and fields.get("upgrade") == name
        c.send(b"Hello")
        assert c.reader.exactly(5) == b"hELLO"
    assert a.requests[0].headers.get("upgrade") == name


@pytest.mark.parametrize("name", ["h2c", "TLS/1.0", "HTTP/2.0"])
def test_what_would_speak_past_us_is_not_upgraded(gw, upstreams, name):
    a = upstreams("a", answer=switching)
    serve(gw, [a], [{"backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        for _ in range(2):
            r = c.request(headers=[("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", name), ("HTTP2-Settings", "AAAA")])
            assert r.status == 200
    assert all(q.headers.get("upgrade") is None and q.headers.get("http2-settings") is None for q in a.requests)


APP = {None: 200, "http": 200, "kubernetes.io/ws": 200, "kubernetes.io/h2c": 500, "https": 500, "kubernetes.io/wss": 500, "grpc": 500, "redis": 500}


@pytest.mark.parametrize("name", APP)
def test_app_protocols(gw, upstreams, name):
    """What is spoken is spoken; what is not answers 500 and says so, instead of plain HTTP to a port that waits for something else."""
    a = upstreams("a")
    gw.write(gateway(gw.port), route(rules=[{"backendRefs": [to_service(80)]}]), service(ports=[("p", 80, None, name)]), endpoint_slice("s1", {"p": a.port}, "127.0.0.1"))
    gw.start()
    assert get(gw.port).status == APP[name]
    resolved = next(c for c in gw.status()["HTTPRoute", "default", "r"]["status"]["parents"][0]["conditions"] if c["type"] == "ResolvedRefs")
    if APP[name] == 200:
        assert resolved["status"] == "True"
    else:
        assert (resolved["status"], resolved["reason"]) == ("False", "UnsupportedProtocol") and name in resolved["message"]
        assert a.requests == []


def test_rules_have_names(gw, upstreams):
    """A name is the rule's identity: in the log, and where the rule stands in its route does not matter."""
    a = upstreams("a")
    rule = lambda n: {"name": n, "matches": [{"path": {"value": f"/{n}"}}], "backendRefs": [ref("a")]}  # noqa: E731
    serve(gw, [a], [rule("one"), rule("two")])
    get(gw.port, "/two")
    gw.until(lambda: re.search(r'"rule":"two"', gw.text()), "the log says it")
    serve(gw, [a], [rule("two"), rule("one")], route("mark", hostnames=["mark.test"]))
    gw.until(lambda: get(gw.port, host="mark.test").status == 200, "live")
    get(gw.port, "/one")
    gw.until(lambda: re.search(r'"rule":"one"', gw.text()), "the log says it")


# --- messages -------------------------------------------------------------------------------------------


def test_several_hints_come_in_order_before_the_answer(gw, upstreams):
    def answer(req, conn):
        for i in range(3):
            conn.write(f"HTTP/1.1 103 Early Hints\r\nLink: </{i}>\r\n\r\n".encode())
        conn.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        conn.respond(200, b"ok")

    serve(gw, [upstreams("a", answer=answer)], [{"backendRefs": [ref("a")]}])
    r = get(gw.port)
    assert [(s, f.get("link")) for s, f in r.interim] == [(103, "</0>"), (103, "</1>"), (103, "</2>")] and r.body == b"ok"


def test_expect_is_answered_by_us_and_not_at_all_when_there_is_no_route(gw, upstreams):
    a = upstreams("a")
    serve(gw, [a], [{"matches": [{"path": {"value": "/yes"}}], "backendRefs": [ref("a")]}])
    ask = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with Client(gw.port) as c:
        c.send(ask.format("/no").encode())
        assert c.head()[0] == 404, "the body is not asked for"
    with Client(gw.port) as c:
        c.send(ask.format("/yes").encode())
        assert c.head()[0] == 100 and a.requests == []
        c.send(b"body")
        assert c.response().status == 200
    assert a.requests[0].headers.get("expect") is None and a.requests[0].body == b"body"


@pytest.mark.parametrize("status", [204, 304])
def test_head_and_bodyless_answers_keep_the_connection_in_step(gw, upstreams, status):
    def answer(req, conn):
        if req.method == "HEAD":
            conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        elif req.target == "/bare":
            conn.write(f"HTTP/1.1 {status} X\r\nETag: a\r\n\r\n".encode())
        else:
            conn.respond(200, b"hello")

    a = upstreams("a", answer=answer)
    serve(gw, [a], [{"backendRefs": [ref("a")]}])
    with Client(gw.port) as c:
        for _ in range(3):
            r = c.request("HEAD")
            assert (r.status, r.headers.get("content-length"), r.body) == (200, "5", b"")
            assert c.request(target="/bare").status == status
            assert c.request().body == b"hello"


def test_absolute_form_wins_over_host_for_the_route_too(gw, upstreams):
    a, b = upstreams("a"), upstreams("b")
    gw.write(gateway(gw.port), backend("a", a), backend("b", b), route("ra", hostnames=["a.test"]), route("rb", hostnames=["b.test"], rules=[{"backendRefs": [ref("b")]}]))
    gw.start()
    with Client(gw.port) as c:
        c.send(b"GET http://b.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n")
        assert json.loads(c.response().body)["upstream"] == "b"
    assert b.requests[0].headers.all("host") == ["b.test"] and b.requests[0].target == "/x"
