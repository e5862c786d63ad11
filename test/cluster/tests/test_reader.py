# SPDX-License-Identifier: Apache-2.0
"""`sluice status|explain|check` on a real cluster, by one who may do no more than deploy/reader.yaml."""
import json
import os
import pathlib
import subprocess

import pytest
import yaml

from harness.client import wait_for

TREE = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("SLUICE_BIN") or TREE / "build" / "release" / "sluice"
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: sluice
  listeners:
  - {name: http, port: 80, protocol: HTTP}
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
  - matches: [{path: {value: /app}}]
    backendRefs: [{name: app, port: 80}]
  - matches: [{path: {value: /lost}}]
    backendRefs: [{name: lost, port: 80}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {ports: [{port: 80}]}
"""


@pytest.fixture
def reader(installed, namespace, tmp_path):
    """A kubeconfig of a ServiceAccount that is bound to sluice-reader."""
    installed.kubectl("apply", "--server-side", "-f", TREE / "deploy" / "reader.yaml")
    namespace.kubectl("create", "serviceaccount", "reader")
    name = f"reader-{namespace.name}"
    installed.kubectl("create", "clusterrolebinding", name, "--clusterrole", "sluice-reader",
                      "--serviceaccount", f"{namespace.name}:reader")
    config = yaml.safe_load(pathlib.Path(installed.state.kubeconfig).read_text())
    config["users"][0]["user"] = {"token": namespace.kubectl("create", "token", "reader").strip()}
    path = tmp_path / "reader"
    path.write_text(yaml.safe_dump(config))

    def run(*arguments):
        done = subprocess.run([BINARY, *arguments, "--kubeconfig", path], capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout, done.stderr
    run.binding = name
    yield run
    installed.kubectl("delete", "clusterrolebinding", name, "--ignore-not-found")


def ours(namespace, kind, name):
    return namespace.get(kind, name)["status"]


def test_the_same_as_the_controller_wrote(installed, namespace, reader):
    namespace.apply(GATEWAY, ROUTE, SERVICE)
    namespace.wait_condition("gateway", "web", "Programmed")
    wait_for(lambda: ours(namespace, "httproute", "app")["parents"], "status of the route")

    def told():
        code, out, err = reader("status", "-n", namespace.name, "-o", "json")
        assert (code, err) == (0, "")
        return {o["kind"]: o["status"] for o in json.loads(out)["items"]}
    # The controller may still be writing: both settle on the same.
    wait_for(lambda: told() == {"Gateway": ours(namespace, "gateway", "web"),
                                "HTTPRoute": ours(namespace, "httproute", "app")}, "the same status")

    code, out, _ = reader("explain", "GET", "http://any/app/x", "--gateway", f"{namespace.name}/web")
    assert code == 0 and f"{namespace.name}/app" in out
    code, out, _ = reader("explain", "GET", "http://any/lost", "--gateway", f"{namespace.name}/web")
    assert code == 1
    code, out, _ = reader("check", "-n", namespace.name)
    assert code == 1 and "BackendNotFound" in out


def test_who_may_not_is_told_what(installed, namespace, reader):
    installed.kubectl("delete", "clusterrolebinding", reader.binding)

    def refused():
        code, _, err = reader("status")
        return code == 1 and "cannot list" in err and "HTTP status 403" in err and "is forbidden" in err
    wait_for(refused, "a refusal that names verb and resource", 20)
