# SPDX-License-Identifier: Apache-2.0
"""`sluice status|explain|check` on a cluster: what they ask for, what they say, how they fail."""
import json
import re
import ssl
import subprocess

import pytest
from lib.apiserver import ApiServer
from lib.gateway import binary, endpoint_slice, gateway, route, service, to_service
from lib.tls import Cert, https

CONTROLLER = "sluice.dev/gateway-controller"


def run(*args, env=None):
    p = subprocess.run([binary(), *map(str, args)], capture_output=True, text=True, timeout=60, env=env)
    return p.returncode, p.stdout, p.stderr


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def gateway_class(name="sluice", **annotations):
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
            "metadata": {"name": name, "annotations": annotations}, "spec": {"controllerName": CONTROLLER}}


def programmed(gw, address="10.9.8.7", generation=3):
    """As our controller left it."""
    gw["metadata"]["generation"] = generation
    gw["status"] = {
        "addresses": [{"type": "IPAddress", "value": address}],
        "conditions": [{"type": "Programmed", "status": "True", "reason": "Programmed", "observedGeneration": 3,
                        "message": "", "lastTransitionTime": "2024-02-03T04:05:06Z"}],
    }
    return gw


@pytest.fixture
def api():
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def kubeconfig(tmp_path):
    def write(server, user=None, cluster=None):
        path = tmp_path / "kubeconfig"
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": server.url if server else "http://127.0.0.1:1", **(cluster or {})}}],
            "users": [{"name": "u", "user": user or {}}],
        }))
        return path
    return write


def fill(api, n=5):
    """A Gateway that serves <n> routes, each to its own Service."""
    api.put(gateway_class(), namespace("default"), programmed(gateway(80)))
    for i in range(n):
        rules = [{"matches": [{"path": {"value": f"/r{i}"}}], "backendRefs": [to_service(80, f"s{i}")]}]
        api.put(route(f"r{i}", rules=rules), service(f"s{i}"),
                endpoint_slice(f"s{i}-x", {None: 8080}, "10.0.0.1", service=f"s{i}"))


def test_status_shows_what_the_cluster_holds(api, kubeconfig):
    fill(api)
    code, out, err = run("status", "--kubeconfig", kubeconfig(api), "-o", "json")
    assert (code, err) == (0, "")
    items = {(o["kind"], o["metadata"]["name"]): o for o in json.loads(out)["items"]}
    assert sorted(n for k, n in items if k == "HTTPRoute") == [f"r{i}" for i in range(5)]
    st = items[("Gateway", "gw")]["status"]
    assert st["listeners"][0]["attachedRoutes"] == 5
    assert st["addresses"] == [{"type": "IPAddress", "value": "10.9.8.7"}]
    got = {c["type"]: c for c in st["conditions"]}
    assert got["Programmed"]["status"] == "True"
    assert got["Programmed"]["lastTransitionTime"] == "2024-02-03T04:05:06Z"
    for i in range(5):
        conditions = items[("HTTPRoute", f"r{i}")]["status"]["parents"][0]["conditions"]
        assert {c["type"]: c["status"] for c in conditions} == {"Accepted": "True", "ResolvedRefs": "True"}


def test_a_generation_that_no_data_plane_has_is_pending(api, kubeconfig):
    fill(api, 0)
    api.collections["/apis/gateway.networking.k8s.io/v1/gateways"][0]["metadata"]["generation"] = 4
    _, out, _ = run("status", "--kubeconfig", kubeconfig(api))
    assert re.search(r"Programmed +False +Pending", out)


