# SPDX-License-Identifier: Apache-2.0
"""What a Gateway is given in the cluster, by its parameters, and what becomes of it."""
import json
import subprocess
import time

from harness.client import KubectlError, wait_for

NAME = "web-sluice"


def gateway(parameters=None, **spec):
    infrastructure = {"parametersRef": {"group": "", "kind": "ConfigMap", "name": parameters}} if parameters else {}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "web"},
            "spec": {"gatewayClassName": "sluice", "infrastructure": infrastructure,
                     "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}], **spec}}


def parameters(**data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "params"},
            "data": {"dataplane." + k.replace("_", "-"): v for k, v in data.items()}}


def there(namespace, kind, name=NAME):
    try:
        return namespace.get(kind, name)
    except KubectlError as error:
        assert "NotFound" in str(error) or "not found" in str(error), error
        return None


def pods(namespace):
    items = json.loads(namespace.kubectl("get", "pods", "-l", "sluice.dev/gateway-uid", "-o", "json"))["items"]
    return {p["metadata"]["uid"]: p["status"].get("containerStatuses", [{}])[0].get("restartCount", 0)
            for p in items if "deletionTimestamp" not in p["metadata"]}


def status(address, path="/"):
    done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "5",
                           f"http://{address}{path}"], capture_output=True, text=True)
    return done.stdout


def test_parameters_shape_the_data_plane(installed, namespace):
    namespace.apply(parameters(replicas="2", service_type="ClusterIP",
                               resources="requests: {cpu: 11m, memory: 24Mi}"), gateway("params"))
    found = namespace.wait_condition("gateway", "web", "Programmed")
    wait_for(lambda: len(pods(namespace)) == 2, "two replicas")
    service = namespace.get("service", NAME)
    assert service["spec"]["type"] == "ClusterIP" and service["spec"]["ipFamilyPolicy"] == "PreferDualStack"
    assert [a["value"] for a in found["status"]["addresses"]] == service["spec"]["clusterIPs"]
    container = namespace.get("deployment", NAME)["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"] == {"cpu": "11m", "memory": "24Mi"}
    assert namespace.get("poddisruptionbudget", NAME)["spec"]["maxUnavailable"] == 1
    # Each made and owned by us alone, so that what we leave out later goes.
    for kind in ("service", "deployment", "poddisruptionbudget", "configmap", "serviceaccount"):
        made = json.loads(namespace.kubectl("get", kind, NAME, "-o", "json", "--show-managed-fields"))["metadata"]
        assert ("sluice", "Apply") in {(f["manager"], f["operation"]) for f in made["managedFields"]}
        assert ("sluice", "Update") not in {(f["manager"], f["operation"]) for f in made["managedFields"]}
        assert made["ownerReferences"][0]["kind"] == "Gateway"

    # Somebody's autoscaler: from now on the number is not ours.
    namespace.apply({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "theirs"},
                     "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": NAME},
                              "minReplicas": 1, "maxReplicas": 5, "metrics": [
                                  {"type": "Resource", "resource": {"name": "cpu", "target": {
                                      "type": "Utilization", "averageUtilization": 80}}}]}})
    time.sleep(1)  # nothing tells that the controller has seen it
    namespace.apply(parameters(replicas="3", service_type="ClusterIP"))
    wait_for(lambda: "11m" not in json.dumps(namespace.get("deployment", NAME)), "the new parameters")
    assert namespace.get("deployment", NAME)["spec"]["replicas"] == 2
    namespace.kubectl("delete", "hpa", "theirs")
    wait_for(lambda: namespace.get("deployment", NAME)["spec"]["replicas"] == 3, "now it is")

    # A scaler of ours, and without it again.
    namespace.apply(parameters(max_replicas="2", service_type="ClusterIP"))
    wait_for(lambda: there(namespace, "hpa"), "the autoscaler")
    namespace.apply(parameters(service_type="ClusterIP"))
    wait_for(lambda: not there(namespace, "hpa"), "the autoscaler goes")


def test_a_bad_parameter_refuses_the_gateway_and_keeps_what_serves(installed, namespace):
    namespace.apply(parameters(replicas="1"), gateway("params"))
    address = namespace.wait_condition("gateway", "web", "Programmed")["status"]["addresses"][0]["value"]
    wait_for(lambda: status(address) == "404", "the node leads to the address")
    before = pods(namespace)
    namespace.apply(parameters(replicas="many"))
    found = namespace.wait_condition("gateway", "web", "Accepted", "False")
    condition = next(c for c in found["status"]["conditions"] if c["type"] == "Accepted")
    assert condition["reason"] == "InvalidParameters"
    assert condition["message"] == (f"ConfigMap {namespace.name}/params: dataplane.replicas: \"many\" is not allowed; "
                                    "give a number from 0 to 1000.")
    assert pods(namespace) == before and status(address) == "404"


def test_a_listener_change_restarts_no_pod(installed, namespace):
    namespace.apply(gateway())
    namespace.wait_condition("gateway", "web", "Programmed")
    before = pods(namespace)
    more = [{"name": f"l{port}", "port": port, "protocol": "HTTP"} for port in (80, 443, 8081)]
    namespace.apply(gateway(listeners=more))
    address = namespace.get("gateway", "web")["status"]["addresses"][0]["value"]
    wait_for(lambda: status(f"{address}:8081") == "404" and status(f"{address}:443") == "404", "the new ports serve")
    namespace.apply(gateway())
    wait_for(lambda: [p["port"] for p in namespace.get("service", NAME)["spec"]["ports"]] == [80], "one port again")
    assert pods(namespace) == before and set(before.values()) == {0}


