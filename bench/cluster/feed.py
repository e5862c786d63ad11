# SPDX-License-Identifier: Apache-2.0
"""Simulated data planes: each streams its Gateway's feed over TLS, acknowledges every revision on a second
connection, and comes back with the back-off of the real one when the stream ends."""
import os
import random
import selectors
import socket
import ssl
import time

BACKOFF_FIRST, BACKOFF_MAX = 0.2, 2.0


def context():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


class Connection:
    """A TLS connection that never blocks: `opened` when the handshake is over, `data` for what comes, `closed` once."""

    def __init__(self, swarm):
        self.selector = swarm.selector
        raw = socket.socket(socket.AF_INET6 if ":" in swarm.at[0] else socket.AF_INET)
        raw.setblocking(False)
        raw.connect_ex(swarm.at)
        self.sock, self.tls = raw, swarm.tls
        self.connected, self.shaken, self.out, self.mask = False, False, b"", selectors.EVENT_WRITE
        self.selector.register(self.sock, self.mask, self)

    def send(self, data):
        self.out += data
        self.turn()

    def turn(self):
        """Does what can be done now."""
        wants = selectors.EVENT_READ
        try:
            if not self.connected:
                self.connect()
            if not self.shaken:
                self.sock.do_handshake()
                self.shaken = True
                self.opened()
            if self.out:
                self.out = self.out[self.sock.send(self.out):]
            while data := self.sock.recv(262144):
                self.data(data)
            return self.close()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            wants |= selectors.EVENT_WRITE
        except OSError:
            return self.close()
        if self.sock and self.mask != wants:
            self.mask = wants
            self.selector.modify(self.sock, wants, self)
        return None

    def connect(self):
        """Python's TLS socket wants one that is connected."""
        if error := self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error))
        self.selector.unregister(self.sock)
        try:
            self.sock = self.tls.wrap_socket(self.sock, do_handshake_on_connect=False)
        finally:
            self.selector.register(self.sock, self.mask, self)
        self.connected = True

    def close(self):
        if self.sock:
            self.selector.unregister(self.sock)
            self.sock.close()
            self.sock = None
            self.closed()

    def opened(self):
        pass

    def data(self, data):
        pass

    def closed(self):
        pass


class Acks(Connection):
    """Acknowledgements: one at a time, the newest revision next."""

    def __init__(self, client):
        self.client, self.next, self.busy = client, None, False
        super().__init__(client.swarm)

    def tell(self, rev):
        self.next = rev
        self.go()

    def opened(self):
        self.go()

    def data(self, data):
        self.busy = False
        self.go()

    def closed(self):
        self.client.acks = None

    def go(self):
        if not self.shaken or self.busy or self.next is None or not self.sock:
            return
        body, self.next, self.busy = f'{{"rev":{self.next},"ports":[]}}', None, True
        self.out += (f"POST /v1/ack/{self.client.session} HTTP/1.1\r\nHost: feed\r\nContent-Length: {len(body)}"
                     f"\r\n\r\n{body}").encode()
        self.out = self.out[self.sock.send(self.out):]


class Feed(Connection):
    def __init__(self, client):
        self.client = client
        super().__init__(client.swarm)

    def opened(self):
        self.out += (f"GET /v1/feed/{self.client.gateway} HTTP/1.1\r\nHost: feed\r\nAuthorization: Bearer {self.client.token}"
                     "\r\n\r\n").encode()

    def data(self, data):
        self.client.take(data)

    def closed(self):
        self.client.end()


class Client:
    def __init__(self, swarm, gateway, token):
        self.swarm, self.gateway, self.token = swarm, gateway, token
        self.feed = self.acks = None
        self.backoff, self.due = BACKOFF_FIRST, 0.0
        self.commits, self.whole, self.rest = 0, False, b""

    def start(self):
        self.rest, self.session, self.whole = b"", None, False
        self.feed = Feed(self)

    def end(self):
        self.feed, self.whole = None, False
        if self.acks:
            self.acks.close()
        self.due = time.monotonic() + self.backoff * random.uniform(0.5, 1)
        self.backoff = min(self.backoff * 2, BACKOFF_MAX)

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
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
        if self.acks is None:
            self.acks = Acks(self)
        self.acks.tell(rev)


class Swarm:
    def __init__(self, at, planes):
        self.at, self.tls = at, context()
        self.selector = selectors.DefaultSelector()
        self.marker, self.reached, self.to_ack = None, {}, []
        self.clients = [Client(self, gateway, token) for gateway, token in planes]

    def turn(self, patience=0.02):
        """Reads what is there, comes back where it is time."""
        for key, _ in self.selector.select(patience):
            if key.data.sock is key.fileobj:
                key.data.turn()
        now = time.monotonic()
        for client in self.clients:
            if client.feed is None and client.due <= now:
                client.start()

    def acknowledge(self):
        todo, self.to_ack = self.to_ack, []
        for client, rev in todo:
            if client.session and client.feed:
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
            if client.feed:
                client.feed.close()