def test_it_reads_once_and_no_more_than_it_must(api, kubeconfig, tmp_path):
    fill(api)
    cert = Cert(tmp_path, "web.example", san="DNS:web.example")
    gw = gateway(443, "tls", [https("https", 443, "web-tls")])
    api.put(gw, cert.secret("web-tls"), cert.secret("nobody-asks"))
    code, out, _ = run("status", "--kubeconfig", kubeconfig(api))
    assert code == 0 and "InvalidCertificateRef" not in out
    assert not any("watch" in r for r in api.requests)
    assert [r for r in api.requests if "secrets" in r] == ["GET /api/v1/namespaces/default/secrets/web-tls"]
    routes = [r for r in api.requests if "/httproutes?" in r]
    assert [re.sub(".*continue=", "", r) for r in routes[1:]] == ["2", "4"], "three pages, each once"


def test_explain_runs_the_data_planes_own_router(api, kubeconfig):
    fill(api)
    config = kubeconfig(api)
    code, out, err = run("explain", "GET", "http://any/r3/x", "--kubeconfig", config)
    assert (code, err) == (0, "") and "default/r3" in out
    assert run("explain", "GET", "http://any/nothing", "--kubeconfig", config)[0] == 1
    api.put(gateway(8080, "other"))
    code, _, err = run("explain", "GET", "http://any/r3", "--kubeconfig", config)
    assert code == 2 and "which Gateway? --gateway NAMESPACE/NAME; there are default/gw, default/other" in err
    code, out, _ = run("explain", "GET", "http://any/r3", "--kubeconfig", config, "--gateway", "default/gw")
    assert code == 0 and "default/r3" in out
    code, _, err = run("explain", "GET", "http://any/r3", "--kubeconfig", config, "--gateway", "default/gv")
    assert code == 1 and "no Gateway default/gv of ours" in err


def test_explain_of_an_unmanaged_class(api, kubeconfig):
    fill(api)
    api.collections["/apis/gateway.networking.k8s.io/v1/gatewayclasses"][0]["metadata"]["annotations"] = {
        "konghq.com/gatewayclass-unmanaged": "true"}
    code, out, _ = run("explain", "GET", "http://any/r3/x", "--kubeconfig", kubeconfig(api))
    assert code == 0 and "default/r3" in out


def test_check_finds_what_is_wrong_and_what_cannot_win(api, kubeconfig):
    fill(api, 2)
    config = kubeconfig(api)
    code, out, err = run("check", "--kubeconfig", config)
    assert (code, out, err) == (0, "", "")
    api.put(route("same", rules=[{"matches": [{"path": {"value": "/r1"}}], "backendRefs": [to_service(80, "s0")]}]))
    code, out, _ = run("check", "--kubeconfig", config)
    assert code == 0 and "warning: " in out and "same" in out and "r1" in out
    api.put(route("dangling", namespace="team", rules=[{"backendRefs": [to_service(80, "absent")]}]) |
            {"spec": {"parentRefs": [{"name": "gw", "namespace": "default"}], "rules": [{"backendRefs": [to_service(80, "absent")]}]}},
            namespace("team"))
    code, out, _ = run("check", "--kubeconfig", config)
    assert code == 1 and "HTTPRoute team/dangling" in out
    code, out, _ = run("check", "--kubeconfig", config, "-n", "default")
    assert code == 0 and "dangling" not in out


def test_namespaces(api, kubeconfig):
    fill(api, 1)
    api.put(namespace("team"), gateway(80, "theirs", namespace="team"))
    config = kubeconfig(api)
    _, out, _ = run("status", "--kubeconfig", config)
    assert "default/gw" in out and "team/theirs" in out and "GatewayClass" in out
    _, out, _ = run("status", "--kubeconfig", config, "-n", "team")
    assert "team/theirs" in out and "default/gw" not in out and "GatewayClass" not in out
    assert run("status", "--kubeconfig", config, "-n", "team", "-A")[1] == run("status", "--kubeconfig", config)[1]


