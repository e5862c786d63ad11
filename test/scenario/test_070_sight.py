# SPDX-License-Identifier: Apache-2.0
"""What an operator sees: status, check, explain, metrics, logs, health."""
import json
import os
import re
import shlex
import subprocess
import time

from lib import exposition
from lib.gateway import backend, binary, gateway, ref, route, service, to_service
from lib.wire import get


def run(*args):
    p = subprocess.run([binary(), *map(str, args)], capture_output=True, text=True, timeout=60)
    return p.returncode, p.stdout, p.stderr


def conditions(obj):
    return {c["type"]: (c["status"], c["reason"]) for c in obj["status"].get("conditions", [])}


def test_status_of_a_running_gateway(gw, upstreams):
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route(), route("lost", parent="nowhere"))
    gw.start()
    st = gw.status()
    g = st[("Gateway", "default", "gw")]
    assert conditions(g)["Accepted"] == ("True", "Accepted")
    assert conditions(g)["Programmed"] == ("True", "Programmed")
    assert g["status"]["listeners"][0]["attachedRoutes"] == 1
    parent = st[("HTTPRoute", "default", "r")]["status"]["parents"][0]
    assert {c["type"]: c["status"] for c in parent["conditions"]}["Accepted"] == "True"
    code, out, _ = run("status", "--admin", f"127.0.0.1:{gw.admin_port}")
    assert code == 0 and "gw" in out and "HTTPRoute" in out
    code, out, _ = run("status", "-o", "json", "--admin", f"127.0.0.1:{gw.admin_port}")
    assert json.loads(out)["kind"] == "List"


def test_status_from_files_without_a_gateway(gw, upstreams):
    gw.write(gateway(gw.port), backend("a", "127.0.0.1:1"), route())
    code, out, _ = run("status", gw.folder, "-o", "yaml")
    assert code == 0 and "kind: List" in out and "attachedRoutes: 1" in out


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [x for v in value for x in leaves(v)] if isinstance(value, list) else [value]


def without_times(items):
    for c in (c for x in items for c in all_conditions(x["status"])):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", c.pop("lastTransitionTime"))
    return items


def all_conditions(status):
    return [c for x in [status, *status.get("listeners", []), *status.get("parents", []), *status.get("ancestors", [])]
            for c in x.get("conditions", [])]  # fmt: skip


def test_status_is_a_list_of_objects_as_a_cluster_would_show_them(gw, upstreams):
    """From folders and from a running gateway, as JSON and as YAML: every kind with a status, whole."""
    api = "gateway.networking.k8s.io/v1"
    objects = [
        {"apiVersion": api, "kind": "GatewayClass", "metadata": {"name": "mine"}, "spec": {"controllerName": "sluice.dev/gateway-controller"}},
        gateway(gw.port, gatewayClassName="mine", allowedListeners={"namespaces": {"from": "Same"}}),
        {"apiVersion": api, "kind": "ListenerSet", "metadata": {"name": "ls", "namespace": "default"},
         "spec": {"parentRef": {"name": "gw"}, "listeners": [
             {"name": "good", "port": gw.port, "protocol": "HTTP", "hostname": "ls.test"},
             {"name": "same", "port": gw.port, "protocol": "HTTP"}]}},
        backend("a", upstreams("a")), service("s", [("web", 80, None, None)]), route(),
        {"apiVersion": api, "kind": "BackendTLSPolicy", "metadata": {"name": "p", "namespace": "default"},
         "spec": {"targetRefs": [{"group": "", "kind": "Service", "name": "s"}],
                  "validation": {"hostname": "s.test", "wellKnownCACertificates": "System"}}},
        route("s", [{"backendRefs": [to_service(80)]}], hostnames=["s.test"]),
    ]  # fmt: skip
    for i, o in enumerate(objects):
        o["metadata"]["generation"] = 3 + i
    gw.write(*objects)
    gw.start()
    code, out, _ = run("status", gw.folder, "-o", "json")
    listed = json.loads(out)
    assert code == 0 and (listed["apiVersion"], listed["kind"]) == ("v1", "List")
    items = without_times(listed["items"])
    want = [o for o in objects if o["kind"] not in ("Backend", "Service")]
    assert sorted((x["apiVersion"], x["kind"], x["metadata"]["name"]) for x in items) == sorted((x["apiVersion"], x["kind"], x["metadata"]["name"]) for x in want)
    by = {(x["kind"], x["metadata"]["name"]): x for x in items}
    for o in want:
        said = all_conditions(by[o["kind"], o["metadata"]["name"]]["status"])
        assert said and {c["observedGeneration"] for c in said} == {o["metadata"]["generation"]}
        assert all(set(c) == {"type", "status", "reason", "message", "observedGeneration"} for c in said)
    entries = {x["name"]: conditions({"status": x}) for x in by["ListenerSet", "ls"]["status"]["listeners"]}
    assert entries["good"]["Accepted"] == ("True", "Accepted") and entries["good"]["Conflicted"] == ("False", "NoConflicts")
    assert entries["same"]["Accepted"] == ("False", "HostnameConflict") and entries["same"]["Conflicted"] == ("True", "HostnameConflict")
    assert by["Gateway", "gw"]["status"]["attachedListenerSets"] == 1
    assert by["BackendTLSPolicy", "p"]["status"]["ancestors"][0]["ancestorRef"]["name"] == "gw"
    # A running gateway says the same of them.
    admin = ["--admin", f"127.0.0.1:{gw.admin_port}"]
    running = without_times(json.loads(run("status", *admin, "-o", "json")[1])["items"])
    assert running == items
    # YAML says what JSON says.
    code, out, _ = run("status", gw.folder, "-o", "yaml")
    assert code == 0 and out.startswith("apiVersion: v1\nkind: List\nitems:\n- apiVersion: ")
    values = [re.sub(r"^\w+: ", "", line.lstrip("- ")) for line in out.splitlines()]
    plain = [v.strip("'\"") for v in values if not re.fullmatch(r"\w+:", v)]
    assert len(plain) == len(leaves(json.loads(run("status", gw.folder, "-o", "json")[1])))
    for leaf in leaves(items):
        assert str(leaf) in plain, leaf


