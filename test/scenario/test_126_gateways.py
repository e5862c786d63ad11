# SPDX-License-Identifier: Apache-2.0
"""Several Gateways on one data plane: merged where they fit, conflicts said, and who serves meanwhile."""
import json
import socket

from lib.gateway import backend, free_port, gateway, ref, route
from lib.wire import get


def named(r):
    return json.loads(r.body)["upstream"] if r.status == 200 else r.status


def listener(port, name="http", hostname=None, protocol="HTTP", **more):
    return {"name": name, "port": port, "protocol": protocol, **({"hostname": hostname} if hostname else {}), **more}


def of(name, parent, to, **more):
    return route(name, [{"backendRefs": [ref(to)]}], parent=parent, **more)


def born(obj, month):
    obj["metadata"]["creationTimestamp"] = f"2026-{month:02}-01T00:00:00Z"
    return obj


def said(gw, name, listener="http"):
    (l,) = [x for x in gw.status()["Gateway", "default", name]["status"]["listeners"] if x["name"] == listener]
    return {c["type"]: (c["status"], c["reason"], c["message"]) for c in l["conditions"]}


def takes(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def test_compatible_listeners_share_a_port_and_no_route(gw, upstreams):
    gw.write(gateway(0, "one", [listener(gw.port, hostname="a.test")]), gateway(0, "two", [listener(gw.port, hostname="*.test")]),
             gateway(0, "three", [listener(gw.port)]), *[backend(n, upstreams(n)) for n in "abc"],
             of("ra", "one", "a"), of("rb", "two", "b"), of("rc", "three", "c"),
             of("lost", "one", "b", hostnames=["c.test"]))  # fmt: skip
    gw.start()
    assert [said(gw, n)["Conflicted"][0] for n in ("one", "two", "three")] == ["False"] * 3
    # Each request is the most specific listener's, whichever Gateway it is of.
    assert [named(get(gw.port, host=h)) for h in ("a.test", "b.test", "c.test", "other.example")] == ["a", "b", "b", "c"]
    (parent,) = gw.status()["HTTPRoute", "default", "lost"]["status"]["parents"]
    assert ("Accepted", "False", "NoMatchingListenerHostname") in {(c["type"], c["status"], c["reason"]) for c in parent["conditions"]}


def test_the_older_serves_the_younger_is_told_and_takes_over(gw, upstreams):
    old = [born(gateway(0, "z-old", [listener(gw.port, hostname="a.test")]), 1), of("ra", "z-old", "a")]
    rest = [born(gateway(0, "young", [listener(gw.port, hostname="a.test"), listener(gw.port, "own", "b.test")]), 2),
            of("rb", "young", "b"), *[backend(n, upstreams(n)) for n in "ab"]]  # fmt: skip
    gw.write(*old, *rest)
    gw.start()
    assert said(gw, "z-old")["Programmed"][0] == "True" and named(get(gw.port, host="a.test")) == "a"
    status, reason, message = said(gw, "young")["Conflicted"]
    assert (status, reason) == ("True", "HostnameConflict") and "Gateway default/z-old" in message
    assert said(gw, "young")["Programmed"][0] == "False"
    # What does not conflict goes on.
    assert said(gw, "young", "own")["Programmed"][0] == "True" and named(get(gw.port, host="b.test")) == "b"
    gw.write(*rest)
    gw.until(lambda: named(get(gw.port, host="a.test")) == "b", "the younger serves")
    assert said(gw, "young")["Conflicted"][:2] == ("False", "NoConflicts")


def test_inside_a_gateway_nobody_wins_and_the_others_go_on(gw, upstreams):
    fought = free_port()
    gw.write(gateway(0, "gw", [listener(fought, "a"), listener(fought, "b", protocol="TCP"), listener(gw.port, "c")]),
             backend("a", upstreams("a")), of("all", "gw", "a"), route("one", parentRefs=[{"name": "gw", "sectionName": "a"}]))  # fmt: skip
    gw.start()
    for name, other in ("a", "b"), ("b", "a"):
        status, reason, message = said(gw, "gw", name)["Conflicted"]
        assert (status, reason) == ("True", "ProtocolConflict") and f'"{other}"' in message
        assert said(gw, "gw", name)["Programmed"][0] == "False"
    assert not takes(fought) and named(get(gw.port)) == "a"
    assert gw.status()["Gateway", "default", "gw"]["status"]["listeners"][2]["attachedRoutes"] == 1
    # The one that conflicted leaves: the other serves without a restart.
    gw.write(gateway(0, "gw", [listener(fought, "a"), listener(gw.port, "c")]), backend("a", upstreams("a2")), of("all", "gw", "a"))
    gw.until(lambda: takes(fought) and get(fought).status == 200, "it serves")
