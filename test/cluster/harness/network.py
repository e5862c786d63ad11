# SPDX-License-Identifier: Apache-2.0
"""The node's network namespace.

It is a file below the state folder, not an `ip netns` name: nothing stays in /run/netns, and
entering it leaves /sys alone (`ip netns exec` remounts it and so hides the cgroups)."""
import ctypes
import os
import pathlib
import subprocess

from . import address

CLONE_NEWNET = 0x40000000


def create(state):
    state.netns.touch()
    subprocess.run(["unshare", f"--net={state.netns}", "true"], check=True)


def enter(state):
    """Moves this thread, and what it starts from now on, into the node's namespace."""
    with open(state.netns) as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns", str(state.netns))


def configure():
    """Runs inside. A bridge without ports carries the node's address: there is no dummy device
    everywhere. Service and load-balancer addresses are routed to it, where kube-proxy's rules
    catch them; the default route lets a packet to an unknown address be refused, not unroutable."""
    commands = ["link set lo up", "link add node0 type bridge",
                f"addr add {address.NODE}/24 dev node0", "link set node0 up",
                f"route add {address.SERVICES} dev node0",
                f"route add {address.LOAD_BALANCER} dev node0", "route add default dev node0"]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands) + "\n", text=True, check=True)
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def namespace_files(state):
    """The node's namespace and those of the pods."""
    pods = state.containerd / "run" / "io.containerd.grpc.v1.cri" / "netns"
    files = [state.netns, *state.root.glob("**/netns/cni-*"), *pods.glob("*")]
    return [f for f in files if f.exists()]


def processes_inside(state):
    """Pids of every process in one of the cluster's network namespaces, except this one."""
    inodes = {os.stat(f).st_ino for f in namespace_files(state)}
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if os.stat(entry / "ns" / "net").st_ino in inodes:
                    found.append(int(entry.name))
            except OSError:
                pass
    return found
