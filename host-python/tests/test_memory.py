"""How much memory a check takes when much is wrong."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
from scripts import few_or_many, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")

MIB = 1 << 20
START = 64 * MIB
A_FAILURE = 1024
"""What a failure in a report may take, beside its name: two objects, a digest
as text, and its share of the tuple."""

SCRIPT = """
import fordway, resource, sys
def peak(key="VmHWM"):
    line, = (line for line in open("/proc/self/status") if line.startswith(key))
    return int(line.split()[1]) * 1024
def forget():
    # The peak is from now on: compiling has one of its own.
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return peak("VmRSS")
tiny, root, *more = sys.argv[1:]
assert fordway.verify(tiny).ok
before = forget()
{check}
print(len(report.failures), report.passed, report.ok, peak() - before)
assert fordway.add(1, 2) == 3
"""
PLAIN = "report = fordway.verify(root)"
SPREAD = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
    report = fordway.verify(root, executor=pool)
workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
assert workers < before + int(more[0]), f"a worker took {workers >> 20} MiB"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return plant(tmp_path / "tiny", [])


def plant(root: Path, missing: list[str]) -> Path:
    """One sound file, and a list that names missing ones beside it."""
    root.mkdir()
    (root / "a").write_bytes(b"alpha\n")
    digest = hashlib.sha1(b"alpha\n").hexdigest()
    with (root / "sha1sum.txt").open("w") as manifest:
        manifest.write(f"{digest}  a\n")
        manifest.writelines(f"{digest}  {name}\n" for name in missing)
    return root


@pytest.mark.parametrize(
    ("check", "way", "count"),
    [
        (PLAIN, "threads", 200_000),
        (SPREAD, "processes", 40_000),
        pytest.param(PLAIN, "threads", 1_000_000, marks=pytest.mark.long),
        pytest.param(SPREAD, "processes", 200_000, marks=pytest.mark.long),
    ],
    ids=lambda value: None if value in (PLAIN, SPREAD) else str(value),
)
def test_many_missing_files_take_memory_by_what_is_missing(
    check: str, way: str, count: int, tiny: Path, tmp_path: Path
) -> None:
    """Names of 200 bytes."""
    root = plant(tmp_path / "root", [f"{k:0200}" for k in range(count)])
    size = (root / "sha1sum.txt").stat().st_size
    allowed = START + 2 * size + count * A_FAILURE
    script = SCRIPT.format(check=check)
    failures, passed, ok, grown = run(script, tiny, root, allowed, timeout=300).well.split()
    print(f"{way}: {count} missing: +{int(grown) / MIB:.0f} MiB", file=sys.stderr)
    assert (failures, passed, ok) == (str(count), "1", "False")
    assert int(grown) <= allowed


@few_or_many("count", 400, 4_000)
def test_long_names_take_memory_by_their_length(count: int, tiny: Path, tmp_path: Path) -> None:
    """Names of 60 KB."""
    root = plant(tmp_path / "root", [f"{k:060000}" for k in range(count)])
    size = (root / "sha1sum.txt").stat().st_size
    script = SCRIPT.format(check=PLAIN)
    failures, passed, ok, grown = run(script, tiny, root, timeout=300).well.split()
    print(f"{count} long names: +{int(grown) / MIB:.0f} MiB", file=sys.stderr)
    assert (failures, passed, ok) == (str(count), "1", "False")
    assert int(grown) <= START + 2 * size + count * A_FAILURE


MALFORMED = """
assert report.malformed == (*range(2, 1002),), report.malformed[:5]
assert report.malformed_count == int(more[0]), report.malformed_count
"""


@few_or_many("count", 3_000_000, 30_000_000)
def test_malformed_lines_are_counted_and_the_first_thousand_told(
    count: int, tiny: Path, tmp_path: Path
) -> None:
    root = plant(tmp_path / "root", [])
    with (root / "sha1sum.txt").open("a") as manifest:
        for _ in range(count // 100_000):
            manifest.write("x\n" * 100_000)
    script = SCRIPT.format(check=PLAIN + MALFORMED)
    failures, passed, ok, grown = run(script, tiny, root, count, timeout=300).well.split()
    print(f"{count} malformed: +{int(grown) / MIB:.0f} MiB", file=sys.stderr)
    assert (failures, passed, ok) == ("0", "1", "False")
    assert int(grown) <= START


def test_a_list_of_malformed_lines_alone_is_refused(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", [])
    (root / "sha1sum.txt").write_text("x\n" * 3_000_000)
    script = (
        "import fordway, sys\n"
        "try: fordway.verify(sys.argv[1])\n"
        "except fordway.ManifestError as error: print(error)\n"
        "print(fordway.add(1, 2))\n"
    )
    *told, last = run(script, root).well.splitlines()
    assert last == "3"
    assert len(told) == 1
    assert len(told[0]) < 1000


def test_few_malformed_lines_are_all_told(tiny: Path, tmp_path: Path) -> None:
    root = plant(tmp_path / "root", [])
    with (root / "sha1sum.txt").open("a") as manifest:
        manifest.write("x\n" * 999)
    script = SCRIPT.format(
        check=PLAIN
        + "\nassert report.malformed == (*range(2, 1001),) and report.malformed_count == 999\n"
        "told = report.to_dict()\n"
        "assert len(told['malformed']) == 999 and '999 malformed' in str(report)"
    )
    assert run(script, tiny, root).well.startswith("0 1 False ")


@few_or_many("count", 50_000, 1_000_000)
def test_a_sound_list_takes_no_memory_by_its_length(count: int, tiny: Path, tmp_path: Path) -> None:
    root = plant(tmp_path / "root", ["a"] * count)
    script = SCRIPT.format(check=PLAIN)
    failures, passed, ok, grown = run(script, tiny, root, timeout=300).well.split()
    print(f"{count} sound: +{int(grown) / MIB:.0f} MiB", file=sys.stderr)
    assert (failures, passed, ok) == ("0", str(count + 1), "True")
    assert int(grown) <= START
