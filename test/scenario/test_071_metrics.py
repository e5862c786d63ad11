# SPDX-License-Identifier: Apache-2.0
"""Metrics: strictly valid, of every rule and backend, bounded, and of the configuration itself."""
import time

import pytest

from lib import exposition
from lib.gateway import ROOT, WITH_SETTINGS, backend, gateway, ref, route, settings
from lib.wire import get


def scrape(gw):
    code, text = gw.health("/metrics")
    assert code == 200
    return exposition.parse(text)


def rules(families, name="sluice_rule_requests_total"):
    return {(dict(k)["route"], dict(k)["rule"]) for _, k in families[name].samples}


BAD = [
    "a 1",
    "# HELP a_total A.\n# TYPE a_total counter\na_total 1\na_total 2\n",
    "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\",} 1\n",
    "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"\\q\"} 1\n",
    "# HELP a A.\n# TYPE a counter\na 1\n",
    "# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    "# HELP a A.\n# TYPE a gauge\na 1\n# HELP b B.\n# TYPE b gauge\nb 1\na{x=\"1\"} 1\n",
]


@pytest.mark.parametrize("text", BAD)
def test_the_parser_refuses_what_a_scraper_would(text):
    with pytest.raises(AssertionError):
        exposition.parse(text)


def test_every_rule_and_backend_has_its_series(gw, upstreams):
    two = [
        {"name": "api", "matches": [{"path": {"value": "/api"}}], "backendRefs": [ref("a")]},
        {"backendRefs": [ref("dead")]},
    ]
    gw.write(gateway(gw.port), backend("a", upstreams("a")), backend("dead", "127.0.0.1:1"), route(rules=two))
    gw.start()
    for _ in range(3):
        assert get(gw.port, "/api").status == 200
    assert get(gw.port, "/x").status == 503
    assert get(gw.port, "/x").status == 503
    m = gw.until(lambda: (f := scrape(gw)) and exposition.value(f, "sluice_requests_total") >= 5 and f, "counted")
    assert rules(m) == {("default/r", "api"), ("default/r", "#1")}
    api, rest = {"kind": "HTTPRoute", "route": "default/r", "rule": "api"}, {"route": "default/r", "rule": "#1"}
    v = exposition.value
    assert v(m, "sluice_rule_requests_total", code="2xx", **api) == 3
    assert v(m, "sluice_rule_requests_total", **api) == 3
    assert v(m, "sluice_rule_requests_total", code="5xx", **rest) == 2
    assert v(m, "sluice_rule_request_seconds_count", **api) == 3
    assert 0 < v(m, "sluice_rule_request_seconds_sum", **api) < 30
    assert v(m, "sluice_rule_upstream_failures_total", **api) == 0
    assert v(m, "sluice_rule_upstream_failures_total", **rest) == 2
    assert v(m, "sluice_rule_requests_active", **api) == 0
    up = {dict(k)["upstream"] for _, k in m["sluice_upstream_requests_total"].samples}
    a, dead = sorted(up)
    assert "default/a" in a and "default/dead" in dead
    assert v(m, "sluice_upstream_requests_total", upstream=a, code="2xx") == 3
    assert v(m, "sluice_upstream_response_seconds_count", upstream=a) == 3
    assert v(m, "sluice_upstream_requests_total", upstream=dead) == 0
    assert v(m, "sluice_upstream_failures_total", upstream=dead, why="connect") == 2
    assert v(m, "sluice_upstream_failures_total", upstream=a) == 0


def test_active_requests_are_seen_while_they_run(gw, upstreams):
    import threading

    hold = threading.Event()

    def slow(req, conn):
        hold.wait(20)
        conn.respond(200, b"ok")

    gw.write(gateway(gw.port), backend("a", upstreams("a", answer=slow)), route())
    gw.start()
    t = threading.Thread(target=lambda: get(gw.port, timeout=60))
    t.start()
    try:
        active = lambda: exposition.value(scrape(gw), "sluice_rule_requests_active", route="default/r")
        gw.until(lambda: active() == 1, "one active")
        assert exposition.value(scrape(gw), "sluice_upstream_requests_active") == 1
        # Its route goes while it runs: the series goes too, and the next one begins at nothing.
        gw.write(gateway(gw.port), backend("a", upstreams("b")), route("other"))
        gw.until(lambda: ("default/other", "#0") in rules(scrape(gw)), "replaced")
        gw.until(lambda: gw.metric("sluice_plans") == 1 or get(gw.port, timeout=1).status == 200, "live")
    finally:
        hold.set()
        t.join()
    assert exposition.value(scrape(gw), "sluice_rule_requests_active", route="default/other") == 0


