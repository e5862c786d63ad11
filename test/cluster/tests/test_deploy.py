# SPDX-License-Identifier: Apache-2.0
"""What deploy/ holds: one installation in three forms, and the chart's proxy block."""
import os
import pathlib
import re
import subprocess

import pytest
import yaml

from harness import build
from harness.client import wait_for

TREE = pathlib.Path(__file__).resolve().parents[3]
CHART = TREE / "deploy" / "helm" / "sluice"
PAGE_STREAM = """
proxy:
  enabled: true
  addresses: ["0.0.0.0"]
  http: {enabled: true, servicePort: 80, containerPort: 8000}
  tls: {enabled: true, servicePort: 443, containerPort: 8443}
  stream:
    - containerPort: 9901
      servicePort: 9901
      protocol: TCP
    - containerPort: 9902
      servicePort: 9902
      protocol: UDP
    - containerPort: 9903
      servicePort: 9903
      protocol: TCP
      parameters:
        - "ssl"
"""


def documents(text):
    return [d for d in yaml.safe_load_all(text) if d]


def named(objects):
    return {(o["apiVersion"], o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]): o
            for o in objects}


def kustomize():
    kubectl = build.need("kube") / "kube"
    return subprocess.check_output([kubectl, "kubectl", "kustomize", TREE / "deploy" / "kustomize"],
                                   text=True)


def helm_template(*arguments, input=None):
    return subprocess.run([build.need("helm") / "helm", "template", "rel", CHART, "--namespace",
                           "sluice-system", *arguments], input=input, capture_output=True, text=True)


def test_install_yaml_is_the_kustomize_base():
    single = documents((TREE / "deploy" / "install.yaml").read_text())
    assert named(single) == named(documents(kustomize()))


def test_the_chart_gives_the_same_rights():
    """Names are the release's; what may be done is the same."""
    single = named(documents((TREE / "deploy" / "install.yaml").read_text()))
    chart = documents(helm_template().stdout)
    for kind in ("ClusterRole", "Role"):
        rules = [o["rules"] for key, o in single.items() if key[1] == kind]
        assert [o["rules"] for o in chart if o["kind"] == kind] == rules


def proxy_objects(values):
    done = helm_template("-f", "-", input=values)
    assert done.returncode == 0, done.stderr
    objects = documents(done.stdout)
    service = next(o for o in objects if o["kind"] == "Service"
                   and o["metadata"]["name"] == "rel-proxy")
    deployment = next(o for o in objects if o["kind"] == "Deployment"
                      and o["metadata"]["name"] == "rel-proxy")
    env = {e["name"]: e["value"]
           for e in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    ports = [(p["port"], p["targetPort"], p["protocol"]) for p in service["spec"]["ports"]]
    return ports, env


def test_one_proxy_block_makes_service_ports_and_listens():
    ports, env = proxy_objects(PAGE_STREAM)
    assert ports == [(80, 8000, "TCP"), (443, 8443, "TCP"), (9901, 9901, "TCP"),
                     (9902, 9902, "UDP"), (9903, 9903, "TCP")]
    assert env["KONG_PROXY_LISTEN"] == ("0.0.0.0:8000 reuseport backlog=16384, "
                                        "0.0.0.0:8443 reuseport backlog=16384 ssl")
    assert env["KONG_STREAM_LISTEN"] == "0.0.0.0:9901, 0.0.0.0:9902 udp, 0.0.0.0:9903 ssl"


def test_what_is_off_is_neither_port_nor_listen():
    ports, env = proxy_objects("proxy: {enabled: true, http: {enabled: false}, tls: {enabled: false}, "
                               "stream: [{servicePort: 53, containerPort: 5353, protocol: UDP}]}")
    assert ports == [(53, 5353, "UDP")]
    assert env == {"KONG_PROXY_LISTEN": "off",
                   "KONG_STREAM_LISTEN": "0.0.0.0:5353 udp, [::]:5353 udp"}


def test_the_pages_own_block_is_refused_where_it_is_broken():
    """As printed it has "stream: []" with items below it: no YAML, and the line is named."""
    done = helm_template("-f", "-", input=PAGE_STREAM.replace("stream:", "stream: []"))
    assert done.returncode != 0
    assert "line" in done.stderr and "YAML" in done.stderr.replace("yaml", "YAML")


# ---- deploy/README.md: every command in it ----

def blocks():
    """(language, text) of each fenced block, in order."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", (TREE / "deploy" / "README.md").read_text(), re.M | re.S)


@pytest.fixture
def shell(cluster, namespace, tmp_path):
    """Runs text as a reader would: kubectl and helm on PATH, in the namespace of the test."""
    image = TREE / "build" / "image" / "sluice.tar"
    if not image.exists():
        pytest.skip("make image first")
    cluster.import_image(image)
    kube = build.need("kube") / "kube"
    config = tmp_path / "config"
    config.write_bytes(pathlib.Path(cluster.state.kubeconfig).read_bytes())
    subprocess.run([kube, "kubectl", "--kubeconfig", config, "config", "set-context", "--current",
                    "--namespace", namespace.name], check=True)
    (tmp_path / "kubectl").write_text(f'#!/bin/sh\nexec {kube} kubectl "$@"\n')
    (tmp_path / "kubectl").chmod(0o755)
    (tmp_path / "helm").symlink_to(build.need("helm") / "helm")
    (tmp_path / "sluice").symlink_to(TREE / "build" / "release" / "sluice")  # of `make image`
    environment = {**os.environ, "KUBECONFIG": str(config),
                   "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def run(text, input=None):
        done = subprocess.run(["bash", "-euc", text], cwd=TREE, env=environment, input=input,
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout
    yield run
    run("kubectl delete gateway --all; helm uninstall sluice --namespace sluice --ignore-not-found; "
        "kubectl delete namespace sluice --ignore-not-found --wait=false")


def test_the_readme_takes_a_reader_to_a_curl(shell):
    texts = blocks()
    plain = [text for language, text in texts if not language]
    manifests = [text for language, text in texts if language == "yaml"]
    install, helm = plain[0], next(text for text in plain if text.startswith("helm install"))
    app = next(text for text in plain if "create deployment app" in text)
    curl = next(text for text in plain if "curl" in text)
    look = next(text for text in plain if text.startswith("sluice status"))
    assert set(plain) == {install, helm, app, curl, look} and len(manifests) == 1
    shell(install)
    shell("kubectl apply --server-side -k deploy/kustomize")  # the same again
    shell(app)
    shell("kubectl apply -f -", input=manifests[0])
    assert '"path": "/"' in shell(curl)
    # check judges the whole cluster: what earlier tests left broken is on its way out.
    mine = shell("kubectl config view --minify -o jsonpath={..namespace}")
    wait_for(lambda: not [n for n in shell("kubectl get namespaces -o name").split()
                          if n.startswith("namespace/test-") and n != f"namespace/{mine}"],
             "the namespaces of other tests are gone", timeout=180)
    shell(look.replace("default/", mine + "/"))
    # The chart beside it, with the class that is there already left alone.
    shell(helm.strip() + " --set gatewayClass.create=false")
