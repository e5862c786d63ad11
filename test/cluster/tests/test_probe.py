# SPDX-License-Identifier: Apache-2.0
"""Where no cluster can be had, that is said in one sentence and counts as skipped, not as failed or passed."""
import os
import pathlib
import subprocess

import pytest

PROBE = [pathlib.Path(__file__).resolve().parents[1] / "cluster", "probe"]


def probe(*before, **environment):
    done = subprocess.run([*before, *PROBE], env={**os.environ, **environment}, capture_output=True, text=True, timeout=180)
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="asks what root may")
def test_a_machine_that_can_is_told_nothing():
    assert probe() == (0, "", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives root up")
def test_without_root():
    assert probe("setpriv", "--reuid=65534", "--clear-groups")[:2] == (77, "must be root (network namespaces, containers)")


@pytest.mark.skipif(os.geteuid() != 0, reason="the machine is asked first")
def test_without_what_it_is_built_from(tmp_path):
    code, text, _ = probe(SLUICE_CACHE=str(tmp_path), PATH="/usr/sbin:/usr/bin:/sbin:/bin")
    assert code == 77 and text == "the Go tool chain (1.26 or newer) is needed to build kube; it is not on PATH"
    code, text, _ = probe(SLUICE_CACHE=str(tmp_path), GOMODCACHE=str(tmp_path / "modules"), GOPROXY="off")
    assert code == 77 and text.startswith("the Go modules of kube cannot be had: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces of our own")
def test_without_control_groups():
    code, text, _ = probe("unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro /sys/fs/cgroup 2>/dev/null; '
                          'for d in /sys/fs/cgroup /sys/fs/cgroup/memory; do mount --bind "$d" "$d" && mount -o remount,bind,ro "$d"; done; '
                          'exec "$@"', "-")
    assert (code, text) == (77, "this machine allows no cluster: no control group can be made in /sys/fs/cgroup")
