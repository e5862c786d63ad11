# SPDX-License-Identifier: Apache-2.0
"""What the controller reads of the cluster: Secrets and Services when somebody looks at them."""
import base64
import json
import ssl
import socket
import subprocess

from harness.client import wait_for


def pair(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "9", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                    "-keyout", folder / "key", "-out", folder / "crt"], check=True, capture_output=True)
    text = {k: base64.b64encode((folder / v).read_bytes()).decode() for k, v in (("tls.key", "key"), ("tls.crt", "crt"))}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "cert"}, "data": text}


def common_name(address, name):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, 443), timeout=5) as raw, \
            context.wrap_socket(raw, server_hostname=name) as tls:
        der = tls.getpeercert(binary_form=True)
    text = subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-serial"], input=der,
                          capture_output=True, check=True)
    return text.stdout


def listener(gateway):
    return {c["type"]: (c["status"], c["reason"]) for c in gateway["status"]["listeners"][0]["conditions"]}


def test_a_secret_counts_from_when_it_is_there(installed, namespace, tmp_path):
    namespace.apply({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "web"},
                     "spec": {"gatewayClassName": "sluice", "listeners": [
                         {"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "a.test",
                          "tls": {"certificateRefs": [{"name": "cert"}]}}]}})
    wait_for(lambda: listener(namespace.get("gateway", "web")).get("ResolvedRefs")
             == ("False", "InvalidCertificateRef"), "no such Secret")
    namespace.apply(pair(tmp_path, "a.test"))
    wait_for(lambda: listener(namespace.get("gateway", "web")).get("ResolvedRefs") == ("True", "ResolvedRefs"),
             "the Secret")
    gateway = namespace.wait_condition("gateway", "web", "Programmed")
    address = gateway["status"]["addresses"][0]["value"]
    first = wait_for(lambda: common_name(address, "a.test"), "TLS")
    # Rotated, also twice in a row: the last one counts.
    namespace.apply(pair(tmp_path, "a.test"))
    namespace.apply(pair(tmp_path, "a.test"))
    last = subprocess.run(["openssl", "x509", "-in", tmp_path / "crt", "-noout", "-serial"], capture_output=True,
                          check=True).stdout
    assert last != first
    wait_for(lambda: common_name(address, "a.test") == last, "the new certificate")
    namespace.kubectl("delete", "secret", "cert")
    wait_for(lambda: listener(namespace.get("gateway", "web")).get("ResolvedRefs")
             == ("False", "InvalidCertificateRef"), "the Secret is gone")


def test_a_service_that_was_there_unnoticed_serves_at_once(installed, namespace):
    """The Service and its endpoints are known by their keys alone until a route names them."""
    namespace.apply({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "web"},
                     "spec": {"gatewayClassName": "sluice",
                              "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}},
                    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "app"},
                     "spec": {"ports": [{"port": 80, "targetPort": 15020}],
                              "selector": {"gateway.networking.k8s.io/gateway-name": "web"}}})
    gateway = namespace.wait_condition("gateway", "web", "Programmed")
    address = gateway["status"]["addresses"][0]["value"]
    wait_for(lambda: json.loads(namespace.kubectl(
        "get", "endpointslices", "-l", "kubernetes.io/service-name=app", "-o", "json"))["items"][0]["endpoints"],
        "endpoints of app")
    namespace.apply({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "app"},
                     "spec": {"parentRefs": [{"name": "web"}],
                              "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]}})

    def get(path):
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "5",
                               f"http://{address}{path}"], capture_output=True, text=True)
        return done.stdout

    # The app is the data plane's own health port: 200 there, and nowhere else.
    wait_for(lambda: get("/healthz") == "200", "the route serves")
    route = namespace.get("httproute", "app")["status"]["parents"][0]["conditions"]
    assert {c["type"]: c["status"] for c in route} == {"Accepted": "True", "ResolvedRefs": "True"}
    namespace.kubectl("delete", "httproute", "app")
    wait_for(lambda: get("/healthz") == "404", "the route is gone")
    namespace.apply({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "again"},
                     "spec": {"parentRefs": [{"name": "web"}],
                              "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]}})
    wait_for(lambda: get("/healthz") == "200", "and again")