def test_a_daemon_set_takes_over_without_a_gap(installed, namespace):
    namespace.apply(parameters(), gateway("params"))
    address = namespace.wait_condition("gateway", "web", "Programmed")["status"]["addresses"][0]["value"]
    wait_for(lambda: status(address) == "404", "the address")
    namespace.apply(parameters(kind="DaemonSet"))
    answers = set()
    deadline = time.monotonic() + 90
    while there(namespace, "deployment"):
        answers.add(status(address))
        assert time.monotonic() < deadline, "the Deployment goes"
    assert namespace.get("daemonset", NAME)["status"]["numberReady"] == 1
    assert answers == {"404"}


def test_pods_pass_the_restricted_level_and_a_restart_needs_nobody(installed, namespace):
    installed.kubectl("label", "namespace", namespace.name, "pod-security.kubernetes.io/enforce=restricted")
    namespace.apply(gateway(), {
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "here"},
        "spec": {"parentRefs": [{"name": "web"}], "rules": [{"filters": [
            {"type": "RequestRedirect", "requestRedirect": {"statusCode": 302, "hostname": "there.test"}}]}]}})
    address = namespace.wait_condition("gateway", "web", "Programmed")["status"]["addresses"][0]["value"]
    wait_for(lambda: status(address) == "302", "the route")
    time.sleep(2)  # a configuration is called good, and kept, a second after it came into force
    installed.kubectl("-n", "sluice-system", "scale", "deployment", "sluice-controller", "--replicas=0")
    try:
        wait_for(lambda: not json.loads(installed.kubectl(
            "-n", "sluice-system", "get", "pods", "-o", "json"))["items"], "the controller is gone")
        before = pods(namespace)
        kill_container(installed, namespace)
        wait_for(lambda: pods(namespace).keys() == before.keys() and list(pods(namespace).values()) == [1],
                 "the container restarts")
        wait_for(lambda: status(address) == "302", "it serves what it knew")
    finally:
        installed.kubectl("-n", "sluice-system", "scale", "deployment", "sluice-controller", "--replicas=1")
        installed.kubectl("-n", "sluice-system", "rollout", "status", "deployment/sluice-controller", "--timeout=60s")


def kill_container(cluster, namespace):
    items = json.loads(namespace.kubectl("get", "pods", "-l", "sluice.dev/gateway-uid", "-o", "json"))["items"]
    container = items[0]["status"]["containerStatuses"][0]["containerID"].split("//")[1]
    cluster.node.run("ctr", "tasks", "kill", "-s", "KILL", container)


def test_leaving_our_class_takes_everything_away(installed, namespace):
    namespace.apply(gateway())
    namespace.wait_condition("gateway", "web", "Programmed")
    namespace.apply(gateway(gatewayClassName="somebody-elses"))
    for kind in ("deployment", "service", "serviceaccount", "configmap", "poddisruptionbudget"):
        wait_for(lambda kind=kind: not there(namespace, kind), f"the {kind} goes")
    # Nothing of ours is said about it any more: what stands there is what the CRD puts there.
    wait_for(lambda: "addresses" not in namespace.get("gateway", "web")["status"]
             and not namespace.get("gateway", "web")["status"].get("listeners"), "the status goes")
    conditions = namespace.get("gateway", "web")["status"].get("conditions", [])
    assert {c["reason"] for c in conditions} <= {"Pending"}


def test_an_upgrade_replaces_one_gateways_pods_at_a_time(installed, namespace):
    names = ("one", "two", "three")
    for name in names:
        namespace.apply(gateway() | {"metadata": {"name": name}})
    for name in names:
        namespace.wait_condition("gateway", name, "Programmed")
    wait_for(lambda: len(pods(namespace)) == 3, "three pods")

    def patch(arguments):
        installed.kubectl("-n", "sluice-system", "patch", "deployment", "sluice-controller", "--type=json", "-p",
                          json.dumps([{"op": "replace", "path": "/spec/template/spec/containers/0/args",
                                       "value": arguments}]))

    before = pods(namespace)
    former = json.loads(installed.kubectl("-n", "sluice-system", "get", "deployment", "sluice-controller", "-o", "json"))
    former = former["spec"]["template"]["spec"]["containers"][0]["args"]
    most = 0
    patch([*former, "--log-level", "warn"])  # what data planes are started with changes: as an upgrade
    try:
        deadline = time.monotonic() + 150
        while set(pods(namespace)) & set(before):
            assert time.monotonic() < deadline, "all are replaced"
            items = json.loads(namespace.kubectl("get", "deployments", "-o", "json"))["items"]
            most = max(most, sum(d["status"].get("observedGeneration", 0) < d["metadata"]["generation"]
                                 or d["status"].get("updatedReplicas", 0) < d["spec"]["replicas"]
                                 or d["status"].get("readyReplicas", 0) < d["status"].get("replicas", 0)
                                 for d in items))
    finally:
        patch(former)
        installed.kubectl("-n", "sluice-system", "rollout", "status", "deployment/sluice-controller", "--timeout=60s")
    assert most == 1
