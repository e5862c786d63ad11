# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 on a raw socket, read strictly: what the scenarios send with and judge by.

Nothing here repairs or guesses.  A message that breaks RFC 9112 raises WireError (client side) or is
noted as a violation (recording upstream), because those are the gateway's bugs we look for.
"""
import re
import socket

TOKEN = re.compile(rb"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$")
VALUE = re.compile(rb"^[\t\x20-\x7e\x80-\xff]*$")
HEAD_MAX = 1 << 20


class WireError(Exception):
    """The peer sent something that RFC 9112 does not allow, or ended early."""


class Reader:
    """Buffered bytes of one socket."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def more(self):
        got = self.sock.recv(65536)
        self.data += got
        return bool(got)

    def until(self, mark):
        while mark not in self.data:
            if len(self.data) > HEAD_MAX:
                raise WireError("head too long")
            if not self.more():
                raise WireError(f"connection ended inside a head: {self.data[:200]!r}")
        head, _, self.data = self.data.partition(mark)
        return head

    def exactly(self, n):
        while len(self.data) < n:
            if not self.more():
                raise WireError(f"connection ended {n - len(self.data)} bytes early")
        out, self.data = self.data[:n], self.data[n:]
        return out

    def rest(self):
        while self.more():
            pass
        out, self.data = self.data, b""
        return out


class Headers(list):
    """(name, value) pairs as sent; look-ups ignore case."""

    def all(self, name):
        return [v for n, v in self if n.lower() == name.lower()]

    def get(self, name, default=None):
        found = self.all(name)
        return found[0] if found else default


def parse_fields(lines):
    fields = Headers()
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.match(name):
            raise WireError(f"bad field line {line!r}")
        value = value.strip(b" \t")
        if not VALUE.match(value):
            raise WireError(f"bad field value {line!r}")
        fields.append((name.decode(), value.decode("latin-1")))
    return fields


def framing(fields, is_response_to=None, status=None):
    """('none'|'length'|'chunked'|'close', length) by RFC 9112 section 6.3; refuses what is ambiguous."""
    te, cl = fields.all("transfer-encoding"), fields.all("content-length")
    if len(te) > 1 or len(cl) > 1 or (te and cl):
        raise WireError(f"ambiguous framing: te={te} cl={cl}")
    if te and te[0] != "chunked":
        raise WireError(f"transfer-encoding {te[0]!r}")
    if cl and not re.fullmatch(r"\d+", cl[0]):
        raise WireError(f"content-length {cl[0]!r}")
    if status is not None and (status < 200 or status in (204, 304) or is_response_to == "HEAD"):
        return "none", 0
    if te:
        return "chunked", 0
    if cl:
        return "length", int(cl[0])
    return ("none", 0) if status is None else ("close", 0)


def read_chunked(r):
    body, sizes = b"", []
    while True:
        line = r.until(b"\r\n")
        if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", line):
            raise WireError(f"chunk size line {line!r}")
        n = int(line, 16)
        if n == 0:
            break
        sizes.append(n)
        body += r.exactly(n)
        if r.exactly(2) != b"\r\n":
            raise WireError("chunk not followed by CRLF")
    trailers = []
    while True:
        line = r.until(b"\r\n")
        if not line:
            return body, parse_fields(trailers), sizes
        trailers.append(line)


def read_body(r, kind, length):
    if kind == "chunked":
        return read_chunked(r)
    if kind == "length":
        return r.exactly(length), Headers(), [length]
    if kind == "close":
        return r.rest(), Headers(), []
    return b"", Headers(), []


class Response:
    def __init__(self, status, reason, headers, body, trailers, interim):
        self.status, self.reason, self.headers = status, reason, headers
        self.body, self.trailers, self.interim = body, trailers, interim

    def __repr__(self):
        return f"<Response {self.status} {list(self.headers)} {self.body[:80]!r}>"


class Client:
    """One connection to the gateway."""

    def __init__(self, port, host="127.0.0.1", timeout=10):
        self.sock = socket.create_connection((host, port), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = Reader(self.sock)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def send_split(self, data, size=1):
        for i in range(0, len(data), size):
            self.sock.sendall(data[i : i + size])

    def head(self, method="GET"):
        """Status line and fields of the next message; interim answers are its caller's business."""
        lines = self.reader.until(b"\r\n\r\n").split(b"\r\n")
        m = re.fullmatch(rb"HTTP/1\.1 (\d{3}) ([\t\x20-\x7e\x80-\xff]*)", lines[0])
        if not m:
            raise WireError(f"status line {lines[0]!r}")
        return int(m[1]), m[2].decode(), parse_fields(lines[1:])

    def response(self, method="GET"):
        interim = []
        while True:
            status, reason, fields = self.head(method)
            if status >= 200 or status == 101:
                break
            interim.append((status, fields))
        body, trailers, _ = read_body(self.reader, *framing(fields, method, status))
        return Response(status, reason, fields, body, trailers, interim)

    def request(self, method="GET", target="/", host="example.com", headers=(), body=None):
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{n}: {v}" for n, v in headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""))
        return self.response(method)

    def closed(self, timeout=5):
        """True when the gateway ends the connection (FIN or RST) without another byte."""
        self.sock.settimeout(timeout)
        try:
            return self.reader.data == b"" and self.sock.recv(1) == b""
        except ConnectionResetError:
            return True
        except socket.timeout:
            return False


def get(port, target="/", host="example.com", method="GET", headers=(), body=None, timeout=10):
    """One request on a connection of its own."""
    with Client(port, timeout=timeout) as c:
        return c.request(method, target, host, headers, body)
