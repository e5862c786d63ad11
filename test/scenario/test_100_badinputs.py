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
from lib.badinputs import ROWS
from lib.gateway import Gateway, backend, gateway, ref, route
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
        self.gw.write(
            gateway(self.gw.port), *[backend(u.name, u) for u in self.ups],
            route(rules=[
                {"backendRefs": [ref("a")]},
                {"matches": [{"path": {"value": "/admin"}}, role, query], "backendRefs": [ref("admin")]},
            ]))
        self.gw.start()
        self.n = 0

    def answer(self, req, conn):
        req.upstream = conn.upstream.name
        conn.upstream.echo(req, conn)

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
    """Sends a row cut this way; gives (statuses, last body, interim count, keeps)."""
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
            return (), b"", 0, False
        statuses, text, interims = [], b"", 0
        try:
            for _ in row.statuses:
                r = c.response()
                statuses.append(r.status)
                text, interims = r.body, interims + len(r.interim)
            if row.keeps:
                r = c.request(target="/after")
                assert r.status == 200 and json.loads(r.body)["target"] == "/after", r
                return tuple(statuses), text, interims, True
            rest = c.reader.rest()
            assert rest == b"", f"more than the answer: {rest[:200]!r}"
        except ConnectionResetError:
            pass
        return tuple(statuses), text, interims, False


def judge(rig, row, how):
    where = f"{row} ({how})"
    rig.forget()
    statuses, text, interims, keeps = converse(rig, row, how)
    assert statuses == row.statuses, f"{where}: {statuses} {text[:120]!r}"
    assert keeps == row.keeps, where
    if b" HTTP/1.0\r\n" in row.data:
        assert interims == 0, where
    if row.reason:
        assert f" {row.reason}: ".encode() in text, f"{where}: {text[:120]!r}"
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


def test_every_refusal_is_in_the_table():
    """Each entry of the catalogue that concerns HTTP/1 requests has its rows."""
    ids = {r.id for r in ROWS}
    want = {f"A{i}" for i in range(1, 19)} | {f"B{i}" for i in range(1, 17)} | {f"C{i}" for i in range(1, 21)}
    assert want <= ids, want - ids