def test_a_reload_goes_on_counting_and_deleted_routes_go(gw, upstreams):
    a = backend("a", upstreams("a"))
    gw.write(gateway(gw.port), a, route(hostnames=["h.test"]), route("gone", hostnames=["g.test"]))
    gw.start()
    assert get(gw.port, host="h.test").status == 200
    gw.until(lambda: exposition.value(scrape(gw), "sluice_rule_requests_total", route="default/r") == 1, "one")
    assert ("default/gone", "#0") in rules(scrape(gw))
    gw.write(gateway(gw.port), a, route(hostnames=["h.test", "i.test"]))
    gw.until(lambda: get(gw.port, host="i.test").status == 200, "reloaded")
    gw.until(lambda: exposition.value(scrape(gw), "sluice_rule_requests_total", route="default/r", code="2xx") == 2, "two")
    gw.until(lambda: ("default/gone", "#0") not in rules(scrape(gw)), "gone")


def test_series_are_bounded_and_the_rest_is_other(gw, upstreams):
    gw.args += ["--metrics-series", "2"]
    routes = [route(f"r{i}", hostnames=[f"h{i}.test"]) for i in range(5)]
    gw.write(gateway(gw.port), backend("a", upstreams("a")), *routes)
    gw.start()
    for i in range(5):
        assert get(gw.port, host=f"h{i}.test").status == 200
    m = gw.until(lambda: (f := scrape(gw)) and exposition.value(f, "sluice_rule_requests_total") == 5 and f, "five")
    assert len(rules(m)) == 3 and ("other", "other") in rules(m)
    assert exposition.value(m, "sluice_rule_requests_total", route="other") == 3


def test_the_configuration_is_measured(gw, upstreams):
    before = time.time()
    good = [gateway(gw.port), backend("a", upstreams("a")), route(), route("lost", parent="nowhere")]
    gw.write(*good)
    gw.start()
    v, m = exposition.value, scrape(gw)
    assert v(m, "sluice_config_objects", kind="HTTPRoute") == 2
    assert v(m, "sluice_config_objects", kind="Gateway") == 1
    assert v(m, "sluice_config_objects", kind="Secret") == 0
    assert v(m, "sluice_config_last_reload_success") == 1
    assert before - 1 < v(m, "sluice_config_last_reload_timestamp_seconds") < time.time() + 1
    assert v(m, "sluice_config_last_success_timestamp_seconds") == v(m, "sluice_config_last_reload_timestamp_seconds")
    assert 0 < v(m, "sluice_config_last_reload_duration_seconds") < 15
    assert v(m, "sluice_config_refused_objects", by="input") == 0
    assert v(m, "sluice_config_refused_objects", by="status") == 1  # nobody takes "lost"
    assert v(m, "sluice_plans") == 1
    revision = v(m, "sluice_plan_revision")
    assert revision >= 1
    bad = 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: b}\nspec: {rulez: []}\n'
    gw.write(bad, name="bad.yaml")
    m = gw.until(lambda: (f := scrape(gw)) and not v(f, "sluice_config_last_reload_success") and f, "told")
    assert v(m, "sluice_config_refused_objects", by="input") == 1
    assert v(m, "sluice_config_last_success_timestamp_seconds") < v(m, "sluice_config_last_reload_timestamp_seconds")
    gw.write(route("q", rules=[{"backendRefs": [ref("nobody")]}]), name="bad.yaml")
    m = gw.until(lambda: (f := scrape(gw)) and v(f, "sluice_config_refused_objects", by="status") == 2 and f, "told")
    assert v(m, "sluice_config_last_reload_success") == 1
    assert v(m, "sluice_plan_revision") > revision


def test_limits_are_counted_by_name(gw, upstreams):
    gw.write(gateway(gw.port, **WITH_SETTINGS), settings(**{"client_uri-size": 300}), backend("a", upstreams("a")), route())
    gw.start()
    assert get(gw.port, "/" + "x" * 400).status == 414
    m = gw.until(lambda: (f := scrape(gw)) and exposition.value(f, "sluice_own_answers_total", reason="uri_too_long") and f, "told")
    assert exposition.value(m, "sluice_own_answers_total") == 1
    for name, labels in {
        "sluice_connection_ends_total": {"why": "idle"},
        "sluice_upstream_ends_total": {"why": "pool_full"},
        "sluice_mirrors_lost_total": {},
        "sluice_endpoint_ejections_total": {},
    }.items():
        assert exposition.value(m, name, **labels) == 0


def test_the_page_of_metrics_is_whole(gw, upstreams):
    """docs/metrics.md lists with type and labels what is there, and nothing else."""
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route())
    gw.start()
    page = {}
    for line in (ROOT / "docs" / "metrics.md").read_text().splitlines():
        if line.startswith("| `sluice_"):
            name, kind, labels, _ = (c.strip() for c in line.strip("|").split("|"))
            page[name.strip("`")] = (kind, {x.strip(" `") for x in labels.split(",") if x.strip()})
    real = {
        n: (f.type, {k for _, labels in f.samples for k, _ in labels if k != "le"}) for n, f in scrape(gw).items()
    }
    assert {n: real.get(n) for n in page} == page
    ours = ("sluice_rule_", "sluice_upstream_", "sluice_config_")
    assert [n for n in real if n.startswith(ours) and n not in page] == []
