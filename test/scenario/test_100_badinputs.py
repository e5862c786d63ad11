# SPDX-License-Identifier: Apache-2.0
"""Every row of lib/badinputs.py before a strict recording upstream, by five oracles.

1. The client: statuses, the reason, and whether the connection goes on.
2. The upstream: so many requests, whole and strictly valid, or none.
3. The pool: a good request of another client, on whatever connections are left, gets its own answer.
4. Life: the process lives without a report of a sanitizer; connections and descriptors are given back.
5. Cutting: whole, byte by byte (up to 2 KB), and 32 ways drawn from a seed, all the same.
"""
import json
import pathlib
import random
import socket

import pytest
from lib.badinputs import FRAMES, ROWS, WS
from lib.gateway import ROOT, Gateway, backend, gateway, ref, route
from lib.upstream import Upstream
from lib.wire import Client

SPLITS = 32
BYTEWISE_MAX = 2048


class Rig:
    """One gateway for the module, with two backends that only tell what they saw."""

    def __init__(self, folder):
        self.ups = [Upstream(n, answer=self.answer) for n in ("a", "admin")]
        self.gw = Gateway(folder, "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "1s", "--access-log", "off")
        role = {"headers": [{"name": "X-Role", "value": "admin"}], "path": {"value": "/role"}}
        query = {"queryParams": [{"name": "role", "value": "admin"}], "path": {"value": "/q"}}

        def prefix(value, kind, field):
            change = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/to"}}
            return {"matches": [{"path": {"value": value}}], "filters": [{"type": kind, field: change}]}

        def regex(path, to, **header):
            match = {"path": {"value": path}, "headers": [{"type": "RegularExpression", **header}]} if header else {"path": {"type": "RegularExpression", "value": path}}
            return {"matches": [match], "backendRefs": [ref(to)]}

        mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": ref("self")}}
        self.gw.write(
            gateway(self.gw.port), *[backend(u.name, u) for u in self.ups], backend("self", f"127.0.0.1:{self.gw.port}"),
            route(rules=[
                {"backendRefs": [ref("a")]},
                prefix("/redirect", "RequestRedirect", "requestRedirect"),
                {**prefix("/rewrite", "URLRewrite", "urlRewrite"), "backendRefs": [ref("a")]},
                regex("/rx", "admin", name="X-Re", value="(a|aa)+"),
                {"matches": [{"path": {"value": "/loop"}}], "backendRefs": [ref("self")]},
                {"matches": [{"path": {"value": "/mirror"}}], "filters": [mirror], "backendRefs": [ref("a")]},
                {"matches": [{"path": {"value": "/admin"}}, role, query], "backendRefs": [ref("admin")]},
            ]),
            # By itself: a prefix goes before a regular expression.
            route("re", [regex("/re/(a|aa)+", "admin")], hostnames=["re.test"]))
        self.gw.start()
        self.n = 0
        self.tunnels = []  # what each carried

    def answer(self, req, conn):
        req.upstream = conn.upstream.name
        if req.target == "/ws":
            self.tunnel(conn)
            return
        conn.upstream.echo(req, conn)

    def tunnel(self, conn):
        """Echoes, keeps what came, and ends when the client has."""
        conn.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        got, data = b"", conn.reader.data
        while True:
            if data:
                got += data
                conn.write(data)
            data = conn.sock.recv(65536)
            if not data:
                break
        self.tunnels.append(got)
        conn.close()

    def forget(self):
        for u in self.ups:
            with u.lock:
                u.requests.clear()

    def requests(self):
        return [r for u in self.ups for r in u.requests]

    def good_request(self):
        """Oracle 3."""
        self.n += 1
        with Client(self.gw.port) as c:
            r = c.request(target=f"/good/{self.n}")
            assert r.status == 200 and json.loads(r.body)["target"] == f"/good/{self.n}", r
            assert json.loads(r.body)["upstream"] == "a"
        seen = self.ups[0].requests[-1]
        assert seen.target == f"/good/{self.n}"
        return seen


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    r = Rig(tmp_path_factory.mktemp("bad") / "conf")
    yield r
    code = r.gw.stop()
    for u in r.ups:
        u.stop()
    assert code == 0


def pieces(data, how, seed):
    if how == "whole":
        return [data]
    if how == "bytes":
        return [data[i : i + 1] for i in range(len(data))]
    rand = random.Random(f"{seed} {how}")
    cuts = sorted({rand.randrange(1, len(data)) for _ in range(rand.randint(1, 4))})
    return [data[a:b] for a, b in zip([0] + cuts, cuts + [len(data)])]


def ways(data):
    yield "whole"
    if 1 < len(data) <= BYTEWISE_MAX:
        yield "bytes"
    for i in range(SPLITS if len(data) > 1 else 0):
        yield i


def converse(rig, row, how):
    """Sends a row cut this way; gives (statuses, last body, interim count, keeps, last answer)."""
    with Client(rig.gw.port) as c:
        try:
            for p in pieces(row.data, how, row.what):
                c.sock.sendall(p)
            if row.then == "fin":
                c.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was refused before all was sent: the answer is there to be read
        if row.then == "rst":
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return (), b"", 0, False, None
        statuses, text, interims, r = [], b"", 0, None
        try:
            for _ in row.statuses:
                r = c.response()
                statuses.append(r.status)
                text, interims = r.body, interims + len(r.interim)
            closes = r is not None and (r.headers.get("connection") or "").lower() == "close"
            if row.keeps or (row.keeps is None and not closes):
                after = c.request(target="/after")
                assert after.status == 200 and json.loads(after.body)["target"] == "/after", after
                return tuple(statuses), text, interims, True, r
            rest = c.reader.rest()
            assert rest == b"", f"more than the answer: {rest[:200]!r}"
        except ConnectionResetError:
            pass
        return tuple(statuses), text, interims, False, r


def judge(rig, row, how):
    where = f"{row} ({how})"
    rig.forget()
    statuses, text, interims, keeps, last = converse(rig, row, how)
    assert statuses == row.statuses, f"{where}: {statuses} {text[:120]!r}"
    assert row.keeps is None or keeps == row.keeps, where
    if b" HTTP/1.0\r\n" in row.data:
        assert interims == 0, where
    if row.reason:
        assert f" {row.reason}: ".encode() in text, f"{where}: {text[:120]!r}"
    if row.tell:
        last.port = rig.gw.port
        assert row.tell(last), f"{where}: {list(last.headers)}"
    rig.good_request()
    reqs = [r for r in rig.requests() if r.target != "/after" and not r.target.startswith("/good/")]
    assert len(reqs) == row.seen, f"{where}: a backend saw {reqs}"
    if row.see:
        assert row.see(reqs), f"{where}: {[(r.upstream, r.method, r.target, list(r.headers), r.body[:80]) for r in reqs]}"
    for u in rig.ups:
        assert u.violations == [], f"{where}: {u.violations}"


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.id} {r.what}")
def test_row(rig, row):
    for how in ways(row.data):
        judge(rig, row, how)


