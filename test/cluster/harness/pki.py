# SPDX-License-Identifier: Apache-2.0
"""One certificate authority per cluster, and what it signs: EC P-256, valid for ten years."""
import json
import subprocess

from . import address

SERVERS = f"DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost," \
          f"IP:127.0.0.1,IP:{address.NODE},IP:{address.API}"
# name: (subject, alternative names); every program of the cluster and the user.
LEAVES = {
    "apiserver": ("/CN=kube-apiserver", SERVERS),
    "apiserver-kubelet": ("/O=system:masters/CN=kube-apiserver-kubelet-client", None),
    "admin": ("/O=system:masters/CN=admin", None),
    "controller-manager": ("/CN=system:kube-controller-manager", None),
    "scheduler": ("/CN=system:kube-scheduler", None),
    "proxy": ("/CN=system:kube-proxy", None),
    "kubelet": ("/O=system:nodes/CN=system:node:node", f"DNS:node,IP:{address.NODE}"),
}
KUBECONFIGS = ("admin", "controller-manager", "scheduler", "proxy", "kubelet")


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _key(path):
    """In SEC1 form ("EC PRIVATE KEY"): the API server reads no PKCS #8 service-account key."""
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)


def _leaf(folder, name, subject, names):
    _key(folder / f"{name}.key")
    extensions = ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature",
                  "extendedKeyUsage=serverAuth,clientAuth"]
    if names:
        extensions.append(f"subjectAltName={names}")
    (folder / f"{name}.ext").write_text("\n".join(extensions) + "\n")
    _openssl("req", "-new", "-key", folder / f"{name}.key", "-subj", subject,
             "-out", folder / f"{name}.csr")
    _openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.crt",
             "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", 3650,
             "-extfile", folder / f"{name}.ext", "-out", folder / f"{name}.crt")


def kubeconfig(folder, name):
    """A kubeconfig is YAML, and so is JSON."""
    server = f"https://{address.NODE}:{address.API_PORT}"
    files = {"client-certificate": str(folder / f"{name}.crt"),
             "client-key": str(folder / f"{name}.key")}
    return json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "sluice",
        "clusters": [{"name": "sluice", "cluster": {
            "server": server, "certificate-authority": str(folder / "ca.crt")}}],
        "users": [{"name": name, "user": files}],
        "contexts": [{"name": "sluice", "context": {"cluster": "sluice", "user": name}}],
    }, indent=1) + "\n"


def create(state):
    folder = state.pki
    folder.mkdir(mode=0o700)
    _key(folder / "ca.key")
    _openssl("req", "-x509", "-new", "-key", folder / "ca.key", "-subj", "/CN=sluice-cluster",
             "-days", 3650, "-out", folder / "ca.crt")
    _key(folder / "service-account.key")
    for name, (subject, names) in LEAVES.items():
        _leaf(folder, name, subject, names)
    for name in KUBECONFIGS:
        (folder / f"{name}.kubeconfig").write_text(kubeconfig(folder, name))
    state.kubeconfig.write_text((folder / "admin.kubeconfig").read_text())
