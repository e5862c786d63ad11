# SPDX-License-Identifier: Apache-2.0
"""Listens of a user's own data plane: what cannot be read is said before anything starts; the rest
holds on the sockets."""
import ctypes
import os
import socket
import struct
import subprocess

import pytest
from lib.feed import Feed
from lib.gateway import backend, free_port, gateway, route
from lib.proxy_protocol import v1
from lib.wire import Client, get

BIN = os.environ.get("SLUICE_BIN", "build/dev/sluice")
CLASS = ["serve", "--feed", "http://127.0.0.1:1", "--gateway-class", "kong"]


def run(*arguments, **variables):
    return subprocess.run([BIN, *arguments], env={**os.environ, **variables}, capture_output=True,
                          text=True, timeout=60)


@pytest.mark.parametrize("variables, said", [
    # The page's own, with its stray quotation mark.
    ({"KONG_STREAM_LISTEN": '0.0.0.0:9901 reuseport backlog=16384, 0.0.0.0:9902 reuseport '
                            'backlog=16384 udp", 0.0.0.0:9903 reuseport backlog=16384 ssl'},
     "KONG_STREAM_LISTEN (--stream-listen): entry 2, character 79: a stray \" after 'udp'"),
    ({"KONG_PROXY_LISTEN": "0.0.0.0:8000 fast"},
     "KONG_PROXY_LISTEN (--proxy-listen): entry 1, character 14: 'fast' is none of the flags"),
    ({"KONG_STREAM_LISTEN": "0.0.0.0:8000 udp proxy_protocol"},
     "proxy_protocol and udp do not go together"),
    ({"KONG_PROXY_LISTEN": "0.0.0.0:8000 transparent"},
     "'transparent' is none of the flags ssl, http2, deferred, proxy_protocol, bind, reuseport, backlog=N"),
    ({"KONG_STREAM_LISTEN": "0.0.0.0:8000"},
     "0.0.0.0:8000 is listened on already, by another entry"),
])
def test_a_listen_that_cannot_be_served(variables, said):
    done = run(*CLASS, **variables)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("arguments", [
    ["serve", "--gateway-class", "kong", "/tmp"],
    ["serve", "--feed", "http://127.0.0.1:1"],
    [*CLASS, "--gateway", "a/b"],
    [*CLASS, "/tmp"],
])
def test_a_class_is_fed(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "--feed wants --gateway or --gateway-class, and no PATH" in done.stderr


def test_the_controllers_variables(tmp_path):
    done = run("controller", "--help")
    assert "--gateway-api-controller-name" in done.stdout and "CONTROLLER_" in done.stdout


# --- on the socket -------------------------------------------------------------------------------

UNMANAGED = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
             "metadata": {"name": "kong", "annotations": {"konghq.com/gatewayclass-unmanaged": "true"}},
             "spec": {"controllerName": "sluice.dev/gateway-controller"}}
AWAY = route(rules=[{"filters": [{"type": "RequestRedirect", "requestRedirect": {"hostname": "away"}}]}])
PIDFD_GETFD = 438


@pytest.fixture
def fed(gw):
    """A data plane of class "kong" with these listens, each of which a listener uses."""
    feeds = []

    def go(listen, *ports, objects=(AWAY,)):
        listeners = [{"name": f"p{p}", "port": p, "protocol": "HTTP"} for p in ports]
        feed = Feed(UNMANAGED, gateway(0, gatewayClassName="kong", listeners=listeners), *objects)
        feeds.append(feed)
        gw.wrap = ["env", f"KONG_PROXY_LISTEN={listen}", BIN]
        gw.folder = gw.folder.parent / "none"
        gw.args = ["--feed", feed.url, "--gateway-class", "kong", *gw.args]
        start_without_a_path(gw)

    yield go
    for f in feeds:
        f.stop()


def start_without_a_path(gw):
    cmd = [*gw.wrap, "serve", "--admin", f"127.0.0.1:{gw.admin_port}", "--health", f"127.0.0.1:{gw.health_port}"]
    gw.log = open(gw.log_path, "ab")
    gw.proc = subprocess.Popen(cmd + gw.args, stdout=gw.log, stderr=gw.log, stdin=subprocess.DEVNULL)
    gw.until(lambda: gw.health("/readyz")[0] == 200, "ready")


