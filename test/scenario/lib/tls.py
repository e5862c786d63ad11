# SPDX-License-Identifier: Apache-2.0
"""Certificates made on the spot with openssl(1), and TLS on both ends of the gateway."""
import base64
import pathlib
import socket
import ssl
import subprocess

from . import upstream, wire


class Cert:
    """A certificate and its key, as PEM files."""

    def __init__(self, folder, name, san=None, by=None, ca=False, days=2, eku=None):
        self.cert = pathlib.Path(folder) / f"{name}.crt"
        self.key = pathlib.Path(folder) / f"{name}.key"
        cmd = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        cmd += ["-keyout", str(self.key), "-out", str(self.cert), "-subj", f"/CN={name}", "-days", str(days)]
        cmd += ["-addext", f"basicConstraints=critical,CA:{'TRUE' if ca else 'FALSE'}"]
        if san:
            cmd += ["-addext", f"subjectAltName={san}"]
        if eku:
            cmd += ["-addext", f"extendedKeyUsage={eku}"]
        if by:
            cmd += ["-CA", str(by.cert), "-CAkey", str(by.key)]
        subprocess.run(cmd, check=True, capture_output=True)

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.cert.read_text())

    def secret(self, name, namespace="default"):
        data = {"tls.crt": self.cert, "tls.key": self.key}
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": name, "namespace": namespace},
            "data": {k: base64.b64encode(p.read_bytes()).decode() for k, p in data.items()},
        }

    def bundle(self, name, namespace="default"):
        """As a ConfigMap of trust anchors."""
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace},
            "data": {"ca.crt": self.cert.read_text()},
        }


def https(name, port, secret, hostname=None, **tls):
    """A listener."""
    out = {"name": name, "port": port, "protocol": "HTTPS"}
    out["tls"] = {"certificateRefs": [{"name": s} for s in ([secret] if isinstance(secret, str) else secret)], **tls}
    if hostname:
        out["hostname"] = hostname
    return out


class TlsClient(wire.Client):
    """One TLS connection; <trust> None: anything is accepted, .der says what was shown."""

    def __init__(self, port, sni, trust=None, show=None, alpn=None, version=None, session=None, context=None):
        super().__init__(port)
        c = context or client_context(trust, show, alpn, version)
        self.context = c
        try:
            self.sock = c.wrap_socket(self.sock, server_hostname=sni, session=session)
        except (OSError, ssl.SSLError):
            self.sock.close()
            raise
        self.reader = wire.Reader(self.sock)

    @property
    def der(self):
        return self.sock.getpeercert(True)


def client_context(trust=None, show=None, alpn=None, version=None):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname = trust is not None
    c.verify_mode = ssl.CERT_REQUIRED if trust else ssl.CERT_NONE
    if trust:
        c.load_verify_locations(trust.cert)
    if show:
        c.load_cert_chain(show.cert, show.key)
    if alpn:
        c.set_alpn_protocols(alpn)
    if version:
        c.minimum_version = c.maximum_version = version
    return c


def refused(port, sni, send=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", **kw):
    """What ends the handshake (or, for TLS 1.3 client certificates, the first read after it)."""
    try:
        with TlsClient(port, sni, **kw) as c:
            c.send(send)
            c.sock.settimeout(0.3 if not send else 10)
            if c.sock.recv(1) == b"":
                return "closed"
    except ssl.SSLError as e:
        return e.reason or str(e)
    except socket.timeout:
        return None
    except ConnectionError as e:
        return type(e).__name__
    return None


class TlsUpstream(upstream.Upstream):
    """The recording upstream behind TLS; .seen holds what each connection showed and asked for."""

    def __init__(self, name="a", cert=None, clients=None, **kw):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert.cert, cert.key)
        if clients:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(clients.cert)
        self.context.sni_callback = lambda sock, sni, context: self.names.append(sni)
        self.names, self.failures, self.shown = [], [], []
        super().__init__(name, **kw)

    def serve(self, conn):
        try:
            conn.sock = self.context.wrap_socket(conn.sock, server_side=True)
        except OSError as e:
            self.failures.append(str(e))
            conn.sock.close()
            return
        self.shown.append(conn.sock.getpeercert(True))
        conn.reader = wire.Reader(conn.sock)
        super().serve(conn)
