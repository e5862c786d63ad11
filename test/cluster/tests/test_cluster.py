# SPDX-License-Identifier: Apache-2.0
"""The cluster itself: what later tests take for granted, shown once."""
import socket
import struct
import urllib.request

import pytest

from harness import address
from harness.client import KubectlError, wait_for
from test_image import make_image

ECHO = "registry.k8s.io/gateway-api/echo-basic:v1.5.1"
UNPRIVILEGED = {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}


def echo(name, port=80, sysctls=(), image=ECHO):
    """A Deployment that passes the `restricted` Pod Security level."""
    labels = {"app": name}
    field = {"fieldRef": {"fieldPath": "metadata.name"}}
    space = {"fieldRef": {"fieldPath": "metadata.namespace"}}
    container = {
        "name": "echo", "image": image,
        "env": [{"name": "HTTP_PORT", "value": str(port)},
                {"name": "POD_NAME", "valueFrom": field},
                {"name": "NAMESPACE", "valueFrom": space}],
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True,
                            "runAsUser": 65532, "capabilities": {"drop": ["ALL"]},
                            "seccompProfile": {"type": "RuntimeDefault"}},
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1}}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels},
                 "template": {"metadata": {"labels": labels},
                              "spec": {"securityContext": {"sysctls": list(sysctls)},
                                       "containers": [container]}}}}


def service(name, kind="ClusterIP", **spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"type": kind, "selector": {"app": name},
                     "ports": [{"port": 80, "targetPort": 80}], **spec}}


def restricted(namespace):
    namespace.cluster.kubectl("label", "namespace", namespace.name,
                              "pod-security.kubernetes.io/enforce=restricted")


def fetch(host, path="/"):
    with urllib.request.urlopen(f"http://{host}{path}", timeout=2) as response:
        return response.read().decode()


def test_restricted_pod_binds_80_and_load_balancer_answers(namespace):
    restricted(namespace)
    namespace.apply(echo("web", sysctls=[UNPRIVILEGED]), service("web", "LoadBalancer"))
    namespace.wait_condition("deployment", "web", "Available")
    host = namespace.wait_address("web")
    assert host.startswith("10.79.0.")
    answer = wait_for(lambda: fetch(host), f"answer from {host}")
    assert f'"namespace": "{namespace.name}"' in answer


def test_without_the_sysctl_port_80_is_refused(namespace):
    """The cluster must not be kinder than real ones."""
    restricted(namespace)
    namespace.apply(echo("web"))
    wait_for(lambda: "permission denied" in namespace.logs("deployment/web"), "bind refused")


def test_address_is_given_on_request_and_follows_changes(namespace):
    namespace.apply(service("asks", "LoadBalancer", loadBalancerIP=address.ON_REQUEST_FROM))
    assert namespace.wait_address("asks") == address.ON_REQUEST_FROM
    namespace.apply(service("late", "LoadBalancer", loadBalancerIP=address.ON_REQUEST_FROM),
                    service("marker", "LoadBalancer"))
    namespace.wait_address("marker")  # the loop has seen `late` by now
    assert not namespace.get("service", "late")["status"]["loadBalancer"].get("ingress")
    namespace.kubectl("delete", "service", "asks")
    assert namespace.wait_address("late") == address.ON_REQUEST_FROM
    namespace.apply(service("late"))
    wait_for(lambda: not namespace.get("service", "late")["status"]["loadBalancer"],
             "address released")


def test_names_resolve(namespace):
    """CoreDNS behind its Service address answers for kubernetes.default (RFC 1035, by hand)."""
    labels = b"kubernetes.default.svc.cluster.local".split(b".")
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    query = struct.pack("!6H", 0x1234, 0x0100, 1, 0, 0, 0) + name + struct.pack("!2H", 1, 1)

    def ask():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(1)
            s.sendto(query, (address.DNS, 53))
            return s.recv(512)
    assert wait_for(ask, "DNS answer").endswith(socket.inet_aton(address.API))


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: %s}
spec:
  gatewayClassName: none
  listeners:
  - {name: a, port: 80, protocol: HTTP%s}
"""


def test_gateway_objects_are_admitted_by_the_crds(namespace):
    namespace.apply(GATEWAY % ("good", ""))
    # The CRD's rule: TLS configuration is only for HTTPS, TLS and the like.
    with pytest.raises(KubectlError, match="tls must not be specified for protocols"):
        namespace.apply(GATEWAY % ("bad", ", tls: {certificateRefs: [{name: x}]}"))


def test_channel_is_the_one_asked_for(cluster):
    """Only the experimental channel has the X kinds."""
    names = cluster.kubectl("get", "crd", "-o", "name")
    assert ("xbackends.gateway.networking.x-k8s.io" in names) == (cluster.channel == "experimental")
    assert "listenersets.gateway.networking.k8s.io" in names


def test_cluster_trust_bundles_are_served(cluster):
    """Off in Kubernetes 1.36 unless asked for; Gateway API v1.7.0 refers to them."""
    assert "clustertrustbundles" in cluster.kubectl(
        "api-resources", "--api-group=certificates.k8s.io", "-o", "name")


def test_our_image_runs_without_a_registry(namespace, tmp_path):
    """A dynamic program in an image made like ours runs as a restricted pod."""
    restricted(namespace)
    namespace.cluster.import_image(make_image(tmp_path, "/usr/bin/openssl"))
    job = echo("tool", image="sluice.test/image:1")
    pod = job["spec"]["template"]["spec"]
    pod["restartPolicy"] = "Never"
    pod["containers"][0]["args"] = ["version"]
    del pod["containers"][0]["readinessProbe"]
    namespace.apply({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "tool"},
                     "spec": {"template": {"spec": pod}}})
    namespace.wait_condition("job", "tool", "Complete")
    assert namespace.logs("job/tool").startswith("OpenSSL 3.")