def test_check_names_place_field_and_remedy(gw):
    gw.write('apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  rules:\n  - matchs: []\n', name="r.yaml")
    code, out, err = run("check", gw.folder)
    text = out + err
    assert code == 1
    assert "r.yaml:6:5: HTTPRoute" in text and "matchs" in text and "matches" in text


def test_check_good_is_0(gw):
    gw.write(gateway(gw.port), backend("a", "127.0.0.1:1"), route())
    assert run("check", gw.folder)[0] == 0


def test_explain_names_winner_and_losers(gw):
    rules = [{"matches": [{"path": {"value": "/api"}}], "backendRefs": [ref("a")]},
             {"matches": [{"path": {"value": "/api"}, "headers": [{"name": "x", "value": "1"}]}], "backendRefs": [ref("b")]}]
    gw.write(gateway(80), backend("a", "127.0.0.1:1"), backend("b", "127.0.0.1:2"), route(rules=rules))
    code, out, _ = run("explain", "GET", "http://h.test/api/x", gw.folder)
    assert code == 0 and "default/r" in out and "127.0.0.1:1" in out and "x" in out
    code, out, _ = run("explain", "GET", "http://h.test/api/x", "-H", "x: 1", gw.folder, "-o", "json")
    assert code == 0 and "default/b" in out
    assert run("explain", "GET", "http://h.test/none", gw.folder)[0] == 1


