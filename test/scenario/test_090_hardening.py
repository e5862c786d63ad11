# SPDX-License-Identifier: Apache-2.0
"""Nothing to steal: what the shipped binary is, what it gave up, and what it never tells."""
import base64
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from lib.gateway import ROOT, Gateway, backend, binary, gateway, route
from lib.wire import get

NOBODY = 65534
BIND = 1 << 10  # CAP_NET_BIND_SERVICE


def sanitized():
    return b"__asan_init" in pathlib.Path(binary()).read_bytes()


release = pytest.mark.skipif("sanitized()", reason="the sanitizers' runtime needs what the sandbox takes")


def children(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def proc_status(pid):
    return dict(re.findall(r"^(\w+):\s*(.*)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M))


# --- the build -------------------------------------------------------------------------------------


def readelf(*args):
    return subprocess.run(["readelf", "-W", *args, binary()], capture_output=True, text=True, check=True).stdout


@release
def test_the_binary_is_hardened():
    dynamic, segments, symbols = readelf("-d"), readelf("-l"), readelf("--dyn-syms")
    assert re.search(r"FLAGS_1.*\bPIE\b", dynamic), "position independent"
    assert re.search(r"FLAGS_1.*\bNOW\b", dynamic) and "GNU_RELRO" in segments, "full RELRO"
    stack = re.search(r"GNU_STACK\s+(?:0x\w+\s+){5}(\S+)", segments)
    assert stack and "E" not in stack[1], "no executable stack"
    for line in segments.splitlines():
        if " LOAD " in line:
            assert not re.search(r"\bRWE\b", line), "nothing both writable and executable"
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic and "TEXTREL" not in dynamic
    assert "__stack_chk_fail" in symbols, "stack protector"
    assert len(re.findall(r"__\w+_chk\b", symbols)) >= 3, "fortified calls"
    assert not re.search(r" (gets|strcpy|strcat|sprintf)@", symbols), "unbounded calls"


@release
def test_the_compiler_was_told():
    commands = ROOT / "build" / "release" / "compile_commands.json"
    if pathlib.Path(binary()).resolve().parent != commands.parent:
        pytest.skip("not a binary of this tree")
    text = commands.read_text()
    entries = re.findall(r'"command": "(.*?)",\n', text)
    assert entries
    for command in entries:
        for flag in ("-D_FORTIFY_SOURCE=3", "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection", "-fPI"):
            assert flag in command, (flag, command[-200:])


def test_clang_checks_indirect_calls():
    """A call through a pointer of another type ends the cfi build at the call.  The checks jump to a trap; without them
    there are none but for a handful of compiler's own."""
    cfi = pathlib.Path(os.environ.get("SLUICE_CFI_BIN", ROOT / "build" / "cfi" / "sluice"))
    if not cfi.exists():
        pytest.skip("no cfi build in this tree: cmake --preset cfi")
    out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", str(cfi)], capture_output=True, text=True, check=True).stdout
    assert len(re.findall(r"\sud[12]\b", out)) > 100
    dynamic = subprocess.run(["readelf", "-Wd", str(cfi)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"FLAGS_1.*\bPIE\b", dynamic) and re.search(r"FLAGS_1.*\bNOW\b", dynamic)
    assert subprocess.run([str(cfi), "version"], capture_output=True, check=True).stdout.startswith(b"sluice ")


# --- the sandbox -----------------------------------------------------------------------------------


@release
def test_what_the_sandbox_forbids_is_refused(tmp_path):
    conf = tmp_path / "conf"
    conf.mkdir()
    p = subprocess.run([binary(), "serve", "--self-test", "sandbox", "--admin", "off", "--health", "off", str(conf)],
                       capture_output=True, text=True, timeout=60)
    lines = p.stdout.splitlines()
    assert p.returncode == 0 and len(lines) >= 10, p.stdout + p.stderr
    assert all(line.endswith(": refused") for line in lines), p.stdout


@release
def test_the_child_has_nothing_the_supervisor_only_low_ports(gw, upstreams):
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route())
    gw.start()
    boss, child = proc_status(gw.proc.pid), proc_status(children(gw.proc.pid)[0])
    assert int(boss["CapEff"], 16) & ~BIND == 0 and int(boss["CapBnd"], 16) & ~BIND == 0
    # What bounds it is the supervisor's, and of no use: it has no execve to gain anything by.
    assert int(child["CapEff"], 16) == int(child["CapPrm"], 16) == int(child["CapInh"], 16) == 0
    assert int(child["CapBnd"], 16) & ~BIND == 0
    assert child["NoNewPrivs"] == "1" and child["Seccomp"] == "2"


@pytest.fixture
def as_nobody(upstreams):
    """A gateway of user nobody, as the systemd unit starts it: one ambient capability."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    unit = (ROOT / "deploy" / "systemd" / "sluice.service").read_text()
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in unit and "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in unit
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-nobody-"))
    program = folder / "sluice"
    shutil.copy2(binary(), program)
    g = Gateway(folder / "conf", "--state-dir", str(folder / "state"), "--drain-delay", "0s", "--drain-timeout", "1s")
    g.port = low_port()
    (folder / "state").mkdir()
    for path in (folder, folder / "state"):
        os.chown(path, NOBODY, NOBODY)
    g.wrap = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all,+net_bind_service",
              "--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service", "--no-new-privs", str(program)]
    g.write(gateway(g.port), backend("a", upstreams("a")), route())
    yield g
    code = g.stop()
    shutil.rmtree(folder)
    assert code == 0


def low_port():
    import socket
    for port in range(1000, 600, -1):
        with socket.socket() as s:
            try:
                s.bind(("0.0.0.0", port))
                return port
            except OSError:
                pass
    pytest.skip("no low port is free")


def test_runs_as_nobody_on_a_low_port_also_after_an_upgrade(as_nobody):
    gw = as_nobody
    gw.start()
    assert get(gw.port).status == 200
    old = children(gw.proc.pid)
    gw.proc.send_signal(signal.SIGUSR2)
    gw.until(lambda: "upgraded in place" in gw.text() and children(gw.proc.pid) and not set(children(gw.proc.pid)) & set(old), "upgraded")
    gw.until(lambda: gw.health("/readyz")[0] == 200, "ready")
    boss, child = proc_status(gw.proc.pid), proc_status(children(gw.proc.pid)[0])
    assert boss["Uid"].split()[0] == child["Uid"].split()[0] == str(NOBODY)
    assert int(boss["CapEff"], 16) == BIND
    if not sanitized():
        assert int(child["CapEff"], 16) == 0
    # Another low port, asked for while it runs: the supervisor opens it.
    more = low_port()
    both = [{"name": "one", "port": gw.port, "protocol": "HTTP"}, {"name": "two", "port": more, "protocol": "HTTP"}]
    text = (gw.folder / "all.yaml").read_text().split("\n---\n")
    gw.write(gateway(gw.port, listeners=both), *text[1:])
    gw.until(lambda: get(more).status == 200, "the second low port")


def test_the_units_own_command_serves_port_80_as_nobody(tmp_path):
    """ExecStart with the unit's user and capabilities, in a network of its own, where 80 is free: only the paths are others."""
    if os.getuid() != 0 or subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        pytest.skip("only root can become somebody else in another network")
    unit = (ROOT / "deploy" / "systemd" / "sluice.service").read_text()
    command = re.search(r"^ExecStart=(.*)$", unit, re.M)[1].split()
    assert command[0] == "/usr/bin/sluice" and "/etc/sluice" in command and "/var/lib/sluice" in command
    assert "DynamicUser=yes\n" in unit and "User=root" not in unit
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-unit-"))
    paths = {"/usr/bin/sluice": folder / "sluice", "/etc/sluice": folder / "etc", "/var/lib/sluice": folder / "state"}
    shutil.copy2(binary(), paths["/usr/bin/sluice"])
    for name in ("/etc/sluice", "/var/lib/sluice"):
        paths[name].mkdir()
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    (paths["/etc/sluice"] / "all.yaml").write_text("\n---\n".join(json.dumps(o) for o in (gateway(80), route(rules=[{"filters": [redirect]}]))))
    for path in (folder, *paths.values()):
        os.chown(path, NOBODY, NOBODY)
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all,+net_bind_service",
            "--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service", "--no-new-privs"]
    with open(folder / "log", "wb") as log:
        p = subprocess.Popen(["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *drop, *[str(paths.get(w, w)) for w in command]],
                             stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    ask = ["nsenter", "-t", str(p.pid), "-n", sys.executable, "-c",
           "import http.client as h; c = h.HTTPConnection('127.0.0.1', 80, timeout=2); c.request('GET', '/x'); r = c.getresponse(); print(r.status, r.headers['location'])"]
    try:
        end, got = time.monotonic() + 20, ""
        while "301" not in got:
            assert time.monotonic() < end and p.poll() is None, (folder / "log").read_text()
            got = subprocess.run(ask, capture_output=True, text=True).stdout
        assert got.split() == ["301", "https://127.0.0.1/x"], got
        assert proc_status(p.pid)["Uid"].split()[0] == str(NOBODY) and int(proc_status(p.pid)["CapEff"], 16) == BIND
    finally:
        p.send_signal(signal.SIGTERM)
        p.send_signal(signal.SIGTERM)
        try:
            p.wait(20)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
        shutil.rmtree(folder)
    assert p.returncode == 0


def test_systemd_takes_the_unit():
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    unit = ROOT / "deploy" / "systemd" / "sluice.service"
    done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", str(unit)], capture_output=True, text=True)
    assert not [line for line in done.stderr.splitlines() if "sluice.service" in line and "is not executable" not in line and "man " not in line], done.stderr


# --- what is never told ----------------------------------------------------------------------------


def secret(tmp_path):
    key, crt = tmp_path / "k.pem", tmp_path / "c.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=a.test",
                    "-days", "2", "-keyout", str(key), "-out", str(crt)], check=True, capture_output=True)
    obj = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "cert", "namespace": "default"},
           "data": {"tls.crt": base64.b64encode(crt.read_bytes()).decode(), "tls.key": base64.b64encode(key.read_bytes()).decode()}}
    lines = key.read_text().splitlines()[1:-1]
    return obj, [lines[0], obj["data"]["tls.key"][40:90]]


