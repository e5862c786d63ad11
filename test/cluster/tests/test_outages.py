# SPDX-License-Identifier: Apache-2.0
"""What may break or be replaced while traffic goes on: not one request fails.

OUTAGE_SECONDS (10) is how long each outage lasts; `make proof ROW=outages` takes 60."""
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from harness.client import wait_for
from harness.load import Load
from test_cluster import echo, service

SECONDS = float(os.environ.get("OUTAGE_SECONDS", "10"))
API = "gateway.networking.k8s.io/v1"
SYSTEM = ("-n", "sluice-system")
CONTROLLER = "deployment/sluice-controller"


def gateway(*listeners):
    return {"apiVersion": API, "kind": "Gateway", "metadata": {"name": "web"},
            "spec": {"gatewayClassName": "sluice", "listeners": list(listeners)}}


def route(name, path, backend="app"):
    return {"apiVersion": API, "kind": "HTTPRoute", "metadata": {"name": name},
            "spec": {"parentRefs": [{"name": "web"}],
                     "rules": [{"matches": [{"path": {"value": path}}],
                                "backendRefs": [{"name": backend, "port": 80}]}]}}


def status_of(address, path="/"):
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=2) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def backends(name="app", replicas=2):
    """Pods that go on for a moment after they are told to end, as a rolling update asks of any server:
    by then no endpoint points at them."""
    made = echo(name, 8080)
    made["spec"]["replicas"] = replicas
    container = made["spec"]["template"]["spec"]["containers"][0]
    container["lifecycle"] = {"preStop": {"sleep": {"seconds": 3}}}
    to = service(name)
    to["spec"]["ports"][0]["targetPort"] = 8080
    return made, to


HTTP = {"name": "http", "port": 80, "protocol": "HTTP"}


@pytest.fixture
def web(installed, namespace):
    """An application behind a Gateway; `address` answers 200."""
    namespace.apply(*backends(), gateway(HTTP), route("app", "/"))
    namespace.wait_condition("gateway", "web", "Programmed", timeout=120)
    namespace.address = namespace.get("gateway", "web")["status"]["addresses"][0]["value"]
    wait_for(lambda: status_of(namespace.address) == 200, "the first answer")
    return namespace


def later_route_works(web, timeout=60):
    """The control plane is back: what is applied now is served."""
    web.apply(route("later", "/later"))
    wait_for(lambda: status_of(web.address, "/later") == 200, "a route applied afterwards", timeout)


def pods(namespace, selector, *scope):
    found = json.loads(namespace.cluster.kubectl(*(scope or ("-n", namespace.name)), "get", "pods", "-l",
                                                 selector, "-o", "json"))["items"]
    return [p for p in found if "deletionTimestamp" not in p["metadata"]]


def container_pids(cluster, pod):
    """The first process of each container of a pod, on this machine."""
    wanted = {s["containerID"].rpartition("/")[2] for s in pod["status"]["containerStatuses"]}
    lines = subprocess.run([cluster.node.bin / "ctr", "tasks", "list"], capture_output=True, text=True,
                           env=cluster.node.environment(), check=True).stdout.splitlines()[1:]
    return [int(line.split()[1]) for line in lines if line.split()[0] in wanted]


def test_the_api_server_stops(web, record_property):
    server = web.cluster.node.processes.pid("kube-apiserver")
    with Load(web.address) as load:
        os.kill(server, signal.SIGSTOP)
        try:
            time.sleep(SECONDS)
        finally:
            os.kill(server, signal.SIGCONT)
        later_route_works(web)
    record_property("load", load.check())


def test_the_controller_is_killed(web, record_property):
    with Load(web.address) as load:
        ended = time.monotonic() + SECONDS
        while True:
            for pod in pods(web, "app.kubernetes.io/name=sluice-controller", *SYSTEM):
                for pid in container_pids(web.cluster, pod):
                    os.kill(pid, signal.SIGKILL)
            later_route_works(web)
            web.kubectl("delete", "httproute", "later")
            wait_for(lambda: status_of(web.address, "/later") == 200, "the other route takes over")
            if time.monotonic() > ended:
                break
    record_property("load", load.check())


