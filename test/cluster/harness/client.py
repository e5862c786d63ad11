# SPDX-License-Identifier: Apache-2.0
"""What a test does with the cluster: apply objects, wait for what they become."""
import json
import subprocess
import time

from . import node

WAIT = 60.0


def wait_for(probe, what, timeout=WAIT):
    """The first true value of `probe()`; fails with `what` and the last error or value."""
    deadline = time.monotonic() + timeout
    last = None
    while time.monotonic() < deadline:
        try:
            last = probe()
            if last:
                return last
        except (OSError, KubectlError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {timeout:.0f} s; last: {last!r}")


class KubectlError(Exception):
    """kubectl failed; the text is what it wrote to standard error."""


class Cluster:
    def __init__(self, state):
        self.node = node.Node(state, say=lambda text: None)
        self.state = state
        self.channel = state.ready()

    def kubectl(self, *arguments, input=None):
        done = subprocess.run([self.node.bin / "kubectl", *map(str, arguments)], text=True,
                              input=input, capture_output=True, env=self.node.environment())
        if done.returncode:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def import_image(self, archive):
        self.node.import_image(archive)


class Namespace:
    """One namespace; every method works in it. Names of kinds are kubectl's."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def kubectl(self, *arguments, input=None):
        return self.cluster.kubectl("--namespace", self.name, *arguments, input=input)

    def apply(self, *objects):
        """Applies YAML text or objects (dicts), server-side; KubectlError says who refused."""
        for item in objects:
            text = item if isinstance(item, str) else json.dumps(item)
            self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input=text)

    def get(self, kind, name):
        return json.loads(self.kubectl("get", kind, name, "-o", "json"))

    def wait_condition(self, kind, name, condition, status="True", timeout=WAIT):
        """Waits for metav1 condition `condition` in .status.conditions; returns the object."""
        def probe():
            found = self.get(kind, name)
            conditions = found.get("status", {}).get("conditions", [])
            return found if any(c["type"] == condition and c["status"] == status
                                for c in conditions) else None
        return wait_for(probe, f"{kind}/{name} {condition}={status}", timeout)

    def wait_gone(self, kind, name, timeout=WAIT):
        wait_for(lambda: not self.kubectl("get", kind, name, "--ignore-not-found", "-o", "name"),
                 f"{kind}/{name} gone", timeout)

    def wait_address(self, service, timeout=WAIT):
        """The address the load balancer gave to a Service."""
        def probe():
            ingress = self.get("service", service)["status"]["loadBalancer"].get("ingress")
            return ingress and ingress[0]["ip"]
        return wait_for(probe, f"service/{service} address", timeout)

    def logs(self, *arguments):
        return self.kubectl("logs", *arguments)
