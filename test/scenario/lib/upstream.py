# SPDX-License-Identifier: Apache-2.0
"""The strict recording upstream: what really reaches a backend, and what a backend may do to us.

Every request is parsed by wire.py; anything that is not strictly valid is kept in .violations, and the
`upstream` fixture fails the test that caused one.  An answer is a callable (Request, Connection) that
writes what it likes; the default says 200 and names the upstream.
"""
import json
import socket
import threading

from . import wire


class Request:
    def __init__(self, method, target, headers, body, trailers, conn, head):
        self.method, self.target, self.headers = method, target, headers
        self.body, self.trailers, self.conn, self.head = body, trailers, conn, head

    def __repr__(self):
        return f"<Request {self.method} {self.target} {list(self.headers)}>"


class Connection:
    def __init__(self, upstream, sock, number):
        self.upstream, self.sock, self.number = upstream, sock, number
        self.reader = wire.Reader(sock)
        self.open = True

    def write(self, data):
        self.sock.sendall(data)

    def respond(self, status=200, body=b"", headers=(), reason="OK"):
        lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}"]
        lines += [f"{n}: {v}" for n, v in headers]
        self.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def close(self):
        self.open = False

    def reset(self):
        """Ends with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.open = False


class Upstream:
    def __init__(self, name="a", answer=None, read_body=True, host="127.0.0.1", port=0):
        self.name, self.answer, self.read_body = name, answer or self.echo, read_body
        self.requests, self.violations = [], []
        self.connections = 0
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.host = host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, port), family=family, backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.live = set()
        self.thread = threading.Thread(target=self.accept_loop, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def echo(self, req, conn):
        body = json.dumps(
            {
                "upstream": self.name,
                "method": req.method,
                "target": req.target,
                "headers": list(req.headers),
                "body": req.body.decode("latin-1"),
            }
        ).encode()
        if req.method == "HEAD":
            conn.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        else:
            conn.respond(200, body, [("Content-Type", "application/json"), ("X-Upstream", self.name)])

    def accept_loop(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                conn = Connection(self, sock, self.connections)
                self.live.add(conn)
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        try:
            while conn.open:
                req = self.read_request(conn)
                if req is None:
                    return
                with self.arrived:
                    self.requests.append(req)
                    self.arrived.notify_all()
                self.answer(req, conn)
        except (OSError, ValueError):
            pass
        finally:
            conn.sock.close()
            with self.lock:
                self.live.discard(conn)

    def read_request(self, conn):
        r = conn.reader
        if not r.data and not r.more():
            return None
        head = b""
        try:
            head = r.until(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            parts = lines[0].split(b" ")
            if len(parts) != 3 or parts[2] != b"HTTP/1.1" or not wire.TOKEN.match(parts[0]):
                raise wire.WireError(f"request line {lines[0]!r}")
            target = parts[1]
            if not (target.startswith(b"/") or target == b"*") or any(
                c <= 0x20 or c >= 0x7F or c == ord("#") for c in target
            ):
                raise wire.WireError(f"target {target!r}")
            fields = wire.parse_fields(lines[1:])
            if len(fields.all("host")) != 1:
                raise wire.WireError(f"host {fields.all('host')}")
            kind, length = wire.framing(fields)
            body, trailers = b"", wire.Headers()
            if self.read_body:
                body, trailers, _ = wire.read_body(r, kind, length)
        except wire.WireError as e:
            with self.lock:
                # An upload that ends early by a close is how the gateway aborts: not a violation.
                if "early" not in str(e) and not (kind_of_abort(e, head)):
                    self.violations.append(str(e))
            return None
        return Request(
            parts[0].decode(), target.decode("latin-1"), fields, body, trailers, conn.number, head
        )

    def wait(self, n, timeout=10):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= n, timeout), (
                f"{self.name}: {len(self.requests)} requests, want {n}"
            )
            return self.requests[n - 1]

    def drop_connections(self):
        """Closes every connection now, idle ones too."""
        with self.lock:
            for conn in self.live:
                try:
                    conn.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def stop(self):
        # A thread is blocked in accept(): only shutdown() wakes it, close() alone leaves the socket open.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.drop_connections()


def kind_of_abort(error, head):
    """A connection that ends inside a chunked body, after a whole head, is an abort as well."""
    return bool(head) and "connection ended inside a head" in str(error)
