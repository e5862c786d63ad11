# SPDX-License-Identifier: Apache-2.0
"""Starts and stops the whole cluster, in the order in which the parts need each other."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from . import address, build, config, images, network, paths, pki
from .api import Api, ApiError
from .process import Processes, signal_all

KUBE_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
                 "kube-proxy", "kubelet", "kubectl")
START_TIMEOUT = 300.0  # a machine where compilers run beside takes several times the usual 10 s
# What the kubelet sets for the whole machine, put back by down().
MACHINE_SETTINGS = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic",
                    "kernel/panic_on_oops", "kernel/keys/root_maxkeys",
                    "kernel/keys/root_maxbytes")
# Folders that the programs create wherever they run; removed if they were not there before.
FOREIGN = ("/run/containerd", "/var/lib/cni", "/var/log/containers", "/var/lib/kubelet",
           "/run/nri", "/opt/containerd", "/etc/cni", "/run/kubernetes", "/var/run/netns",
           "/usr/libexec/kubernetes")


class Failed(Exception):
    """The cluster did not come up; the text says which part and shows its log."""


class Unable(Failed):
    """This machine can have no cluster, whatever we do; the text says what it lacks."""


# Asked in a network and mount namespace of its own: a link, a mount, kube-proxy's rules.
MAY = "ip link add node0 type bridge && mount -t tmpfs none /mnt && nft list ruleset >/dev/null"


def may_make_groups():
    """Whether a control group can be made where containers would be; asking access() says nothing
    to root."""
    for parent in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        trial = pathlib.Path(parent, f"sluice-probe-{os.getpid()}")
        try:
            trial.mkdir()
            trial.rmdir()
            return True
        except OSError:
            continue
    return False


def preflight():
    """What a cluster asks of the machine, asked before anything is built or started: one sentence
    instead of runc's."""
    if os.geteuid():
        raise Unable("must be root (network namespaces, containers)")
    done = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", MAY],
                          capture_output=True, text=True)
    if done.returncode:
        raise Unable("this machine allows no cluster: network namespaces, mounts and nftables are "
                     f"needed: {done.stderr.strip() or f'exit {done.returncode}'}")
    if not may_make_groups():
        raise Unable("this machine allows no cluster: no control group can be made in /sys/fs/cgroup")


def probe():
    """Raises Unable where no cluster can be had here: the machine, or what it would be built from."""
    preflight()
    if lack := build.lacking():
        raise Unable(lack)


