# SPDX-License-Identifier: Apache-2.0
"""HTTPRoute matching: paths, headers, query, method, hostnames, precedence, listeners."""
import json

import pytest
from lib.gateway import backend, gateway, ref, route
from lib.wire import get


def named(r):
    return json.loads(r.body)["upstream"] if r.status == 200 else r.status


@pytest.fixture
def abc(upstreams):
    return [upstreams(n) for n in "abc"]


def serve(gw, ups, *routes, listeners=None):
    gw.write(gateway(gw.port, listeners=listeners), *[backend(u.name, u) for u in ups], *routes)
    gw.start()


def rule(name, *matches, **more):
    out = {"backendRefs": [ref(name)], **more}
    if matches:
        out["matches"] = list(matches)
    return out


def path(value, kind="PathPrefix", **more):
    return {"path": {"type": kind, "value": value}, **more}


@pytest.mark.parametrize(
    "target,want",
    [
        ("/v1/x", "a"), ("/v1", "a"), ("/v1/", "a"), ("/v10", 404), ("/V1", 404), ("/%76%31/x", "a"),
        ("/x/../v1", "a"), ("/num/123", "b"), ("/num/12x", 404), ("/xnum/123", 404), ("/num/123?q=1", "b"),
        ("/exact", "c"), ("/exact/", 404), ("/exact?x", "c"), ("/v1%2Fx", 404),
    ],
)
def test_paths(gw, abc, target, want):
    serve(gw, abc, route(rules=[
        rule("a", path("/v1")), rule("b", path("/num/[0-9]+", "RegularExpression")), rule("c", path("/exact", "Exact"))]))
    assert named(get(gw.port, target)) == want


def test_headers_all_must_match_and_more_headers_win(gw, abc):
    h = lambda *pairs: {"headers": [{"name": n, "value": v} for n, v in pairs]}  # noqa: E731
    serve(gw, abc, route(rules=[
        rule("a", h(("version", "one"))), rule("b", h(("version", "one"), ("color", "blue"))),
        rule("c", {"headers": [{"name": "version", "value": "t[a-z]o", "type": "RegularExpression"}]})]))
    ask = lambda *pairs: named(get(gw.port, headers=pairs))  # noqa: E731
    assert ask(("Version", "one")) == "a"
    assert ask(("VERSION", "one"), ("Color", "blue")) == "b"
    assert ask(("version", "two")) == "c"
    assert ask(("version", "xtwo")) == 404
    assert ask(("color", "blue")) == 404


def test_query_first_value_wins_and_is_decoded(gw, abc):
    q = lambda n, v, **k: {"queryParams": [{"name": n, "value": v, **k}]}  # noqa: E731
    serve(gw, abc, route(rules=[rule("a", q("animal", "whale")), rule("b", q("animal", "d.*", type="RegularExpression"))]))
    assert named(get(gw.port, "/?animal=whale")) == "a"
    assert named(get(gw.port, "/?animal=dolphin&animal=whale")) == "b"
    assert named(get(gw.port, "/?x=1&animal=%77hale")) == "a"
    assert named(get(gw.port, "/?animal")) == 404


def test_method(gw, abc):
    serve(gw, abc, route(rules=[rule("a", {"method": "POST"}), rule("b", path("/"))]))
    assert named(get(gw.port, method="POST", body=b"x")) == "a"
    assert named(get(gw.port)) == "b"


def test_precedence_path_then_method_then_headers(gw, abc):
    serve(gw, abc, route(rules=[
        rule("a", {"headers": [{"name": "x", "value": "1"}], **path("/p")}),
        rule("b", path("/p/q")), rule("c", path("/p", method="GET"))]))
    assert named(get(gw.port, "/p/q", headers=[("x", "1")])) == "b"
    assert named(get(gw.port, "/p/r", headers=[("x", "1")])) == "c"


def test_first_rule_wins_among_equals(gw, abc):
    serve(gw, abc, route(rules=[rule("b", path("/same")), rule("a", path("/same"))]))
    assert named(get(gw.port, "/same")) == "b"


