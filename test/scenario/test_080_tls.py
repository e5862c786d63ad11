# SPDX-License-Identifier: Apache-2.0
"""TLS towards clients and towards backends."""
import json
import socket
import ssl
import threading

import pytest
from lib.gateway import backend, free_port, gateway, route
from lib.tls import Cert, TlsClient, TlsUpstream, client_context, https, refused
from lib.wire import Client, get


@pytest.fixture
def ca(tmp_path):
    return Cert(tmp_path, "ca", ca=True)


@pytest.fixture
def leaf(tmp_path, ca):
    def make(name, san=None, by=ca, **kw):
        return Cert(tmp_path, name, san=san or f"DNS:{name}", by=by, **kw)

    return make


@pytest.fixture
def tls_upstreams():
    made = []

    def make(*args, **kw):
        made.append(TlsUpstream(*args, **kw))
        return made[-1]

    yield make
    for u in made:
        u.stop()
        assert u.violations == []


def condition(gw, kind, name, type, listener=None):
    o = gw.status()[(kind, "default", name)]["status"]
    if listener:
        o = next(x for x in o["listeners"] if x["name"] == listener)
    return next(c for c in o["conditions"] if c["type"] == type)


# --- towards clients ---------------------------------------------------------------------------


def test_https_terminates_and_says_so(gw, upstreams, ca, leaf):
    a, cert = upstreams("a"), leaf("a.example")
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")]), cert.secret("c"), backend("a", a), route())
    gw.start()
    with TlsClient(gw.port, "a.example", trust=ca) as c:
        assert c.sock.version() == "TLSv1.3"
        r = c.request(host="a.example")
        assert r.status == 200
        assert c.request("POST", host="a.example", body=b"x" * 300000).status == 200
    first = a.requests[0]
    assert first.headers.get("x-forwarded-proto") == "https"
    assert len(a.requests[1].body) == 300000
    assert condition(gw, "Gateway", "gw", "Programmed", "s")["status"] == "True"


def test_large_bodies_both_ways(gw, upstreams, ca, leaf):
    body = bytes(range(256)) * 20000

    def big(req, conn):
        assert req.body == body
        conn.respond(200, body[::-1])

    a, cert = upstreams("a", answer=big), leaf("a.example")
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")]), cert.secret("c"), backend("a", a), route())
    gw.start()
    with TlsClient(gw.port, "a.example", trust=ca) as c:
        r = c.request("POST", host="a.example", body=body)
        assert (r.status, r.body) == (200, body[::-1])


def test_redirect_keeps_the_scheme(gw, upstreams, leaf):
    rules = [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"hostname": "b.example"}}]}]
    gw.write(
        gateway(gw.port, listeners=[https("s", gw.port, "c")]), leaf("a.example").secret("c"), route(rules=rules)
    )
    gw.start()
    with TlsClient(gw.port, "a.example") as c:
        assert c.request(host="a.example").headers.get("location") == f"https://b.example:{gw.port}/"


def three_listeners(gw, leaf, **more):
    certs = {n: leaf(n, san) for n, san in [("a.example", None), ("w", "DNS:*.w.example")]}
    listeners = [
        https("a", gw.port, "a.example", "a.example"),
        https("w", gw.port, "w", "*.w.example"),
    ]
    if more:
        certs["any"] = leaf("any")
        listeners.append(https("any", gw.port, "any", **more))
    return certs, listeners


def test_the_name_chooses_the_certificate(gw, upstreams, leaf):
    a = upstreams("a")
    certs, listeners = three_listeners(gw, leaf)
    objects = [c.secret(n) for n, c in certs.items()] + [backend("a", a), route()]
    gw.write(gateway(gw.port, listeners=listeners), *objects)
    gw.start()
    for sni, want in [("a.example", "a.example"), ("A.Example", "a.example"), ("x.w.example", "w")]:
        with TlsClient(gw.port, sni) as c:
            assert c.der == certs[want].der, sni
            assert c.request(host=sni).status == 200
    for sni in ("b.example", "w.example", None):
        assert "UNRECOGNIZED_NAME" in refused(gw.port, sni), sni
    assert gw.metric("sluice_tls_handshake_failures_total") >= 3
    assert len(a.requests) == 3


def test_a_listener_without_hostname_takes_the_rest(gw, upstreams, leaf):
    a = upstreams("a")
    certs, listeners = three_listeners(gw, leaf, mode="Terminate")
    objects = [c.secret(n) for n, c in certs.items()] + [backend("a", a), route()]
    gw.write(gateway(gw.port, listeners=listeners), *objects)
    gw.start()
    for sni in ("b.example", None, "w.example"):
        with TlsClient(gw.port, sni) as c:
            assert c.der == certs["any"].der
    with TlsClient(gw.port, "a.example") as c:
        assert c.der == certs["a.example"].der