def sockets(pid, port):
    """The listening sockets of a process on <port>, ours too for as long as the test looks at them."""
    libc, pidfd, found = ctypes.CDLL(None, use_errno=True), os.pidfd_open(pid), []
    for name in os.listdir(f"/proc/{pid}/fd"):
        if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
            continue
        fd = libc.syscall(PIDFD_GETFD, pidfd, int(name), 0)
        assert fd >= 0, os.strerror(ctypes.get_errno())
        s = socket.socket(fileno=fd)
        if s.family in (socket.AF_INET, socket.AF_INET6) and s.getsockname()[1] == port \
                and s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            found.append(s)
        else:
            s.close()
    os.close(pidfd)
    return found


def backlog(s):
    """Of listen(2), as the kernel keeps it: tcpi_sacked of a listening socket."""
    return struct.unpack_from("I", s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 28)[0]


def tcp(name):
    return socket.IPPROTO_TCP, getattr(socket, name)


KEEPALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE)
FLAGS = {
    "": {"backlog": 4096, KEEPALIVE: 0, tcp("TCP_DEFER_ACCEPT"): 0},
    "reuseport bind backlog=77": {"backlog": 77},
    "backlog=5 backlog=6": {"backlog": 6},
    "deferred": {tcp("TCP_DEFER_ACCEPT"): True},
    "so_keepalive=on": {KEEPALIVE: 1},
    "so_keepalive=off": {KEEPALIVE: 0},
    "so_keepalive=40s:7s:3": {KEEPALIVE: 1, tcp("TCP_KEEPIDLE"): 40, tcp("TCP_KEEPINTVL"): 7, tcp("TCP_KEEPCNT"): 3},
    "so_keepalive=30m::10": {KEEPALIVE: 1, tcp("TCP_KEEPIDLE"): 1800, tcp("TCP_KEEPCNT"): 10},
}


def test_every_flag_is_on_every_socket(fed, gw):
    ports = {flags: free_port() for flags in FLAGS}
    fed(", ".join(f"127.0.0.1:{p} {flags}" for flags, p in ports.items()), *ports.values())
    for flags, port in ports.items():
        assert get(port).status == 302, flags
        found = sockets(gw.proc.pid, port)
        assert len(found) == 16, flags
        for s in found:
            assert s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1
            for option, want in FLAGS[flags].items():
                have = backlog(s) if option == "backlog" else s.getsockopt(*option)
                assert bool(have) == want if want is True else have == want, (flags, option)
            s.close()


def test_ipv6only(fed, gw):
    alone, both = free_port(), free_port()
    fed(f"[::]:{alone} ipv6only=on, [::]:{both} ipv6only=off", alone, both)
    for port, only in ((alone, 1), (both, 0)):
        for s in sockets(gw.proc.pid, port):
            assert s.family == socket.AF_INET6
            assert s.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == only
            s.close()
    assert get(both).status == 302
    with pytest.raises(ConnectionRefusedError):
        get(alone)


def test_proxy_protocol_is_the_listens_own(fed, gw):
    spoken, plain = free_port(), free_port()
    fed(f"127.0.0.1:{spoken} proxy_protocol deferred, 127.0.0.1:{plain}", spoken, plain)
    with Client(spoken) as c:
        c.send(v1())
        assert c.request().status == 302
    assert get(plain).status == 302
    gw.until(lambda: gw.text().count('"client":"203.0.113.7"') == 1 and gw.text().count('"client":"127.0.0.1"') == 1, "logged")


def test_http2_is_said_to_wait(fed, gw):
    port = free_port()
    fed(f"127.0.0.1:{port} http2", port)
    assert get(port).status == 302
    assert gw.says(f"127.0.0.1:{port}: http2: HTTP/2 is not served yet, HTTP/1.1 is")


def test_a_backend_that_only_the_node_could_mean_is_refused_and_said_so(fed, gw):
    port = free_port()
    fed(f"127.0.0.1:{port}", port, objects=(backend("a", "127.0.0.1:1", "169.254.1.1:1"), route()))
    got = get(port)
    assert got.status == 500 and got.body.startswith(b"500 backend_refused"), got.body
