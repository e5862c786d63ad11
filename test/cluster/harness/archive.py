# SPDX-License-Identifier: Apache-2.0
"""Writes a container image as a docker-archive: manifest.json, one config, one layer.

Nothing in it depends on the clock or the machine: the same files give the same bytes."""
import hashlib
import io
import json
import os
import stat
import tarfile


class Layer:
    """The one layer of an image, collected in memory."""

    def __init__(self):
        self.members = {}  # path without leading slash: (TarInfo, bytes)

    def _add(self, path, kind, mode, data=b"", target=""):
        path = path.strip("/")
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.size, info.linkname = kind, mode, len(data), target
        self.members[path] = (info, data)

    def directory(self, path, mode=0o755):
        self._add(path, tarfile.DIRTYPE, mode)

    def file(self, path, data, mode=0o644):
        self._add(path, tarfile.REGTYPE, mode, data)

    def link(self, path, target):
        self._add(path, tarfile.SYMTYPE, 0o777, target=target)

    def copy(self, path, source):
        """A file or link of this machine as `path`."""
        if os.path.islink(source):
            self.link(path, os.readlink(source))
            return
        with open(source, "rb") as file:
            self.file(path, file.read(), stat.S_IMODE(os.stat(source).st_mode) & 0o755)

    def resolve(self, path):
        """`path` with the links among its parent folders followed, as unpacking would."""
        done = ""
        for part in path.strip("/").split("/")[:-1]:
            done = f"{done}/{part}".strip("/")
            while done in self.members and self.members[done][0].issym():
                target = self.members[done][0].linkname
                base = "" if target.startswith("/") else os.path.dirname(done)
                done = os.path.normpath(os.path.join(base, target.lstrip("/"))).strip("/")
        return f"{done}/{os.path.basename(path)}".strip("/")

    def tar(self):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path in self._with_parents():
                info, data = self.members[path]
                archive.addfile(info, io.BytesIO(data))
        return buffer.getvalue()

    def _with_parents(self):
        for path in list(self.members):
            parent = os.path.dirname(path)
            while parent and parent not in self.members:
                self.directory(parent)
                parent = os.path.dirname(parent)
        return sorted(self.members)


def write(output, tags, layer, entrypoint, user="65532:65532", environment=(), labels=None):
    """Writes `output` atomically."""
    data = layer.tar()
    digest = hashlib.sha256(data).hexdigest()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
        "config": {"Entrypoint": entrypoint, "User": user, "WorkingDir": "/",
                   "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment],
                   "Labels": labels or {}},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": "1970-01-01T00:00:00Z"}],
    }).encode()
    name = hashlib.sha256(config).hexdigest()
    manifest = [{"Config": f"{name}.json", "RepoTags": list(tags),
                 "Layers": [f"{digest}/layer.tar"]}]
    temporary = f"{output}.new"
    with tarfile.open(temporary, "w", format=tarfile.GNU_FORMAT) as archive:
        for path, content in ((f"{name}.json", config), (f"{digest}/layer.tar", data),
                              ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    os.replace(temporary, output)
