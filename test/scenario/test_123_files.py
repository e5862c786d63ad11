# SPDX-License-Identifier: Apache-2.0
"""Folders of YAML as the one source: what counts, what stays, what goes, and what is told."""
import json
import re

import pytest
from lib.gateway import backend, gateway, ref, route
from lib.wire import get


def put(gw, path, *objects):
    """One file beneath the folder, whole or not at all."""
    at = gw.folder / path
    at.parent.mkdir(parents=True, exist_ok=True)
    tmp = at.parent / f".{at.name}.tmp"
    tmp.write_text("\n---\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects))
    tmp.rename(at)


def routed(gw, host):
    return get(gw.port, host=host).status == 200


def hosts(gw, *names):
    return [n for n in names if routed(gw, f"{n}.test")]


@pytest.fixture
def base(gw, upstreams):
    """A gateway with a backend, and no route yet."""
    a = upstreams("a")
    put(gw, "0-base.yaml", gateway(gw.port), backend("a", a))
    return gw


def of(name, **kw):
    return route(name, hostnames=[f"{name}.test"], **kw)


def test_the_same_object_twice_the_first_by_path_counts_and_both_are_named(base, upstreams):
    gw, b = base, upstreams("b")
    put(gw, "b.yaml", of("r", rules=[{"backendRefs": [ref("b")]}]), backend("b", b))
    put(gw, "sub/a.yaml", of("r"))
    gw.start()
    who = lambda: json.loads(get(gw.port, host="r.test").body)["upstream"]  # noqa: E731
    assert who() == "b", "b.yaml comes before sub/a.yaml"
    gw.until(lambda: gw.says("given twice"), "told")
    line = next(x for x in gw.text().splitlines() if "given twice" in x)
    assert re.search(r"sub/a\.yaml:1:1: HTTPRoute default/r: given twice.*/b\.yaml:1 counts", line), line
    (gw.folder / "b.yaml").unlink()
    put(gw, "b2.yaml", backend("b", b))
    gw.until(lambda: who() == "a", "the other one's turn")


def test_only_yaml_and_json_in_sight_are_read(base):
    gw = base
    for path in ("a.yaml", "b.yml", "c.json", "deep/er/d.yaml", ".hidden.yaml", "notes.txt", ".git/e.yaml", "backup.yaml~"):
        put(gw, path, of(re.sub(r"\W", "", path.rsplit("/", 1)[-1].split(".")[-2] or "x")))
    gw.start()
    assert hosts(gw, "a", "b", "c", "d", "hidden", "notes", "e", "backup") == ["a", "b", "c", "d"]


def test_many_documents_lists_comments_and_json(base):
    gw = base
    put(gw, "all.yaml", "# only a comment", of("one"), "", "---\n# two separators in a row", of("two"),
        {"apiVersion": "v1", "kind": "List", "items": [of("three"), of("four")]})
    (gw.folder / "five.json").write_text(json.dumps(of("five"), indent=2))
    gw.start()
    assert hosts(gw, "one", "two", "three", "four", "five") == ["one", "two", "three", "four", "five"]
    assert gw.metric("sluice_input_problems") == 0


def test_unparsable_text_keeps_the_last_good_and_a_good_document_counts(base):
    gw = base
    put(gw, "r.yaml", of("one"), of("two"))
    gw.start()
    put(gw, "r.yaml", of("three"), "kind: HTTPRoute\nmetadata: [")
    gw.until(lambda: routed(gw, "three.test"), "what can be read counts")
    assert hosts(gw, "one", "two", "three") == ["one", "two", "three"]
    gw.until(lambda: re.search(r"r\.yaml:\d+:\d+: ", gw.text()) and gw.metric("sluice_input_stale_files") == 1, "told")
    put(gw, "r.yaml", of("three"))
    gw.until(lambda: hosts(gw, "one", "two", "three") == ["three"], "whole again: what it does not say is gone")
    assert gw.metric("sluice_input_stale_files") == 0


def test_a_refused_object_keeps_its_last_good_and_nothing_else_waits(base):
    gw = base
    put(gw, "r.yaml", of("one"))
    gw.start()
    bad = of("one")
    bad["spec"]["hostnames"] = ["Not A Name"]
    put(gw, "r.yaml", bad, of("two"))
    gw.until(lambda: routed(gw, "two.test"), "the neighbour")
    assert hosts(gw, "one") == ["one"]
    gw.until(lambda: re.search(r"r\.yaml:1:\d+: HTTPRoute default/one: spec\.hostnames\[0\]: ", gw.text()), "told")


def test_what_is_absent_from_a_readable_file_and_a_file_that_is_gone_are_deleted(base):
    gw = base
    put(gw, "r.yaml", of("one"), of("two"))
    put(gw, "s.yaml", of("three"))
    gw.start()
    put(gw, "r.yaml", of("two"))
    (gw.folder / "s.yaml").unlink()
    gw.until(lambda: hosts(gw, "one", "two", "three") == ["two"], "two alone")
    put(gw, "r.yaml", "")
    gw.until(lambda: hosts(gw, "two") == [], "an empty file is a readable one")


def test_an_unreadable_file_keeps_what_it_said(base):
    gw = base
    put(gw, "r.yaml", of("one"))
    gw.start()
    # A link into nowhere: unreadable for root too.
    (gw.folder / ".x").symlink_to("nowhere")
    (gw.folder / ".x").rename(gw.folder / "r.yaml")
    gw.until(lambda: gw.metric("sluice_input_stale_files") == 1, "the alarm")
    assert hosts(gw, "one") == ["one"]
    gw.until(lambda: gw.says("r.yaml: cannot be read"), "told")
    put(gw, "r.yaml", of("two"))
    gw.until(lambda: hosts(gw, "one", "two") == ["two"], "readable again")


def test_a_folder_that_is_gone_keeps_all_and_alarms_until_it_is_back(base, tmp_path):
    gw = base
    put(gw, "r.yaml", of("one"))
    gw.start()
    gw.folder.rename(tmp_path / "away")
    gw.until(lambda: gw.metric("sluice_input_problems") >= 1, "the alarm")
    assert hosts(gw, "one") == ["one"]
    gw.until(lambda: gw.says("cannot be read: No such file or directory"), "told")
    assert gw.health("/readyz")[0] == 200, "it serves"
    (tmp_path / "away").rename(gw.folder)
    gw.until(lambda: gw.metric("sluice_input_problems") == 0, "it is back")
    put(gw, "r.yaml", of("two"))
    gw.until(lambda: hosts(gw, "one", "two") == ["two"], "and watched")


def test_a_config_map_mount_is_swapped_as_a_whole(gw, upstreams, tmp_path):
    """The kubelet's way: files are links through ..data, which a rename replaces."""
    a = upstreams("a")
    for n, name in (("..1", "one"), ("..2", "two")):
        (gw.folder / n).mkdir()
        (gw.folder / n / "gw.yaml").write_text(json.dumps(gateway(gw.port)) + "\n---\n" + json.dumps(backend("a", a)))
        (gw.folder / n / "r.yaml").write_text(json.dumps(of(name)))
    (gw.folder / "..data").symlink_to("..1")
    for f in ("gw.yaml", "r.yaml"):
        (gw.folder / f).symlink_to(f"..data/{f}")
    gw.start()
    assert hosts(gw, "one", "two") == ["one"]
    for to, want in (("..2", "two"), ("..1", "one"), ("..2", "two")):
        (gw.folder / "..data_tmp").symlink_to(to)
        (gw.folder / "..data_tmp").rename(gw.folder / "..data")
        gw.until(lambda want=want: hosts(gw, "one", "two") == [want], f"{to} is live")
    assert gw.metric("sluice_input_problems") == 0


@pytest.mark.parametrize("editor", ["writes in place", "renames over", "keeps a backup", "saves by unlink"])
def test_editors(base, editor):
    gw = base
    put(gw, "r.yaml", of("one"))
    gw.start()
    at, text = gw.folder / "r.yaml", json.dumps(of("two"))
    if editor == "writes in place":
        at.write_text(text)
    elif editor == "renames over":
        (gw.folder / ".r.yaml.swp").write_text(text)
        (gw.folder / ".r.yaml.swp").rename(at)
    elif editor == "keeps a backup":
        at.rename(gw.folder / "r.yaml~")
        at.write_text(text)
        (gw.folder / "r.yaml~").unlink()
    else:
        at.unlink()
        at.write_text(text)
    gw.until(lambda: hosts(gw, "one", "two") == ["two"], "the new text")


def test_a_root_that_is_one_file(gw, upstreams, tmp_path):
    a = upstreams("a")
    put(gw, "one.yaml", gateway(gw.port), backend("a", a), of("one"))
    put(gw, "other.yaml", of("other"))
    folder = gw.folder
    gw.folder = folder / "one.yaml"
    gw.start()
    gw.folder = folder
    assert hosts(gw, "one", "other") == ["one"]
    put(gw, "one.yaml", gateway(gw.port), backend("a", a), of("two"))
    gw.until(lambda: hosts(gw, "one", "two") == ["two"], "renamed over")


def test_other_kinds_are_told_once_and_are_no_error(base):
    gw = base
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}}
    put(gw, "a.yaml", pod, pod | {"metadata": {"name": "q"}}, job)
    put(gw, "b.yaml", pod | {"metadata": {"name": "z"}}, of("one"))
    gw.start()
    put(gw, "c.yaml", of("two"))
    gw.until(lambda: hosts(gw, "one", "two") == ["one", "two"], "the routes")
    gw.until(lambda: gw.text().count("ignored: not a kind") >= 2, "told")
    told = [x for x in gw.text().splitlines() if "ignored: not a kind" in x]
    assert len(told) == 2 and sum("Pod" in x for x in told) == 1 and sum("Job" in x for x in told) == 1, told
    assert gw.metric("sluice_input_problems") == 0, "not a problem"


def test_ties_of_objects_without_a_date_go_by_name(base, upstreams):
    """No creationTimestamp in files: of two routes for one path the first by name wins, whatever file it is in."""
    gw, b = base, upstreams("b")
    put(gw, "a.yaml", route("zz", hostnames=["x.test"], rules=[{"backendRefs": [ref("b")]}]), backend("b", b))
    put(gw, "z.yaml", route("aa", hostnames=["x.test"]))
    gw.start()
    assert json.loads(get(gw.port, host="x.test").body)["upstream"] == "a"
