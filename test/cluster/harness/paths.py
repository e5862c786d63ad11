# SPDX-License-Identifier: Apache-2.0
"""Where things are: the source tree, the cache of built programs, one cluster's state."""
import os
import pathlib

CLUSTER = pathlib.Path(__file__).resolve().parent.parent
TREE = CLUSTER.parent.parent
CONFORMANCE = TREE / "test" / "conformance"


def cache():
    """The folder of built programs and images: outside the tree, shared by all worktrees."""
    home = os.environ.get("SLUICE_CACHE") or pathlib.Path.home() / ".cache" / "sluice"
    return pathlib.Path(home)


class State:
    """The files of one running cluster. Everything it writes is below `root`; the folder exists
    exactly while the cluster does."""

    def __init__(self, name=None):
        self.name = name or os.environ.get("SLUICE_CLUSTER", "default")
        if not self.name.isalnum() or len(self.name) > 16:
            raise SystemExit(f"cluster: name {self.name!r}: 1 to 16 letters or digits")
        self.root = pathlib.Path("/var/lib/sluice-cluster") / self.name
        self.netns = self.root / "netns"
        self.pki = self.root / "pki"
        self.logs = self.root / "log"
        self.processes = self.root / "process"
        self.config = self.root / "config"
        self.kubeconfig = self.root / "kubeconfig"
        self.containerd = self.root / "containerd"
        self.socket = self.root / "containerd.sock"
        self.channel = self.root / "channel"  # written last: its presence says "ready"
        self.restore = self.root / "restore.json"

    def exists(self):
        return self.root.exists()

    def ready(self):
        """The channel of the CRDs in a cluster that came up whole, else None."""
        return self.channel.read_text() if self.channel.exists() else None

    def others(self):
        """Names of the other clusters on this machine."""
        if not self.root.parent.exists():
            return []
        return [p.name for p in self.root.parent.iterdir() if p != self.root]