class Node:
    def __init__(self, state, say=print):
        self.state = state
        self.say = say
        self.processes = Processes(state)
        self.bin = state.root / "bin"

    # -- up ----------------------------------------------------------------------------------

    def up(self, channel):
        """Builds what is missing, starts everything and returns when the cluster is ready."""
        if not os.geteuid():
            subprocess.run([paths.TREE / "tools" / "install-deps", "cluster"], check=True)
        preflight()
        self.kube = build.need("kube", self.say)
        self.containerd = build.need("containerd", self.say)
        self.suite = build.need("suite", self.say)
        archives = images.all_images(self.say)
        self.phases = [("", time.monotonic())]
        try:
            self._prepare()
            self._phase("prepare")
            self._start(archives, channel)
        except BaseException:
            self._keep_logs()
            self.down()
            raise
        self.state.channel.write_text(channel)
        self._say_ready(channel)

    def _phase(self, name):
        self.phases.append((name, time.monotonic()))

    def _say_ready(self, channel):
        """The time in all and where it went: a slow start is then not a riddle."""
        steps = [f"{name} {end - start:.1f}"
                 for (_, start), (name, end) in zip(self.phases, self.phases[1:])]
        total = self.phases[-1][1] - self.phases[0][1]
        self.say(f"ready in {total:.1f} s ({channel} channel; {', '.join(steps)})")

    def _prepare(self):
        state = self.state
        state.root.parent.mkdir(parents=True, exist_ok=True)
        state.root.mkdir(mode=0o755)
        for folder in (state.logs, state.processes, state.containerd):
            folder.mkdir()
        state.restore.write_text(json.dumps({
            "settings": {name: pathlib.Path("/proc/sys", name).read_text()
                         for name in MACHINE_SETTINGS if os.path.exists(f"/proc/sys/{name}")},
            "absent": [f for f in FOREIGN if not os.path.exists(f)]}))
        self._link_programs()
        network.create(state)
        network.enter(state)
        network.configure()
        config.write(state, self.containerd)
        pki.create(state)

    def _link_programs(self):
        """Every program by its own name: for ps, and for PATH in `cluster exec`."""
        self.bin.mkdir()
        for name in KUBE_PROGRAMS:
            (self.bin / name).symlink_to(self.kube / "kube")
        for program in self.containerd.iterdir():
            (self.bin / program.name).symlink_to(program)

    def _start(self, archives, channel):
        """etcd and containerd first; images are unpacked while the API server starts."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self._start_etcd()
            self._start_containerd()
            self._start_apiserver()
            imports = pool.submit(self._import_all, archives)
            self._wait("kube-apiserver", lambda api: api.call("GET", "/readyz") == "ok")
            self._phase("api")
            self._start_controllers()
            objects = [pool.submit(self._apply_crds, channel),
                       pool.submit(self.run, "kubectl", "apply", "--server-side", "-f",
                                   self.state.config / "coredns.json")]
            imports.result()
            self._phase("images")
            self._start_kubelet()
            for done in objects:
                done.result()
        self._phase("objects")
        self._wait("kubelet", self._node_ready)
        self._phase("node")
        self._wait("kubelet", self._dns_ready)
        self._phase("dns")

    def _start_etcd(self):
        self.processes.start("etcd", [
            self.bin / "etcd", "--name=node", f"--data-dir={self.state.root}/etcd",
            "--unsafe-no-fsync", "--log-level=warn",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--initial-advertise-peer-urls=http://127.0.0.1:2380",
            "--initial-cluster=node=http://127.0.0.1:2380"])

    def _start_containerd(self):
        self.processes.start("containerd", [
            self.containerd / "containerd", "--config", self.state.config / "containerd.toml",
            "--log-level=info"])

    def _start_apiserver(self):
        key = self.state.pki
        self.processes.start("kube-apiserver", [
            self.bin / "kube-apiserver", f"--advertise-address={address.NODE}",
            f"--bind-address={address.NODE}", f"--secure-port={address.API_PORT}",
            "--etcd-servers=http://127.0.0.1:2379", "--allow-privileged=true",
            f"--service-cluster-ip-range={address.SERVICES}",
            "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            f"--client-ca-file={key}/ca.crt", f"--cert-dir={key}",
            f"--tls-cert-file={key}/apiserver.crt",
            f"--tls-private-key-file={key}/apiserver.key",
            f"--kubelet-certificate-authority={key}/ca.crt",
            f"--kubelet-client-certificate={key}/apiserver-kubelet.crt",
            f"--kubelet-client-key={key}/apiserver-kubelet.key",
            "--kubelet-preferred-address-types=InternalIP",
            # Referenced by BackendTLSPolicy from Gateway API v1.7.0 on; off by default.
            "--feature-gates=ClusterTrustBundle=true",
            "--runtime-config=certificates.k8s.io/v1beta1/clustertrustbundles=true",
            f"--service-account-issuer=https://kubernetes.default.svc.{address.DOMAIN}",
            f"--service-account-key-file={key}/service-account.key",
            f"--service-account-signing-key-file={key}/service-account.key"])

    def _start_controllers(self):
        key = self.state.pki
        self.processes.start("kube-controller-manager", [
            self.bin / "kube-controller-manager", "--use-service-account-credentials",
            f"--kubeconfig={key}/controller-manager.kubeconfig", f"--cert-dir={key}",
            f"--root-ca-file={key}/ca.crt", "--leader-elect=false",
            f"--service-account-private-key-file={key}/service-account.key",
            # A stopped API server is a test here, not a reason to doubt the node afterwards.
            "--node-monitor-grace-period=10m",
            "--endpointslice-updates-batch-period=0s"])
        self.processes.start("kube-scheduler", [
            self.bin / "kube-scheduler", f"--kubeconfig={key}/scheduler.kubeconfig",
            f"--cert-dir={key}", "--leader-elect=false"])
        self.processes.start("kube-proxy", [
            self.bin / "kube-proxy", f"--config={self.state.config}/proxy.json"])
        self.processes.start("loadbalancer", [
            sys.executable, paths.CLUSTER / "cluster", "loadbalancer"],
            {"SLUICE_CLUSTER": self.state.name, "PYTHONDONTWRITEBYTECODE": "1"})

    def _start_kubelet(self):
        root = self.state.root
        self.processes.start("kubelet", [
            self.bin / "kubelet", f"--config={self.state.config}/kubelet.json",
            f"--kubeconfig={self.state.pki}/kubelet.kubeconfig", f"--root-dir={root}/kubelet",
            f"--cert-dir={self.state.pki}", "--hostname-override=node",
            f"--node-ip={address.NODE}", "--v=1"])

    def _import_all(self, archives):
        self._wait("containerd", lambda api: self.state.socket.exists())
        for archive in archives:
            self.import_image(archive)

    def _apply_crds(self, channel):
        """Created, not applied: in a new cluster that is the same and costs a third less."""
        folder = self.suite / "crd"
        self.run("kubectl", "create", "--validate=false", "-k",
                 folder / "experimental" if channel == "experimental" else folder)
        self.run("kubectl", "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")

    @staticmethod
    def _node_ready(api):
        node = api.get("/api/v1/nodes/node")
        return any(c["type"] == "Ready" and c["status"] == "True"
                   for c in node["status"].get("conditions", []))

    @staticmethod
    def _dns_ready(api):
        deployment = api.get("/apis/apps/v1/namespaces/kube-system/deployments/coredns")
        return deployment["status"].get("availableReplicas", 0) > 0

    def _wait(self, name, probe):
        """Asks `probe` until it is true; fails when process `name` dies or time is up."""
        api = Api(self.state.pki)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                if probe(api):
                    return
            except (OSError, ApiError):
                pass
            if self.processes.pid(name) is None or time.monotonic() > deadline:
                raise Failed(f"{name} is not ready; its log ends:\n{self.processes.tail(name)}")
            time.sleep(0.05)

    # -- while it runs (the caller is inside the node's namespace) ---------------------------

    def environment(self):
        return {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}",
                "KUBECONFIG": str(self.state.kubeconfig), "SLUICE_CLUSTER": self.state.name,
                "CONTAINERD_ADDRESS": str(self.state.socket), "CONTAINERD_NAMESPACE": "k8s.io"}

    def run(self, name, *arguments):
        """The output of one of the cluster's programs; Failed with its error if it fails."""
        argv = [str(self.bin / name), *map(str, arguments)]
        done = subprocess.run(argv, capture_output=True, text=True, env=self.environment())
        if done.returncode:
            raise Failed(f"{name} {' '.join(argv[1:])}: {done.stderr.strip()}")
        return done.stdout

    def import_image(self, archive):
        self.run("ctr", "images", "import", "--platform", "linux/amd64", archive)

    # -- down --------------------------------------------------------------------------------

    def down(self):
        """Ends and removes everything up() made, also after a crash half way through it."""
        if not self.state.exists():
            return
        self.state.channel.unlink(missing_ok=True)
        self.processes.stop(["kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy",
                             "loadbalancer"])
        if self.processes.pid("containerd"):
            self._remove_tasks()
        self.processes.stop(["kube-apiserver", "containerd", "etcd"])
        signal_all(network.processes_inside(self.state), 0.5)
        self._unmount()
        self._restore_machine()
        shutil.rmtree(self.state.root)
        if not self.state.others():
            shutil.rmtree(self.state.root.parent)

    def _remove_tasks(self):
        """Kills every container through containerd, which so also removes cgroups and mounts."""
        try:
            tasks = self.run("ctr", "tasks", "list", "-q").split()
        except Failed as failed:
            self.say(f"cluster: {failed}")
            return
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for task in tasks:
                pool.submit(self._remove_task, task)

    def _remove_task(self, task):
        try:
            self.run("ctr", "tasks", "delete", "--force", task)
        except Failed:  # it ended by itself, or its shim died: the sweep by namespace gets it
            pass

    def _unmount(self):
        with open("/proc/self/mountinfo") as file:
            points = [line.split()[4].encode().decode("unicode_escape") for line in file]
        for point in reversed(points):
            if point.startswith(f"{self.state.root}/"):
                subprocess.run(["umount", "--lazy", point], capture_output=True)

    def _restore_machine(self):
        if not self.state.restore.exists():
            return
        restore = json.loads(self.state.restore.read_text())
        if not self.state.others():
            for name, value in restore["settings"].items():
                pathlib.Path("/proc/sys", name).write_text(value)
        for file in pathlib.Path("/var/lib/cni/results").glob(f"{config.cni_name(self.state)}-*"):
            file.unlink()
        for link in pathlib.Path("/var/log/containers").glob("*.log"):
            if link.is_symlink() and os.readlink(link).startswith(f"{self.state.root}/"):
                link.unlink()
        for folder in restore["absent"]:
            if not self.state.others():
                shutil.rmtree(folder, ignore_errors=True)
        for controller in pathlib.Path("/sys/fs/cgroup").glob("*/k8s.io"):
            _remove_empty(controller)

    def _keep_logs(self):
        """A failed start leaves its logs in the cache, the only trace of it."""
        if self.state.logs.exists():
            kept = paths.cache() / "failed-start"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(self.state.logs, kept)
            self.say(f"cluster: the logs of this failed start are in {kept}")


def _remove_empty(folder):
    """Removes a cgroup whose container is gone, and its parents; one in use stays."""
    for path, _, _ in os.walk(folder, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            pass
