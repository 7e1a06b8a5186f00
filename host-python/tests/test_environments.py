"""Processes that lack something, or do something odd: fordway works there, or
says in a sentence why it cannot."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from scripts import as_nobody, command, run

import fordway

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a matter of Linux")
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
ALPHA = hashlib.sha1(b"alpha\n").hexdigest()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Three hundred sound files, one of them large."""
    root = tmp_path / "sound"
    root.mkdir()
    lines = []
    for k in range(300):
        data = b"alpha\n" * (k or 200_000)
        (root / f"f{k}").write_bytes(data)
        lines.append(f"{hashlib.sha1(data).hexdigest()}  f{k}\n")
    (root / "sha1sum.txt").write_text("".join(lines))
    return root


USE = """
import fordway, sys
root = sys.argv[1]
assert fordway.add(1, 2) == 3
assert fordway.squares([2.0] * 20_000) == [4.0] * 20_000
assert len(fordway.read(root + "/f0")) == 1_200_000
assert fordway.digest(root + "/f1") == "ALPHA"
fordway.write(b"x" * 50_000, root + "/new")
assert fordway.read(root + "/new") == b"x" * 50_000
assert fordway.UserInfo("Al").info == 'User "Al" has 2 letters in their name'
fordway.hello()
report = fordway.verify(root)
assert report.ok and report.passed == 300, report
print("all is well")
""".replace("ALPHA", ALPHA)
"""Every way across."""

WELL = "Hello world!\nall is well\n"


@pytest.mark.parametrize(
    "env",
    [
        {"HOME": "/dev/null"},
        {"XDG_CACHE_HOME": "/proc/x"},
        {"HOME": "/proc/x", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "/proc/x"},
        {"HOME": "old"},
        {"HOME": "damaged"},
    ],
    ids=lambda env: "-".join(env.values()),
)
def test_no_cache_directory_is_needed(env: dict[str, str], tmp_path: Path, sound: Path) -> None:
    texts = {"old": "[cache]\nenabled = true\nno-such-key = 5\n", "damaged": "[cache\n"}
    if (home := env.get("HOME", "")) in texts:
        config = tmp_path / home / ".config" / "wasmtime" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(texts[home])
        env = {"HOME": str(tmp_path / home)}
    assert run(USE, sound, env=env).well == WELL
    command_line = ["-m", "fordway", "digest", str(sound / "f1")]
    ended = command([sys.executable, *command_line], env=env)
    assert ended.well.startswith(ALPHA)
    assert ended.err == ""


def _lacking(*lines: str) -> str:
    return "import errno, os\ndef refuse(*a, **k): raise OSError(errno.{0}, '{0}')\n" + "\n".join(
        lines
    )


@LINUX
@pytest.mark.parametrize(
    ("lack", "why"),
    [
        ("os.memfd_create = refuse", "ENOSYS"),
        ("os.memfd_create = refuse", "EPERM"),
        ("del os.memfd_create", "ENOSYS"),
        ("os.sched_getscheduler = refuse", "ENOSYS"),
        ("os.sched_setscheduler = refuse", "EPERM"),
        ("del os.sched_getscheduler, os.sched_setscheduler, os.SCHED_BATCH", "ENOSYS"),
        ("os.sched_getaffinity = refuse", "ENOSYS"),
        ("del os.sched_getaffinity", "ENOSYS"),
        ("del os.register_at_fork, os.fork", "ENOSYS"),
        ("import sys; sys.modules['resource'] = None", "ENOSYS"),
    ],
)
def test_what_a_system_lacks_is_done_without(lack: str, why: str, sound: Path) -> None:
    assert run(_lacking(lack).format(why) + USE, sound).well == WELL


@LINUX
def test_proc_is_not_needed(sound: Path) -> None:
    hide = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    hide += ["sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh"]
    if command([*hide, "true"]).status != 0:
        pytest.skip("this process may not mount")
    assert run(USE, sound, before=hide).well == WELL


