# SPDX-License-Identifier: Apache-2.0
"""Hostile objects: each is refused alone, says why, and reaches nothing as text (I8 of the catalogue).

One gateway serves; one row after the other puts something bad beside what is good.  The good is served
all the while, another good change after it is taken, the bad is told in status or log, and what is in
force can be dumped and read.
"""
import json
import subprocess
import time

import pytest

from lib.gateway import Gateway, backend, binary, gateway, ref, route
from lib.tls import Cert, https
from lib.upstream import Upstream
from lib.wire import WireError, get

ROWS = {}


def row(what, told, *objects, answer=None):
    """<told>: stands in the status page or in the log.  <answer>: (host, status) while the object is there."""
    ROWS[what] = (told, objects, answer)


def regex_route(name, value, **kw):
    return route(name, [{"matches": [{"path": {"type": "RegularExpression", "value": value}}], "backendRefs": [ref("a")]}], hostnames=[f"{name}.test"], **kw)


def named(**metadata):
    out = route("x", hostnames=["x.test"])
    out["metadata"].update(metadata)
    return out


SPLIT = "x\nSet-Cookie: y\r\n\r\n;${jndi:x}$(reboot)`reboot`\"'{{.}}"

row("a regular expression of 20,000 alternatives", "default/re1", regex_route("re1", "(" + "a|" * 20_000 + "b)"))
row("a regular expression of nested bounds", "regular expression is too large", regex_route("re2", "((a{1,200}){1,200}){1,200}"))
row("a regular expression that is none", "missing closing parenthesis", regex_route("re3", "/(unclosed"))
row("an object of 16 MB", "at most 4194304 are read", {**route("big"), "metadata": {"name": "big", "namespace": "default", "annotations": {"a": "x" * (16 << 20)}}})
row("aliases that multiply", "bad.yaml",
    "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]" for p, c in zip("abcdefgh", "bcdefghi")))
row("an alias of itself", "bad.yaml", "kind: HTTPRoute\nspec: &a\n  rules: [*a]\n")
row("nested 100,000 deep", "bad.yaml", "[" * 100_000)
row("a name with a line end", "bad.yaml", named(name=SPLIT))
row("a namespace with a line end", "bad.yaml", named(namespace=SPLIT))
row("a hostname with a line end", "default/host", route("host", hostnames=[SPLIT]))
row("a header value to be set with a line end", "default/head", route("head", [{"backendRefs": [ref("a")], "filters": [
    {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "X", "value": SPLIT}]}}]}], hostnames=["head.test"]))
row("a header name with a line end", "default/name", route("name", [{"backendRefs": [ref("a")], "filters": [
    {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [{"name": "X: y\r\nZ", "value": "1"}]}}]}], hostnames=["name.test"]))
