"""A check spread over the workers of an executor."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import output_of, plant_large

import fordway

EMPTY = hashlib.sha1(b"").hexdigest()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Two hundred files, every seventh of which is wrong, and bad lines."""
    lines = []
    for k in range(200):
        data = b"x" * (k * 997 % 5000)
        (tmp_path / f"f{k}").write_bytes(data)
        digest = EMPTY if k % 7 == 0 else hashlib.sha1(data).hexdigest()
        lines.append(f"{digest}  f{k}\n" + ("bad\n" if k % 31 == 0 else ""))
    (tmp_path / "SHA1SUMS").write_text("".join(lines))
    return tmp_path


def spawned(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def same(found: fordway.Report, expected: fordway.Report) -> None:
    names = ["passed", "bytes", "malformed", "malformed_count", "unlisted", "extra", "ok"]
    for name in [*names, "root", "manifest"]:
        assert getattr(found, name) == getattr(expected, name), name
    assert [f.to_dict() for f in found.failures] == [f.to_dict() for f in expected.failures]


def test_processes_find_what_threads_find(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fordway.verify(many, extra=True, require=["nope"])
    assert len(expected.failures) > 10
    told: list[fordway.Progress] = []
    with spawned(2) as pool:
        found = fordway.verify(
            many, executor=pool, extra=True, require=["nope"], progress=told.append
        )
        same(found, expected)
        # The same workers take another job, and a relative path.
        monkeypatch.chdir(many.parent)
        same(
            fordway.verify(many.name, executor=pool, jobs=1),
            fordway.verify(many.name),
        )
    assert told[-1].files == told[-1].total_files == 200
    assert told[-1].bytes == expected.bytes


def test_threads_of_an_executor_will_do(many: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        same(fordway.verify(many, executor=pool), fordway.verify(many))


def test_a_sandbox_hands_on_its_root_and_limit(many: Path) -> None:
    with spawned(1) as pool, fordway.Sandbox(many.parent, memory_limit=16 << 20) as box:
        found = box.verify(many.name, executor=pool)
        assert found.passed == fordway.verify(many).passed
        with pytest.raises(PermissionError):
            box.verify("..", executor=pool)


def plant(root: Path, text: str, listed: str) -> None:
    """Sixty files, and a manifest that says that each holds `listed`."""
    root.mkdir()
    digest = hashlib.sha1(listed.encode()).hexdigest()
    for k in range(60):
        (root / f"f{k}").write_text(text)
    (root / "sha1sum.txt").write_text("".join(f"{digest}  f{k}\n" for k in range(60)))


def test_a_worker_keeps_no_directory_from_one_check_to_the_next(tmp_path: Path) -> None:
    """Another tree with the same manifest, at the same path."""
    plant(tmp_path / "root", "good", "good")
    plant(tmp_path / "bad", "bad", "good")
    (tmp_path / "current").symlink_to("root")
    with spawned(1) as pool, ThreadPoolExecutor(1) as threads:
        for executor in (pool, threads):
            for name in ("root", "current"):
                assert fordway.verify(tmp_path / name, executor=executor).ok
        (tmp_path / "root").rename(tmp_path / "old")
        (tmp_path / "bad").rename(tmp_path / "root")
        for executor in (pool, threads):
            for name in ("root", "current"):
                report = fordway.verify(tmp_path / name, executor=executor)
                assert (report.passed, len(report.failures), report.ok) == (0, 60, False)


def test_a_directory_that_is_replaced_meanwhile_is_an_error(tmp_path: Path) -> None:
    plant(tmp_path / "root", "good", "good")
    plant(tmp_path / "bad", "good", "good")

    class Replacing(ThreadPoolExecutor):
        count = 0

        def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
            Replacing.count += 1
            if Replacing.count == 2:  # after the plan
                (tmp_path / "root").rename(tmp_path / "old")
                (tmp_path / "bad").rename(tmp_path / "root")
            return super().submit(*arguments, **named)

    with (
        Replacing(1) as pool,
        pytest.raises(OSError, match="replaced while it was checked") as caught,
    ):
        fordway.verify(tmp_path / "root", executor=pool)
    assert caught.value.filename == str(tmp_path / "root")


def test_a_sandbox_keeps_to_the_directory_it_was_given(tmp_path: Path) -> None:
    plant(tmp_path / "root", "good", "good")
    plant(tmp_path / "bad", "bad", "good")
    with fordway.Sandbox(tmp_path / "root") as box, spawned(1) as pool:
        (tmp_path / "root").rename(tmp_path / "old")
        (tmp_path / "bad").rename(tmp_path / "root")
        assert box.verify().ok
        with pytest.raises(OSError, match="replaced while it was checked"):
            box.verify(executor=pool)


def test_a_limit_comes_out_of_a_worker_as_itself_and_the_worker_lives_on(tmp_path: Path) -> None:
    plant_large(tmp_path, 64, 400_000)
    with spawned(1) as pool, fordway.Sandbox(tmp_path, memory_limit=2 << 20) as box:
        for _ in range(2):
            with pytest.raises(fordway.MemoryLimitError):
                box.verify(executor=pool)
        assert len(fordway.verify(tmp_path, executor=pool).failures) == 64


def test_a_sandboxs_time_is_that_of_the_whole_check(tmp_path: Path) -> None:
    plant_large(tmp_path, 8, 2 << 30)
    with spawned(1) as pool:
        # What it takes to start is no part of it.
        pool.submit(fordway.add, 1, 2).result()
        with fordway.Sandbox(tmp_path, timeout=0.5) as box:
            begin = time.monotonic()
            with pytest.raises(fordway.CallTimeout):
                box.verify(executor=pool)
            assert time.monotonic() - begin < 1
    # Nor do the workers go on.
    assert time.monotonic() - begin < 3


def test_the_callers_process_needs_no_component(tmp_path: Path) -> None:
    """So that it can start workers by fork, again and again."""
    plant(tmp_path / "root", "good", "good")
    script = (
        "import fordway, multiprocessing, sys\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "fork = multiprocessing.get_context('fork')\n"
        "for _ in range(2):\n"
        "    with ProcessPoolExecutor(1, mp_context=fork) as pool:\n"
        "        print(fordway.verify(sys.argv[1], executor=pool).ok)\n"
    )
    assert output_of(script, tmp_path / "root") == "True\nTrue\n"


@pytest.mark.parametrize(
    ("root", "manifest", "error"),
    [
        ("nope", None, FileNotFoundError),
        (".", "nope", FileNotFoundError),
        (".", "empty", fordway.ManifestError),
    ],
)
def test_errors_are_those_of_threads(
    root: str, manifest: str | None, error: type[Exception], many: Path
) -> None:
    (many / "empty").touch()
    with spawned(1) as pool, pytest.raises(error) as caught:
        fordway.verify(many / root, manifest, executor=pool)
    with pytest.raises(error) as expected:
        fordway.verify(many / root, manifest)
    assert str(caught.value) == str(expected.value)


def test_what_is_no_executor_is_refused(many: Path) -> None:
    with pytest.raises(TypeError, match=r"executor: expected a concurrent\.futures\.Executor"):
        fordway.verify(many, executor=5)  # type: ignore[arg-type]


def test_a_worker_that_dies_is_told_with_what_was_not_checked(tmp_path: Path) -> None:
    plant_large(tmp_path, 300, 20 << 20)
    pool = spawned(2)

    def kill(step: fordway.Progress) -> None:
        for process in list((pool._processes or {}).values()):
            os.kill(process.pid, signal.SIGKILL)

    with pool, pytest.raises(fordway.IncompleteError, match="of 300 entries these") as caught:
        fordway.verify(tmp_path, executor=pool, progress=kill)
    error = caught.value
    missing = sum(end - start for start, end in error.unchecked)
    assert 0 < missing < 300
    assert error.report is not None
    assert error.report.files == 300 - missing
    checked = {failure.path for failure in error.report.failures}
    for start, end in error.unchecked:
        assert not checked & {f"f{k}" for k in range(start, end)}
        assert f"{start + 1} to {end}" in str(error)


class Broken(Executor):
    """Takes two tasks and then no more."""

    def __init__(self) -> None:
        self._left = 2

    def submit(self, fn: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        if self._left == 0:
            raise RuntimeError("no more")
        self._left -= 1
        future: Future[Any] = Future()
        future.set_result(fn(*arguments, **named))
        return future


def test_an_executor_that_takes_no_more_is_told(many: Path) -> None:
    with pytest.raises(fordway.IncompleteError) as caught:
        fordway.verify(many, executor=Broken())
    ((start, end),) = caught.value.unchecked
    assert end == 200
    assert caught.value.report is not None
    assert caught.value.report.files == start
    assert not caught.value.report.ok


DASK = """
import os, signal, sys, time
import fordway
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster, Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
        assert os.getpid() not in pids and len(set(pids)) == 3
        killed = []

        def kill(step):
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        progress = kill if sys.argv[2] == "kill" else None
        report = fordway.verify(sys.argv[1], executor=client.get_executor(), progress=progress)
        print(report.passed, len(report.failures), report.bytes, len(killed))
"""


@pytest.mark.parametrize("what", ["whole", "kill"])
def test_a_dask_cluster_does_the_job(what: str, tmp_path: Path) -> None:
    """Also if one of its worker processes dies midway."""
    root = tmp_path / "root"
    root.mkdir()
    data = b"x" * 2_000_000
    digest = hashlib.sha1(data).hexdigest()
    lines = []
    for k in range(200):
        (root / f"f{k}").write_bytes(data)
        lines.append(f"{digest if k != 50 else EMPTY}  f{k}\n")
    (root / "sha1sum.txt").write_text("".join(lines))
    script = tmp_path / "script.py"
    script.write_text(DASK)
    found = subprocess.run(
        [sys.executable, str(script), str(root), what],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    killed = 1 if what == "kill" else 0
    assert found.stdout.splitlines()[-1] == f"199 1 400000000 {killed}"
