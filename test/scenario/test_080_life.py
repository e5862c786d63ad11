# SPDX-License-Identifier: Apache-2.0
"""Death, restart and upgrade: what clients notice, which is nothing, or what was promised."""
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

from lib import load
from lib.gateway import ROOT, Gateway, backend, binary, gateway, route
from lib.wire import Client, WireError, get


def children(gw):
    return [int(p) for p in pathlib.Path(f"/proc/{gw.proc.pid}/task/{gw.proc.pid}/children").read_text().split()]


def serve(gw, upstreams, **kw):
    a = upstreams("a", answer=load.answer)
    gw.write(gateway(gw.port), backend("a", a), route(**kw))
    gw.start()
    return a


@pytest.fixture
def own_binary(tmp_path, monkeypatch):
    """A copy that a test may replace, as a package manager does: by rename."""
    path = tmp_path / "bin" / "sluice"
    path.parent.mkdir()
    shutil.copy2(binary(), path)
    monkeypatch.setenv("SLUICE_BIN", str(path))
    return path


def replace(path, make):
    new = path.with_suffix(".new")
    make(new)
    new.chmod(0o755)
    new.rename(path)


def upgrade(gw):
    """SIGUSR2 until a new child serves; returns it."""
    before = gw.text().count("upgraded in place")
    old = set(children(gw))
    gw.proc.send_signal(signal.SIGUSR2)
    gw.until(lambda: gw.text().count("upgraded in place") > before, "upgraded")

    def ready():
        new = set(children(gw)) - old
        text = gw.text()
        return new and text.rfind("ready") > text.rfind("upgraded in place") and new.pop()

    return gw.until(ready, "the new child ready")


# --- upgrade ---------------------------------------------------------------------------------------


def test_upgrades_under_load_lose_nothing(gw, upstreams, own_binary):
    serve(gw, upstreams)
    rounds = int(os.environ.get("SLUICE_UPGRADES", "4"))
    with load.Load(gw.port, close_ok=True) as clients:
        for _ in range(rounds):
            # Another file with the same bytes: the path is what is executed.
            replace(own_binary, lambda new: shutil.copy2(binary(), new) if new != own_binary else None)
            upgrade(gw)
            time.sleep(0.5)
    clients.check(least=2)
    gw.until(lambda: len(children(gw)) == 1, "old children ended", timeout=30)
    assert gw.health("/readyz")[0] == 200


def test_health_and_admin_answer_all_through_an_upgrade(gw, upstreams, own_binary):
    serve(gw, upstreams)
    failures, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                if gw.health("/readyz")[0] != 200 or gw.admin("/status")[0] != 200:
                    failures.append("not ready")
            except OSError as e:
                failures.append(repr(e))

    t = threading.Thread(target=ask)
    t.start()
    for _ in range(3):
        upgrade(gw)
    stop.set()
    t.join()
    assert failures == []


def test_a_websocket_outlives_the_upgrade_and_the_old_child_ends_with_it(gw, upstreams, own_binary):
    serve(gw, upstreams)
    old = children(gw)[0]
    with Client(gw.port) as c:
        c.send(load.UPGRADE)
        assert c.head()[0] == 101
        upgrade(gw)
        upgrade(gw)
        c.send(b"still")
        assert c.reader.exactly(5) == b"still"
        assert old in children(gw)
    gw.until(lambda: old not in children(gw), "the old child ended")


@pytest.mark.parametrize("what", ["garbage", "exits 1", "another program", "hangs"])
def test_a_binary_that_does_not_start_changes_nothing(gw, upstreams, own_binary, what):
    serve(gw, upstreams)
    child = children(gw)[0]
    text = {"garbage": "\x7fELF nonsense", "exits 1": "#!/bin/sh\nexit 1\n", "another program": "#!/bin/sh\nexit 0\n",
            "hangs": "#!/bin/sh\nexec sleep 1000\n"}[what]
    replace(own_binary, lambda new: new.write_text(text))
    # One reload while it hangs: the supervisor is not stuck in the question.
    with load.Load(gw.port, streams=0) as clients:
        gw.proc.send_signal(signal.SIGUSR2)
        if what == "hangs":
            gw.until(lambda: len(children(gw)) == 2, "the question asked")
            hung = next(p for p in children(gw) if p != child)
            a = upstreams("b", answer=load.answer)
            gw.write(gateway(gw.port), backend("a", a), route(), gateway(0, name="g2", listeners=[
                {"name": "two", "port": gw.port + 1 if gw.port < 65000 else gw.port - 1, "protocol": "HTTP"}]))
            gw.until(lambda: get(gw.port).headers.get("x-upstream") == "b", "the change live")
            if os.environ.get("SLUICE_LONG") is None:
                os.kill(hung, signal.SIGKILL)  # the 30 s themselves are waited for in the long form
        gw.until(lambda: "nothing is changed" in gw.text(), "the refusal told", timeout=45)
    clients.check()
    assert children(gw) == [child]
    assert get(gw.port).status == 200


