# SPDX-License-Identifier: Apache-2.0
"""Traffic settings: a ConfigMap of the GatewayClass, one of the Gateway over it, and what is wrong with them."""
import pytest
from lib.gateway import WITH_SETTINGS, backend, gateway, route, settings
from lib.wire import get

CONTROLLER = "sluice.dev/gateway-controller"


def class_with(name="mine", params="of-class", **more):
    spec = {"controllerName": CONTROLLER}
    if params:
        spec["parametersRef"] = {"group": "", "kind": "ConfigMap", "name": params, "namespace": "default", **more}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": name}, "spec": spec}


def named(name, **values):
    obj = settings(**values)
    obj["metadata"]["name"] = name
    return obj


def limit(gw):
    """How many header fields a request may have: the setting that these tests look at."""
    for n in (15, 25, 40):
        if get(gw.port, headers=[(f"X-{i}", "1") for i in range(n)]).status == 431:
            return n
    return None


def conditions(gw, kind="Gateway", namespace="default", name="gw"):
    return {c["type"]: c for c in gw.status()[kind, namespace, name]["status"]["conditions"]}


def refused(gw):
    """Nobody listens.  A port on its way out may still say that it has no listener, and no more."""
    try:
        assert get(gw.port).status == 404
        return False
    except OSError:
        return True


@pytest.fixture
def start(gw, upstreams):
    a = upstreams("a")

    def go(*objects, **spec):
        gw.write(gateway(gw.port, **{"gatewayClassName": "mine", **spec}), backend("a", a), route(), *objects)
        if gw.proc is None:
            gw.start()
        return gw

    return go


def test_the_class_sets_and_the_gateway_overrides(start):
    gw = start(class_with(), named("of-class", client_headers=10))
    assert limit(gw) == 15
    start(class_with(), named("of-class", client_headers=20))
    gw.until(lambda: limit(gw) == 25, "the class's new value")
    start(class_with(), named("of-class", client_headers=20), settings(client_headers=30), **WITH_SETTINGS)
    gw.until(lambda: limit(gw) == 40, "the Gateway's own value")
    # What the Gateway does not say stays the class's.
    start(class_with(), named("of-class", client_headers=20), settings(**{"client_uri-size": "256"}), **WITH_SETTINGS)
    gw.until(lambda: limit(gw) == 25 and get(gw.port, "/" + "x" * 300).status == 414, "both")
    start(class_with(params=None))
    gw.until(lambda: limit(gw) is None, "the defaults")


BAD = {
    "an unknown key": ({"client_header": 10}, 'key "client.header" is no setting; did you mean "client.head'),
    "no number": ({"client_headers": "many"}, 'client.headers: "many" is not allowed; give a number such as 100, from 10 to 256.'),
    "out of range": ({"client_headers": 5}, 'client.headers: "5" is not allowed; give a number such as 100, from 10 to 256.'),
    "no range": ({"trusted-proxies": "10.0.0.0/99"}, 'trusted-proxies: "10.0.0.0/99" is not allowed; give addresses or ranges such as'),
}


@pytest.mark.parametrize("whose", ["class", "gateway"])
@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_pointed_at_and_the_old_settings_serve_on(start, what, whose):
    values, message = BAD[what]

    def write(**values):
        if whose == "class":
            return start(class_with(), named("of-class", **values))
        return start(class_with(params=None), settings(**values), **WITH_SETTINGS)

    gw = write(client_headers=10)
    assert limit(gw) == 15
    before = conditions(gw)["Accepted"]["lastTransitionTime"]
    write(**values)
    gw.until(lambda: conditions(gw)["Accepted"]["status"] == "False", "told")
    told = conditions(gw)
    assert told["Accepted"]["reason"] == "InvalidParameters" and message in told["Accepted"]["message"], told
    assert told["Accepted"]["lastTransitionTime"] >= before
    assert told["Programmed"]["status"] == "False" and "serves on with the settings it had" in told["Programmed"]["message"]
    if whose == "class":
        of_class = conditions(gw, "GatewayClass", "", "mine")["Accepted"]
        assert of_class["reason"] == "InvalidParameters" and message in of_class["message"]
    assert get(gw.port).status == 200 and limit(gw) == 15
    # A route that comes now is served, with the old settings; so is a change of listeners.
    gw.write(route("late", hostnames=["late.test"]), name="late.yaml")
    gw.until(lambda: any(k[2] == "late" for k in gw.status()), "another route")
    assert get(gw.port, host="late.test").status == 200 and limit(gw) == 15
    write(client_headers=20)
    gw.until(lambda: conditions(gw)["Accepted"]["status"] == "True", "repaired")
    assert limit(gw) == 25


def test_a_config_map_that_goes_away_changes_nothing_but_the_status(start):
    gw = start(class_with(), named("of-class", client_headers=10))
    start(class_with())
    gw.until(lambda: conditions(gw)["Accepted"]["status"] == "False", "told")
    assert "ConfigMap default/of-class, named by parametersRef, does not exist." in conditions(gw)["Accepted"]["message"]
    assert limit(gw) == 15


@pytest.mark.parametrize("ref", [{"kind": "Secret"}, {"group": "example.com"}, {"namespace": None}], ids=["kind", "group", "no namespace"])
def test_a_class_points_at_a_config_map_and_nothing_else(start, ref):
    cls = class_with(**ref)
    if ref.get("namespace", 0) is None:
        del cls["spec"]["parametersRef"]["namespace"]
    gw = start(cls, named("of-class", client_headers=10))
    told = conditions(gw, "GatewayClass", "", "mine")["Accepted"]
    assert (told["status"], told["reason"]) == ("False", "InvalidParameters")


def test_what_was_never_good_does_not_serve(start):
    """No settings to fall back to: fails closed, and says why."""
    gw = start(class_with(), named("of-class", client_headers=5))
    assert conditions(gw)["Accepted"]["reason"] == "InvalidParameters"
    with pytest.raises(OSError):
        get(gw.port)
    start(class_with(), named("of-class", client_headers=10))
    gw.until(lambda: conditions(gw)["Accepted"]["status"] == "True", "repaired")
    gw.until(lambda: limit(gw) == 15, "served")


def test_another_gateway_of_the_name_inherits_nothing(start):
    """What a Gateway had is forgotten with it."""
    gw = start(class_with(), named("of-class", client_headers=10))
    gw.write(class_with(), named("of-class", client_headers=5))
    gw.until(lambda: ("Gateway", "default", "gw") not in gw.status(), "it is gone")
    start(class_with(), named("of-class", client_headers=5))
    gw.until(lambda: ("Gateway", "default", "gw") in gw.status(), "another one")
    gw.until(lambda: refused(gw), "the old one's port closed, the new one's not opened")
