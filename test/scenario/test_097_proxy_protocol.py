# SPDX-License-Identifier: Apache-2.0
"""PROXY headers of load balancers: who the client then is, and whom nobody answers."""
import socket
import ssl
import struct

import pytest
from lib.gateway import WITH_SETTINGS, backend, gateway, route, settings
from lib.proxy_protocol import LOCAL, SIGNATURE, v1, v2, with_checksum
from lib.tls import Cert, https
from lib.wire import Client, get

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.fixture
def start(gw, upstreams):
    """A gateway whose listener has these settings; with <clock> time stands still."""
    a = upstreams("a")

    def go(clock=False, **values):
        if clock:
            gw.clock_path = gw.folder.parent / "c.clk"
            gw.args += ["--test-clock", str(gw.clock_path), "--sandbox", "off"]
        write(**values)
        gw.start()
        return a

    def write(**values):
        gw.write(gateway(gw.port, **WITH_SETTINGS), backend("a", a), route(), settings(**values))

    go.write = write
    return go


def said(a):
    """Who the last request's client was, as the backend was told."""
    return a.requests[-1].headers.get("x-forwarded-for")


def answer(port, *pieces):
    """All that comes back to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        got = b""
        try:
            for p in pieces:
                s.sendall(p)
            while more := s.recv(65536):
                got += more
        except ConnectionError:
            pass
        return got


GOOD = {
    "v1": (v1(), "203.0.113.7"),
    "v1 IPv6": (v1("2001:db8::7", "2001:db8::1"), "2001:db8::7"),
    "v1 unknown": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "v2": (v2(), "203.0.113.7"),
    "v2 IPv6": (v2("2001:db8::7", "2001:db8::1"), "2001:db8::7"),
    "v2 TLVs": (v2(tlvs=b"\xea\0\4vpce\x04\0\0"), "203.0.113.7"),
    "v2 checksum": (with_checksum(), "203.0.113.7"),
    "v2 local": (LOCAL, "127.0.0.1"),
    "v2 the largest": (v2(tlvs=b"\x04" + struct.pack(">H", 4065) + b"x" * 4065), "203.0.113.7"),
}


def test_the_header_names_the_client(gw, start):
    a = start(**{"proxy-protocol.ports": gw.port})
    for what, (header, client) in GOOD.items():
        with Client(gw.port) as c:
            c.send(header)
            assert c.request(headers=[("X-Forwarded-For", "1.1.1.1")]).status == 200, what
            assert said(a) == client, what
            assert c.request().status == 200 and said(a) == client, what
    gw.until(lambda: gw.says('"client":"203.0.113.7"') and gw.says('"client":"2001:db8::7"'), "logged")


def test_whatever_the_pieces(gw, start):
    a = start(**{"proxy-protocol.ports": "all"})
    for header in (v1(), v2()):
        with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in header + REQUEST:
                s.sendall(bytes([byte]))
            assert s.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert said(a) == "203.0.113.7"


BAD = {
    "a request": (REQUEST, "malformed"),
    "a ClientHello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "malformed"),
    "v1 family": (b"PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n" + REQUEST, "malformed"),
    "v1 port": (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n" + REQUEST, "malformed"),
    "v1 without an end": (b"PROXY UNKNOWN " + b"x" * 200, "too_long"),
    "v2 length": (SIGNATURE + b"\x21\x11\xff\xff", "too_long"),
    "v2 version": (SIGNATURE + b"\x11\x11\0\x0c" + b"x" * 12, "malformed"),
    "v2 addresses": (SIGNATURE + b"\x21\x21\0\x0c" + b"x" * 12, "malformed"),
    "v2 TLV": (v2(tlvs=b"\x01\0\x09h2") + REQUEST, "malformed"),
    "v2 checksum": (with_checksum(off=1) + REQUEST, "checksum"),
}


def refusals(gw, why):
    return gw.metric("sluice_proxy_protocol_refused_total", why=why)


def test_what_is_no_header_is_closed_without_an_answer_and_counted(gw, start):
    a = start(**{"proxy-protocol.ports": gw.port})
    for what, (sent, why) in BAD.items():
        before = refusals(gw, why)
        assert answer(gw.port, sent) == b"", what
        assert refusals(gw, why) == before + 1, what
    assert a.requests == []
    assert gw.metric("sluice_own_answers_total") == 0
    # A balancer that only looks whether somebody listens is no error.
    socket.create_connection(("127.0.0.1", gw.port)).close()
    gw.until(lambda: gw.metric("sluice_connections") == 0, "gone")
    assert refusals(gw, "truncated") == 0


def test_the_header_has_the_time_of_a_head(gw, start):
    start(clock=True, **{"proxy-protocol.ports": gw.port, "client_head-timeout": "5s"})
    with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
        gw.until(lambda: gw.metric("sluice_connections") == 1, "accepted")
        for piece in (b"PROXY ", b"UNKNOWN ", b"x"):
            s.sendall(piece)
            gw.advance(1500)
        assert refusals(gw, "timeout") == 0
        gw.advance(600)
        assert s.recv(1) == b""
    assert refusals(gw, "timeout") == 1


def test_only_balancers_are_believed(gw, start):
    a = start(**{"proxy-protocol.ports": gw.port, "proxy-protocol.from": "127.0.0.0/8"})
    assert answer(gw.port, v1(), REQUEST).startswith(b"HTTP/1.1 200 ") and said(a) == "203.0.113.7"
    start.write(**{"proxy-protocol.ports": gw.port, "proxy-protocol.from": "10.0.0.0/8, 2001:db8::/32"})
    gw.until(lambda: answer(gw.port, v1(), REQUEST) == b"", "refused")
    assert refusals(gw, "untrusted") >= 1
    # Or they are served as they are, and cannot name themselves.
    start.write(**{"proxy-protocol.ports": gw.port, "proxy-protocol.from": "10.0.0.0/8", "proxy-protocol.others": "plain"})
    gw.until(lambda: answer(gw.port, REQUEST).startswith(b"HTTP/1.1 200 "), "plain")
    assert said(a) == "127.0.0.1"
    assert answer(gw.port, v1(), REQUEST).startswith(b"HTTP/1.1 400 ")


def test_a_port_that_is_open_follows_its_settings(gw, start):
    a = start()
    assert get(gw.port).status == 200
    start.write(**{"proxy-protocol.ports": f"{gw.port + 1} {gw.port}"})
    gw.until(lambda: answer(gw.port, v1(), REQUEST).startswith(b"HTTP/1.1 200 "), "believed")
    assert said(a) == "203.0.113.7"
    start.write()
    gw.until(lambda: answer(gw.port, REQUEST).startswith(b"HTTP/1.1 200 "), "plain again")
    assert said(a) == "127.0.0.1"


@pytest.mark.parametrize("values, said", [
    ({"proxy-protocol.ports": "80, http"}, 'proxy-protocol.ports: "http" is not allowed; give all, or ports of listeners'),
    ({"proxy-protocol.ports": "0"}, 'proxy-protocol.ports: "0" is not allowed'),
    ({"proxy-protocol.from": "10.0.0.0/33"}, 'proxy-protocol.from: "10.0.0.0/33" is not allowed; give addresses or ranges'),
    ({"proxy-protocol.others": "maybe"}, 'proxy-protocol.others: "maybe" is not allowed; give refuse or plain.'),
    ({"proxy-protocol.port": "80"}, 'key "proxy-protocol.port" is no setting; did you mean "proxy-protocol.ports"?'),
])
def test_what_is_wrong_is_pointed_at(gw, start, values, said):
    start()
    start.write(**values)
    gw.until(lambda: any(said in c["message"] for c in
                         gw.status()["Gateway", "default", "gw"]["status"]["conditions"]), "told")


def test_before_tls(gw, upstreams, tmp_path):
    """In one segment with the ClientHello, alone, and cut."""
    ca = Cert(tmp_path, "ca", ca=True)
    cert = Cert(tmp_path, "a.example", san="DNS:a.example", by=ca)
    a = upstreams("a")
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")], **WITH_SETTINGS), cert.secret("c"),
             backend("a", a), route(), settings(**{"proxy-protocol.ports": gw.port}))
    gw.start()
    context = ssl.create_default_context(cafile=ca.cert)
    for together, cut in ((True, 0), (False, 0), (True, 20), (False, 20)):
        inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(inward, outward, server_hostname="a.example")
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        hello, header = outward.read(), v2()
        with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in ([header + hello] if together else [header, hello]):
                s.sendall(piece[:cut])
                s.sendall(piece[cut:])
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    inward.write(s.recv(65536))
            tls.write(REQUEST)
            s.sendall(outward.read())
            while True:
                try:
                    assert tls.read().startswith(b"HTTP/1.1 200 ")
                    break
                except ssl.SSLWantReadError:
                    inward.write(s.recv(65536))
        assert said(a) == "203.0.113.7"
        assert a.requests[-1].headers.get("x-forwarded-proto") == "https"
    # Without it there is no handshake.
    assert answer(gw.port, hello) == b""
    assert refusals(gw, "malformed") == 1


def test_a_client_without_an_idle_limit_outlives_its_handshake(gw, upstreams, tmp_path):
    """`client.idle-timeout: 0s`: the handshake's timer ends with the handshake."""
    cert = Cert(tmp_path, "a.example", san="DNS:a.example")
    gw.clock_path = gw.folder.parent / "c.clk"
    gw.args += ["--test-clock", str(gw.clock_path), "--sandbox", "off"]
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")], **WITH_SETTINGS), cert.secret("c"),
             backend("a", upstreams("a")), route(), settings(**{"client_idle-timeout": "0s"}))
    gw.start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as raw, \
            context.wrap_socket(raw, server_hostname="a.example") as s:
        gw.until(lambda: gw.metric("sluice_tls_handshakes_total") == 1, "shaken")
        gw.advance(3600 * 1000)
        s.sendall(REQUEST)
        assert s.recv(65536).startswith(b"HTTP/1.1 200 ")
