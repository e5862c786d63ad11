# SPDX-License-Identifier: Apache-2.0
"""Every row of lib/badanswers.py from the backend: the client gets one correct answer or an end that
is none, never a byte of another exchange, and the connection is used again only where that is safe.

Behind each row a good request of another client must get its own answer, and it must come on another
connection than the bad one.
"""
import json
import pathlib
import random
import socket
import threading
import time

import pytest
from lib.badanswers import CUT, ROWS
from lib.gateway import Gateway, backend, gateway, ref, route
from lib.upstream import Upstream
from lib.wire import Client, WireError

SPLITS = 16
BYTEWISE_MAX = 2048


class Rig:
    def __init__(self, folder):
        self.up = Upstream("a", answer=self.answer)
        self.gw = Gateway(folder, "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "1s", "--access-log", "off")
        self.gw.write(gateway(self.gw.port), backend("a", self.up), route())
        self.gw.start()
        self.next = None  # (pieces, then) for requests to /bad
        self.bad_on = None  # number of the connection that carried it
        self.n = 0

    def answer(self, req, conn):
        if not req.target.startswith("/bad"):
            conn.upstream.echo(req, conn)
            return
        parts, then = self.next
        self.bad_on = conn.number
        for p in parts:
            conn.write(p)
        if then == "rst":
            conn.reset()
        elif then == "fin":
            conn.close()

    def bad_ended(self):
        """The gateway has ended the connection of the bad answer.  Until then a surplus byte may still be on
        its way to a connection that looked good, and the next request on it would pay for it."""
        end = time.monotonic() + 5
        while any(c.number == self.bad_on for c in list(self.up.live)):
            assert time.monotonic() < end, f"connection {self.bad_on} stays open"
            time.sleep(0.002)

    def good_request(self, port=None):
        self.n += 1
        with Client(self.gw.port) as c:
            r = c.request(target=f"/good/{self.n}")
            assert r.status == 200 and json.loads(r.body)["target"] == f"/good/{self.n}", r
        return self.up.requests[-1].conn


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    r = Rig(tmp_path_factory.mktemp("answers") / "conf")
    yield r
    code = r.gw.stop()
    r.up.stop()
    assert code == 0
    assert r.up.violations == []


def cuts(data, how):
    if how == "whole" or not data:
        return [data] if data else []
    if how == "bytes":
        return [data[i : i + 1] for i in range(len(data))]
    rand = random.Random(f"{len(data)} {how}")
    at = sorted({rand.randrange(1, len(data)) for _ in range(rand.randint(1, 4))}) if len(data) > 1 else []
    return [data[a:b] for a, b in zip([0] + at, at + [len(data)])]


def ways(data):
    yield "whole"
    if 1 < len(data) <= BYTEWISE_MAX:
        yield "bytes"
    for i in range(SPLITS if len(data) > 1 else 0):
        yield i


def ask(rig, row):
    """(status or CUT, body, interim statuses)"""
    with Client(rig.gw.port) as c:
        try:
            r = c.request(row.method, "/bad", headers=row.headers)
        except (WireError, OSError) as e:
            assert "timed out" not in str(e), e
            return CUT, None, []
        return r.status, r.body, [s for s, _ in r.interim]


@pytest.mark.parametrize("row", ROWS, ids=repr)
def test_row(rig, row):
    for how in ways(row.data):
        where = f"{row} ({how})"
        rig.next = cuts(row.data, how), row.then
        rig.bad_on = None
        status, text, interim = ask(rig, row)
        # A reset throws away what the kernel still held: then even the head may be missing.
        lost = row.then == "rst" and row.status == CUT and status == 502
        assert status == row.status or lost, f"{where}: {status} {text!r}"
        if row.body is not None:
            assert text == row.body, f"{where}: {text!r}"
        if row.reason:
            assert f" {row.reason}: ".encode() in text, f"{where}: {text!r}"
        if row.interim is not None:
            assert interim == row.interim, where
        if not row.pooled:
            rig.bad_ended()
        again = rig.good_request()
        assert row.pooled == (again == rig.bad_on), f"{where}: bad on {rig.bad_on}, good on {again}"


GOOD = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: 1\r\n\r\nhello world",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "close": b"HTTP/1.1 200 OK\r\nX: 1\r\n\r\nhello world",
}


