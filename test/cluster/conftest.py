# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests that need Kubernetes: each gets a namespace of its own in a real cluster.

The running cluster is used if there is one (with the channel it has), so that a second run starts
at once; otherwise one is started for the session and removed after it. KEEP_CLUSTER=1 keeps it.
The whole test process moves into the node's network namespace: Service, pod and load-balancer
addresses can be connected to directly."""
import os
import pathlib
import uuid

import pytest

from harness import network, node, paths
from harness.client import Cluster, Namespace, wait_for

TREE = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def cluster():
    if os.geteuid():
        pytest.skip("needs root: network namespaces and containers")
    state = paths.State()
    ours = not state.ready()
    if ours:
        node.Node(state).down()  # what a crash left, if anything
        node.Node(state).up(os.environ.get("CHANNEL", "experimental"))
    else:
        network.enter(state)
    yield Cluster(state)
    if ours and not os.environ.get("KEEP_CLUSTER"):
        node.Node(state).down()


@pytest.fixture(scope="session")
def installed(cluster):
    """Sluice as a user installs it: the image of `make image`, then deploy/install.yaml."""
    image = TREE / "build" / "image" / "sluice.tar"
    assert image.exists(), "make image first"
    cluster.import_image(image)
    cluster.kubectl("apply", "--server-side", "-f", TREE / "deploy" / "install.yaml")
    cluster.kubectl("-n", "sluice-system", "rollout", "status", "deployment/sluice-controller",
                    "--timeout=120s")
    return cluster


@pytest.fixture
def namespace(cluster):
    name = f"test-{uuid.uuid4().hex[:10]}"
    cluster.kubectl("create", "namespace", name)
    # A pod is refused until its namespace's ServiceAccount is there.
    wait_for(lambda: cluster.kubectl("-n", name, "get", "serviceaccount", "default"),
             "default ServiceAccount")
    yield Namespace(cluster, name)
    cluster.kubectl("delete", "namespace", name, "--wait=false")
