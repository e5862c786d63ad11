# SPDX-License-Identifier: Apache-2.0
"""The image writer: what is in an archive, and that it is the same every time."""
import io
import json
import pathlib
import shutil
import subprocess
import tarfile

from harness import archive

IMAGE = pathlib.Path(__file__).resolve().parent.parent / "image"


def test_same_files_same_bytes(tmp_path):
    for name in "ab":
        layer = archive.Layer()
        layer.file("/x/y", name.encode() * 0 + b"data")
        archive.write(tmp_path / name, ["t.test/x:1"], layer, ["/x/y"])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_links_among_parents_are_followed():
    layer = archive.Layer()
    layer.directory("/usr/lib")
    layer.link("/lib", "usr/lib")
    layer.link("/other", "/lib")
    assert layer.resolve("/lib/a/b") == "usr/lib/a/b"
    assert layer.resolve("/other/c") == "usr/lib/c"


def make_image(tmp_path, program):
    root = tmp_path / "root" / "usr" / "bin"
    root.mkdir(parents=True)
    shutil.copy(program, root / "sluice")
    output = tmp_path / "sluice.tar"
    subprocess.run([IMAGE, "--root", tmp_path / "root", "--output", output,
                    "--tag", "sluice.test/image:1"], check=True)
    return output


def test_program_with_its_libraries_and_certificates(tmp_path):
    """The loader of the image, given its root, resolves every library inside it."""
    with tarfile.open(make_image(tmp_path, "/usr/bin/openssl")) as image:
        manifest = json.load(image.extractfile("manifest.json"))[0]
        config = json.load(image.extractfile(manifest["Config"]))
        layer = image.extractfile(manifest["Layers"][0]).read()
    assert config["config"]["User"] == "65532:65532"
    unpacked = tmp_path / "unpacked"
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        tar.extractall(unpacked)
    assert (unpacked / "etc/ssl/certs/ca-certificates.crt").stat().st_size > 100_000
    assert not (unpacked / "usr/bin/sh").exists()
    done = subprocess.run(["chroot", unpacked, "/usr/bin/sluice", "version"],
                          capture_output=True, text=True)
    assert done.stdout.startswith("OpenSSL 3.")


def test_missing_program_is_refused(tmp_path):
    (tmp_path / "root").mkdir()
    done = subprocess.run([IMAGE, "--root", tmp_path / "root", "--output", tmp_path / "x"],
                          capture_output=True, text=True)
    assert done.returncode and "not among the shipped files" in done.stderr
