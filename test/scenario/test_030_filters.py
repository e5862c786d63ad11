# SPDX-License-Identifier: Apache-2.0
"""HTTPRoute filters, on rules and on backendRefs."""
import json

import pytest
from lib.gateway import backend, gateway, ref, route
from lib.wire import get


def serve(gw, ups, rules, **more):
    gw.write(gateway(gw.port), *[backend(u.name, u) for u in ups], route(rules=rules, **more))
    gw.start()


def echoed(r):
    assert r.status == 200, r
    out = json.loads(r.body)
    out["headers"] = {n.lower(): v for n, v in out["headers"]}
    return out


def prefix(value):
    return [{"path": {"type": "PathPrefix", "value": value}}]


def test_request_header_modifier(gw, upstreams):
    f = {"type": "RequestHeaderModifier", "requestHeaderModifier": {
        "set": [{"name": "X-Set", "value": "new"}], "add": [{"name": "X-Add", "value": "two"}], "remove": ["X-Gone"]}}
    serve(gw, [upstreams("a")], [{"filters": [f], "backendRefs": [ref("a")]}])
    r = get(gw.port, headers=[("x-set", "old"), ("X-SET", "older"), ("X-Add", "one"), ("x-gone", "1"), ("X-Stay", "s")])
    seen = json.loads(r.body)["headers"]
    values = lambda n: [v for k, v in seen if k.lower() == n]  # noqa: E731
    assert values("x-set") == ["new"]
    assert ",".join(values("x-add")).replace(" ", "") == "one,two"
    assert values("x-gone") == [] and values("x-stay") == ["s"]


def test_response_header_modifier(gw, upstreams):
    f = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {
        "set": [{"name": "X-Upstream", "value": "set"}], "add": [{"name": "X-More", "value": "1"}], "remove": ["Content-Type"]}}
    serve(gw, [upstreams("a")], [{"filters": [f], "backendRefs": [ref("a")]}])
    r = get(gw.port)
    assert r.headers.all("x-upstream") == ["set"] and r.headers.get("x-more") == "1"
    assert r.headers.get("content-type") is None


def test_backend_filters_only_on_their_backend(gw, upstreams):
    f = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "X-Who", "value": "b"}]}}]
    serve(gw, [upstreams("a"), upstreams("b")], [{"backendRefs": [ref("a"), ref("b", filters=f)]}])
    got = {(e["upstream"], e["headers"].get("x-who")) for e in (echoed(get(gw.port)) for _ in range(8))}
    assert got == {("a", None), ("b", "b")}


