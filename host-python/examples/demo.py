"""The main job, then a look at everything else. Run by `make demo`."""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from pathlib import Path

import fordway


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fordway-demo-") as directory:
        logs = Path(directory) / "logs"
        logs.mkdir()
        plant(logs)
        verify(logs)
        files(logs)
    numbers()
    tour()


def plant(logs: Path) -> None:
    """Ten log files and their manifest, in which one signature is wrong."""
    lines = []
    for k in range(1, 11):
        file = logs / f"httpd-{k:02}.log"
        file.write_text(f'192.0.2.{k} "GET /index.html" 200\n' * 1000)
        signed = file.read_bytes() if k != 8 else b"what it was before"
        lines.append(f"{hashlib.sha1(signed).hexdigest()}  {file.name}\n")
    (logs / "sha1sum.txt").write_text("".join(lines))
    print(f"Made ten log files and a sha1sum.txt in {logs}.")
    print("The signature of httpd-08.log is wrong on purpose.")


def verify(logs: Path) -> None:
    title("verify: a sandboxed core checks the directory")
    report = fordway.verify(logs)
    failed = {failure.path for failure in report.failures}
    for file in sorted(logs.glob("*.log")):
        print(f"{file.name}: {'FAILED' if file.name in failed else 'OK'}")
    print(f"-> {report}; {report.bytes:,} bytes in {report.seconds * 1000:.0f} ms")
    for failure in report.failures:
        print(f"   line {failure.line}, {failure.path}: {failure.reason}")
        print(f"   expected {failure.expected}")
        print(f"   found    {failure.actual}")
    try:
        fordway.check_signatures(logs)
    except ValueError as error:
        print(f"check_signatures raises: {error}")
    manifest = logs / "sha1sum.txt"
    right = fordway.digest(logs / "httpd-08.log")
    manifest.write_text(manifest.read_text().replace(report.failures[0].expected, right))
    print(f"With the signature mended: {fordway.check_signatures(logs)}, no error")


def files(logs: Path) -> None:
    title("read and write: bytes of any value, all or nothing")
    data = bytes(range(256)) * 4
    fordway.write(data, logs / "every-byte")
    print(f"wrote {len(data)} bytes, zero bytes among them")
    print(f"read back the same: {fordway.read(logs / 'every-byte') == data}")
    try:
        with fordway.Sandbox(logs) as box:
            box.read("../../etc/passwd")
    except PermissionError as error:
        print(f"outside the sandbox: {error}")


def numbers() -> None:
    title("numbers: lists and arrays in, the same kind out")
    print(f"squares([1, 2, 3])             = {fordway.squares([1, 2, 3])}")
    print(f"squares(array('d', [1.5]))     = {fordway.squares(array('d', [1.5]))}")
    ages = array("q", [20, 30, 40])
    fordway.increase(ages, 5, out=ages)
    print(f"increase(ages, 5, out=ages)    : {ages.tolist()}")
    print(f"dot([1, 2, 3], [4, 5, 6])      = {fordway.dot([1, 2, 3], [4, 5, 6])}")
    heading, roots = fordway.sqrts(5)
    print(f"sqrts(5)                       : {heading} {roots}")
    print(f"pi(1000000)                    = {fordway.pi(1_000_000)}")
    print(f"shuffle([1, 2, 3, 4, 5], 42)   = {fordway.shuffle([1, 2, 3, 4, 5], 42)}")


def tour() -> None:
    title("tour: every kind of value")
    fordway.hello()
    fordway.greet()
    print(f"add(10, 15)                    = {fordway.add(10, 15)}")
    print(f"repeat('Badger', 4)            = {fordway.repeat('Badger', 4)}")
    print(f"join(['yab', 'dab', 'doo!'], 'a') = {fordway.join(['yab', 'dab', 'doo!'], 'a')}")
    print(
        f"full_name(Person('John', 'Galt')) = {fordway.full_name(fordway.Person('John', 'Galt'))}"
    )
    try:
        fordway.even(-5)
    except ValueError as error:
        print(f"even(-5)                       : {error}")
    with fordway.UserInfo("Alice") as user:
        print(user.info)


def title(text: str) -> None:
    print(f"\n== {text}")


if __name__ == "__main__":
    main()
