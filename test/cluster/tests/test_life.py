# SPDX-License-Identifier: Apache-2.0
"""Starting and ending a cluster: what goes away with it, and what a machine that allows none is told."""
import os
import pathlib
import subprocess

import pytest

from harness import node, paths
from harness.network import namespace_files, processes_inside
from harness.process import start_time

SCRIPT = paths.CLUSTER / "cluster"
NAME = "leaves"
# The machine's own network namespace: tests are collected before one moves this process elsewhere.
HOME = open("/proc/self/ns/net")
AT_HOME = ["nsenter", f"--net=/proc/{os.getpid()}/fd/{HOME.fileno()}"]


def run(*arguments, prefix=()):
    return subprocess.run([*AT_HOME, *prefix, SCRIPT, *arguments], capture_output=True, text=True,
                          timeout=400, env={**os.environ, "SLUICE_CLUSTER": NAME})


def text_of(*command):
    return subprocess.run([*AT_HOME, *command], capture_output=True, text=True).stdout


def cgroups():
    return {str(p) for p in pathlib.Path("/sys/fs/cgroup").glob("**/k8s.io/*")}


def settings():
    return {n: pathlib.Path("/proc/sys", n).read_text() for n in node.MACHINE_SETTINGS
            if os.path.exists(f"/proc/sys/{n}")}


def machine():
    """What the whole machine has, other clusters' things left out: they come and go beside us."""
    return {"mounts": [l for l in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
                       if f"/sluice-cluster/{NAME}/" in l],
            "nft": text_of("nft", "list", "ruleset"),
            "iptables": text_of("iptables-save"),
            "links": [l.split(":")[1] for l in text_of("ip", "-o", "link").splitlines()],
            "named namespaces": text_of("ip", "netns"),
            "folders": [f for f in node.FOREIGN if os.path.exists(f)],
            "settings": settings()}


def alive(pids):
    """Those of (pid, start time) that still run."""
    return [p for p, start in pids if start_time(p) == start]


pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def test_down_leaves_nothing_behind():
    state = paths.State(NAME)
    run("down")
    lonely, cgroups_before = not state.others(), cgroups()
    before = machine()
    done = run("up", "--channel", "standard")
    assert done.returncode == 0, done.stdout + done.stderr
    inside = processes_inside(state)
    assert len(inside) > 8, "the cluster's programs and CoreDNS are there to be ended"
    pids = [(p, start_time(p)) for p in inside]
    networks = {os.stat(f).st_ino for f in namespace_files(state)}
    made = cgroups() - cgroups_before
    assert made and len(networks) >= 2

    done = run("down")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not alive(pids)
    assert not state.root.exists()
    left = {os.stat(f).st_ino for f in pathlib.Path("/proc").glob("[0-9]*/ns/net") if os.path.exists(f)}
    assert not networks & left
    after = machine()
    for what in before if lonely and not state.others() else ("mounts", "nft", "iptables", "links"):
        assert after[what] == before[what], what
    if lonely and not state.others():
        assert not cgroups() - cgroups_before
    assert not list(pathlib.Path("/var/lib/cni").glob(f"results/*{NAME}*"))


def test_a_machine_that_allows_none_is_told_in_a_sentence():
    done = run("up", prefix=["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all"])
    assert done.returncode != 0
    assert "cluster: this machine allows no cluster" in done.stderr, done.stderr
    assert not paths.State(NAME).exists()


def test_without_root_it_says_so():
    done = run("up", prefix=["setpriv", "--reuid=65534", "--clear-groups"])
    assert done.returncode != 0 and "must be root" in done.stderr, done.stderr