@pytest.mark.parametrize(
    "redirect,target,status,location",
    [
        ({"hostname": "example.org", "statusCode": 301}, "/a?q=1", 301, "http://example.org:{port}/a?q=1"),
        ({"scheme": "https"}, "/a", 302, "https://example.com/a"),
        ({"scheme": "https", "port": 8443, "statusCode": 308}, "/a", 308, "https://example.com:8443/a"),
        ({"port": 80, "statusCode": 307}, "/a", 307, "http://example.com/a"),
        ({"path": {"type": "ReplaceFullPath", "replaceFullPath": "/new"}, "statusCode": 303}, "/p/x?y", 303, "http://example.com:{port}/new?y"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/r"}}, "/p/x", 302, "http://example.com:{port}/r/x"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}, "/p", 302, "http://example.com:{port}/"),
    ],
)
def test_redirect(gw, upstreams, redirect, target, status, location):
    matches = prefix("/p") if "path" in redirect else prefix("/")
    serve(gw, [], [{"matches": matches, "filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}])
    r = get(gw.port, target, host=f"example.com:{gw.port}")
    assert (r.status, r.headers.get("location")) == (status, location.format(port=gw.port))


@pytest.mark.parametrize(
    "rewrite,target,want_target,want_host",
    [
        ({"hostname": "one.example.org"}, "/p/x", "/p/x", "one.example.org"),
        ({"path": {"type": "ReplaceFullPath", "replaceFullPath": "/new"}}, "/p/x?q=1", "/new?q=1", "example.com"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/z"}}, "/p/x?q", "/z/x?q", "example.com"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/z/"}}, "/p/x", "/z/x", "example.com"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/z"}}, "/p/", "/z/", "example.com"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}, "/p/x", "/x", "example.com"),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": ""}}, "/p", "/", "example.com"),
    ],
)
def test_rewrite(gw, upstreams, rewrite, target, want_target, want_host):
    serve(gw, [upstreams("a")], [{"matches": prefix("/p"), "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}], "backendRefs": [ref("a")]}])
    seen = echoed(get(gw.port, target))
    assert seen["target"] == want_target and seen["headers"]["host"] == want_host


def mirror(name, **more):
    return {"type": "RequestMirror", "requestMirror": {"backendRef": ref(name), **more}}


def test_mirrors_get_the_request_and_the_client_never_sees_them(gw, upstreams):
    a, b, c = upstreams("a"), upstreams("b"), upstreams("c")
    serve(gw, [a, b, c], [{"filters": [mirror("b"), mirror("c")], "backendRefs": [ref("a")]}])
    assert echoed(get(gw.port, "/m", method="POST", body=b"payload"))["upstream"] == "a"
    for u in (b, c):
        req = u.wait(1)
        assert (req.method, req.target, req.body) == ("POST", "/m", b"payload")


def test_mirror_percent_and_fraction(gw, upstreams):
    a, b, c = upstreams("a"), upstreams("b"), upstreams("c")
    serve(gw, [a, b, c], [{"filters": [mirror("b", percent=0), mirror("c", fraction={"numerator": 1, "denominator": 2})], "backendRefs": [ref("a")]}])
    for _ in range(100):
        get(gw.port)
    assert b.requests == []
    assert 20 <= len(c.requests) <= 80


def test_dead_mirror_does_not_hurt(gw, upstreams):
    a, b = upstreams("a"), upstreams("b")
    b.stop()
    serve(gw, [a, b], [{"filters": [mirror("b")], "backendRefs": [ref("a")]}])
    for _ in range(5):
        assert echoed(get(gw.port))["upstream"] == "a"


CORS = {"type": "CORS", "cors": {
    "allowOrigins": ["https://*.good.test", "https://exact.test"], "allowMethods": ["GET", "PUT"], "allowHeaders": ["x-one"],
    "exposeHeaders": ["x-out"], "maxAge": 600, "allowCredentials": True}}


def test_cors_preflight(gw, upstreams):
    a = upstreams("a")
    serve(gw, [a], [{"filters": [CORS], "backendRefs": [ref("a")]}])
    ask = [("Origin", "https://www.good.test"), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-one")]
    r = get(gw.port, method="OPTIONS", headers=ask)
    assert r.status in (200, 204) and a.requests == []
    assert r.headers.get("access-control-allow-origin") == "https://www.good.test"
    assert "PUT" in r.headers.get("access-control-allow-methods")
    assert r.headers.get("access-control-allow-credentials") == "true"
    assert r.headers.get("access-control-max-age") == "600"
    assert r.headers.get("access-control-expose-headers") == "x-out"
    assert "origin" in r.headers.get("vary").lower()


def test_cors_actual_and_foreign_origin(gw, upstreams):
    a = upstreams("a")
    serve(gw, [a], [{"filters": [CORS], "backendRefs": [ref("a")]}])
    good = get(gw.port, headers=[("Origin", "https://exact.test")])
    assert good.status == 200 and good.headers.get("access-control-allow-origin") == "https://exact.test"
    assert good.headers.get("access-control-expose-headers") == "x-out"
    bad = get(gw.port, headers=[("Origin", "https://evil.test")])
    assert bad.headers.get("access-control-allow-origin") is None


def auth(name, **http):
    return {"type": "ExternalAuth", "externalAuth": {"protocol": "HTTP", "backendRef": ref(name), "http": http}}


def test_external_auth(gw, upstreams):
    a = upstreams("a")

    def judge(req, conn):
        if req.headers.get("authorization") == "good":
            conn.respond(200, headers=[("X-User", "u1")])
        else:
            conn.respond(401, b"who are you", [("WWW-Authenticate", "Basic")], "Unauthorized")

    z = upstreams("z", answer=judge)
    serve(gw, [a, z], [{"filters": [auth("z", allowedResponseHeaders=["x-user"])], "backendRefs": [ref("a")]}])
    r = get(gw.port, "/x", headers=[("X-User", "root")])
    assert r.status == 401 and r.headers.get("www-authenticate") == "Basic" and a.requests == []
    seen = echoed(get(gw.port, "/x", headers=[("Authorization", "good"), ("X-User", "root")]))
    assert seen["headers"]["x-user"] == "u1"


def test_external_auth_fails_closed(gw, upstreams):
    a, z = upstreams("a"), upstreams("z")
    z.stop()
    serve(gw, [a, z], [{"filters": [auth("z")], "backendRefs": [ref("a")]}])
    assert get(gw.port).status == 503 and a.requests == []


def test_forwarded_headers_of_strangers_are_replaced(gw, upstreams):
    serve(gw, [upstreams("a")], [{"backendRefs": [ref("a")]}])
    seen = echoed(get(gw.port, headers=[("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"), ("X-Real-IP", "6.6.6.6"), ("X-Forwarded-Proto", "https")]))
    assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert seen["headers"]["x-forwarded-proto"] == "http"
    assert "forwarded" not in seen["headers"] and "6.6.6.6" not in json.dumps(seen)
    assert seen["headers"]["x-request-id"]
