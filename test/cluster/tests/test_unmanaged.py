# SPDX-License-Identifier: Apache-2.0
"""A data plane of the user's own, installed by the chart: the page's example, end to end."""
import json
import pathlib
import subprocess

import pytest

from harness import build
from harness.client import wait_for

TREE = pathlib.Path(__file__).resolve().parents[3]
CHART = TREE / "deploy" / "helm" / "sluice"
UNAVAILABLE = "no Kong listen with the requested protocol is configured for the requested port"
UNSUPPORTED = "no Kong listen with the requested protocol is configured"
VALUES = {
    "controller": {"controllerName": "example.com/unmanaged"},
    "gatewayClass": {"create": False},
    "proxy": {
        "enabled": True, "gatewayClass": "kong", "type": "ClusterIP", "addresses": ["0.0.0.0"],
        "tls": {"enabled": True, "servicePort": 443, "containerPort": 8443},
        "stream": [{"containerPort": 9901, "servicePort": 9901, "protocol": "TCP"},
                   {"containerPort": 9902, "servicePort": 9902, "protocol": "UDP"},
                   {"containerPort": 9903, "servicePort": 9903, "protocol": "TCP",
                    "parameters": ["ssl"]}]}}


def gateway(name, *listeners):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": name},
            "spec": {"gatewayClassName": "kong", "listeners": list(listeners)}}


def listener(name, port, protocol, **more):
    return {"name": name, "port": port, "protocol": protocol, **more}


REDIRECT = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": "away"},
            "spec": {"parentRefs": [{"name": "example"}],
                     "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect":
                                             {"hostname": "other.example"}}]}]}}


@pytest.fixture
def installed(cluster, namespace, tmp_path):
    image = TREE / "build" / "image" / "sluice.tar"
    if not image.exists():
        pytest.skip("make image first")
    cluster.import_image(image)
    values = tmp_path / "values.yaml"
    values.write_text(json.dumps(VALUES))
    helm = [build.need("helm") / "helm", "--kubeconfig", cluster.state.kubeconfig,
            "--namespace", namespace.name]
    subprocess.run([*helm, "install", "rel", CHART, "-f", values], check=True)
    namespace.kubectl("rollout", "status", "deployment/rel-controller", "--timeout=120s")
    namespace.kubectl("rollout", "status", "deployment/rel-proxy", "--timeout=120s")
    yield namespace
    namespace.kubectl("delete", "gateway", "--all", "--wait=false")
    subprocess.run([*helm, "uninstall", "rel"], check=False)


def said(namespace, name):
    """(Accepted, reason, message) of each listener."""
    status = namespace.get("gateway", name).get("status", {})
    found = {}
    for one in status.get("listeners", []):
        for c in one["conditions"]:
            if c["type"] == "Accepted":
                found[one["name"]] = (c["status"], c["reason"], c["message"])
    return found


def wait_said(namespace, name, listener_name, reason):
    wait_for(lambda: said(namespace, name).get(listener_name, ("", ""))[1] == reason,
             f"{name}/{listener_name} {reason}", 60)
    return said(namespace, name)[listener_name]


def fetch(address, port=80, host="any.example"):
    return subprocess.run(["curl", "-s", "-o", "/dev/null", "-m", "5", "-H", f"Host: {host}", "-w",
                           "%{http_code} %{redirect_url}", f"http://{address}:{port}/x"],
                          capture_output=True, text=True).stdout


def test_the_pages_example(installed):
    namespace = installed
    namespace.kubectl("create", "secret", "tls", "cert", *certificate(namespace))
    namespace.apply(gateway(
        "example", listener("proxy", 80, "HTTP"),
        listener("proxy-ssl", 443, "HTTPS", tls={"certificateRefs": [{"name": "cert"}]}),
        listener("proxy-tcp-9901", 9901, "TCP"), listener("proxy-udp-9902", 9902, "UDP"),
        listener("proxy-tls-9903", 9903, "TLS", tls={"mode": "Passthrough"}),
        listener("nowhere", 81, "HTTP")), REDIRECT)
    namespace.wait_condition("gateway", "example", "Programmed", timeout=60)
    for name in ("proxy", "proxy-ssl"):
        assert wait_said(namespace, "example", name, "Accepted")[0] == "True"
    # Without a port of the Service: the page's condition, word for word.
    assert wait_said(namespace, "example", "nowhere", "PortUnavailable") == (
        "False", "PortUnavailable", UNAVAILABLE)
    # A protocol that is built is Accepted; one that is not yet says so, and not that its listen
    # were missing.
    for name in ("proxy-tcp-9901", "proxy-udp-9902", "proxy-tls-9903"):
        assert said(namespace, "example")[name][2] not in (UNAVAILABLE, UNSUPPORTED)
    # The addresses are the Service's, type before value.
    service = namespace.get("service", "rel-proxy")
    shown = namespace.kubectl("get", "gateway", "example", "-o=jsonpath={.status.addresses}")
    assert shown == '[{"type":"IPAddress","value":"%s"}]' % service["spec"]["clusterIP"]
    # Traffic: listener.port is the Service's port.
    address = service["spec"]["clusterIP"]
    wait_for(lambda: fetch(address).startswith("302 http://other.example/"), "the redirect", 30)

    # Another Gateway of the class is served by the same data plane; the older keeps what it has.
    namespace.apply(gateway("second", listener("same", 80, "HTTP"),
                            listener("own", 80, "HTTP", hostname="b.example")))
    assert wait_said(namespace, "second", "own", "Accepted")[0] == "True"
    assert "Gateway %s/example" % namespace.name in wait_said(
        namespace, "second", "same", "HostnameConflict")[2]
    wait_for(lambda: fetch(address, host="b.example").startswith("404"), "the second's own host", 30)

    # The listen and the Service's port appear: the condition clears by itself.
    namespace.kubectl("set", "env", "deployment/rel-proxy",
                      "KONG_PROXY_LISTEN=0.0.0.0:8000, 0.0.0.0:8443 ssl, 0.0.0.0:8081 backlog=64")
    namespace.kubectl("patch", "service", "rel-proxy", "--type=json", "-p", json.dumps(
        [{"op": "add", "path": "/spec/ports/-",
          "value": {"name": "more", "port": 81, "targetPort": 8081}}]))
    namespace.kubectl("rollout", "status", "deployment/rel-proxy", "--timeout=120s")
    assert wait_said(namespace, "example", "nowhere", "Accepted")[0] == "True"
    wait_for(lambda: fetch(address, 81).startswith("302"), "port 81", 30)


def certificate(namespace):
    folder = pathlib.Path("/tmp") / namespace.name
    folder.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=example", "-keyout", folder / "key", "-out", folder / "crt"], check=True,
                   capture_output=True)
    return f"--cert={folder / 'crt'}", f"--key={folder / 'key'}"