def test_a_request_for_another_listener_is_misdirected(gw, upstreams, leaf):
    a = upstreams("a")
    certs, listeners = three_listeners(gw, leaf)
    objects = [c.secret(n) for n, c in certs.items()] + [backend("a", a), route()]
    gw.write(gateway(gw.port, listeners=listeners), *objects)
    gw.start()
    for sni, host, want in [
        ("a.example", "a.example", 200),
        ("a.example", "x.w.example", 421),
        ("x.w.example", "y.w.example", 200),
        ("x.w.example", "a.example", 421),
        ("a.example", "other.example", 404),
    ]:
        with TlsClient(gw.port, sni) as c:
            assert c.request(host=host).status == want, (sni, host)
    assert len(a.requests) == 2


def test_a_rotated_certificate_drops_nothing(gw, upstreams, ca, leaf):
    a, old, new = upstreams("a"), leaf("one", "DNS:a.example"), leaf("two", "DNS:a.example")
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")]), backend("a", a), route(), name="a.yaml")
    gw.write(old.secret("c"), name="secret.yaml")
    gw.start()
    with TlsClient(gw.port, "a.example", trust=ca) as kept:
        assert kept.der == old.der
        assert kept.request(host="a.example").status == 200

        def rotated():
            assert kept.request(host="a.example").status == 200
            with TlsClient(gw.port, "a.example", trust=ca) as c:
                assert c.request(host="a.example").status == 200
                return c.der == new.der

        assert not rotated()
        gw.write(new.secret("c"), name="secret.yaml")
        gw.until(rotated, "rotated")
        assert kept.request(host="a.example").status == 200
        assert kept.der == old.der


def test_a_broken_secret_closes_the_listener_and_the_rest_serves(gw, upstreams, leaf):
    a, cert = upstreams("a"), leaf("a.example")
    bad = cert.secret("bad")
    bad["data"]["tls.key"] = leaf("other").secret("x")["data"]["tls.key"]
    listeners = [https("a", gw.port, "c", "a.example"), https("b", gw.port, "bad", "b.example")]
    gw.write(gateway(gw.port, listeners=listeners), cert.secret("c"), bad, backend("a", a), route())
    gw.start()
    assert condition(gw, "Gateway", "gw", "ResolvedRefs", "b")["reason"] == "InvalidCertificateRef"
    assert refused(gw.port, "b.example")
    with TlsClient(gw.port, "a.example") as c:
        assert c.request(host="a.example").status == 200


def test_what_is_not_offered_is_refused(gw, upstreams, leaf):
    a = upstreams("a")
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")]), leaf("a.example").secret("c"), backend("a", a), route())
    gw.start()
    assert "no application protocol" in refused(gw.port, "a.example", alpn=["h2"])
    with TlsClient(gw.port, "a.example", alpn=["h2", "http/1.1"]) as c:
        assert c.sock.selected_alpn_protocol() == "http/1.1"
    with TlsClient(gw.port, "a.example", version=ssl.TLSVersion.TLSv1_2) as c:
        assert c.request(host="a.example").status == 200
        assert "ECDHE" in c.sock.cipher()[0] and "GCM" in c.sock.cipher()[0]
    old = client_context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    assert refused(gw.port, "a.example", context=old)
    cbc = client_context(version=ssl.TLSVersion.TLSv1_2)
    cbc.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    assert refused(gw.port, "a.example", context=cbc)
    # clear text on a TLS port ends at once, without an answer
    with socket.create_connection(("127.0.0.1", gw.port), timeout=5) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
        got = b""
        try:
            while part := s.recv(4096):
                got += part
        except ConnectionResetError:
            pass
        assert b"HTTP/" not in got
    assert len(a.requests) == 1


def frontend(ca_name, mode=None, per_port=None):
    v = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": ca_name}]}
    if mode:
        v["mode"] = mode
    out = {"default": {"validation": v}}
    if per_port is not None:
        out = {"default": {}, "perPort": [{"port": per_port, "tls": {"validation": v}}]}
    return {"frontend": out}


