# SPDX-License-Identifier: Apache-2.0
"""Rules that can never win: told by check, explain and a metric; the status of both routes stays good."""
import json

from test_070_sight import run

from lib.gateway import backend, gateway, ref, route
from lib.wire import get

PATH = [{"path": {"value": "/a"}}]


def rule(matches, to="a", **more):
    return {"matches": matches, "backendRefs": [ref(to)], **more}


def warnings(folder):
    code, out, err = run("check", folder)
    return code, [line for line in (out + err).splitlines() if "warning:" in line]


def two_routes(gw, *more):
    older = route("older", rules=[rule(PATH, name="mine")], hostnames=["h.test"])
    older["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    younger = route("a-younger", rules=[rule(PATH)], hostnames=["h.test"])
    younger["metadata"]["creationTimestamp"] = "2026-02-01T00:00:00Z"
    gw.write(gateway(gw.port), backend("a", "127.0.0.1:1"), older, younger, *more)


def test_check_names_both_routes_and_the_remedy(gw):
    two_routes(gw)
    code, lines = warnings(gw.folder)
    assert code == 0  # both are valid: it may be meant so while one replaces the other
    assert len(lines) == 1, lines
    line = lines[0]
    assert line.split(":")[0].endswith("all.yaml") and line.split(":")[1].isdigit()
    assert "HTTPRoute/default/a-younger rule 0" in line and "host h.test" in line
    assert 'HTTPRoute/default/older rule 0 "mine"' in line and "older" in line and "remove one" in line
    code, out, _ = run("check", gw.folder, "-o", "json")
    assert code == 0 and [i for i in json.loads(out)["items"] if "warning:" in i]


def test_check_finds_a_prefix_before_an_expression(gw):
    rules = [rule([{"path": {"type": "RegularExpression", "value": "/v[0-9]+/.*"}}]), rule([{"path": {"value": "/"}}])]
    gw.write(gateway(gw.port), backend("a", "127.0.0.1:1"), route(rules=rules))
    _, lines = warnings(gw.folder)
    assert len(lines) == 1 and "rule 0" in lines[0] and "PathPrefix" in lines[0]


def test_check_finds_a_more_specific_hostname_and_another_listener(gw):
    listeners = [
        {"name": "one", "port": gw.port, "protocol": "HTTP", "hostname": "a.test"},
        {"name": "all", "port": gw.port, "protocol": "HTTP"},
    ]
    any_host = route("any", rules=[rule(PATH)])
    any_host["spec"]["parentRefs"] = [{"name": "gw", "sectionName": "one"}]
    own = route("own", rules=[rule([{"path": {"value": "/"}}])], hostnames=["a.test"])
    own["spec"]["parentRefs"] = [{"name": "gw", "sectionName": "one"}]
    lost = route("lost", rules=[rule(PATH)], hostnames=["a.test"])
    lost["spec"]["parentRefs"] = [{"name": "gw", "sectionName": "all"}]
    gw.write(gateway(gw.port, listeners=listeners), backend("a", "127.0.0.1:1"), any_host, own, lost)
    _, lines = warnings(gw.folder)
    assert len(lines) == 2, lines
    assert "default/any" in lines[0] and "default/own" in lines[0] and "a.test is more specific" in lines[0]
    assert "default/lost" in lines[1] and "listener Gateway/default/gw/one has all of them" in lines[1]


def test_no_warning_where_a_rule_wins_somewhere(gw):
    first = route("first", rules=[rule(PATH)], hostnames=["h.test"])
    also = route("second", rules=[rule(PATH + [{"path": {"value": "/b"}}])], hostnames=["i.test"])
    more = route("third", rules=[rule([{"path": {"value": "/a"}, "headers": [{"name": "x", "value": "1"}]}])], hostnames=["h.test"])
    gw.write(gateway(gw.port), backend("a", "127.0.0.1:1"), first, also, more)
    assert warnings(gw.folder) == (0, [])


def test_explain_says_that_a_loser_can_never_win(gw):
    two_routes(gw)
    code, out, _ = run("explain", "GET", f"http://h.test:{gw.port}/a", gw.folder)
    assert code == 0
    loser = out[out.index("not taken:") :]
    assert "warning: HTTPRoute/default/a-younger rule 0" in loser and "default/older" in loser
    code, out, _ = run("explain", "GET", f"http://h.test:{gw.port}/a", gw.folder, "-o", "json")
    assert "default/older" in json.loads(out)["notTaken"][0]["warning"]


def test_the_metric_follows_the_plan_and_status_stays_good(gw, upstreams):
    two_routes(gw)
    gw.start()
    assert gw.metric("sluice_shadowed_rules") == 1
    for name in ("older", "a-younger"):
        parent = gw.status()[("HTTPRoute", "default", name)]["status"]["parents"][0]
        assert all(c["status"] == "True" for c in parent["conditions"])
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route("older", rules=[rule(PATH)], hostnames=["h.test"]))
    gw.until(lambda: get(gw.port, "/a", host="h.test").status == 200, "live")
    assert gw.metric("sluice_shadowed_rules") == 0
