# SPDX-License-Identifier: Apache-2.0
"""What clients may cost: bounds on memory by our own count, and what goes overboard when it nears its limit.

A row of clients is held, the metric says what they hold together, and each may hold no more than
docs/hardening.md says.
"""
import contextlib
import select
import socket
import ssl
import subprocess
import time

import pytest

from lib.gateway import WITH_SETTINGS, Gateway, backend, binary, gateway, route, settings
from lib.tls import Cert, https
from lib.wire import Client, get

MIB = 1 << 20
# What docs/hardening.md promises of one client, in bytes.
IDLE = 1024
BUFFER = {"small": 2048 + 64, "medium": 16384 + 64, "large": 65536 + 64}
EXCHANGE = 12 * 1024


@pytest.fixture
def start(tmp_path, upstreams):
    made = []

    def go(*args, answer=None, workers=1, read_body=True, listeners=None, objects=(), **values):
        gw = Gateway(tmp_path / "m", "--workers", str(workers), "--drain-delay", "0s", "--drain-timeout", "0s", "--access-log", "off", *args)
        made.append(gw)
        up = upstreams("a", answer=answer, read_body=read_body)
        gw.write(gateway(gw.port, listeners=listeners and listeners(gw.port), **WITH_SETTINGS), *objects, settings(**values), backend("a", up), route())
        gw.start()
        return gw, up

    yield go
    for gw in made:
        assert gw.stop() == 0


def memory(gw):
    return gw.metric("sluice_memory_bytes")


@contextlib.contextmanager
def held(n, port, data=b"", rcvbuf=None):
    """<n> clients that have sent <data> and wait."""
    socks = []
    try:
        for _ in range(n):
            s = socket.socket()
            if rcvbuf:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
            s.settimeout(10)
            s.connect(("127.0.0.1", port))
            socks.append(s)
            if data:
                s.sendall(data)
        yield socks
    finally:
        for s in socks:
            s.close()


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX: "

# what is sent, what one may hold: the connection and its bytes rounded up to a buffer
WAITING = {
    "nothing": (b"", IDLE),
    "an empty line": (b"\r\n", IDLE + BUFFER["small"]),
    "a head of 30 bytes": (HEAD, IDLE + BUFFER["small"]),
    "a head of 2,000 bytes": (HEAD + b"x" * 1970, IDLE + BUFFER["small"]),
    "a head of 10 KB": (HEAD + b"x" * 10_000, IDLE + BUFFER["medium"]),
    "a head of 30 KB": (HEAD + b"x" * 30_000, IDLE + BUFFER["large"]),
}


