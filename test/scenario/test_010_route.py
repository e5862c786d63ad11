# SPDX-License-Identifier: Apache-2.0
"""The main job: a folder of YAML in, HTTP traffic out."""
import json

from lib.gateway import backend, gateway, ref, route
from lib.wire import Client, get


def test_request_reaches_the_backend(gw, upstreams):
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a), route(hostnames=["example.com"]))
    gw.start()
    r = get(gw.port, "/hello?x=1")
    assert r.status == 200
    seen = a.requests[0]
    assert (seen.method, seen.target, seen.headers.get("host")) == ("GET", "/hello?x=1", "example.com")


def test_no_route_is_404_and_closes_nothing(gw, upstreams):
    a = upstreams("a")
    gw.write(gateway(gw.port), backend("a", a), route(hostnames=["example.com"]))
    gw.start()
    with Client(gw.port) as c:
        assert c.request(host="other.example").status == 404
        assert c.request(host="example.com").status == 200


def test_most_specific_path_wins(gw, upstreams):
    a, b, c = upstreams("a"), upstreams("b"), upstreams("c")
    rules = [
        {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [ref("a")]},
        {"matches": [{"path": {"type": "PathPrefix", "value": "/foo"}}], "backendRefs": [ref("b")]},
        {"matches": [{"path": {"type": "Exact", "value": "/foo/bar"}}], "backendRefs": [ref("c")]},
    ]
    gw.write(gateway(gw.port), backend("a", a), backend("b", b), backend("c", c), route(rules=rules))
    gw.start()
    for path, want in [("/", "a"), ("/foo", "b"), ("/foo/x", "b"), ("/foobar", "a"), ("/foo/bar", "c")]:
        assert json.loads(get(gw.port, path).body)["upstream"] == want, path


def test_change_is_live_without_restart(gw, upstreams):
    a, b = upstreams("a"), upstreams("b")
    gw.write(gateway(gw.port), backend("a", a), backend("b", b), route())
    gw.start()
    with Client(gw.port) as c:
        assert json.loads(c.request().body)["upstream"] == "a"
        gw.write(gateway(gw.port), backend("a", a), backend("b", b), route(rules=[{"backendRefs": [ref("b")]}]))
        gw.until(lambda: json.loads(c.request().body)["upstream"] == "b", "moved to b")