def children(pid):
    return [int(p) for t in pathlib.Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]


def descriptors(gw):
    return sum(len(list(pathlib.Path(f"/proc/{p}/fd").iterdir())) for p in [gw.proc.pid, *children(gw.proc.pid)])


def test_all_is_given_back(rig):
    """Oracle 4, behind all rows and behind 500 more of the worst."""
    rig.good_request()
    rig.gw.until(lambda: rig.gw.metric("sluice_connections") == 0, "without connections")
    before = descriptors(rig.gw)
    worst = [r for r in ROWS if r.statuses and not r.keeps and len(r.data) < 2048]
    for i in range(500):
        converse(rig, worst[i % len(worst)], "whole")
    rig.good_request()
    rig.gw.until(lambda: rig.gw.metric("sluice_connections") == 0, "without connections")
    rig.gw.until(lambda: descriptors(rig.gw) <= before + 2, "back at its descriptors")
    assert rig.gw.proc.poll() is None


def test_refusals_are_counted_by_reason(rig):
    for reason in ("bare_lf", "bad_chunk_size", "length_and_chunked", "duplicate_host", "head_too_large", "too_many_headers", "uri_too_long", "bad_path"):
        assert rig.gw.metric("sluice_own_answers_total", reason=reason) > 0, reason


@pytest.mark.parametrize("what", FRAMES)
def test_a_tunnel_carries_what_it_is_given(rig, what):
    """D6: byte for byte in both directions, however cut, up to the end of each side; nothing is parsed."""
    data = FRAMES[what]
    for how in ways(data):
        rig.forget()
        rig.tunnels.clear()
        with Client(rig.gw.port) as c:
            c.send(b"GET /ws HTTP/1.1\r\nHost: a\r\n" + WS + b"\r\n")
            assert c.head()[0] == 101
            for p in pieces(data, how, what):
                c.send(p)
            c.sock.shutdown(socket.SHUT_WR)
            assert c.reader.rest() == data, f"{what} ({how})"
        assert rig.tunnels == [data], f"{what} ({how})"
        assert [r.target for r in rig.requests()] == ["/ws"]
        rig.good_request()


def test_a_loop_is_cut_at_its_first_turn(rig):
    """G8: not after a thousand connections; a mirror's loop is counted as a lost mirror."""
    accepts = rig.gw.metric("sluice_connections_total")
    with Client(rig.gw.port) as c:
        assert c.request(target="/loop").status == 500
        assert c.request(target="/mirror").status == 200
    rig.gw.until(lambda: rig.gw.metric("sluice_mirrors_lost_total") > 0, "the mirror's loop counted")
    assert rig.gw.metric("sluice_own_answers_total", reason="backend_is_gateway") > 0
    assert rig.gw.metric("sluice_connections_total") - accepts <= 4


# Entries of the catalogue that are no bytes of one client: where they are shown.
ELSEWHERE = {
    "D3": ("test_101_badanswers.py", "test_row"),
    "D6": ("test_100_badinputs.py", "test_a_tunnel_carries_what_it_is_given"),
    "I1": ("test_110_limits.py", "test_head_timeout_is_absolute"),
    "I2": ("test_130_descriptors.py", "test_running_out_of_descriptors_is_no_spin_and_no_end"),
    "I6": ("test_101_badanswers.py", "test_an_end_at_every_offset"),
    "I7": ("test_101_badanswers.py", "test_row"),
    "I8": ("test_140_badobjects.py", "test_a_bad_object_harms_nobody"),
    "I9": ("../unit/proxy/fault_test.c", "every_call_fails_once"),
}


def test_every_refusal_is_in_the_table():
    """Each entry of the catalogue that concerns HTTP/1, upgrades, paths, resources and TCP clients has its rows or
    its test.  D7 and D8 are HTTP/2's, I5 is UDP's."""
    here = pathlib.Path(__file__).resolve().parent
    for path, name in ELSEWHERE.values():
        assert f" {name}(" in (here / path).read_text(), (path, name)
    ids = {r.id for r in ROWS} | set(ELSEWHERE)
    want = {f"{k}{i}" for k, n in (("A", 18), ("B", 16), ("C", 20), ("D", 6), ("G", 8), ("I", 9)) for i in range(1, n + 1)} - {"I5"}
    assert want <= ids, want - ids