def test_explain_tells_of_every_rule_that_lost_and_why(gw):
    """Text and JSON, of folders and of a running gateway; asked twice it says the same."""
    listeners = [{"name": n, "port": gw.port, "protocol": "HTTP", **({"hostname": h} if h else {})}
                 for n, h in (("all", None), ("wild", "*.test"), ("exact", "h.test"), ("far", "far.test"))]  # fmt: skip
    x1 = {"headers": [{"name": "X", "value": "1"}]}
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "a", "value": "b"}]}},
               {"type": "URLRewrite", "urlRewrite": {"hostname": "up.test"}},
               {"type": "RequestMirror", "requestMirror": {"backendRef": ref("b"), "percent": 30}}]  # fmt: skip
    added = [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"add": [{"name": "c", "value": "d"}]}}]
    rules = [
        {"name": "won", "matches": [{"path": {"value": "/api"}}], "filters": filters, "backendRefs": [ref("a", 3, added), ref("missing", 1)],
         "retry": {"attempts": 2}, "timeouts": {"request": "3s"}},
        {"matches": [{"path": {"value": "/api/v"}}, {"path": {"type": "Exact", "value": "/api/x"}, "method": "POST"}]},
        {"matches": [{"path": {"value": "/api"}, **x1}]},
        {"matches": [{"path": {"value": "/api"}, "queryParams": [{"name": "q", "type": "RegularExpression", "value": "a+"}]}]},
        {"matches": [{"path": {"value": "/"}}]},
    ]  # fmt: skip
    gw.write(gateway(gw.port, listeners=listeners), backend("a", "127.0.0.1:1"), backend("b", "127.0.0.1:2"),
             route(rules=rules, hostnames=["h.test", "far.test"]), route("other", hostnames=["g.test"]),
             route("gone", parentRefs=[{"name": "gw", "sectionName": "nope"}, {"name": "gw", "sectionName": "all"}]))  # fmt: skip
    url = f"http://h.test:{gw.port}/api/x?q=b"
    gw.start()
    for where in ([gw.folder], ["--admin", f"127.0.0.1:{gw.admin_port}"]):
        code, out, _ = run("explain", "GET", url, "-H", "x: 2", *where, "-o", "json")
        assert code == 0
        said = json.loads(out)
        assert (said["verdict"], said["listener"], said["route"], said["rule"], said["ruleName"]) == ("found", "Gateway/default/gw/exact", "HTTPRoute/default/r", 0, "won")
        assert [f["type"] for f in said["plan"]["filters"]] == ["request_headers", "rewrite", "mirror"]
        assert [b["weight"] for b in said["plan"]["backends"]] == [3, 1] and said["plan"]["backends"][0]["filters"]
        lost = [(x["listener"].split("/")[-1], x["route"].split("/")[-1], x["rule"], x["why"], x.get("detail")) for x in said["notTaken"]]
        elsewhere = [("all", "another listener is more specific"), ("wild", "another listener is more specific"), ("far", "its listener does not take the host")]
        matches = [0, 1, 1, 2, 3, 4]  # of route r, by rule
        assert sorted(lost[:4], key=lambda x: x[2]) == [
            ("exact", "r", 1, "the method does not fit", None),
            ("exact", "r", 2, "a header does not fit", "x"),
            ("exact", "r", 3, "a query parameter does not fit", "q"),
            ("exact", "r", 4, "fits, but another match goes before it", None),
        ]
        rest = lost[4:]
        assert ("exact", "r", 1, "the path does not fit", None) in rest
        for name, why in elsewhere:
            assert [x[2] for x in rest if x[0] == name and x[1] == "r" and x[3] == why and x[4] is None] == (matches if name == "far" else sorted(matches * 2))
        # What no listener took is not among the losers: it is told why it is nowhere.
        assert [(x["route"], x["parent"], x["reason"]) for x in said["notAttached"]] == [("HTTPRoute/default/gone", "Gateway gw section nope", "NoMatchingParent")]
        code, again, _ = run("explain", "GET", url, "-H", "x: 2", *where, "-o", "json")
        assert again == out
        code, text, _ = run("explain", "GET", url, "-H", "x: 2", *where)
        for part in ('rule      HTTPRoute/default/r rule 0 "won"', "RequestHeaderModifier set a: b", "URLRewrite host up.test", "RequestMirror 30/100 to Backend/default/b",
                     "weight 3 Backend/default/a 127.0.0.1:1", "ResponseHeaderModifier add c: d", "weight 1 answers 500 (backend_not_found)",
                     'HTTPRoute/default/gone at Gateway gw section nope: NoMatchingParent: Gateway default/gw has no listener called "nope"'):  # fmt: skip
            assert part in text, text
        assert len(re.findall(r"^    HTTPRoute/.*\) at Gateway/\S+: ", text, re.M)) == len(lost)
        code, text, _ = run("explain", "GET", f"http://h.test:{gw.port + 1}/", *where)
        assert code == 1 and f"nothing listens on port {gw.port + 1}" in text


def test_usage_errors_exit_2():
    assert run("serve")[0] == 2
    assert run("nonsense")[0] == 2
    assert run("serve", "--nonsense", ".")[0] == 2
    assert run("--help")[0] == 0
    assert run("explain", "--help")[0] == 0


def test_missing_path_cannot_start():
    code, _, err = run("serve", "/nonexistent-folder", "--admin", "off", "--health", "off")
    assert code == 1 and "/nonexistent-folder" in err


def test_metrics_and_health(gw, upstreams):
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route())
    gw.start()
    for _ in range(7):
        get(gw.port)
    assert gw.health("/healthz")[0] == 200 and gw.health("/readyz")[0] == 200
    gw.until(lambda: gw.metric("sluice_requests_total") >= 7, "counted")  # behind the answer
    code, text = gw.admin("/config_dump")
    assert code == 200 and "default/r" in text


def test_access_log_names_route_backend_and_reason(gw, upstreams, tmp_path):
    log = tmp_path / "access.log"
    gw.args += ["--access-log", str(log)]
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route(hostnames=["example.com"]))
    gw.start()
    get(gw.port, "/seen")
    get(gw.port, "/nope", host="other.test")
    gw.until(lambda: len(log.read_text().splitlines()) >= 2, "two lines")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    good = next(x for x in lines if x["path"] == "/seen")
    bad = next(x for x in lines if x["path"] == "/nope")
    assert good["status"] == 200 and good["route"] == "default/r" and "127.0.0.1" in json.dumps(good)
    assert bad["status"] == 404 and bad["reason"]