def test_forty_descriptors_are_enough(sound: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
    assert run(limit + USE, sound).well == WELL


def test_optimised_python_does_the_same(sound: Path) -> None:
    script = (
        "import fordway, sys\n"
        "print(fordway.verify(sys.argv[1]).passed, fordway.add(1, 2), fordway.squares([3]),\n"
        "    fordway.UserInfo('Al').info, len(fordway.read(sys.argv[1] + '/f0')))\n"
    )
    plain = run(script, sound).well
    assert plain.startswith("300 3 [9.0] ")
    assert run(script, sound, flags=["-O"]).well == plain
    assert run(script, sound, flags=["-OO"]).well == plain


LIMITED_FILES = """
import errno, fordway, resource, sys
file, target = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    print("read", len(fordway.read(file)))
except (OSError, fordway.FordwayError) as error:
    assert str(error)
    print("read", 64 << 20)
try:
    fordway.write(bytes(8 << 20), target)
except OSError as error:
    print(errno.errorcode[error.errno], error.filename == target)
fordway.write(b"new", target)
print(fordway.read(target), fordway.add(1, 2))
"""


def test_a_limit_on_the_size_of_files_is_told(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(64 << 20)
    (tmp_path / "target").write_bytes(b"old")
    out = run(LIMITED_FILES, tmp_path / "large", tmp_path / "target").well
    assert out == f"read {64 << 20}\nEFBIG True\nb'new' 3\n"
    assert sorted(os.listdir(tmp_path)) == ["large", "target"]


LIMITED_THREADS = """
import resource, sys
limit, root = int(sys.argv[1]), sys.argv[2]
resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
import fordway
calls = [
    lambda: fordway.add(1, 2) == 3,
    lambda: fordway.digest(root + "/f1") == "ALPHA",
    lambda: fordway.verify(root).passed == 300,
    lambda: len(fordway.read(root + "/f0")) == 1_200_000,
    lambda: fordway.Sandbox(timeout=60).add(1, 2) == 3,
    lambda: fordway.squares([2.0] * 400_000)[-1] == 4.0,
]
for call in calls * 2:
    try:
        assert call()
    except fordway.FordwayError as error:
        assert str(error)
print("all is well")
""".replace("ALPHA", ALPHA)


@LINUX
@ROOT
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_where_no_thread_is_to_be_had_it_works_or_says_so(
    limit: int, sound: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    env = {"XDG_CACHE_HOME": str(cache)}
    ended = run(LIMITED_THREADS, limit, sound, before=as_nobody(), env=env)
    assert ended.well == "all is well\n"


FAULTS = """
import faulthandler, fordway, sys
old = fordway.Sandbox(memory_limit=4 << 20)
assert (fordway.add(1, 2), old.add(1, 2)) == (3, 3)
faulthandler.enable()
box = old if sys.argv[1] == "old" else fordway.Sandbox(memory_limit=4 << 20)
for _ in range(3):
    try:
        box.repeat("x" * 1000, 60_000)
    except fordway.MemoryLimitError as error:
        print(type(error).__name__)
    assert box.add(1, 2) == fordway.add(1, 2) == 3
"""


@pytest.mark.parametrize("instance", ["old", "new"])
def test_a_late_faulthandler_survives_a_trap(instance: str) -> None:
    assert run(FAULTS, instance).well == "MemoryLimitError\n" * 3


FORK = """
import fordway, os, signal, sys, threading, time, warnings
warnings.simplefilter("ignore")
thread = threading.Thread(target=fordway.add, args=(1, 2))
thread.start()
time.sleep(float(sys.argv[1]))
child = os.fork()
if child == 0:
    signal.alarm(5)
    try:
        assert fordway.add(1, 2) == 3
    except fordway.ComponentError as error:
        assert "fork" in str(error)
    os._exit(0)
print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
thread.join()
print("parent", fordway.add(1, 2))
"""


@LINUX
@pytest.mark.parametrize("tenth", range(10))
def test_a_fork_while_another_thread_compiles_does_not_hang(tenth: int, tmp_path: Path) -> None:
    env = {"XDG_CACHE_HOME": str(tmp_path)}  # which is empty
    ended = run(FORK, tenth * 0.006, env=env, timeout=30)
    assert ended.well == "child 0\nparent 3\n"


def test_a_fork_after_use_is_refused_in_a_sentence() -> None:
    script = (
        "import fordway, os\n"
        "fordway.add(1, 2)\n"
        "box = fordway.Sandbox()\n"
        "box.add(1, 2)\n"
        "if os.fork() == 0:\n"
        "    for call in (fordway.add, box.add, lambda *xs: fordway.Sandbox().add(*xs)):\n"
        "        try: print(call(1, 2))\n"
        "        except fordway.ComponentError as error: print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(fordway.add(1, 2), box.add(1, 2))\n"
    )
    *child, parent = run(script, flags=["-W", "ignore"], timeout=20).well.splitlines()
    assert len(child) == 3
    assert all("spawn" in line and "fork" in line for line in child)
    assert parent == "3 3"


EXIT = """
import fordway, hashlib, os, sys, threading, time
root = sys.argv[1]
def swap():
    # A pipe comes and goes where a file was.
    os.mkfifo(root + "/pipe")
    open(root + "/plain", "w").close()
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        for kind in ("plain", "pipe"):
            os.link(f"{{root}}/{{kind}}", root + "/next")
            os.replace(root + "/next", root + "/swapped")
def attempt(call):
    try: call()
    except OSError: pass
def again():
    while True:
        attempt(lambda: fordway.digest(root + "/swapped"))
threading.Thread(target={work}, daemon=True).start()
time.sleep(0.5)
{meanwhile}
print(time.monotonic(), flush=True)
"""


@pytest.mark.parametrize(
    ("work", "meanwhile"),
    [
        ("lambda: fordway.pi(2**32 - 1)", ""),
        ("lambda: fordway.verify(root)", ""),
        ("lambda: fordway.digest(root + '/large')", ""),
        ("again", "swap()"),
    ],
    ids=["pi", "verify", "digest", "pipe"],
)
def test_a_daemon_thread_in_a_call_does_not_delay_the_exit(
    work: str, meanwhile: str, tmp_path: Path
) -> None:
    names = ["large", *(f"f{k}" for k in range(4))]
    for name in names:
        with (tmp_path / name).open("wb") as file:
            file.truncate(5 << 30)
    manifest = "".join(f"{ALPHA}  {name}\n" for name in names)
    (tmp_path / "sha1sum.txt").write_text(manifest)
    ended = run(EXIT.format(work=work, meanwhile=meanwhile), tmp_path, timeout=30)
    over = time.monotonic() - float(ended.well)
    assert ended.err == ""
    assert over < 1.0


def test_a_check_at_exit_works(sound: Path) -> None:
    script = (
        "import atexit, fordway, sys\n"
        "{}\n"
        "atexit.register(lambda: print(fordway.verify(sys.argv[1]).passed, fordway.add(1, 2)))\n"
    )
    for first in ("fordway.add(1, 2)", "fordway.verify(sys.argv[1])", ""):
        ended = run(script.format(first), sound)
        assert (ended.well, ended.err) == ("300 3\n", "")


@pytest.mark.parametrize("verb", ["verify .", "digest f1", "sum .", "read f0"])
@pytest.mark.parametrize("closed", [">&-", ">/dev/full"])
def test_output_that_cannot_be_written_is_told(verb: str, closed: str, sound: Path) -> None:
    shell = f'exec "$0" -m fordway {verb} {closed}'
    ended = command(["sh", "-c", shell, sys.executable], cwd=sound)
    assert ended.status == 1, ended.how
    assert ended.err.startswith("fordway: ")
    assert "Traceback" not in ended.err
    assert "Exception ignored" not in ended.err
    assert ended.err.count("\n") == 1


def test_closed_standard_error_and_input_do_no_harm(sound: Path) -> None:
    shell = 'exec "$0" -m fordway verify . 2>&- <&-'
    assert command(["sh", "-c", shell, sys.executable], cwd=sound).well.count(": OK\n") == 300


def test_the_component_is_read_from_a_zip(tmp_path: Path) -> None:
    package = Path(fordway.__file__).parent
    shutil.copytree(
        package, tmp_path / "app" / "fordway", ignore=shutil.ignore_patterns("__pycache__")
    )
    archive = shutil.make_archive(str(tmp_path / "app"), "zip", tmp_path / "app")
    script = "import fordway\nprint(fordway.__file__)\nprint(fordway.add(1, 2))\n"
    where, told = run(script, env={"PYTHONPATH": archive}, cwd=tmp_path).well.splitlines()
    assert where.startswith(archive)
    assert told == "3"


HANDLES = """
import fordway
users = []
try:
    for k in range(120_000):
        users.append(fordway.UserInfo("x"))
except (fordway.FordwayError, MemoryError) as error:
    assert type(error) is not fordway.TrapError, error
    assert len(users) > 10_000
    assert str(error)
else:
    assert users[-1].info
print(fordway.add(1, 2))
del users
print(fordway.UserInfo("Al").info)
"""


def test_a_hundred_thousand_objects_work_or_are_refused_in_a_sentence() -> None:
    assert run(HANDLES).well == '3\nUser "Al" has 2 letters in their name\n'


HANDLER = """
import faulthandler, fordway, signal, sys
faulthandler.dump_traceback_later(25, exit=True)
box = fordway.Sandbox()
def handler(*_):
    try:
        assert {inside}
    except (fordway.FordwayError, RuntimeError) as error:
        assert str(error)
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, handler)
fordway.add(1, 2), box.add(1, 2)
for k in range(20):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.003 + k / 2000)
        while True:
            {outside}
    except KeyboardInterrupt:
        print(k, fordway.add(1, 2), box.add(1, 2))
"""


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("fordway.add(1, 2) == 3", "fordway.add(1, 2)"),
        ("fordway.add(1, 2) == 3", "fordway.pi(10**8)"),
        ("box.add(1, 2) == 3", "box.repeat('x', 1000)"),
        ("box.squares([3.0]) == [9.0]", "box.pi(10**8)"),
        ("fordway.UserInfo('Al').info", "fordway.UserInfo('Al').info"),
        ("fordway.digest(__import__('os').__file__)", "fordway.digest(fordway.__file__)"),
    ],
)
def test_a_signal_handler_may_call_fordway(inside: str, outside: str) -> None:
    out = run(HANDLER.format(inside=inside, outside=outside), timeout=40).well
    assert out == "".join(f"{k} 3 3\n" for k in range(20))


def test_a_component_that_is_missing_or_edited_is_told(tmp_path: Path) -> None:
    package = Path(fordway.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__", "*.wasm")
    shutil.copytree(package, tmp_path / "fordway", ignore=ignore)
    script = (
        "import fordway\n"
        "try: fordway.add(1, 2)\n"
        "except fordway.ComponentError as error: print(error)\n"
    )
    assert "missing" in run(script, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path).well
    data = (package / "fordway.wasm").read_bytes()
    assert b"Hello world!" in data
    # It still compiles, and is not run.
    edited = data.replace(b"Hello world!", b"Hullo world!")
    (tmp_path / "fordway" / "fordway.wasm").write_bytes(edited)
    told = run(script, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path).well
    assert "install fordway again" in told
