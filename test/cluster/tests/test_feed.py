# SPDX-License-Identifier: Apache-2.0
"""Who gets a Gateway's feed: its own pods, and nobody else."""
import json
import subprocess

from harness.client import wait_for


def gateway(name):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": name},
            "spec": {"gatewayClassName": "sluice", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}


def token(namespace, account, *bound):
    return namespace.kubectl("create", "token", account, "--audience", "sluice-feed", *bound).strip()


def ask(cluster, namespace, name, bearer):
    """The status of the feed's answer; a stream that begins is 200."""
    address = json.loads(cluster.kubectl("-n", "sluice-system", "get", "service", "sluice-controller", "-o", "json"))
    done = subprocess.run(["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-m", "2",
                           "-H", f"Authorization: Bearer {bearer}",
                           f"https://{address['spec']['clusterIP']}:15010/v1/feed/{namespace.name}/{name}"],
                          capture_output=True, text=True)
    return done.stdout


def test_only_the_pods_of_a_gateway_get_its_feed(installed, namespace):
    namespace.apply(gateway("web"), gateway("other"))
    for name in ("web", "other"):
        namespace.wait_condition("gateway", name, "Programmed")
    pods = json.loads(namespace.kubectl(
        "get", "pods", "-l", "gateway.networking.k8s.io/gateway-name=web", "-o", "json"))["items"]
    pod = pods[0]["metadata"]["name"]
    own = token(namespace, "web-sluice", "--bound-object-kind", "Pod", "--bound-object-name", pod)
    assert ask(installed, namespace, "web", own) == "200"
    assert ask(installed, namespace, "other", own) == "403"
    # The same account, bound to no pod; to a pod of somebody's own; for another audience.
    assert ask(installed, namespace, "web", token(namespace, "web-sluice")) == "401"
    namespace.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "thief"}, "spec": {
        "serviceAccountName": "web-sluice", "containers": [{"name": "c", "image": "sluice:0.1.0", "command": ["/none"]}]}})
    stolen = token(namespace, "web-sluice", "--bound-object-kind", "Pod", "--bound-object-name", "thief")
    assert ask(installed, namespace, "web", stolen) == "401"
    assert ask(installed, namespace, "web", namespace.kubectl("create", "token", "web-sluice").strip()) == "401"
    # A token of a pod that is gone.
    namespace.kubectl("delete", "pod", pod, "--grace-period=0", "--force")
    namespace.kubectl("wait", "--for=delete", f"pod/{pod}", "--timeout=30s")
    wait_for(lambda: ask(installed, namespace, "web", own) == "401", "it is believed for a minute at most", 90)


def authority(cluster):
    return json.loads(cluster.kubectl("-n", "sluice-system", "get", "secret", "sluice-feed-ca", "-o", "json"))


def test_a_new_authority_is_announced_and_no_pod_restarts(installed, namespace):
    """On request; it signs an hour later (authority_test.c has the clock for that)."""
    namespace.apply(gateway("web"))
    namespace.wait_condition("gateway", "web", "Programmed")

    def pods():
        found = json.loads(namespace.kubectl("get", "pods", "-l", "sluice.dev/gateway-uid", "-o", "json"))["items"]
        return sorted((p["metadata"]["uid"], p["status"]["containerStatuses"][0]["restartCount"]) for p in found)

    def trusted():
        return namespace.get("configmap", "web-sluice")["data"]["ca.crt"].count("BEGIN CERTIFICATE")
    before = pods()
    first = authority(installed)["data"]["tls.crt"]
    if "next.crt" not in authority(installed)["data"]:
        assert trusted() == 1
        installed.kubectl("-n", "sluice-system", "annotate", "secret", "sluice-feed-ca", "sluice.dev/rotate=now")
        # It is looked at every few minutes, and by a controller that starts.
        installed.kubectl("-n", "sluice-system", "rollout", "restart", "deployment/sluice-controller")
    wait_for(lambda: "next.crt" in authority(installed)["data"], "the next authority")
    secret = authority(installed)
    assert secret["data"]["tls.crt"] == first
    assert "sluice.dev/rotate" not in secret["metadata"].get("annotations", {})
    wait_for(lambda: trusted() == 2, "both are trusted")
    # The feed goes on: a route is live.
    generation = namespace.get("gateway", "web")["metadata"]["generation"]
    changed = gateway("web")
    changed["spec"]["listeners"].append({"name": "more", "port": 8081, "protocol": "HTTP"})
    namespace.apply(changed)
    wait_for(lambda: any(c["type"] == "Programmed" and c["status"] == "True" and c["observedGeneration"] > generation
                         for c in namespace.get("gateway", "web")["status"]["conditions"]), "the new listener")
    assert pods() == before
