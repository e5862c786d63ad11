# SPDX-License-Identifier: Apache-2.0
"""What a newcomer does: the quick start, man page, completion, reference pages."""
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from lib.gateway import ROOT, binary
from lib.wire import get


def say(*args):
    return subprocess.run([binary(), *args], capture_output=True, text=True, timeout=60)


QUICKSTART = r"""
ip link set lo up
cd "$ROOT"
set -m
examples/quickstart/run "$BIN" > "$OUT" 2>&1 & run=$!
for i in $(seq 300); do grep -q Ctrl-C "$OUT" && break; sleep 0.05; done
/usr/bin/python3 -c '
import urllib.request as u
for path in "/", "/api/users":
    print(u.urlopen("http://127.0.0.1:8080" + path, timeout=5).read().decode().split()[0])
print(u.urlopen("http://127.0.0.1:15020/readyz", timeout=5).status)
'
kill -INT -- -$run
wait $run
echo "ended $?"
ss -Hltn | wc -l
"""


def test_quickstart_serves_says_three_curls_and_ends_with_ctrl_c(tmp_path):
    """In a network namespace of its own, since the ports of the quick start are fixed."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs root, unshare and ip")
    out = tmp_path / "out"
    env = {**os.environ, "OUT": str(out), "ROOT": str(ROOT), "BIN": os.path.abspath(binary())}
    p = subprocess.run(["unshare", "-n", "bash", "-c", QUICKSTART], text=True, capture_output=True, env=env, timeout=90)
    said = out.read_text()
    assert p.stdout.split("\n") == ["hello", "api", "200", "ended 0", "0", ""], p.stdout + p.stderr + said
    assert len(re.findall(r"^  curl http://localhost:", said, re.M)) == 3, said


def test_quickstart_is_small_and_good():
    folder = ROOT / "examples" / "quickstart"
    lines = (folder / "quickstart.yaml").read_text().splitlines()
    assert len([x for x in lines if x != "---"]) <= 30
    p = say("check", str(folder))
    assert (p.returncode, p.stdout) == (0, ""), p.stdout


@pytest.mark.parametrize("page", ["settings", "reasons"])
def test_reference_pages_are_the_programs_tables(page):
    assert say("--docs", page).stdout == (ROOT / "docs" / f"{page}.md").read_text(), "run: make docs"


@pytest.mark.parametrize("command", ["serve", "controller", "check", "status", "explain", "version"])
def test_help_of_each_command(command):
    p = say(command, "--help")
    assert p.returncode == 0 and p.stdout.startswith(f"usage: sluice {command} ") and p.stderr == ""
    usage, what, *_ = p.stdout.split("\n\n")
    assert re.fullmatch(r"usage:( [^ \n]+)+ \[OPTIONS\]", usage) and what.endswith(".")
    assert re.search(r"^  --help\n      \S", p.stdout, re.M)
    # An argument that the usage line has without brackets has to be given.
    if re.search(rf"{command} [A-Z]", usage):
        assert say(command).returncode == 2


def test_man_page_is_clean_and_names_every_option(tmp_path):
    page = tmp_path / "sluice.1"
    page.write_text(say("--man").stdout)
    options = re.findall(r"^  --([a-z-]+)", say("serve", "--help").stdout, re.M)
    assert len(options) > 10
    text = page.read_text().replace("\\-", "-")
    for o in options:
        assert f"--{o}" in text
    for section in "NAME SYNOPSIS DESCRIPTION OPTIONS SETTINGS SIGNALS FILES EXAMPLES".split():
        assert f".SH {section}" in text
    if shutil.which("groff"):
        p = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", str(page)], capture_output=True, text=True)
        assert (p.returncode, p.stderr) == (0, "")


@pytest.mark.parametrize("words,want", [
    (["sluice", "ex"], "explain"),
    (["sluice", "check", "--out"], "--output"),
    (["sluice", "serve", "--dns"], "--dns-servers"),
])
def test_completion(words, want, tmp_path):
    (tmp_path / "c").write_text(say("--completion").stdout)
    script = f'source "{tmp_path}/c"; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _sluice; echo "${{COMPREPLY[*]}}"'
    p = subprocess.run(["bash", "-euc", script], capture_output=True, text=True)
    assert p.stdout.split() == [want], p.stderr


def test_interrupt_ends_a_gateway_with_0(gw):
    gw.write("")
    gw.start()
    assert gw.stop(signal.SIGINT) == 0


def test_health_on_any_address_answers_ipv4_and_ipv6(gw):
    gw.args += ["--health", f"[::]:{gw.health_port}"]
    gw.write("")
    gw.start()
    assert get(gw.health_port, "/healthz").status == 200


def build_folder():
    """Where the program was built, or skip: a program alone says nothing of what is installed."""
    folder = Path(binary()).resolve().parent
    if not (folder / "cmake_install.cmake").exists() or not shutil.which("cmake"):
        pytest.skip("the program does not lie where it was built")
    return folder


def test_install_puts_all_of_it_beneath_the_prefix(tmp_path):
    at = tmp_path / "at"
    p = subprocess.run(["cmake", "--install", build_folder(), "--prefix", at], capture_output=True, text=True)
    assert p.returncode == 0, p.stderr
    p = subprocess.run([at / "bin/sluice", "version"], capture_output=True, text=True, timeout=60)
    assert p.returncode == 0 and p.stdout.startswith("sluice ")
    assert (at / "share/man/man1/sluice.1").read_text() == say("--man").stdout
    assert (at / "share/bash-completion/completions/sluice").read_text() == say("--completion").stdout
    assert f"ExecStart={at}/bin/sluice serve" in (at / "lib/systemd/system/sluice.service").read_text()


def test_the_package_is_a_real_one(tmp_path):
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("needs dpkg-dev")
    p = subprocess.run(["cpack", "-G", "DEB", "--config", build_folder() / "CPackConfig.cmake", "-B", tmp_path], capture_output=True, text=True)
    assert p.returncode == 0, p.stdout + p.stderr
    (deb,) = tmp_path.glob("sluice_*.deb")
    files = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True, check=True).stdout
    for want in ("usr/bin/sluice", "usr/share/man/man1/sluice.1", "usr/share/bash-completion/completions/sluice",
                 "usr/lib/systemd/system/sluice.service", "etc/sluice/README", "usr/share/doc/sluice/unmanaged.md", "usr/share/doc/sluice/examples/quickstart/quickstart.yaml"):  # fmt: skip
        assert re.search(rf" root/root .* \./{want}$", files, re.M), files
    said = subprocess.run(["dpkg-deb", "-f", deb], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Package: sluice$", said, re.M) and re.search(r"^Version: \d+\.\d+\.\d+$", said, re.M)
    # What the program is linked with, by package and version.
    for library in ("libssl3", "libpcre2-8-0", "libc-ares2", "libc6"):
        assert re.search(rf"^Depends: .*\b{library} \(>= ", said, re.M), said
    subprocess.run(["dpkg-deb", "-x", deb, tmp_path / "x"], check=True)
    unit = (tmp_path / "x/usr/lib/systemd/system/sluice.service").read_text()
    assert "ExecStart=/usr/bin/sluice serve" in unit and re.search(r"^ExecReload=.*USR2", unit, re.M)


ROUTE = "apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r}}\nspec: {{}}\n"
SLIPS = {
    "a kind": (ROUTE.format(kind="HttpRuote"), 1,
               "a.yaml:1:1: HttpRuote r: gateway.networking.k8s.io/v1 has no such kind (did you mean HTTPRoute?)"),
    "a kind of others": ("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: r}\n", 0,
                         "Gateway (networking.istio.io/v1): ignored: not a kind that this gateway reads"),
    "a template": ("kind: Gateway\nmetadata: {name: {{ .Values.name }}}\n", 1,
                   "a.yaml:2:19: a key must be text; if this is a template, its {{ }} is to be filled in first"),
    "no parent": (ROUTE.format(kind="HTTPRoute"), 0,
                  "a.yaml:1:1: warning: HTTPRoute default/r: spec.parentRefs names no Gateway, so nothing serves it"),
    "nothing": ("", 0, "sluice check: no object in these paths; of a folder, files that end in .yaml, .yml or .json are read"),
}


@pytest.mark.parametrize("what", SLIPS)
def test_check_says_what_was_meant(tmp_path, what):
    text, code, said = SLIPS[what]
    (tmp_path / "a.yaml").write_text(text)
    p = say("check", str(tmp_path))
    assert p.returncode == code and said in p.stdout + p.stderr, p.stdout + p.stderr


@pytest.mark.parametrize("args, code, said", [
    (["GET", "ftp://localhost/"], 2, "the URL's scheme is neither http nor https"),
    (["G@T", "/"], 2, 'this is no method: "G@T"'),
    (["GET", "/", "-H", "Broken"], 2, "-H 'Broken': NAME: VALUE is wanted"),
    (["GET", "/", "-H", "no name: x"], 2, "this is no header's name, as in 'NAME: VALUE': \"no name\""),
    (["CONNECT", "http://localhost:8080/"], 1, "405: CONNECT and TRACE are never served (method_refused)."),
    (["GET", "https://localhost:8080/"], 1, "nothing listens on port 8080 for https; there is tcp/8080 (http)."),
])
def test_explain_of_what_nobody_serves(args, code, said):
    p = say("explain", *args, str(ROOT / "examples" / "quickstart"))
    assert p.returncode == code and said in p.stdout + p.stderr, p.stdout + p.stderr


def test_help_is_a_command_too():
    assert say("help").stdout == say("--help").stdout != ""
