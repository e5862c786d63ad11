# SPDX-License-Identifier: Apache-2.0
"""Two replicas of the controller: the one that leads is killed."""
import json
import subprocess
import threading
import time

import pytest

from harness.client import wait_for

NAMESPACE = "sluice-system"
LISTENERS = [{"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "Same"}}}]


def gateway(listeners):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "web"},
            "spec": {"gatewayClassName": "sluice", "listeners": listeners}}


def route(name):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name},
            "spec": {"parentRefs": [{"name": "web"}],
                     "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"statusCode": 302}}]}]}}


class Watch:
    """Every state of Gateway web, as the API server tells it."""

    def __init__(self, cluster, namespace):
        self.seen = []
        self.process = subprocess.Popen(
            [cluster.node.bin / "kubectl", "-n", namespace.name, "get", "gateway", "web", "-w", "-o", "json"],
            stdout=subprocess.PIPE, text=True, env=cluster.node.environment())
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        text, decoder = "", json.JSONDecoder()
        for line in self.process.stdout:
            text += line
            if line.rstrip("\n") == "}":
                self.seen.append(decoder.decode(text))
                text = ""

    def close(self):
        self.process.kill()
        self.process.wait()


def condition(gateway, type_):
    return next((c for c in gateway.get("status", {}).get("conditions", []) if c["type"] == type_), None)


def leader(cluster):
    lease = json.loads(cluster.kubectl("-n", NAMESPACE, "get", "lease", "sluice-controller", "-o", "json"))
    pods = json.loads(cluster.kubectl("-n", NAMESPACE, "get", "pods", "-o", "json"))["items"]
    names = [p["metadata"]["name"] for p in pods if "deletionTimestamp" not in p["metadata"]]
    return next((n for n in names if lease["spec"]["holderIdentity"].startswith(n)), None)


@pytest.fixture
def two_replicas(installed):
    installed.kubectl("-n", NAMESPACE, "scale", "deployment", "sluice-controller", "--replicas=2")
    installed.kubectl("-n", NAMESPACE, "rollout", "status", "deployment/sluice-controller", "--timeout=60s")
    yield installed
    installed.kubectl("-n", NAMESPACE, "scale", "deployment", "sluice-controller", "--replicas=1")


def test_a_new_leader_takes_over_and_flips_nothing(two_replicas, namespace):
    cluster = two_replicas
    namespace.apply(gateway(LISTENERS), route("one"))
    namespace.wait_condition("gateway", "web", "Programmed")
    old = wait_for(lambda: leader(cluster), "a leader")
    watch = Watch(cluster, namespace)
    wait_for(lambda: watch.seen, "the watch")
    cluster.kubectl("-n", NAMESPACE, "delete", "pod", old, "--grace-period=0", "--force")
    killed = time.monotonic()
    # Nobody leads: both writes are for the next one.
    namespace.apply(route("two"),
                    gateway([*LISTENERS, {"name": "more", "port": 8081, "protocol": "HTTP"}]))
    wait_for(lambda: leader(cluster) not in (None, old), "another leader")
    assert time.monotonic() - killed < 15
    wait_for(lambda: condition(watch.seen[-1], "Programmed")["observedGeneration"] == 2
             and condition(watch.seen[-1], "Programmed")["status"] == "True", "the second generation")
    wait_for(lambda: watch.seen[-1]["status"]["listeners"][0].get("attachedRoutes") == 2, "both routes")
    watch.close()
    assert [s for s in watch.seen if condition(s, "Programmed")["status"] != "True"] == []
    # What lastTransitionTime says: since the first time.
    assert len({condition(s, "Programmed")["lastTransitionTime"] for s in watch.seen}) == 1


def test_every_replica_is_ready(two_replicas):
    status = json.loads(two_replicas.kubectl(
        "-n", NAMESPACE, "get", "deployment", "sluice-controller", "-o", "json"))["status"]
    assert status["readyReplicas"] == 2