@pytest.mark.parametrize("then", ["fin", "rst"])
@pytest.mark.parametrize("kind", GOOD)
def test_an_end_at_every_offset(rig, kind, then):
    """The head not whole: 502.  Then: cut, unless all of it came."""
    data = GOOD[kind]
    head = data.index(b"\r\n\r\n") + 4
    for n in range(len(data) + 1):
        rig.next = [data[:n]] if n else [], then
        status, text, _ = ask(rig, ROWS[0].__class__("", b"", 0))
        where = f"{kind}, {then} at {n}"
        if n == len(data) and (then == "fin" or kind != "close"):
            # A reset may overtake bytes that the kernel still held: then it is a cut.
            assert (status, text) == (200, b"hello world") or then == "rst", where
        elif kind == "close" and then == "fin" and n >= head:
            assert (status, text) == (200, data[head:n]), where
        elif n < head:
            assert status == 502 and b" upstream_reset: " in text, f"{where}: {status} {text!r}"
        else:
            assert status in (CUT, 502) if then == "rst" else status == CUT, f"{where}: {status} {text!r}"
        rig.good_request()


def test_early_answer_ends_the_upload_and_both_connections(rig, tmp_path):
    """The backend answers before it has read the body, and does not read on."""
    up = Upstream("early", read_body=False, answer=lambda req, conn: (conn.respond(413, b"too much"), conn.sock.shutdown(socket.SHUT_WR), threading.Event().wait(0.05), conn.close()))
    gw = Gateway(tmp_path / "conf", "--workers", "1", "--drain-delay", "0s", "--drain-timeout", "1s")
    gw.write(gateway(gw.port), backend("a", up), route())
    gw.start()
    try:
        for size in (10, 100_000, 3_000_000):
            with Client(gw.port) as c:
                c.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
                r = c.response()
                assert (r.status, r.body) == (413, b"too much")
                assert r.headers.get("connection").lower() == "close"
                assert c.closed()
    finally:
        assert gw.stop() == 0
        up.stop()


def test_early_answer_on_a_pooled_connection_does_not_poison_it(rig):
    """An answer whose request was not sent whole: the rest of the body would be the next request."""
    rig.next = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"], ""
    rig.up.read_body = False
    try:
        for _ in range(5):
            with Client(rig.gw.port) as c:
                c.send(b"POST /bad HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
                assert c.response().body == b"ok"
                assert c.closed()
            assert rig.good_request() != rig.bad_on
    finally:
        rig.up.read_body = True


def test_bytes_on_an_idle_connection_are_nobodys_answer(rig):
    """A backend that speaks out of turn loses the connection."""
    rig.good_request()
    evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    for _ in range(20):
        with rig.up.lock:
            idle = list(rig.up.live)
        for conn in idle:
            try:
                conn.sock.sendall(evil)
            except OSError:
                pass
        rig.good_request()


def test_life(rig):
    rig.good_request()
    pid = rig.gw.proc.pid
    assert pathlib.Path(f"/proc/{pid}").exists() and rig.gw.proc.poll() is None
    rig.gw.until(lambda: rig.gw.metric("sluice_connections") == 0, "without connections")
    assert rig.gw.metric("sluice_own_answers_total", reason="upstream_bad_response") > 0
    assert rig.gw.metric("sluice_own_answers_total", reason="upstream_truncated") > 0
    assert rig.gw.metric("sluice_own_answers_total", reason="upstream_interim_flood") > 0