def test_hostnames_exact_wildcard_none(gw, abc):
    serve(gw, abc,
          route("r1", [rule("a")], ["a.example.com"]), route("r2", [rule("b")], ["*.example.com"]), route("r3", [rule("c")]))
    ask = lambda host: named(get(gw.port, host=host))  # noqa: E731
    assert ask("a.example.com") == "a"
    assert ask("A.Example.COM:8080") == "a"
    assert ask("a.example.com.") == "a"
    assert ask("x.y.example.com") == "b"
    assert ask("example.com") == "c"


def test_a_failing_candidate_falls_to_the_next_host(gw, abc):
    serve(gw, abc, route("r1", [rule("a", path("/only"))], ["a.example.com"]), route("r2", [rule("b", path("/any"))], ["*.example.com"]))
    assert named(get(gw.port, "/any", host="a.example.com")) == "b"


def test_listener_isolation(gw, abc):
    listeners = [
        {"name": "empty", "port": gw.port, "protocol": "HTTP"},
        {"name": "wild", "port": gw.port, "protocol": "HTTP", "hostname": "*.example.com"},
        {"name": "exact", "port": gw.port, "protocol": "HTTP", "hostname": "foo.example.com"}]
    at = lambda name, section, b: route(  # noqa: E731
        name, [rule(b, path(f"/{section}"))], parentRefs=[{"name": "gw", "sectionName": section}])
    serve(gw, abc, at("r1", "empty", "a"), at("r2", "wild", "b"), at("r3", "exact", "c"), listeners=listeners)
    ask = lambda host, p: named(get(gw.port, p, host=host))  # noqa: E731
    assert ask("bar.com", "/empty") == "a"
    assert ask("bar.com", "/wild") == 404
    assert ask("x.example.com", "/wild") == "b"
    assert ask("x.example.com", "/empty") == 404
    assert ask("foo.example.com", "/exact") == "c"
    assert ask("foo.example.com", "/wild") == 404


def test_parent_port_and_intersection(gw, abc):
    from lib.gateway import free_port
    second = free_port()
    listeners = [{"name": "one", "port": gw.port, "protocol": "HTTP", "hostname": "*.one.test"},
                 {"name": "two", "port": second, "protocol": "HTTP"}]
    serve(gw, abc, route("r1", [rule("a")], parentRefs=[{"name": "gw", "port": second}]),
          route("r2", [rule("b")], ["x.one.test", "x.other.test"]), listeners=listeners)
    assert named(get(second, host="any.test")) == "a"
    assert named(get(gw.port, host="any.test")) == 404
    assert named(get(gw.port, host="x.one.test")) == "b"
    assert named(get(gw.port, host="x.other.test")) == 404
    assert named(get(second, host="x.other.test")) == "b"


def test_weights_and_the_share_of_a_missing_backend(gw, abc):
    serve(gw, abc[:2], route(rules=[{"backendRefs": [ref("a", 8), ref("b", 2)]}]),
          route("half", [{"matches": [path("/half")], "backendRefs": [ref("a", 1), ref("missing", 1)]}]),
          route("zero", [{"matches": [path("/zero")], "backendRefs": [ref("a", 0)]}]))
    from lib.wire import Client
    with Client(gw.port) as c:
        got = [named(c.request()) for _ in range(200)]
        assert abs(got.count("a") - 160) <= 16 and abs(got.count("b") - 40) <= 16
        got = [named(c.request(target="/half")) for _ in range(100)]
        assert abs(got.count(500) - 50) <= 16 and got.count("a") + got.count(500) == 100
        assert named(c.request(target="/zero")) == 500


def test_regex_limit_is_500_not_404(gw, abc):
    serve(gw, abc, route(rules=[rule("a", path("/(a|aa)+", "RegularExpression"))]))
    assert get(gw.port, "/" + "a" * 400 + "!").status == 500