def test_a_secret_is_in_no_dump_and_no_log(gw, upstreams, tmp_path):
    obj, marks = secret(tmp_path)
    https = [{"name": "http", "port": gw.port, "protocol": "HTTP"},
             {"name": "https", "port": gw.port + 1, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "cert"}]}}]
    gw.args += ["--log-level", "debug"]
    gw.write(gateway(gw.port, listeners=https), backend("a", upstreams("a")), route(), obj)
    gw.start()
    # Also when it is broken, which is told with place and reason.
    bad = {**obj, "metadata": {"name": "bad", "namespace": "default"}, "data": {**obj["data"], "tls.crt": "bm8="}, "spec": 1}
    gw.write(gateway(gw.port, listeners=https), backend("a", upstreams("a")), route(), obj, bad)
    get(gw.port)
    texts = [gw.admin(p)[1] for p in ("/config_dump", "/status", "/explain?method=GET&url=http://a.test/", "/nothing")]
    texts += [gw.health("/metrics")[1]]
    for args in (["check"], ["status", "-o", "yaml"]):
        p = subprocess.run([binary(), *args, str(gw.folder)], capture_output=True, text=True, timeout=60)
        texts += [p.stdout, p.stderr]
    gw.stop()
    texts.append(gw.log_path.read_text(errors="replace"))
    gw.proc = None
    for text in texts:
        for mark in marks:
            assert mark not in text