def test_client_certificates(gw, upstreams, tmp_path, ca, leaf):
    a, other = upstreams("a"), Cert(tmp_path, "other-ca", ca=True)
    good, bad = leaf("client", eku="clientAuth"), leaf("bad", by=other)
    wrong = leaf("server-only", eku="serverAuth")
    objects = [leaf("a.example").secret("c"), ca.bundle("clients"), backend("a", a), route()]
    listeners = [https("s", gw.port, "c")]
    gw.write(gateway(gw.port, listeners=listeners, tls=frontend("clients")), *objects)
    gw.start()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with TlsClient(gw.port, "a.example", show=good, version=version) as c:
            assert c.request(host="a.example").status == 200
        assert refused(gw.port, "a.example", version=version)
        assert refused(gw.port, "a.example", show=bad, version=version)
        assert refused(gw.port, "a.example", show=wrong, version=version)
    assert len(a.requests) == 2
    # AllowInsecureFallback: anybody
    gw.write(gateway(gw.port, listeners=listeners, tls=frontend("clients", "AllowInsecureFallback")), *objects)

    def open_to(show):
        try:
            with TlsClient(gw.port, "a.example", show=show) as c:
                return c.request(host="a.example").status == 200
        except ssl.SSLError:
            return False

    gw.until(lambda: open_to(None), "open without a certificate")
    assert open_to(bad) and open_to(good)


def test_client_certificates_per_port(gw, upstreams, ca, leaf):
    a, strict = upstreams("a"), free_port()
    objects = [leaf("a.example").secret("c"), ca.bundle("clients"), backend("a", a), route()]
    listeners = [https("s", gw.port, "c"), https("m", strict, "c")]
    gw.write(gateway(gw.port, listeners=listeners, tls=frontend("clients", per_port=strict)), *objects)
    gw.start()
    with TlsClient(gw.port, "a.example") as c:
        assert c.request(host="a.example").status == 200
    assert refused(strict, "a.example")
    with TlsClient(strict, "a.example", show=leaf("client")) as c:
        assert c.request(host="a.example").status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_worth_nothing_elsewhere(gw, upstreams, ca, leaf, version):
    """A ticket of a listener that asks for no certificate does not open one that does."""
    a, strict = upstreams("a"), free_port()
    objects = [leaf("a.example").secret("c"), ca.bundle("clients"), backend("a", a), route()]
    listeners = [https("s", gw.port, "c"), https("m", strict, "c")]
    gw.write(gateway(gw.port, listeners=listeners, tls=frontend("clients", per_port=strict)), *objects)
    gw.start()
    context = client_context(version=version)
    with TlsClient(gw.port, "a.example", context=context) as c:
        assert c.request(host="a.example").status == 200
        session = c.sock.session
    with TlsClient(gw.port, "a.example", context=context, session=session) as c:
        assert c.sock.session_reused
        assert c.request(host="a.example").status == 200
    assert refused(strict, "a.example", context=context, session=session)
    assert len(a.requests) == 2


def test_new_demands_end_old_connections_politely(gw, upstreams, ca, leaf):
    """Who was let in without a certificate is not served where one is asked for by now."""
    a = upstreams("a")
    objects = [leaf("a.example").secret("c"), ca.bundle("clients"), backend("a", a), route()]
    listeners = [https("s", gw.port, "c")]
    gw.write(gateway(gw.port, listeners=listeners), *objects)
    gw.start()
    with TlsClient(gw.port, "a.example") as kept:
        assert kept.request(host="a.example").status == 200
        gw.write(gateway(gw.port, listeners=listeners, tls=frontend("clients")), *objects)
        gw.until(lambda: refused(gw.port, "a.example", send=b""), "strict")
        r = kept.request(host="a.example")
        assert (r.status, r.headers.get("connection")) == (421, "close")
    assert len(a.requests) == 1


# --- towards backends --------------------------------------------------------------------------


def service(name, port, **tls):
    """A Service with one endpoint, and with <tls> the BackendTLSPolicy for it."""
    out = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"ports": [{"name": "https", "port": 443, "targetPort": port}], "clusterIP": "10.9.9.9"},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-1",
                "namespace": "default",
                "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": True}}],
            "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
        },
    ]
    if tls:
        out.append(
            {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "BackendTLSPolicy",
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"targetRefs": [{"group": "", "kind": "Service", "name": name}], "validation": tls},
            }
        )
    return out


def to_service(name):
    return route(rules=[{"backendRefs": [{"name": name, "port": 443}]}])


def validation(ca_name, hostname, sans=None):
    out = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": ca_name}], "hostname": hostname}
    if sans:
        out["subjectAltNames"] = sans
    return out


