"""The component as a command: what `wasmtime run fordway.wasm VERB` does."""

from __future__ import annotations

import hashlib
import itertools
import re
import struct
from pathlib import Path

import pytest
from test_gnu import NAMES, OPTIONS, gnu, ours, plant, spoil

from fordway._core import CORE
from fordway.component import Directory, Instance, Sink, Wasi


def run(
    *arguments: str, root: Path | None = None, stdin: bytes = b"", writable: bool = False
) -> tuple[bool, bytes, str]:
    directory = None if root is None else Directory(str(root))
    with Sink() as sink, Instance(CORE, Wasi(directory, writable)) as instance:
        output = instance.command(["fordway", *arguments], [memoryview(stdin)], sink)
        return output.ok, sink.read(), output.errors


def test_help_names_every_verb_and_every_verb_runs(tmp_path: Path) -> None:
    ok, out, err = run("help")
    assert (ok, err) == (True, "")
    verbs = re.findall(r"^  ([a-z]+) ", out.decode(), re.MULTILINE)
    wanted = ["squares", "sqrts", "increase", "dot", "shuffle", "read", "write", "digest"]
    wanted += ["sum", "verify", "help"]
    assert verbs == wanted
    for arguments in ([], ["--help"], ["-h"]):
        assert run(*arguments)[0] == bool(arguments)
    (tmp_path / "file").write_bytes(b"data")
    double = struct.pack("d", 3.0)
    assert run("squares", stdin=double) == (True, struct.pack("d", 9.0), "")
    assert run("sqrts", "2") == (True, struct.pack("2d", 1, 2**0.5), "")
    assert run("increase", "-1", stdin=struct.pack("q", 5)) == (True, struct.pack("q", 4), "")
    assert run("dot", "1", stdin=double * 2) == (True, struct.pack("d", 9.0), "")
    assert run("shuffle", "7", stdin=double) == (True, double, "")
    assert run("read", "file", root=tmp_path) == (True, b"data", "")
    assert run("write", "new", root=tmp_path, stdin=b"x", writable=True) == (True, b"", "")
    assert (tmp_path / "new").read_bytes() == b"x"
    sha1 = hashlib.sha1(b"data").hexdigest().encode()
    assert run("digest", "file", root=tmp_path) == (True, sha1 + b"\n", "")
    ok, manifest, err = run("sum", root=tmp_path)
    assert (ok, err) == (True, "")
    assert sha1 + b"  file\n" in manifest
    (tmp_path / "sha1sum.txt").write_bytes(manifest)
    assert run("verify", root=tmp_path) == (True, b"file: OK\nnew: OK\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "fordway: a verb is missing, try help\n"),
        (["fly"], 'fordway: unknown verb "fly", try help\n'),
        (["increase", "x"], 'fordway: BY is "x", expected an integer that fits in i64\n'),
        (["read"], "fordway: read needs a PATH\n"),
        (["read", "nope"], 'fordway: not-found: "nope": no such file or directory\n'),
        (["read", "\x1b[31m"], 'fordway: not-found: "\\u001b[31m": no such file or directory\n'),
        (["write", "file"], "fordway: not-permitted: "),
        (["verify"], 'fordway: bad-manifest: ".": holds no manifest; '),
    ],
)
def test_what_goes_wrong_is_told_in_a_line(arguments: list[str], told: str, tmp_path: Path) -> None:
    ok, out, err = run(*arguments, root=tmp_path)
    assert (ok, out) == (False, b"")
    assert err.startswith(told)
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [[], *[[option] for option in OPTIONS], *map(list, itertools.permutations(OPTIONS, 2))],
    ids="".join,
)
def test_its_check_prints_what_the_hosts_command_prints(options: list[str], tmp_path: Path) -> None:
    """Two pieces of code print a check, here and in the package: they agree.
    The host's is held against GNU elsewhere; here the component's is too."""
    plant(tmp_path, 5)
    _, text, _ = gnu("sha1sum", "--", *NAMES, cwd=tmp_path)
    spoil(tmp_path)
    (tmp_path / "list").write_bytes(b"hello\n" + text)
    ok, out, err = run("verify", *options, ".", "list", root=tmp_path)
    status, host_out, host_err = ours("verify", *options, ".", "list", cwd=tmp_path)
    assert out == host_out
    assert ok == (status == 0)
    warnings = [line for line in host_err.splitlines() if "WARNING" in line]
    assert [f"fordway: {line}" for line in err.splitlines() if "WARNING" in line] == warnings
    assert len(err.splitlines()) == len(host_err.splitlines())
    assert gnu("sha1sum", "--check", *options, "list", cwd=tmp_path)[1] == out