def test_where_the_cluster_is(api, kubeconfig):
    """--cluster: where kubectl would go; --context: another one of that file."""
    fill(api, 1)
    env = {"KUBECONFIG": str(kubeconfig(api)), "PATH": "/nowhere"}
    assert run("status", "--cluster", env=env)[0] == 0
    code, _, err = run("status", "--context", "there", env=env)
    assert code == 1 and 'no context "there" with a cluster' in err
    code, _, err = run("status", "--cluster", env={"HOME": "/nowhere"})
    assert code == 1 and "/nowhere/.kube/config: No such file or directory" in err
    code, _, err = run("status", "--kubeconfig", kubeconfig(api), "/tmp")
    assert code == 2 and "files (/tmp) and a cluster: which of them?" in err


@pytest.mark.parametrize("command", (["status"], ["check"], ["explain", "GET", "http://x/"]))
def test_nobody_answers(kubeconfig, command):
    code, _, err = run(*command, "--kubeconfig", kubeconfig(None))
    assert code == 1 and "the API server does not answer: Connection refused" in err


def test_forbidden_names_verb_and_resource(api, kubeconfig):
    fill(api, 1)
    api.fail("/apis/gateway.networking.k8s.io/v1/httproutes", 403, 'User "eve" cannot list resource "httproutes"')
    code, out, err = run("status", "--kubeconfig", kubeconfig(api))
    assert (code, out) == (1, "")
    assert 'cannot list httproutes.gateway.networking.k8s.io: HTTP status 403: User "eve" cannot' in err
    assert len([r for r in api.requests if "httproutes" in r]) == 1, "not asked again"


def test_a_secret_that_may_not_be_got(api, kubeconfig, tmp_path):
    fill(api, 0)
    api.put(gateway(443, "tls", [https("https", 443, "web-tls")]))
    api.fail("/api/v1/namespaces/default/secrets", 403, "secrets is forbidden")
    code, _, err = run("status", "--kubeconfig", kubeconfig(api))
    assert code == 1 and "cannot get secrets default/web-tls: HTTP status 403: secrets is forbidden" in err


def test_unknown_to_the_server(api, kubeconfig):
    fill(api, 1)
    api.token = "right"
    code, _, err = run("status", "--kubeconfig", kubeconfig(api, {"token": "wrong"}))
    assert code == 1 and "HTTP status 401: Unauthorized" in err
    assert run("status", "--kubeconfig", kubeconfig(api, {"token": "right"}))[0] == 0


def test_busy_for_a_moment(api, kubeconfig):
    fill(api, 1)
    api.fail("/apis/gateway.networking.k8s.io/v1/httproutes", 503, times=1)
    code, out, _ = run("status", "--kubeconfig", kubeconfig(api))
    assert code == 0 and "r0" in out


def test_the_crds_are_missing(kubeconfig):
    server = ApiServer(crds=False)
    code, _, err = run("status", "--kubeconfig", kubeconfig(server))
    server.close()
    assert code == 1 and "the CRDs of the Gateway API are not installed" in err


def test_a_kind_that_is_not_served_is_an_empty_list(api, kubeconfig):
    fill(api, 1)
    del api.collections["/apis/gateway.networking.k8s.io/v1/grpcroutes"]
    assert run("status", "--kubeconfig", kubeconfig(api))[0] == 0


# ---- TLS, and credentials that a program gives ----

def program(tmp_path, *answers, name="login"):
    """Gives the nth answer (a status of an ExecCredential) the nth time, the last from then on."""
    path = tmp_path / name
    for i, status in enumerate(answers):
        (tmp_path / f"{name}.{i}").write_text(json.dumps(
            {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}))
    path.write_text(f"""#!/bin/sh
n=$(cat {path}.runs 2>/dev/null || echo 0)
echo $((n + 1)) > {path}.runs
printf %s "$KUBERNETES_EXEC_INFO" > {path}.info
[ $n -lt {len(answers)} ] || n={len(answers) - 1}
cat {path}.$n
""")
    path.chmod(0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": f"./{name}", "interactiveMode": "Never",
                     "provideClusterInfo": True, "installHint": "apt install login"}}