SPIFFE = "spiffe://example/ns/default/sa/b"
CASES = [
    ("name", dict(hostname="b.example"), "ca", 200),
    ("wrong name", dict(hostname="c.example"), "ca", 502),
    ("wrong authority", dict(hostname="b.example"), "other", 502),
    ("san dns", dict(hostname="sni.example", sans=[{"type": "Hostname", "hostname": "b.example"}]), "ca", 200),
    ("san uri", dict(hostname="sni.example", sans=[{"type": "URI", "uri": SPIFFE}]), "ca", 200),
    ("wrong san", dict(hostname="b.example", sans=[{"type": "URI", "uri": SPIFFE + "x"}]), "ca", 502),
    (
        "one of sans",
        dict(hostname="b.example", sans=[{"type": "Hostname", "hostname": "x.example"}, {"type": "URI", "uri": SPIFFE}]),
        "ca",
        200,
    ),
]


@pytest.mark.parametrize("what,policy,trusts,want", CASES, ids=[c[0] for c in CASES])
def test_backend_tls_policy(gw, tls_upstreams, tmp_path, ca, leaf, what, policy, trusts, want):
    b = tls_upstreams("b", cert=leaf("b", f"DNS:b.example,URI:{SPIFFE}"))
    other = Cert(tmp_path, "other", ca=True)
    objects = [ca.bundle("ca"), other.bundle("other"), *service("b", b.port, **validation(trusts, **policy))]
    gw.write(gateway(gw.port), to_service("b"), *objects)
    gw.start()
    with Client(gw.port) as c:
        r = c.request()
        assert r.status == want, gw.tail()
        assert b.names[0] == policy["hostname"]
        if want == 200:
            for _ in range(5):
                assert c.request().status == 200
            assert b.connections == 1, "the pool keeps TLS connections"
        else:
            assert b"upstream_tls" in r.body
            assert b.requests == []
            gw.until(lambda: gw.says("TLS to an endpoint failed"), "told")


def test_backend_tls_never_falls_back(gw, ca):
    """A backend that answers in clear text, and a policy whose anchors are missing: neither is used."""
    got = []

    def clear(listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                got.append(sock.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=clear, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        gw.write(gateway(gw.port), to_service("b"), ca.bundle("ca"), *service("b", port, **validation("ca", "b.example")))
        gw.start()
        r = get(gw.port)
        assert (r.status, r.body.split(b":")[0]) == (502, b"502 upstream_tls")
        gw.write(gateway(gw.port), to_service("b"), *service("b", port, **validation("gone", "b.example")))
        gw.until(lambda: get(gw.port).status == 500, "refused")
        listener.shutdown(socket.SHUT_RDWR)
    assert got and all(b"HTTP" not in g for g in got)


def test_client_certificate_for_backends(gw, tls_upstreams, tmp_path, ca, leaf):
    b = tls_upstreams("b", cert=leaf("b.example"), clients=ca)
    shown = leaf("gateway", eku="clientAuth")
    objects = [
        ca.bundle("ca"),
        shown.secret("shown"),
        to_service("b"),
        *service("b", b.port, **validation("ca", "b.example")),
    ]
    gw.write(gateway(gw.port), *objects)
    gw.start()
    assert get(gw.port).status == 502
    gw.write(gateway(gw.port, tls={"backend": {"clientCertificateRef": {"name": "shown"}}}), *objects)
    gw.until(lambda: get(gw.port).status == 200, "certificate shown")
    assert b.shown[-1] == shown.der


def test_backend_object_with_tls(gw, tls_upstreams, ca, leaf):
    b = tls_upstreams("b", cert=leaf("b.example"))
    tls = {"hostname": "b.example", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}
    gw.write(gateway(gw.port), ca.bundle("ca"), backend("a", b, protocol="HTTPS", tls=tls), route())
    gw.start()
    r = get(gw.port)
    assert r.status == 200
    assert json.loads(r.body)["upstream"] == "b"


def test_websocket_through_tls_on_both_sides(gw, tls_upstreams, ca, leaf):
    def switch(req, conn):
        conn.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        while data := conn.sock.recv(65536):
            conn.write(data.upper())
        conn.open = False

    b = tls_upstreams("b", cert=leaf("b.example"), answer=switch)
    objects = [ca.bundle("ca"), leaf("a.example").secret("c"), *service("b", b.port, **validation("ca", "b.example"))]
    gw.write(gateway(gw.port, listeners=[https("s", gw.port, "c")]), to_service("b"), *objects)
    gw.start()
    with TlsClient(gw.port, "a.example", trust=ca) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert c.head()[0] == 101
        for n in (1, 1000, 100000):
            c.send(b"a" * n)
            assert c.reader.exactly(n) == b"A" * n
