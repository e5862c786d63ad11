# SPDX-License-Identifier: Apache-2.0
"""A controller beside another (neither touches what is the other's), one with rights in some
namespaces alone, and what left a controller while it did not run."""
import json
import pathlib
import subprocess
import time
import uuid

import pytest

from harness import build
from harness.client import wait_for

CHART = pathlib.Path(__file__).resolve().parents[3] / "deploy" / "helm" / "sluice"
OWN = "sluice.dev/gateway-controller"
KINDS = "deployment,service,serviceaccount,configmap,poddisruptionbudget"


def gateway(name, class_name):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": name},
            "spec": {"gatewayClassName": class_name, "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}


def route(name, *parents):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name},
            "spec": {"parentRefs": [{"name": p} for p in parents], "rules": [{"filters": [
                {"type": "RequestRedirect", "requestRedirect": {"statusCode": 302}}]}]}}


class Release:
    """A controller from the chart, with a class and a controllerName of its own."""

    def __init__(self, cluster, values):
        self.cluster, self.name = cluster, f"beside-{uuid.uuid4().hex[:6]}"
        self.controller = f"{self.name}.test/controller"
        cluster.kubectl("create", "namespace", self.name)
        made = subprocess.run(
            [build.need("helm") / "helm", "template", "x", CHART, "--namespace", self.name, "--set",
             f"controller.controllerName={self.controller},gatewayClass.name={self.name}", *values],
            capture_output=True, text=True, check=True)
        self.objects = made.stdout
        cluster.kubectl("apply", "--server-side", "-f", "-", input=self.objects)
        self.wait()

    def wait(self):
        self.cluster.kubectl("-n", self.name, "rollout", "status", "deployment/x-controller", "--timeout=120s")

    def scale(self, n):
        scale(self.cluster, self.name, "x-controller", n)

    def logs(self):
        return self.cluster.kubectl("-n", self.name, "logs", "deployment/x-controller", "--tail=-1")

    def close(self):
        self.cluster.kubectl("delete", "--ignore-not-found", "--wait=false", "-f", "-", input=self.objects)
        self.cluster.kubectl("delete", "namespace", self.name, "--wait=false")


def scale(cluster, namespace, name, n):
    cluster.kubectl("-n", namespace, "scale", "deployment", name, f"--replicas={n}")
    if n:
        cluster.kubectl("-n", namespace, "rollout", "status", f"deployment/{name}", "--timeout=120s")
    else:
        wait_for(lambda: not pods_of(cluster, namespace, name), "no controller runs")


def pods_of(cluster, namespace, name):
    found = json.loads(cluster.kubectl("-n", namespace, "get", "pods", "-l", f"app.kubernetes.io/name={name}", "-o", "json"))
    return found["items"]


