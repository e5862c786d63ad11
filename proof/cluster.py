# SPDX-License-Identifier: Apache-2.0
"""The long forms that need a cluster: one of their own, named proof, taken down when they end."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "SLUICE_CLUSTER": "proof"}
RUNS = int(os.environ.get("CONFORMANCE_RUNS", "10"))


def run(*command, seconds, **more):
    done = subprocess.run(command, cwd=ROOT, env={**ENVIRONMENT, **more}, timeout=seconds, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


@contextlib.contextmanager
def image_and_cluster():
    code, text = run("make", "-s", "image", seconds=900)
    assert code == 0, text[-4000:]
    try:
        yield
    finally:
        run("make", "-s", "cluster-down", seconds=120)


def outages(seconds):
    with image_and_cluster(), tempfile.TemporaryDirectory() as tmp:
        code, text = run("test/cluster/cluster", "up", "--fresh", seconds=300)
        assert code == 0, text[-4000:]
        report = pathlib.Path(tmp, "junit.xml")
        code, text = run("/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}",
                         "test/cluster/tests/test_outages.py", seconds=3600, OUTAGE_SECONDS=str(seconds))
        assert code == 0, text[-4000:]
        for case in ET.parse(report).getroot().iter("testcase"):
            said = [p.get("value") for p in case.iter("property") if p.get("name") == "load"]
            yield case.get("name").removeprefix("test_").replace("_", " "), said[0] if said else "passed"


def conformance():
    """Whole runs of the official suite in a row, each on a cluster of its own, the channels in turn."""
    with image_and_cluster():
        for n in range(RUNS):
            channel, began = ("experimental", "standard")[n % 2], time.monotonic()
            code, text = run("test/conformance/run", "--fresh", "--channel", channel, seconds=1800)
            assert code == 0, f"run {n + 1}, {channel}: {text[-4000:]}"
            counts = re.search(r"^\d+ passed, 0 failed, \d+ skipped$", text, re.M)
            yield f"{n + 1}, {channel}", f"{counts[0]}, {time.monotonic() - began:.0f} s with its cluster"
