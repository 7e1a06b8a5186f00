"""Writers for the tests of writes, in a Python of their own.

python writes.py loop FILE SIZE      writes until it is killed
python writes.py race ROOT OUTSIDE SECONDS
                                     writes while the name is swapped
python writes.py limits ROOT COUNT   writes that run out of time
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

import fordway


def loop(file: str, size: str) -> None:
    """Every content is one byte over and over: a torn file has two, or is short."""
    contents = [bytes([letter]) * int(size) for letter in b"xyz"]
    print("ready", flush=True)
    while True:
        for data in contents:
            fordway.write(data, file)


def race(root: str, outside: str, seconds: str) -> None:
    """A name that is by turns a file and a link that leads out. Prints how many
    writes came through, and the modes that the file outside has had."""
    end = time.monotonic() + float(seconds)
    name, spare = os.path.join(root, "file"), os.path.join(root, "spare")
    modes = set()

    def swap() -> None:
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                os.symlink(outside, spare)
                os.replace(spare, name)
                modes.add(oct(os.stat(outside).st_mode & 0o7777))
                with open(spare, "w"):
                    os.chmod(spare, 0o666)
                os.replace(spare, name)
            modes.add(oct(os.stat(outside).st_mode & 0o7777))

    thread = threading.Thread(target=swap)
    thread.start()
    written = 0
    large = b"n" * 20_000
    with fordway.Sandbox(root, writable=True) as box:
        while time.monotonic() < end:
            for data in (b"n", large):
                with contextlib.suppress(OSError):
                    box.write(data, "file")
                    written += 1
                with contextlib.suppress(OSError):
                    fordway.write(data, name)
    thread.join()
    print(written, *sorted(modes))


def limits(root: str, count: str) -> None:
    """Prints how many writes ran out of time, and what is left after one that
    does not."""
    data = bytes(64 << 20)
    ended = 0
    for k in range(int(count)):
        try:
            with fordway.Sandbox(root, writable=True, timeout=0.001 * (k + 1)) as box:
                box.write(data, "file")
        except fordway.CallTimeout:
            ended += 1
    fordway.write(b"new", os.path.join(root, "file"))
    print(ended, *sorted(os.listdir(root)))


if __name__ == "__main__":
    {"loop": loop, "race": race, "limits": limits}[sys.argv[1]](*sys.argv[2:])