def test_two_upgrades_asked_at_once_are_one_or_two_but_no_death(gw, upstreams, own_binary):
    serve(gw, upstreams)
    for _ in range(5):
        gw.proc.send_signal(signal.SIGUSR2)
        time.sleep(0.002)
    gw.until(lambda: "upgraded in place" in gw.text(), "upgraded")
    gw.until(lambda: gw.health("/readyz")[0] == 200, "ready")
    upgrade(gw)
    assert get(gw.port).status == 200


# --- crash -----------------------------------------------------------------------------------------


def test_crash_while_clients_connect_refuses_nobody(gw, upstreams):
    serve(gw, upstreams)
    for _ in range(2):
        old = children(gw)[0]
        os.kill(old, signal.SIGKILL)
        gw.until(lambda old=old: old not in children(gw), "dead")
        # Nobody accepts now: the connection waits in the backlog for the next child.
        assert get(gw.port).status == 200
        assert old not in children(gw)


def test_three_crashes_on_one_input_bring_back_the_last_good_one(gw, upstreams, tmp_path):
    gw.args += ["--state-dir", str(tmp_path / "state")]
    a, b = upstreams("a"), upstreams("b")
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    saved = tmp_path / "state" / "last-good.yaml"
    gw.until(saved.exists, "the good input saved")
    gw.write(gateway(gw.port), backend("a", b), route(), name="all.yaml")
    gw.until(lambda: get(gw.port).headers.get("x-upstream") == "b", "the change live")
    for i in range(3):
        gw.until(lambda: get(gw.port).status == 200, "serving again")
        child = gw.until(lambda: children(gw), "a child")[0]
        os.kill(child, signal.SIGKILL)
        gw.until(lambda: child not in children(gw), "it died")
    gw.until(lambda: get(gw.port).headers.get("x-upstream") == "a", "the last good input")
    gw.until(lambda: "is set aside" in gw.text() and "all.yaml: set aside" in gw.text(), "it told")
    assert gw.metric("sluice_input_stale_files") == 1
    assert "all.yaml: set aside" in gw.admin("/status")[1]
    # Another input is another chance.
    c = upstreams("c")
    gw.write(gateway(gw.port), backend("a", c), route())
    gw.until(lambda: get(gw.port).headers.get("x-upstream") == "c", "the next change live")
    assert gw.metric("sluice_input_stale_files") == 0


# --- last known good -------------------------------------------------------------------------------


@pytest.fixture
def kept(gw, upstreams, tmp_path):
    """A gateway that served, saved and ended; start() starts it again."""
    gw.state = tmp_path / "state"
    gw.args += ["--state-dir", str(gw.state)]
    gw.write(gateway(gw.port), backend("a", upstreams("a")), name="base.yaml")
    gw.write(route(), name="route.yaml")
    gw.start()
    assert get(gw.port).status == 200
    assert gw.stop() == 0
    return gw