row("a rewritten path with a line end", "path", route("path", [{"backendRefs": [ref("a")], "filters": [
    {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": "/" + SPLIT}}}]}], hostnames=["path.test"]),
    answer=("path.test", 500))
row("a redirect to a host with a line end", "default/redir", route("redir", [{"filters": [
    {"type": "RequestRedirect", "requestRedirect": {"hostname": "a\r\nX: y"}}]}], hostnames=["redir.test"]))
row("a backend that is not there", "BackendNotFound", route("gone", [{"backendRefs": [ref("nowhere")]}], hostnames=["gone.test"]), answer=("gone.test", 500))
row("a backend in another namespace without a grant", "RefNotPermitted", backend("theirs", "127.0.0.1:9", namespace="other"),
    route("theft", [{"backendRefs": [ref("theirs", namespace="other")]}], hostnames=["theft.test"]), answer=("theft.test", 500))
row("a filter nobody knows", "default/filter", route("filter", [{"backendRefs": [ref("a")], "filters": [{"type": "Exec", "exec": {"command": "reboot"}}]}],
                                                    hostnames=["filter.test"]))
row("a kind nobody knows", "bad.yaml", {"apiVersion": "evil/v1", "kind": "Exec", "metadata": {"name": "x"}, "spec": {}})
row("bytes that are no text", "bad.yaml", "kind: \x00\x01\x7f")


class Rig:
    def __init__(self, folder):
        self.up = Upstream("a")
        self.gw = Gateway(folder, "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "0s", "--access-log", "off")
        self.gw.write(gateway(self.gw.port), backend("a", self.up), route())
        self.gw.start()
        self.n = 0

    def change(self):
        """A good change: that it is in force shows that what was before it has been read."""
        self.n += 1
        self.gw.write(route("canary", hostnames=[f"canary{self.n}.test"], rules=[{"backendRefs": [ref("a")]}], ), name="canary.yaml")
        host = f"canary{self.n}.test"

        def live():
            # By name: the catch-all route answers for every host.
            return f'"{host}"' in self.gw.admin("/config_dump")[1]

        self.gw.until(live, f"{host} live", timeout=60)


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    r = Rig(tmp_path_factory.mktemp("objects") / "conf")
    yield r
    code = r.gw.stop()
    r.up.stop()
    assert code == 0 and r.up.violations == []


def judge(rig, what, told, objects, answer):
    gw = rig.gw
    before = len(gw.text())
    gw.write(*objects, name="bad.yaml")
    rig.change()
    assert get(gw.port).status == 200
    code, dump = gw.admin("/config_dump")
    assert code == 200
    json.loads(dump)
    gw.until(lambda: told in gw.text()[before:] or told in gw.admin("/status")[1], f"{what} told")
    json.loads(gw.admin("/status")[1])
    for line in gw.text()[before:].splitlines():
        assert not line.startswith("Set-Cookie"), "a line of its own in the log"
    if answer:
        assert get(gw.port, host=answer[0]).status == answer[1]
    (gw.folder / "bad.yaml").unlink()
    rig.change()
    assert get(gw.port).status == 200


@pytest.mark.parametrize("what", ROWS)
def test_a_bad_object_harms_nobody(rig, what):
    judge(rig, what, *ROWS[what])


@pytest.mark.parametrize("what", ["mismatch", "missing", "expired", "no pem", "their secret"])
def test_a_bad_certificate_harms_nobody(rig, tmp_path, what):
    good, other = Cert(tmp_path, "good.test", san="DNS:good.test"), Cert(tmp_path, "other.test")
    secret = good.secret("cert")
    told = "InvalidCertificateRef"
    if what == "mismatch":
        secret["data"]["tls.key"] = other.secret("x")["data"]["tls.key"]
    elif what == "no pem":
        secret["data"]["tls.crt"] = "bm90aGluZw=="
    elif what == "their secret":
        secret["metadata"]["namespace"] = "other"
        told = "RefNotPermitted"
    elif what == "expired":
        script = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", str(good.key), "-out", str(good.cert),
                  "-subj", "/CN=good.test", "-days", "-1"]
        done = subprocess.run(script, capture_output=True, text=True)
        if done.returncode:
            pytest.skip("this openssl makes no expired certificate")
        secret, told = good.secret("cert"), None
    objects = [] if what == "missing" else [secret]
    ref_ns = {"namespace": "other"} if what == "their secret" else {}
    listener = https("https", rig.gw.port + 1, "cert")
    listener["tls"]["certificateRefs"] = [{"name": "cert", **ref_ns}]
    second = gateway(0, name="bad-tls", listeners=[listener])
    judge(rig, what, told or "bad-tls", [second, *objects], None)


def test_two_listeners_of_one_name_and_host_are_both_refused(rig):
    twice = [{"name": n, "port": rig.gw.port + 2, "protocol": "HTTP", "hostname": "twice.test"} for n in ("one", "two")]
    judge(rig, "listeners", "must be unique for each listener", [gateway(0, name="twice", listeners=twice)], None)


def test_bad_regular_expressions_cost_little_to_refuse(tmp_path):
    """The time is bounded before a pattern is ever tried."""
    for i, pattern in enumerate(["((a{1,200}){1,200}){1,200}", "(" * 500 + ")" * 500, "(a|" * 300 + ")" * 300, "(?:a?){500}a{500}", "x" * 1024]):
        (tmp_path / f"{i}.yaml").write_text("\n---\n".join(json.dumps(o) for o in (gateway(80), backend("a", "127.0.0.1:1"), regex_route(f"r{i}", "/" + pattern))))
        began = time.monotonic()
        p = subprocess.run([binary(), "check", str(tmp_path / f"{i}.yaml")], capture_output=True, text=True, timeout=60)
        assert p.returncode in (0, 1) and "panic" not in p.stderr, p.stderr
        assert time.monotonic() - began < 20