def runs(tmp_path, name="login"):
    return int((tmp_path / f"{name}.runs").read_text())


def test_a_token_from_a_program(api, kubeconfig, tmp_path):
    fill(api, 1)
    api.token = "fresh"
    code, out, err = run("status", "--kubeconfig", kubeconfig(api, program(tmp_path, {"token": "fresh"})))
    assert (code, err) == (0, "") and "r0" in out
    assert runs(tmp_path) == 1, "once for all requests"
    info = json.loads((tmp_path / "login.info").read_text())
    assert info["spec"] == {"cluster": {"server": api.url}, "interactive": False}


def test_it_is_asked_again_when_the_server_does_not_know_us(api, kubeconfig, tmp_path):
    fill(api, 1)
    api.token = "second"
    user = program(tmp_path, {"token": "first"}, {"token": "second"})
    code, out, err = run("status", "--kubeconfig", kubeconfig(api, user))
    assert (code, err) == (0, "") and "r0" in out
    assert runs(tmp_path) == 2
    api.token = "third"
    code, _, err = run("status", "--kubeconfig", kubeconfig(api, user))
    assert code == 1 and "HTTP status 401" in err


def test_a_program_that_is_not_there(api, kubeconfig, tmp_path):
    user = program(tmp_path, {"token": "x"})
    (tmp_path / "login").unlink()
    code, _, err = run("status", "--kubeconfig", kubeconfig(api, user))
    assert code == 1 and "No such file or directory; apt install login" in err and "/login" in err


def test_a_data_plane_takes_no_kubeconfig(kubeconfig):
    """It could start no program either: test_090_hardening.py, the sandbox's self test."""
    code, _, err = run("serve", "--kubeconfig", kubeconfig(None), "/tmp")
    assert code == 2 and "kubeconfig" in err


@pytest.fixture
def tls_api(tmp_path):
    """(server, authority): TLS, and only those the authority certified."""
    ca = Cert(tmp_path, "ca", ca=True)
    leaf = Cert(tmp_path, "api", san="IP:127.0.0.1", by=ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.cert, leaf.key)
    context.load_verify_locations(ca.cert)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = ApiServer(context=context)
    fill(server, 1)
    yield server, ca
    server.close()


def test_a_certificate_from_a_program(tls_api, kubeconfig, tmp_path):
    server, ca = tls_api
    me = Cert(tmp_path, "me", by=ca)
    user = program(tmp_path, {"clientCertificateData": me.cert.read_text(), "clientKeyData": me.key.read_text()})
    code, out, err = run("status", "--kubeconfig", kubeconfig(server, user, {"certificate-authority": "ca.crt"}))
    assert (code, err) == (0, "") and "r0" in out
    assert server.peers and all(p["subject"] == ((("commonName", "me"),),) for p in server.peers)


def test_a_certificate_from_files(tls_api, kubeconfig, tmp_path):
    server, ca = tls_api
    Cert(tmp_path, "me", by=ca)
    user = {"client-certificate": "me.crt", "client-key": "me.key"}
    code, _, err = run("status", "--kubeconfig", kubeconfig(server, user, {"certificate-authority": "ca.crt"}))
    assert (code, err) == (0, "")
    assert server.peers and all(p["subject"] == ((("commonName", "me"),),) for p in server.peers)


def test_a_server_that_is_not_trusted(tls_api, kubeconfig, tmp_path):
    server, _ = tls_api
    Cert(tmp_path, "other", ca=True)
    code, out, err = run("status", "--kubeconfig", kubeconfig(server, None, {"certificate-authority": "other.crt"}))
    assert (code, out) == (1, "") and "the API server does not answer: " in err and "certificate" in err
    assert not server.requests, "nothing was said to it"
    code, _, _ = run("status", "--kubeconfig", kubeconfig(server, None, {"insecure-skip-tls-verify": True}))
    assert code == 0