def test_the_state_is_ours_alone(kept):
    assert stat.S_IMODE(kept.state.stat().st_mode) == 0o700
    files = list(kept.state.iterdir())
    assert [f.name for f in files] == ["last-good.yaml"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


@pytest.mark.parametrize("harm", ["broken", "half", "unreadable", "missing root"])
def test_restart_with_bad_input_serves_what_served(kept, harm):
    if harm == "broken":
        kept.write("kind: HTTPRoute\nmetadata: {name: [", name="route.yaml")
    elif harm == "half":
        # The gateway alone is left whole in one file, the other lost its end.
        text = (kept.folder / "base.yaml").read_text()
        kept.write(text[: len(text) - 20], name="base.yaml")
    elif harm == "unreadable":
        # For root too: not a file that can be read.
        (kept.folder / "route.yaml").unlink()
        (kept.folder / "route.yaml").symlink_to("route.yaml")
    else:
        shutil.rmtree(kept.folder)
    kept.start()
    assert get(kept.port).status == 200
    assert kept.metric("sluice_input_stale_files") == 1
    assert '"staleFiles": 1' in kept.admin("/status")[1]
    kept.until(lambda: kept.says("serving what was good before"), "told")


def test_what_was_deleted_on_purpose_stays_deleted(kept):
    (kept.folder / "route.yaml").unlink()
    kept.start()
    assert get(kept.port).status == 404
    assert kept.metric("sluice_input_stale_files") == 0


def test_repaired_input_replaces_the_last_good(kept, upstreams):
    b = upstreams("b")
    kept.write("{", name="base.yaml")
    kept.start()
    assert get(kept.port).headers.get("x-upstream") == "a"
    kept.write(gateway(kept.port), backend("a", b), name="base.yaml")
    kept.until(lambda: get(kept.port).headers.get("x-upstream") == "b", "the repaired input live")
    assert kept.metric("sluice_input_stale_files") == 0


def test_a_torn_state_is_not_believed(kept):
    saved = kept.state / "last-good.yaml"
    saved.write_bytes(saved.read_bytes()[:-40])
    shutil.rmtree(kept.folder)
    kept.start(wait=False)
    assert kept.proc.wait(20) == 1
    kept.proc = None


def test_missing_path_without_last_good_cannot_start(gw, tmp_path):
    shutil.rmtree(gw.folder)
    gw.args += ["--state-dir", str(tmp_path / "state")]
    gw.start(wait=False)
    assert gw.proc.wait(20) == 1
    gw.proc = None


# --- SIGTERM ---------------------------------------------------------------------------------------


def test_sigterm_drains_in_order(tmp_path, upstreams):
    gw = Gateway(tmp_path / "conf", "--drain-delay", "1s", "--drain-timeout", "2s")
    gate = threading.Event()

    def slow(req, conn):
        if req.target == "/slow":
            gate.wait(20)
            conn.respond(200, b"late")
        else:
            load.answer(req, conn)

    a = upstreams("a", answer=slow)
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    busy, idle, ws, stuck = (Client(gw.port) for _ in range(4))
    assert idle.request().status == 200
    ws.send(load.UPGRADE)
    assert ws.head()[0] == 101
    busy.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    a.wait(3)
    gw.proc.send_signal(signal.SIGTERM)
    # Readiness fails first, while a new client is still served, and told to go elsewhere.
    gw.until(lambda: gw.health("/readyz")[0] == 503, "not ready")
    r = get(gw.port)
    assert r.status == 200 and r.headers.get("connection") == "close"
    assert gw.health("/healthz")[0] == 200

    def refused():
        try:
            socket.create_connection(("127.0.0.1", gw.port), timeout=1).close()
            return False
        except ConnectionRefusedError:
            return True

    # Accepts no more; who runs, runs on, and the tunnel still carries.
    gw.until(lambda: "accepting no more" in gw.text(), "the end of accepting")
    ws.send(b"echo")
    assert ws.reader.exactly(4) == b"echo"
    gate.set()
    r = busy.response()
    assert r.status == 200 and r.body == b"late" and r.headers.get("connection") == "close"
    # The idle connection is there until the end, which the tunnel keeps from coming: it may still ask.
    r = idle.request()
    assert r.status == 200 and r.headers.get("connection") == "close"
    # Then the time is over: FIN.
    assert ws.closed()
    assert gw.proc.wait(20) == 0
    tail = gw.text()
    assert re.search(r"ended.*tunnels-cut=1", tail), tail
    for c in (busy, idle, ws, stuck):
        c.close()
    gw.stop()


def test_sigterm_counts_what_it_cuts_by_kind(tmp_path, upstreams):
    gw = Gateway(tmp_path / "conf", "--drain-delay", "0s", "--drain-timeout", "1s")
    gate = threading.Event()

    def never(req, conn):
        if req.target == "/never":
            gate.wait(30)
        else:
            load.answer(req, conn)

    a = upstreams("a", answer=never)
    gw.write(gateway(gw.port), backend("a", a), route())
    gw.start()
    clients = [Client(gw.port) for _ in range(6)]
    ws, waits, half, *idle = clients
    for c in idle:
        assert c.request().status == 200
    ws.send(load.UPGRADE)
    assert ws.head()[0] == 101
    waits.send(b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
    half.send(b"GET / HTTP/1.1\r\nHost: ")
    a.wait(5)
    gw.until(lambda: gw.metric("sluice_connections") == 6, "all there")
    before = {k: gw.metric("sluice_drain_cuts_total", kind=k) for k in ("idle", "request", "tunnel")}
    gw.proc.send_signal(signal.SIGTERM)
    # The tunnel gets its FIN, behind all that was on its way; what is cut short of its answer gets none.
    ws.send(b"last")
    assert ws.reader.exactly(4) == b"last"
    assert ws.reader.rest() == b""
    for c in (waits, half):
        with pytest.raises((ConnectionResetError, WireError)):
            c.response()
    # Until its client has ended too, or for two seconds, there is somebody to ask.
    after = {k: gw.metric("sluice_drain_cuts_total", kind=k) for k in before}
    assert {k: after[k] - before[k] for k in before} == {"idle": 3, "request": 2, "tunnel": 1}
    for c in clients:
        c.close()
    gate.set()
    assert gw.proc.wait(20) == 0
    assert re.search(r"ended.*idle-closed=3 requests-cut=2 tunnels-cut=1", gw.text())
    gw.stop()


def test_sigterm_ends_an_old_child_too(gw, upstreams, own_binary):
    serve(gw, upstreams)
    with Client(gw.port) as c:
        c.send(load.UPGRADE)
        assert c.head()[0] == 101
        upgrade(gw)
        gw.proc.send_signal(signal.SIGTERM)
        assert c.closed()
        assert gw.proc.wait(20) == 0