@pytest.mark.parametrize("what", WAITING)
def test_a_client_that_waits_holds_its_bytes(start, what):
    data, most = WAITING[what]
    n = 500
    gw, _ = start()
    before = memory(gw)
    with held(n, gw.port, data):
        gw.until(lambda: gw.metric("sluice_connections") == n, "connected")
        last = -1

        def settled():
            nonlocal last
            now, last = memory(gw), last
            same, last = now == last, now
            return same and (not data or now > before + n * len(data) // 2)

        gw.until(settled, "read")
        each = (memory(gw) - before) / n
        # Each worker tells what has changed by 64 KiB.
        assert each <= most + 65536 / n, f"{each:.0f} bytes each, {most} promised"
    gw.until(lambda: memory(gw) - before < 2 * 65536, "given back")


def test_an_idle_tls_client_holds_16_kb(start, tmp_path):
    """OpenSSL's part is counted where it allocates."""
    n = 100
    cert = Cert(tmp_path, "a.test", san="DNS:a.test")
    gw, _ = start(listeners=lambda port: [https("https", port, "cert")], objects=[cert.secret("cert")])
    context = ssl.create_default_context(cafile=str(cert.cert))

    def client(stack):
        raw = stack.enter_context(socket.create_connection(("127.0.0.1", gw.port), timeout=10))
        s = stack.enter_context(context.wrap_socket(raw, server_hostname="a.test"))
        s.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        assert s.recv(12) == b"HTTP/1.1 200"

    # What OpenSSL makes once and keeps is nobody's.
    with contextlib.ExitStack() as stack:
        client(stack)
    gw.until(lambda: gw.metric("sluice_connections") == 0, "the first one gone")
    before = memory(gw)
    with contextlib.ExitStack() as stack:
        for _ in range(n):
            client(stack)
        gw.until(lambda: gw.metric("sluice_connections") == n, "connected")
        each = (memory(gw) - before) / n
        assert 4_000 < each <= 16 * 1024 + 65536 / n, f"{each:.0f} bytes each"
    gw.until(lambda: memory(gw) - before < 4 * 65536, "given back")


def test_a_stalled_answer_holds_one_body_buffer(start):
    """The client asks for 30 MB and reads nothing: what waits for it is one buffer, the rest waits at the backend."""

    def answer(req, conn):
        try:
            conn.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(30):
                conn.write(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
        except OSError:
            pass
        conn.close()

    n = 40
    gw, up = start(answer=answer)
    before = memory(gw)
    with held(n, gw.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", rcvbuf=4096):
        up.wait(n)
        time.sleep(0.5)  # whatever may still move moves
        each = (memory(gw) - before) / n
        assert BUFFER["small"] < each <= 2 * IDLE + EXCHANGE + BUFFER["large"] + 65536 / n, f"{each:.0f} bytes each"


def test_a_stalled_upload_holds_the_body_hold(start):
    """The backend reads nothing: what is kept of the body is bounded by request.body-hold and a buffer."""
    n = 40
    gw, up = start(read_body=False, answer=lambda req, conn: time.sleep(20) or conn.close())
    before = memory(gw)
    with held(n, gw.port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n") as socks:
        for s in socks:
            s.setblocking(False)
        end = time.monotonic() + 2
        piece = b"x" * 65536
        while time.monotonic() < end:
            for s in socks:
                try:
                    s.send(piece)
                except BlockingIOError:
                    pass
            time.sleep(0.01)
        each = (memory(gw) - before) / n
        assert each <= 2 * IDLE + EXCHANGE + 65536 + 2 * BUFFER["large"] + 65536 / n, f"{each:.0f} bytes each"


# --- overload --------------------------------------------------------------------------------------


def overloads(gw, stage):
    return gw.metric("sluice_overload_total", stage=stage)


def test_what_is_shed_in_its_order_and_that_it_comes_back(start):
    limit = 4 * MIB
    gw, up = start("--memory-limit", "4MiB")
    assert gw.metric("sluice_memory_limit_bytes") == limit
    kept, asking = Client(gw.port), Client(gw.port)
    assert kept.request().status == 200
    asking.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
    with contextlib.ExitStack() as stack:
        slow, n = [], 0
        # Slow heads until idle connections are closed; others still are served.
        while not overloads(gw, "close_idle"):
            slow += stack.enter_context(held(10, gw.port, HEAD + b"x" * 10_000))
            n += 10
            assert n < 1000, "memory never ran short"
            if memory(gw) < limit * 12 // 16:
                assert get(gw.port).status == 200
        assert kept.closed(), "idle connections go first"
        gw.until(lambda: gw.metric("sluice_connection_ends_total", why="overload") >= 1, "counted")
        # Then requests are refused, with a hint.
        while not overloads(gw, "refuse"):
            slow += stack.enter_context(held(2, gw.port, HEAD + b"x" * 10_000))
        asking.send(b"\r\n")
        r = asking.response()
        assert r.status == 503 and b" overload: " in r.body and int(r.headers.get("retry-after")) >= 1, r
        assert asking.closed()
        assert gw.metric("sluice_own_answers_total", reason="overload") == 1
        # Then nobody is accepted: the kernel keeps who comes.
        while not overloads(gw, "pause_accept"):
            slow += stack.enter_context(held(2, gw.port, HEAD + b"x" * 10_000))
        waiting = stack.enter_context(held(50, gw.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        assert memory(gw) < limit * 18 // 16 + 65536, "it grows no further"
        assert not select.select(waiting, [], [], 0.3)[0]
        # The metrics and health answer all the while.
        assert gw.health("/healthz")[0] == 200 and gw.health("/readyz")[0] == 200
        for s in slow:
            s.close()
        # Who waited is answered, some of them perhaps with 503.
        for s in waiting:
            assert s.recv(20)[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 503")
    gw.until(lambda: memory(gw) < limit // 2, "given back")
    for _ in range(20):
        assert get(gw.port).status == 200
    assert gw.says("memory is short")


def test_no_limit_is_no_limit(start):
    gw, up = start("--memory-limit", "off")
    assert gw.metric("sluice_memory_limit_bytes") == 0
    with held(300, gw.port, HEAD + b"x" * 10_000):
        gw.until(lambda: memory(gw) > 3 * MIB, "held")
        assert get(gw.port).status == 200
    assert overloads(gw, "close_idle") == 0


def test_a_size_that_is_none_is_a_usage_error(tmp_path):
    p = subprocess.run([binary(), "serve", "--memory-limit", "lots", str(tmp_path)], capture_output=True, text=True, timeout=20)
    assert p.returncode == 2 and "--memory-limit: 'lots' is not one of auto|off|SIZE" in p.stderr
