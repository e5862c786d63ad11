# SPDX-License-Identifier: Apache-2.0
"""The controller as a user installs it: what it makes of a Gateway, and what it takes away."""
import json
import subprocess

from harness.client import KubectlError, wait_for

GATEWAY = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
           "metadata": {"name": "web"},
           "spec": {"gatewayClassName": "sluice",
                    "infrastructure": {"labels": {"team": "edge"}, "annotations": {"note": "x"}},
                    "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}


def read(namespace, kind, name):
    return json.loads(namespace.kubectl("get", kind, name, "-o", "json"))


def condition(namespace, kind, name, type_):
    for c in read(namespace, kind, name).get("status", {}).get("conditions", []):
        if c["type"] == type_:
            return c
    return None


def programmed(namespace, generation=None):
    c = condition(namespace, "gateway", "web", "Programmed")
    return c and c["status"] == "True" and (not generation or c["observedGeneration"] >= generation)


def pods(namespace):
    return sorted(namespace.kubectl(
        "get", "pods", "-l", "sluice.dev/gateway-uid", "-o", "jsonpath={.items[*].metadata.uid}").split())


def gone(namespace, kind, name):
    try:
        namespace.kubectl("get", kind, name)
    except KubectlError as error:
        return "NotFound" in str(error)
    return False


def test_a_gateway_gets_its_data_plane_and_takes_it_along(installed, namespace):
    namespace.apply(GATEWAY)
    wait_for(lambda: programmed(namespace), "Programmed")
    service = read(namespace, "service", "web-sluice")
    address = read(namespace, "gateway", "web")["status"]["addresses"][0]["value"]
    assert service["status"]["loadBalancer"]["ingress"][0]["ip"] == address
    for kind in ("deployment", "service", "serviceaccount", "configmap"):
        made = read(namespace, kind, "web-sluice")["metadata"]
        assert made["labels"]["team"] == "edge" and made["annotations"]["note"] == "x"
    # The node's own rules follow a moment after the Service's endpoints.
    wait_for(lambda: subprocess.run(["curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", f"http://{address}/"],
                                    capture_output=True, text=True).stdout == "404", "the data plane answers", 10)

    # Another listener is another Service port; no pod restarts.
    before = pods(namespace)
    more = json.loads(json.dumps(GATEWAY))
    more["spec"]["listeners"].append({"name": "more", "port": 8081, "protocol": "HTTP"})
    namespace.apply(more)
    wait_for(lambda: programmed(namespace, generation=2), "Programmed again")
    wait_for(lambda: [p["port"] for p in read(namespace, "service", "web-sluice")["spec"]["ports"]]
             == [80, 8081], "the second port")
    namespace.apply(GATEWAY)
    wait_for(lambda: [p["port"] for p in read(namespace, "service", "web-sluice")["spec"]["ports"]]
             == [80], "the second port is gone")
    assert pods(namespace) == before

    # What somebody deletes comes back.
    namespace.kubectl("delete", "service", "web-sluice")
    wait_for(lambda: not gone(namespace, "service", "web-sluice"), "the Service is back")

    namespace.kubectl("delete", "gateway", "web")
    for kind in ("deployment", "service", "serviceaccount", "configmap"):
        wait_for(lambda kind=kind: gone(namespace, kind, "web-sluice"), f"the {kind} goes")


def test_nothing_is_adopted(installed, namespace):
    namespace.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web-sluice"},
                     "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 80}]}})
    namespace.apply(GATEWAY)
    wait_for(lambda: programmed(namespace), "Programmed")
    theirs = read(namespace, "service", "web-sluice")
    assert theirs["spec"]["selector"] == {"app": "theirs"}
    assert "sluice.dev/gateway-uid" not in theirs["metadata"].get("labels", {})


def events(namespace, name):
    found = json.loads(namespace.kubectl("get", "events.events.k8s.io", "-o", "json"))["items"]
    return [(e["reason"], e["note"]) for e in found
            if e["regarding"]["name"] == name and e["reportingController"] == "sluice.dev/gateway-controller"]


def test_a_refusal_is_an_event_and_told_once(installed, namespace):
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "lost"},
             "spec": {"parentRefs": [{"name": "web"}], "rules": [{"backendRefs": [{"name": "nowhere", "port": 80}]}]}}
    namespace.apply(GATEWAY, route)
    wait_for(lambda: events(namespace, "lost"), "an Event")
    # Another generation with the same fault: the status is written again, the Event is not.
    route["spec"]["hostnames"] = ["a.test"]
    namespace.apply(route)
    wait_for(lambda: read(namespace, "httproute", "lost")["status"]["parents"][0]["conditions"][0]["observedGeneration"]
             == 2, "the second generation")
    assert events(namespace, "lost") == [
        ("BackendNotFound", f"Rule 0: Service {namespace.name}/nowhere does not exist.")]
    assert events(namespace, "web") == []
