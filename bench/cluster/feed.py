# SPDX-License-Identifier: Apache-2.0
"""Simulated data planes: each streams its Gateway's feed over TLS, acknowledges every revision on a second
connection, and comes back with the back-off of the real one when the stream ends."""
import random
import selectors
import socket
import ssl
import time

BACKOFF_FIRST, BACKOFF_MAX = 0.2, 5.0


def context():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


class Client:
    def __init__(self, swarm, gateway, token):
        self.swarm, self.gateway, self.token = swarm, gateway, token
        self.sock = self.acks = None
        self.backoff, self.due = BACKOFF_FIRST, 0.0
        self.commits, self.whole = 0, False

    def start(self):
        try:
            raw = socket.create_connection(self.swarm.at, timeout=5)
            self.sock = self.swarm.tls.wrap_socket(raw)
            self.sock.sendall(f"GET /v1/feed/{self.gateway} HTTP/1.1\r\nHost: feed\r\nAuthorization: Bearer {self.token}"
                              "\r\n\r\n".encode())
            self.sock.setblocking(False)
        except OSError:
            self.end()
            return
        self.rest, self.session, self.whole = b"", None, False
        self.swarm.selector.register(self.sock, selectors.EVENT_READ, self)

    def end(self):
        if self.sock:
            try:
                self.swarm.selector.unregister(self.sock)
            except (KeyError, ValueError):
                pass
            self.sock.close()
        if self.acks:
            self.acks.close()
        self.sock = self.acks = None
        self.whole = False
        self.due = time.monotonic() + self.backoff * random.uniform(0.5, 1)
        self.backoff = min(self.backoff * 2, BACKOFF_MAX)

    def readable(self):
        try:
            while True:
                data = self.sock.recv(262144)
                if not data:
                    return self.end()
                self.rest += data
        except ssl.SSLWantReadError:
            pass
        except OSError:
            return self.end()
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            self.line(line)

    def line(self, line):
        if line.startswith(b'{"type":"HELLO"'):
            self.session = line.split(b'"session":"')[1].split(b'"')[0].decode()
        elif line.startswith(b'{"type":"PUT"') and self.swarm.marker and self.swarm.marker in line:
            self.marked = True
        elif line.startswith(b'{"type":"COMMIT"'):
            self.whole, self.backoff = True, BACKOFF_FIRST
            self.commits += 1
            if getattr(self, "marked", False):
                self.marked = False
                self.swarm.reached[self] = time.monotonic()
            self.swarm.to_ack.append((self, line.split(b'"rev":')[1].split(b"}")[0].decode()))

    def ack(self, rev):
        body = f'{{"rev":{rev},"ports":[]}}'
        try:
            if self.acks is None:
                self.acks = self.swarm.tls.wrap_socket(socket.create_connection(self.swarm.at, timeout=5))
            self.acks.sendall(f"POST /v1/ack/{self.session} HTTP/1.1\r\nHost: feed\r\nContent-Length: {len(body)}"
                              f"\r\n\r\n{body}".encode())
            self.acks.recv(4096)
        except OSError:
            if self.acks:
                self.acks.close()
            self.acks = None


class Swarm:
    def __init__(self, at, planes):
        self.at, self.tls = at, context()
        self.selector = selectors.DefaultSelector()
        self.marker, self.reached, self.to_ack = None, {}, []
        self.clients = [Client(self, gateway, token) for gateway, token in planes]

    def turn(self, patience=0.02):
        """Reads what is there, comes back where it is time, acknowledges."""
        for key, _ in self.selector.select(patience):
            if key.data.sock is key.fileobj:
                key.data.readable()
        now = time.monotonic()
        for client in self.clients:
            if client.sock is None and client.due <= now:
                client.start()

    def acknowledge(self):
        todo, self.to_ack = self.to_ack, []
        for client, rev in todo:
            if client.session and client.sock:
                client.ack(rev)

    def until(self, done, limit, acknowledge=True):
        """Turns until done(); its seconds."""
        began = time.monotonic()
        while not done():
            if time.monotonic() > began + limit:
                raise AssertionError(f"not within {limit} s: {sum(c.whole for c in self.clients)} of "
                                     f"{len(self.clients)} data planes are fed")
            self.turn()
            if acknowledge:
                self.acknowledge()
        return time.monotonic() - began

    def all_whole(self):
        return all(c.whole for c in self.clients)

    def close(self):
        for client in self.clients:
            client.end()
