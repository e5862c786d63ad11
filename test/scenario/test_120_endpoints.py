# SPDX-License-Identifier: Apache-2.0
"""Where the requests to a Service go: EndpointSlices, joined to the Service's ports by name."""
import json
import threading

import pytest
from lib.gateway import endpoint, endpoint_slice, free_port, gateway, route, service, to_service
from lib.wire import Client, get


@pytest.fixture
def pods(upstreams):
    """pods("a", "b"): upstreams on one port number, at 127.0.0.2, 127.0.0.3, as the pods of a Service have it."""

    def make(*names, port=None, **kw):
        port = port or free_port()
        return [upstreams(n, host=f"127.0.0.{i + 2}", port=port, **kw) for i, n in enumerate(names)]

    return make


def serve(gw, *objects, refs=None, **spec):
    gw.write(gateway(gw.port), route(rules=[{"backendRefs": refs or [to_service(80)]}], **spec), *objects)
    if gw.proc is None:
        gw.start()


def who(gw, n=12, **kw):
    """Who answers <n> requests; a number where it was a status."""
    out = set()
    for _ in range(n):
        r = get(gw.port, **kw)
        out.add(json.loads(r.body)["upstream"] if r.status == 200 else r.status)
    return out


def test_ports_are_joined_by_name_not_by_number_or_order(gw, upstreams):
    web, admin = upstreams("web"), upstreams("admin")
    # The slice lists the ports in the other order, and its admin number is the Service's number of web.
    serve(
        gw,
        service(ports=[("web", admin.port, 1), ("admin", 81, 2)]),
        endpoint_slice("s1", {"admin": admin.port, "web": web.port}, "127.0.0.1"),
        refs=[to_service(admin.port)],
    )
    assert who(gw) == {"web"}


def test_an_unnamed_port_joins_the_unnamed_port(gw, upstreams):
    a, b = upstreams("a"), upstreams("b")
    serve(gw, service(), endpoint_slice("s1", {None: a.port, "other": b.port}, "127.0.0.1"))
    assert who(gw) == {"a"}


def test_a_named_target_port_may_differ_from_pod_to_pod(gw, upstreams):
    """targetPort: web is another number in the pods of another version; a slice has one number each."""
    old, new = upstreams("old"), upstreams("new")
    serve(
        gw,
        service(ports=[("http", 80, "web")]),
        endpoint_slice("s1", {"http": old.port}, "127.0.0.1"),
        endpoint_slice("s2", {"http": new.port}, "127.0.0.1"),
    )
    assert who(gw, 24) == {"old", "new"}


@pytest.mark.parametrize("spec", [{"clusterIP": "None", "selector": {"app": "x"}}, {}, {"clusterIP": "10.0.0.1", "selector": {"app": "x"}}],
                         ids=["headless", "selectorless", "usual"])
def test_every_sort_of_service_goes_to_its_endpoints(gw, pods, spec):
    a, b = pods("a", "b")
    # The number in the Service leads nowhere: only the slice's counts.
    serve(gw, service(ports=[(None, 80, 9)], **spec), endpoint_slice("s1", {None: a.port}, a.host, b.host))
    assert who(gw, 24) == {"a", "b"}


def test_all_slices_of_a_service_and_of_no_other(gw, pods):
    a, b, c = pods("a", "b", "c")
    serve(
        gw,
        service(),
        service("t"),
        endpoint_slice("s1", {None: a.port}, a.host),
        endpoint_slice("s2", {None: a.port}, b.host),
        endpoint_slice("t1", {None: a.port}, c.host, service="t"),
    )
    assert who(gw, 24) == {"a", "b"}


def test_a_slice_of_another_namespace_is_another_services(gw, pods):
    a, b = pods("a", "b")
    serve(gw, service(), endpoint_slice("s1", {None: a.port}, a.host), endpoint_slice("s2", {None: a.port}, b.host, namespace="elsewhere"))
    assert who(gw) == {"a"}


def test_ready_unsaid_is_ready_and_not_ready_gets_nothing(gw, pods):
    a, b, c = pods("a", "b", "c")
    serve(
        gw,
        service(),
        endpoint_slice("s1", {None: a.port}, endpoint(a.host), endpoint(b.host, ready=True), endpoint(c.host, ready=False)),
    )
    assert who(gw, 30) == {"a", "b"} and c.requests == []


