# SPDX-License-Identifier: Apache-2.0
"""The configuration of each program: what a small machine without a registry needs, and why."""
import json

from . import address

PAUSE = "sluice.test/pause:1"
COREDNS = "registry.k8s.io/coredns/coredns:v1.12.2"


def containerd(state, programs):
    """restrict_oom_score_adj: without CAP_SYS_RESOURCE runc dies with "can't get final child's
    PID from pipe: EOF". enable_unprivileged_ports: containerd's default of true hides that a
    restricted pod cannot bind port 80 on clusters that differ."""
    return f"""
version = 3
root = "{state.containerd}/root"
state = "{state.containerd}/run"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "{state.socket}"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{PAUSE}"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  enable_unprivileged_ports = false
  enable_unprivileged_icmp = false
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/usr/lib/cni"]
    conf_dir = "{state.config}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    runtime_path = "{programs}/containerd-shim-runc-v2"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      BinaryName = "/usr/sbin/runc"
      Root = "{state.containerd}/runc"
      SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
"""


def cni(state):
    """No masquerading: nothing leaves the namespace, and backends see the pods' own addresses."""
    bridge = {
        "type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True,
        "ipMasq": False,
        "ipam": {"type": "host-local", "dataDir": str(state.root / "ipam"),
                 "ranges": [[{"subnet": address.PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}}
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    return json.dumps({"cniVersion": "1.0.0", "name": cni_name(state),
                       "plugins": [bridge, portmap]})


def cni_name(state):
    return f"sluice-{state.name}"


def kubelet(state):
    """Hybrid cgroups, no swap or disk accounting, no eviction: the machine is shared and may be
    fuller than a node should be. The suite reads pod logs through the kubelet's port, so callers
    are authenticated."""
    return json.dumps({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": True},
                           "x509": {"clientCAFile": str(state.pki / "ca.crt")}},
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(state.pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(state.pki / "kubelet.key"),
        "containerRuntimeEndpoint": f"unix://{state.socket}",
        "failCgroupV1": False, "cgroupDriver": "cgroupfs", "cgroupsPerQOS": False,
        "enforceNodeAllocatable": ["none"], "failSwapOn": False,
        "localStorageCapacityIsolation": False,
        "evictionHard": {"memory.available": "0%", "nodefs.available": "0%",
                         "nodefs.inodesFree": "0%", "imagefs.available": "0%",
                         "imagefs.inodesFree": "0%"},
        "imageGCHighThresholdPercent": 100, "imageGCLowThresholdPercent": 99,
        "maxPods": 300, "clusterDNS": [address.DNS], "clusterDomain": address.DOMAIN,
        "podLogsDir": str(state.root / "pods"),
        "volumePluginDir": str(state.root / "volume-plugins"),
        "resolvConf": str(state.config / "resolv.conf"),
        "registerWithTaints": [], "address": address.NODE,
    })


def kube_proxy(state):
    return json.dumps({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration",
        "mode": "nftables", "clusterCIDR": address.PODS,
        "clientConnection": {"kubeconfig": str(state.pki / "proxy.kubeconfig")},
        "conntrack": {"maxPerCore": 0}, "nodeIPOverride": [address.NODE],
        "hostnameOverride": "node",
    })


def _object(kind, name, version="v1", **fields):
    scope = {} if kind.startswith("Cluster") else {"namespace": "kube-system"}
    return {"apiVersion": version, "kind": kind,
            "metadata": {"name": name, **scope, "labels": {"k8s-app": "kube-dns"}}, **fields}


COREFILE = f""".:53 {{
    errors
    health {{
        lameduck 1s
    }}
    ready
    kubernetes {address.DOMAIN} in-addr.arpa {{
        pods insecure
        ttl 5
    }}
    cache 5
    reload
}}
"""


def coredns():
    """CoreDNS as a cluster runs it: a Deployment behind the Service kube-dns."""
    group = "rbac.authorization.k8s.io"
    pod = {
        "serviceAccountName": "coredns", "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "containers": [{
            "name": "coredns", "image": COREDNS, "args": ["-conf", "/etc/coredns/Corefile"],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
            "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns"}]}],
        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}]}
    labels = {"k8s-app": "kube-dns"}
    items = [
        _object("ServiceAccount", "coredns"),
        _object("ClusterRole", "system:coredns", f"{group}/v1", rules=[
            {"apiGroups": [""], "resources": ["services", "namespaces"],
             "verbs": ["list", "watch"]},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"],
             "verbs": ["list", "watch"]}]),
        _object("ClusterRoleBinding", "system:coredns", f"{group}/v1",
                roleRef={"apiGroup": group, "kind": "ClusterRole", "name": "system:coredns"},
                subjects=[{"kind": "ServiceAccount", "name": "coredns",
                           "namespace": "kube-system"}]),
        _object("ConfigMap", "coredns", data={"Corefile": COREFILE}),
        _object("Deployment", "coredns", "apps/v1", spec={
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod}}),
        _object("Service", "kube-dns", spec={
            "clusterIP": address.DNS, "selector": labels,
            "ports": [{"name": "dns", "port": 53, "protocol": "UDP"},
                      {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]}),
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def write(state, programs):
    state.config.mkdir()
    (state.config / "cni").mkdir()
    (state.config / "cni" / "10-node.conflist").write_text(cni(state))
    (state.config / "containerd.toml").write_text(containerd(state, programs))
    (state.config / "kubelet.json").write_text(kubelet(state))
    (state.config / "proxy.json").write_text(kube_proxy(state))
    (state.config / "coredns.json").write_text(coredns())
    # The cluster has no resolver to ask beyond itself; an address nobody has fails at once.
    (state.config / "resolv.conf").write_text(f"nameserver {address.NODE}\n")