def test_the_controller_is_upgraded(web, record_property):
    """Another image tag: the controller is replaced, then each Gateway's pods by the new one."""
    text = (pathlib.Path(__file__).resolve().parents[3] / "deploy" / "install.yaml").read_text()
    tag = re.search(r"image: \"?(\S+?)\"?\n", text)[1]
    web.cluster.node.run("ctr", "images", "tag", "--force", f"docker.io/library/{tag}",
                         "docker.io/library/sluice:next")
    apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"]

    def image_of_data_plane():
        return {c["image"] for p in pods(web, "sluice.dev/gateway-uid") for c in p["spec"]["containers"]}
    try:
        with Load(web.address) as load:
            web.cluster.kubectl(*apply, input=text.replace(tag, "sluice:next"))
            web.cluster.kubectl(*SYSTEM, "rollout", "status", CONTROLLER, "--timeout=120s")
            wait_for(lambda: image_of_data_plane() == {"sluice:next"}, "the data plane is replaced", 120)
            later_route_works(web)
            time.sleep(max(0, SECONDS - (time.monotonic() - load.began)))
        record_property("load", load.check())
    finally:
        web.cluster.kubectl(*apply, input=text)
        web.cluster.kubectl(*SYSTEM, "rollout", "status", CONTROLLER, "--timeout=120s")


def rolled(web, deployment):
    web.kubectl("rollout", "restart", f"deployment/{deployment}")
    web.kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=120s")


def test_the_data_plane_is_rolled(web, record_property):
    deployment = web.kubectl("get", "deployments", "-l", "sluice.dev/gateway-uid", "-o",
                             "jsonpath={.items[0].metadata.name}")
    before = {p["metadata"]["uid"] for p in pods(web, "sluice.dev/gateway-uid")}
    with Load(web.address) as load:
        ended = time.monotonic() + SECONDS
        while True:
            rolled(web, deployment)
            if time.monotonic() > ended:
                break
        wait_for(lambda: len(json.loads(web.kubectl("get", "pods", "-l", "sluice.dev/gateway-uid", "-o",
                                                    "json"))["items"]) == 1, "the former pod has ended", 120)
    record_property("load", load.check())
    assert not before & {p["metadata"]["uid"] for p in pods(web, "sluice.dev/gateway-uid")}


def test_backends_are_rolled(web, record_property):
    with Load(web.address) as load:
        ended = time.monotonic() + SECONDS
        while True:
            rolled(web, "app")
            if time.monotonic() > ended:
                break
        time.sleep(4)  # the last of the former pods ends
    record_property("load", load.check())


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "30", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:web.example.com",
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"], check=True,
                   capture_output=True)
    return [f"--cert={folder / name}.crt", f"--key={folder / name}.key"]


def test_a_certificate_is_rotated(web, tmp_path, record_property):
    """Every handshake gets the former or the new certificate, and the new one only once it has been seen."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    files = {n: certificate(tmp_path, f"n{n}") for n in range(int(SECONDS // 2) + 1)}
    for n in files:
        tls.load_verify_locations(tmp_path / f"n{n}.crt")
    seen = []

    def secret(n):
        made = web.kubectl("create", "secret", "tls", "cert", *files[n], "--dry-run=client", "-o", "yaml")
        web.apply(made)

    def note(sock):
        seen.append(int(dict(x[0] for x in sock.getpeercert()["subject"])["commonName"][1:]))

    secret(0)
    web.apply(gateway(HTTP, {"name": "https", "port": 443, "protocol": "HTTPS",
                             "tls": {"certificateRefs": [{"name": "cert"}]}}))
    load = Load(web.address, 443, tls=tls, server_name="web.example.com", seen=note)
    wait_for(lambda: load._connect(), "the first handshake")
    with load:
        for n in range(1, len(files)):
            secret(n)
            wait_for(lambda n=n: n in seen[-8:], f"certificate {n}", 10)
            time.sleep(1)
    record_property("load", load.check())
    back = [(a, b) for a, b in zip(seen, seen[8:]) if b < a]
    assert not back, f"a certificate came back: {back[:3]}"