def code(address):
    return subprocess.run(["curl", "-s", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", f"http://{address}/"],
                          capture_output=True, text=True).stdout


def serves(namespace, name):
    """Its address once it answers with the route's redirect."""
    at = namespace.wait_condition("gateway", name, "Programmed", timeout=120)["status"]["addresses"][0]["value"]
    wait_for(lambda: code(at) == "302", f"{name} serves the route")
    return at


def made(namespace, name):
    """What was made for a Gateway: (kind, name) -> (uid, generation, labels)."""
    uid = namespace.get("gateway", name)["metadata"]["uid"]
    found = json.loads(namespace.kubectl("get", KINDS, "-l", f"sluice.dev/gateway-uid={uid}", "-o", "json"))["items"]
    return {(o["kind"], o["metadata"]["name"]): (o["metadata"]["uid"], o["metadata"].get("generation"),
                                                 o["metadata"]["labels"]) for o in found}


def said(namespace, name):
    """controllerName -> what it says, of a route."""
    parents = namespace.get("httproute", name).get("status", {}).get("parents", [])
    assert len({p["controllerName"] for p in parents}) == len(parents), parents
    return {p["controllerName"]: p for p in parents}


def test_two_controllers_leave_each_other_alone(installed, namespace):
    other = Release(installed, [])
    try:
        namespace.apply(gateway("ours", "sluice"), gateway("theirs", other.name), route("both", "ours", "theirs"))
        serves(namespace, "ours")
        serves(namespace, "theirs")
        wait_for(lambda: set(said(namespace, "both")) == {OWN, other.controller}, "both have said their word")
        mine, its = made(namespace, "ours"), made(namespace, "theirs")
        assert len(mine) == len(its) == 5 and not set(mine) & set(its)
        labels = {v[2]["sluice.dev/controller"] for v in mine.values()}, {v[2]["sluice.dev/controller"] for v in its.values()}
        assert [len(x) for x in labels] == [1, 1] and labels[0] != labels[1]
        before = said(namespace, "both"), namespace.get("gateway", "ours")["status"]

        # The other starts again: nothing of ours is written or made anew.
        other.scale(0)
        other.scale(1)
        serves(namespace, "theirs")
        assert made(namespace, "ours") == mine and made(namespace, "theirs") == its
        assert (said(namespace, "both"), namespace.get("gateway", "ours")["status"]) == before

        # What is its goes; ours stays as it is.
        namespace.kubectl("delete", "gateway", "theirs")
        wait_for(lambda: set(said(namespace, "both")) == {OWN}, "its word is taken back")
        for kind, name in its:
            namespace.wait_gone(kind, name)
        assert made(namespace, "ours") == mine
        assert said(namespace, "both")[OWN] == before[0][OWN]
        serves(namespace, "ours")
    finally:
        other.close()


@pytest.fixture
def outside(cluster):
    name = f"outside-{uuid.uuid4().hex[:6]}"
    cluster.kubectl("create", "namespace", name)
    from harness.client import Namespace
    yield Namespace(cluster, name)
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def test_rights_in_some_namespaces_are_enough(installed, namespace, outside):
    narrow = Release(installed, ["--set", f"watchNamespaces={{{namespace.name}}}"])
    try:
        account = f"system:serviceaccount:{narrow.name}:x-controller"
        for verb, what in (("list", "secrets"), ("list", "gateways.gateway.networking.k8s.io"), ("create", "deployments.apps")):
            asked = [subprocess.run([installed.node.bin / "kubectl", "auth", "can-i", verb, what, "--as", account, "-n", n],
                                    capture_output=True, text=True, env=installed.node.environment()).stdout.strip()
                     for n in (namespace.name, outside.name)]
            assert asked == ["yes", "no"], (verb, what)
        outside.apply(gateway("web", narrow.name), route("plain", "web"))
        namespace.apply(gateway("web", narrow.name), route("plain", "web"))
        serves(namespace, "web")
        wait_for(lambda: narrow.controller in said(namespace, "plain"), "the route's status")
        # Events, scaling down and going are within these rights, too.
        namespace.kubectl("delete", "gateway", "web")
        namespace.wait_gone("deployment", f"web-{narrow.name}")
        seen = outside.get("gateway", "web").get("status", {})
        assert all(c["status"] == "Unknown" for c in seen.get("conditions", [])) and "httproute" in outside.kubectl(
            "get", "httproute", "-o", "name")
        assert not outside.kubectl("get", KINDS, "-l", "sluice.dev/controller", "-o", "name").strip()
        assert "forbidden" not in narrow.logs() and "status=403" not in narrow.logs(), narrow.logs()
    finally:
        narrow.close()


def test_a_missing_right_is_said_and_not_fatal(installed, namespace):
    narrow = Release(installed, ["--set", f"watchNamespaces={{{namespace.name}}}"])
    try:
        namespace.apply(gateway("web", narrow.name), route("plain", "web"))
        serves(namespace, "web")
        role = json.loads(namespace.kubectl("get", "role", "-o", "json"))["items"][0]
        for rule in role["rules"]:
            rule["resources"] = [r for r in rule["resources"] if r not in ("secrets", "grpcroutes")] or ["nothing"]
        for field in ("managedFields", "resourceVersion", "uid"):
            role["metadata"].pop(field, None)
        namespace.apply(role)
        narrow.scale(0)
        narrow.scale(1)
        told = wait_for(lambda: next((c["message"] for c in json.loads(installed.kubectl(
            "get", "gatewayclass", narrow.name, "-o", "json"))["status"]["conditions"]
            if c["type"] == "SupportedVersion" and "Not allowed to read" in c["message"]), None), "what may not be read is said")
        assert f"secrets ({namespace.name})" in told and f"grpcroutes.gateway.networking.k8s.io ({namespace.name})" in told
        assert "HTTP status 403" in narrow.logs()
        # It works on with what it may.
        namespace.apply(route("later", "web"))
        wait_for(lambda: narrow.controller in said(namespace, "later"), "another route's status")
        serves(namespace, "web")
    finally:
        narrow.close()


def test_what_left_while_no_controller_ran_is_cleaned_up(installed, namespace):
    namespace.apply(gateway("stays", "sluice"), gateway("leaves", "sluice"), route("both", "stays", "leaves"), route("gone", "leaves"))
    serves(namespace, "stays")
    serves(namespace, "leaves")
    wait_for(lambda: OWN in said(namespace, "gone"), "the routes' status")
    kept = made(namespace, "stays")
    lost = made(namespace, "leaves")
    scale(installed, "sluice-system", "sluice-controller", 0)
    try:
        namespace.kubectl("patch", "gateway", "leaves", "--type=merge", "-p", '{"spec":{"gatewayClassName":"nobodys"}}')
        time.sleep(1)
        assert made(namespace, "leaves") == lost
    finally:
        scale(installed, "sluice-system", "sluice-controller", 1)
    for kind, name in lost:
        namespace.wait_gone(kind, name)
    wait_for(lambda: not said(namespace, "gone"), "our entry leaves the route that was its alone")
    wait_for(lambda: len(namespace.get("httproute", "both")["status"]["parents"]) == 1, "and that of the other's parent")
    wait_for(lambda: not namespace.get("gateway", "leaves").get("status", {}).get("listeners"), "our listeners leave its status")
    assert [c for c in namespace.get("gateway", "leaves").get("status", {}).get("conditions", []) if c["status"] == "True"] == []
    assert made(namespace, "stays") == kept
    serves(namespace, "stays")