def test_the_text_log_field_by_field(gw, upstreams, tmp_path):
    log = tmp_path / "access.log"
    gw.args += ["--access-log", str(log), "--access-log-format", "text"]
    named = [{"name": "api", "matches": [{"path": {"value": "/api"}}], "backendRefs": [ref("a")]}, {"backendRefs": [ref("dead")]}]
    up = upstreams("a")
    gw.write(gateway(gw.port), backend("a", up), backend("dead", "127.0.0.1:1"), route(rules=named))
    gw.start()
    get(gw.port, "/api/x?q=1", host="h.test")
    get(gw.port, "/other", host="h.test")
    gw.until(lambda: len(log.read_text().splitlines()) >= 2, "two lines")
    # time, client, method, host, path, status, reason, route, rule, endpoint, bytes in, bytes out, took
    # Two connections may be two workers': their lines come in any order.
    good, bad = sorted((shlex.split(line) for line in log.read_text().splitlines()), key=lambda fields: fields[4] != "/api/x")
    assert len(good) == len(bad) == 13
    assert abs(int(good[0]) / 1e6 - time.time()) < 60
    assert good[1:10] == ["127.0.0.1", "GET", "h.test", "/api/x", "200", "-", "default/r", "api", up.address]
    assert bad[1:10] == ["127.0.0.1", "GET", "h.test", "/other", "503", "connect_failed", "default/r", "#1", "127.0.0.1:1"]
    assert int(good[10]) == 0 and int(good[11]) > 0 and int(good[12]) >= 0


def test_the_json_log_field_by_field(gw, upstreams, tmp_path):
    log = tmp_path / "access.log"
    gw.args += ["--access-log", str(log)]
    up = upstreams("a")
    gw.write(gateway(gw.port), backend("a", up), route())
    gw.start()
    get(gw.port, "/x?q=1", host="h.test")
    gw.until(lambda: log.read_text().splitlines(), "a line")
    line = json.loads(log.read_text().splitlines()[0])
    assert abs(line.pop("time_us") / 1e6 - time.time()) < 60
    assert line.pop("upstream_us") <= line.pop("took_us")
    assert re.fullmatch("[0-9a-f]{32}", line.pop("request_id"))
    assert line.pop("bytes_out") > 0
    assert line.pop("upstream").startswith("Backend/default/a")
    assert line == {
        "client": "127.0.0.1", "method": "GET", "host": "h.test", "path": "/x", "query": "q=1", "status": 200,
        "listener": "Gateway/default/gw/http", "route": "default/r", "rule": "#0", "endpoint": up.address,
        "tries": 1, "bytes_in": 0,
    }  # fmt: skip


def test_readiness_waits_for_the_first_whole_configuration(gw):
    """A data plane that has no configuration yet is alive and not ready."""
    gw.folder.rmdir()
    gw.args += ["--feed", "http://127.0.0.1:1", "--gateway", "default/gw"]
    cmd = [binary(), "serve", "--admin", f"127.0.0.1:{gw.admin_port}", "--health", f"127.0.0.1:{gw.health_port}", *gw.args]
    gw.log = open(gw.log_path, "ab")
    gw.proc = subprocess.Popen(cmd, stdout=gw.log, stderr=gw.log, stdin=subprocess.DEVNULL)
    gw.until(lambda: gw.health("/healthz") == (200, "ok\n"), "alive")
    assert gw.health("/readyz") == (503, "no configuration yet\n")
    exposition.parse(gw.health("/metrics")[1])


def test_a_feed_whose_server_nobody_vouches_for(tmp_path):
    """No --feed-ca and a system without trusted certificates: it ends, and says what to do."""
    cmd = [binary(), "serve", "--feed", "https://127.0.0.1:1", "--gateway", "default/gw"]
    env = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "none")}
    r = subprocess.run(cmd, env=env, capture_output=True, text=True, timeout=60)
    assert r.returncode == 1 and "name a file (--feed-ca" in r.stderr and "ca-certificates" in r.stderr


def test_pages_and_what_is_none(gw, upstreams):
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}, "stringData": {"a": "hush-hush"}}
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route(), secret)
    gw.start()
    for ask, pages in ((gw.admin, "/status"), (gw.health, "/metrics")):
        code, text = ask("/nothing")
        assert code == 404 and pages in text
    for page in ("/status", "/config_dump"):
        code, text = gw.admin(page)
        assert code == 200 and json.loads(text) and "hush-hush" not in text
    st = json.loads(gw.admin("/status")[1])
    assert st["input"]["problems"] == [] and st["input"]["staleFiles"] == 0
    dump = json.loads(gw.admin("/config_dump")[1])
    assert "Gateway/default/gw/http" in json.dumps(dump) and "127.0.0.1" in json.dumps(dump)
    assert gw.health("/readyz") == (200, "ready\n") and gw.health("/healthz") == (200, "ok\n")
