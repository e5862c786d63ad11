# SPDX-License-Identifier: Apache-2.0
"""Clients that use a gateway without a pause while something happens to it, and note every failure.

Each kind is what breaks in its own way: a keep-alive connection whose next request meets a closed
socket, a pipeline that loses its tail, a stream that loses its middle, a WebSocket that is cut.
"""
import socket
import threading
import time

from .wire import Client, WireError, read_chunked

PIECES = 30
UPGRADE = b"GET /ws HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def answer(req, conn):
    """The upstream's part: /stream sends numbered pieces for a while, /ws echoes, all else is echo()."""
    if req.target.startswith("/stream"):
        conn.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for i in range(PIECES):
            conn.write(b"8\r\n%08d\r\n" % i)
            time.sleep(0.02)
        conn.write(b"0\r\n\r\n")
    elif req.target.startswith("/ws"):
        conn.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        while True:
            data = conn.reader.data or conn.sock.recv(65536)
            conn.reader.data = b""
            if not data:
                break
            conn.write(data)
        conn.close()
    else:
        conn.upstream.echo(req, conn)


class Load:
    """with Load(port, ...) as load: ...; then load.check().

    close_ok: an answer may say Connection: close (upgrade, drain), then the client connects again;
    what was sent before must have been answered all the same.
    """

    def __init__(self, port, keep_alive=3, pipelined=1, streams=1, websockets=1, close_ok=False,
                 host="example.com", turns=40):
        self.port, self.close_ok, self.host, self.turns = port, close_ok, host, turns
        self.stop_event, self.failures = threading.Event(), []
        self.done = dict.fromkeys(("keep_alive", "pipelined", "stream", "websocket"), 0)
        kinds = [self.keep_alive] * keep_alive + [self.pipelined] * pipelined
        kinds += [self.stream] * streams + [self.websocket] * websockets
        self.kinds = {k.__name__ for k in kinds}
        self.threads = [threading.Thread(target=self.run, args=(k,)) for k in kinds]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *exc):
        self.stop_event.set()
        for t in self.threads:
            t.join()

    def check(self, least=1):
        """No failure, and each kind has been there: on a busy machine its first turn is waited for."""
        end = time.monotonic() + 20
        while not self.failures and time.monotonic() < end and any(self.done[k] < least for k in self.kinds):
            time.sleep(0.01)
        assert self.failures == [], self.failures
        assert all(self.done[k] >= least for k in self.kinds), self.done

    def run(self, kind):
        while not self.stop_event.is_set() and not self.failures:
            try:
                with Client(self.port) as c:
                    kind(c)
            except (OSError, WireError, AssertionError) as e:
                self.failures.append(f"{time.time():.3f} {kind.__name__}: {e!r}")

    def closes(self, r):
        said = r.headers.get("connection", "").lower() == "close"
        assert not said or self.close_ok, "closed without need"
        return said

    def keep_alive(self, c):
        while not self.stop_event.is_set():
            r = c.request(host=self.host)
            assert r.status == 200, r
            self.done["keep_alive"] += 1
            if self.closes(r):
                return

    def pipelined(self, c):
        one = f"GET /p HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        while not self.stop_event.is_set():
            c.send(one * 4)
            said = False
            for i in range(4):
                r = c.response()
                assert r.status == 200, r
                said = self.closes(r)
                # Behind the last request that was sent nothing is lost.
                assert not said or i == 3, f"closed after {i + 1} of 4"
            self.done["pipelined"] += 1
            if said:
                return

    def stream(self, c):
        while not self.stop_event.is_set():
            c.send(f"GET /stream HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            status, _, fields = c.head()
            assert status == 200, status
            body, _, _ = read_chunked(c.reader)
            assert body == b"".join(b"%08d" % i for i in range(PIECES)), body[:100]
            self.done["stream"] += 1
            if fields.get("connection", "").lower() == "close":
                assert self.close_ok, "closed without need"
                return

    def websocket(self, c):
        """Some echoes, then a connection of its own again."""
        c.send(UPGRADE.replace(b"example.com", self.host.encode()))
        status, _, _ = c.head()
        assert status == 101, status
        for i in range(self.turns):
            c.send(b"%06d" % i)
            got = c.reader.exactly(6)
            assert got == b"%06d" % i, got
            self.done["websocket"] += 1
            if self.stop_event.wait(0.05):
                break
        c.sock.shutdown(socket.SHUT_WR)
        assert c.reader.rest() == b""