@release
def test_a_dying_child_leaves_no_core(gw, upstreams, tmp_path, monkeypatch):
    """With cores allowed and the folder writable there is none; nor may its own user look into it."""
    there = tmp_path / "cwd"
    there.mkdir()
    monkeypatch.chdir(there)
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        gw.write(gateway(gw.port), backend("a", upstreams("a")), route())
        gw.start()
        child = children(gw.proc.pid)[0]
        os.kill(child, signal.SIGABRT)
        gw.until(lambda: child not in children(gw.proc.pid), "dead")
        assert get(gw.port).status == 200
        gw.until(lambda: f"child {child} died of signal 6" in gw.text(), "the death told")
        assert list(there.iterdir()) == []
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@release
def test_nobody_elses_process_of_the_user_reads_its_memory(as_nobody):
    as_nobody.start()
    child = children(as_nobody.proc.pid)[0]
    assert os.stat(f"/proc/{child}/environ").st_uid == 0, "not dumpable"
    p = subprocess.run(["setpriv", f"--reuid={NOBODY}", "--clear-groups", "--bounding-set=-all", "cat", f"/proc/{child}/maps"],
                       capture_output=True, text=True)
    assert p.returncode != 0 and "denied" in p.stderr


def test_admin_is_on_loopback_unless_told():
    help_text = subprocess.run([binary(), "serve", "--help"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"--admin ADDR\|off\n.*\(default 127\.0\.0\.1:15000\)", help_text)


# --- the page --------------------------------------------------------------------------------------


def table(title):
    """Rows of the first table behind this heading of docs/hardening.md."""
    page = (ROOT / "docs" / "hardening.md").read_text().split(f"\n## {title}\n")[1]
    lines = page.split("\n| setting |")[1].splitlines()[2:]
    out = []
    for line in lines:
        if not line.startswith("|"):
            return out
        out.append([c.strip() for c in line.strip("|").split("|")])
    return out


NOT_SERVED = {"client.h2-streams", "client.h2-header-timeout", "client.h2-ping-idle", "udp.idle-timeout"}
NO_BOUND = {"upstream.balance", "trusted-proxies", "proxy-protocol.ports", "proxy-protocol.from", "proxy-protocol.others"}


def test_the_table_of_limits_is_the_programs_own(gw, upstreams):
    """Every setting that bounds something is there, with its default, a metric that exists, and a test."""
    docs = subprocess.run([binary(), "--docs", "settings"], capture_output=True, text=True, check=True).stdout
    traffic, process = docs.split("## Process")
    have = dict(re.findall(r"^\| `([\w.-]+)` \| ([^|]*) \|", traffic, re.M))
    bounds = {k: v.strip() for k, v in have.items() if k not in NOT_SERVED | NO_BOUND}
    options = dict(re.findall(r"^\| `(--[\w-]+) (?:TIME|auto[^`]*)` \| ([^|]*) \| [^|]*\bserve\b", process, re.M))
    bounds.update({k: v.strip() for k, v in options.items()})
    rows = table("Limits and timers")
    assert {r[0].strip("`"): r[1] for r in rows} == bounds
    gw.write(gateway(gw.port), backend("a", upstreams("a")), route())
    gw.start()
    metrics = gw.health("/metrics")[1]
    source = (ROOT / "src" / "proxy" / "metrics_priv.h").read_text()
    reasons = (ROOT / "docs" / "reasons.md").read_text()
    for key, _, counted, shown in rows:
        assert "::test_" in shown, key
        for word in re.findall(r"`(\w+)`", counted):
            if word.startswith("sluice_"):
                assert f"# TYPE {word} " in metrics, (key, word)
            else:
                assert f"| `{word}` |" in reasons or f'"{word}"' in source, (key, word)


def test_every_test_the_pages_name_is_there():
    for name in ("docs/hardening.md", "SECURITY.md"):
        page = (ROOT / name).read_text()
        for folder, path, test in re.findall(r"(test/[\w/]+/)?(test_\w+\.py)::(test_\w+)", page):
            text = (ROOT / (folder or "test/scenario") / path).read_text()
            assert f"def {test}(" in text, f"{name}: {path}::{test}"
        for path in re.findall(r"(?:test|src|docs|deploy|fuzz|proof)/[\w./-]*\w", page):
            assert (ROOT / path).exists(), f"{name}: {path}"