def test_terminating_pods_that_still_serve_help_only_when_none_is_ready(gw, pods):
    a, b, c = pods("a", "b", "c")
    going = endpoint(b.host, ready=False, serving=True, terminating=True)
    gone = endpoint(c.host, ready=False, serving=False, terminating=True)
    serve(gw, service(), endpoint_slice("s1", {None: a.port}, endpoint(a.host), going, gone))
    assert who(gw) == {"a"}
    serve(gw, service(), endpoint_slice("s1", {None: a.port}, endpoint(a.host, ready=False, serving=False), going, gone))
    gw.until(lambda: who(gw, 1) == {"b"}, "the one that terminates but serves")
    assert who(gw) == {"b"}
    serve(gw, service(), endpoint_slice("s1", {None: a.port}, endpoint(a.host, ready=False), gone))
    gw.until(lambda: who(gw, 1) == {503}, "none is left")
    assert c.requests == []


@pytest.mark.parametrize("slices", [
    [],
    [endpoint_slice("s1", {None: 9})],
    [endpoint_slice("s1", {"other": 9}, "127.0.0.1")],
    [endpoint_slice("s1", {None: 9}, endpoint("127.0.0.1", ready=False))],
], ids=["no slice", "an empty slice", "no such port", "none ready"])
def test_no_ready_endpoint_is_503(gw, slices):
    serve(gw, service(), *slices)
    r = get(gw.port)
    assert r.status == 503 and b"no_endpoint" in r.body, r.body
    route_status = gw.status()["HTTPRoute", "default", "r"]["status"]["parents"][0]["conditions"]
    assert all(c["status"] == "True" for c in route_status), "a Service without pods is no wrong reference"


def test_slices_of_names_are_ignored(gw, pods, dns):
    a, b = pods("a", "b")
    dns.say("pod.test", a=[b.host])
    gw.args += ["--dns-servers", dns.address]
    serve(
        gw,
        service(),
        endpoint_slice("s1", {None: a.port}, a.host),
        endpoint_slice("s2", {None: a.port}, "pod.test", family="FQDN"),
    )
    assert who(gw) == {"a"}
    assert dns.questions == []


def test_ipv6_slices(gw, upstreams):
    port = free_port()
    six, four = upstreams("six", host="::1", port=port), upstreams("four", host="127.0.0.2", port=port)
    serve(gw, service(), endpoint_slice("s1", {None: port}, six.host, family="IPv6"), endpoint_slice("s2", {None: port}, four.host))
    assert who(gw, 24) == {"six", "four"}


def routes_of(gw):
    """Everything of the dump but the upstreams."""
    code, text = gw.admin("/config_dump")
    assert code == 200
    dump = json.loads(text)
    return {k: v for k, v in dump.items() if k != "upstreams"}, dump["upstreams"]


def test_endpoints_that_flip_touch_no_route_and_drop_no_request(gw, pods):
    a, b = pods("a", "b")
    both = endpoint_slice("s1", {None: a.port}, a.host, b.host)
    one = endpoint_slice("s1", {None: a.port}, a.host, endpoint(b.host, ready=False))
    serve(gw, service(), both)
    stamp = json.dumps(gw.status()["HTTPRoute", "default", "r"], sort_keys=True)
    before, ups = routes_of(gw)
    with Client(gw.port) as c:
        for i in range(20):
            serve(gw, service(), one if i % 2 == 0 else both)
            gw.until(lambda i=i, was=ups: routes_of(gw)[1] != was, "the flip is in force")
            ups = routes_of(gw)[1]
            assert c.request().status == 200
    assert routes_of(gw)[0] == before
    assert json.dumps(gw.status()["HTTPRoute", "default", "r"], sort_keys=True) == stamp


def test_a_removed_endpoint_drains(gw, pods):
    """Its running exchange ends by itself; nothing new goes there, not even on a kept connection."""
    gate = threading.Event()

    def slow(req, conn):
        if req.target == "/slow":
            conn.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
            gate.wait(10)
            conn.write(b"rest")
        else:
            conn.upstream.echo(req, conn)

    a, b = pods("a", "b", answer=slow)
    serve(gw, service(), endpoint_slice("s1", {None: a.port}, a.host))
    assert who(gw) == {"a"}
    with Client(gw.port) as c:
        c.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert c.head()[0] == 200 and c.reader.exactly(4) == b"half"
        serve(gw, service(), endpoint_slice("s1", {None: a.port}, b.host))
        gw.until(lambda: who(gw, 1) == {"b"}, "b serves")
        seen = len(a.requests)
        assert who(gw) == {"b"} and len(a.requests) == seen
        gate.set()
        assert c.reader.exactly(4) == b"rest"
        assert c.request().status == 200
    assert len(a.requests) == seen
