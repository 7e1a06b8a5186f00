"""Makes `vectors.json`: what every host and the core must agree on.

    python tests/vectors.py            writes tests/vectors.json
    python tests/vectors.py --check    fails if the file is not what this makes

The expected values come from Python's own arithmetic and from hashlib, not
from the core. Inputs are given by recipe where they are long. Numbers of 64
bits, infinities and NaN are written as text, so that no reader of JSON rounds
them: doubles by `repr` (`nan`, `inf`, `-inf`), integers in decimal.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).parent
ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def content(size: int) -> bytes:
    """The recipe for file contents: byte k is (31 k + 7) mod 251."""
    return bytes((31 * k + 7) % 251 for k in range(size))


def doubles(xs: list[float]) -> list[str]:
    return [repr(float(x)) for x in xs]


def integers(xs: list[int]) -> list[str]:
    return [str(x) for x in xs]


def splitmix64(seed: int):
    mask = 2**64 - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def below(draws, bound: int) -> int:
    """Lemire's method, in its plain form: draw again while the low half of
    the product falls short of 2^64 mod bound."""
    while True:
        product = next(draws) * bound
        if product % 2**64 >= 2**64 % bound:
            return product // 2**64


def shuffled(xs: list[int], seed: int) -> list[int]:
    xs, draws = list(xs), splitmix64(seed)
    for i in range(len(xs) - 1, 0, -1):
        j = below(draws, i + 1)
        xs[i], xs[j] = xs[j], xs[i]
    return xs


def numbers() -> dict:
    special = [0.0, -0.0, 1.5, -2.0, 5e-324, 1e-200, 1e200, math.inf, -math.inf, math.nan]
    lists = [[], [1, 2, 3], [0.1], special, [k / 8 for k in range(-20, 20)]]
    pis = []
    for n in (0, 1, 2, 3, 1000, 100_000):
        total = 0.0
        for k in range(n):
            total += (1.0 if k % 2 == 0 else -1.0) / (2.0 * k + 1.0)
        pis.append({"n": n, "expect": repr(4.0 * total)})
    top = 2**63 - 1
    increases = [
        {"xs": integers([20, 30, 40]), "by": "5", "expect": integers([25, 35, 45])},
        {"xs": [], "by": "1", "expect": []},
        {
            "xs": integers([-top - 1, 0]),
            "by": str(top),
            "expect": integers([-1, top]),
        },
        {"xs": integers([1, top]), "by": "1", "error": "too-large"},
        {"xs": integers([-top - 1]), "by": "-1", "error": "too-large"},
    ]
    dots = []
    for a, b in (([], []), ([1, 2, 3], [4, 5, 6]), ([0.1] * 10, [3.0] * 10), ([1e308], [10])):
        total = 0.0
        for x, y in zip(a, b, strict=True):
            total += float(x) * float(y)
        dots.append({"a": doubles(a), "b": doubles(b), "expect": repr(total)})
    return {
        "squares": [
            {"xs": doubles(xs), "expect": doubles([float(x) * float(x) for x in xs])}
            for xs in lists
        ],
        "sqrts": [
            {
                "n": n,
                "heading": f"Square roots up to {n}:",
                "expect": doubles([math.sqrt(k) for k in range(1, n + 1)]),
            }
            for n in (0, 1, 5, 100)
        ]
        + [{"n": 1_000_001, "error": "too-large"}],
        "increase": increases,
        "dot": dots,
        "pi": pis,
        "shuffle": [
            {
                "xs": integers(range(n)),
                "seed": str(seed),
                "expect": integers(shuffled(list(range(n)), seed)),
            }
            for n, seed in ((0, 0), (1, 7), (2, 0), (10, 42), (100, 2**64 - 1))
        ],
    }


def tour() -> dict:
    top = 2**63 - 1
    return {
        "hello": "Hello world!\n",
        "greet": "Hello! The square root of 4 is: 2\n",
        "add": [
            {"a": "10", "b": "15", "expect": "25"},
            {"a": str(top), "b": "-1", "expect": str(top - 1)},
            {"a": str(-top - 1), "b": str(top), "expect": "-1"},
            {"a": "9007199254740993", "b": "0", "expect": "9007199254740993"},
            {"a": str(top), "b": "1", "error": "too-large"},
            {"a": str(-top - 1), "b": "-1", "error": "too-large"},
        ],
        "repeat": [
            {"s": s, "n": n, "expect": s * n}
            for s, n in (("Badger", 4), ("Snake", 5), ("x", 0), ("", 9), ("ü\0😀", 2))
        ]
        + [{"s": "ab", "n": 2**26, "error": "too-large"}],
        "join": [
            {"words": words, "sep": sep, "expect": sep.join(words)}
            for words, sep in (
                (["yab", "dab", "doo!"], "a"),
                ([], "x"),
                (["one"], "x"),
                (["", ""], "😀"),
            )
        ],
        "full_name": [
            {"first": first, "last": last, "expect": f"{first} {last}"}
            for first, last in (("John", "Galt"), ("", ""), ("Ünal", "O'Neil"))
        ],
        "even": [{"n": str(n), "expect": n % 2 == 0} for n in (0, 1, 2, top)]
        + [{"n": str(n), "error": f"{n} is negative, want at least 0"} for n in (-5, -top - 1)],
        "user_info": [
            {"name": name, "expect": f'User "{name}" has {len(name)} letters in their name'}
            for name in ("Alice", "", "Zoë", "😀")
        ],
    }


def digests() -> list[dict]:
    # Around the blocks of 64 and 128 bytes, and around those of 64 KiB that
    # files are read in.
    sizes = [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000, 65535, 65536, 65537]
    return [
        {
            "size": size,
            "algorithm": name,
            "expect": hashlib.new(name, content(size)).hexdigest(),
        }
        for size in sizes
        for name in ALGORITHMS
    ]


A, B = "alpha", "beta"
FILES = {
    "a": A,
    "b": B,
    "a b": A,
    "dir/a": A,
    "back\\slash": A,
    "new\nline": A,
    "-": A,
    " lead": A,
    "*star": A,
    "tail ": A,
    "a)": A,
    "ü": A,
    "#hash": A,
}


def hexed(name: str, text: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


def both_forms(algorithm: str) -> str:
    digest = hexed(algorithm, A)
    return f"{digest}  a\n{algorithm.upper()} (a) = {digest}\n"


def manifests() -> list[dict]:
    """Each row: a manifest in a directory with FILES, and what a check finds.

    `gnu` tells whether `sha1sum --check` judges every line the same; where it
    does not, `why` tells the intended difference.
    """
    a1, b1 = hexed("sha1", A), hexed("sha1", B)
    a256 = hexed("sha256", A)
    rows: list[dict] = []

    def row(title, text, passed=0, size=None, failures=(), malformed=(), name="list", **more):
        expect: dict = {"passed": passed, "malformed": list(malformed), "failures": []}
        expect["bytes"] = 5 * passed if size is None else size
        for line, path, reason, *rest in failures:
            failure = {"line": line, "path": path, "reason": reason}
            if rest:
                failure["actual"] = rest[0]
            expect["failures"].append(failure)
        more.setdefault("gnu", True)
        rows.append({"title": title, "name": name, "text": text, "expect": expect, **more})

    def refused(title, text, code, name="list"):
        rows.append({"title": title, "name": name, "text": text, "error": code, "gnu": False})

    row("GNU text", f"{a1}  a\n{b1}  b\n", 2, 9)
    row("GNU binary", f"{a1} *a\n", 1)
    row("BSD reversed", f"{a1} a\n", 1)
    row("BSD tag", f"SHA1 (a) = {a1}\n", 1)
    row("BSD tag without blanks", f"SHA1(a)={a1}\n", 1)
    row("OpenSSL", f"SHA1(a)= {a1}\n", 1)
    row("OpenSSL 3", f"SHA2-256(a)= {a256}\n", 1, gnu=False, why="sha1sum knows SHA1 only")
    row("SHA2-1 is no algorithm", f"{a1}  a\nSHA2-1(a)= {a1}\n", 1, malformed=[2])
    row(
        "every algorithm in one manifest",
        "".join(
            f"{hexed(name, A)}  a\n{name.upper()} (a) = {hexed(name, A)}\n" for name in ALGORITHMS
        ),
        12,
        gnu=False,
        why="sha1sum knows SHA1 only",
    )
    row("upper-case digits", f"{a1.upper()}  a\n", 1)
    row("CRLF", f"{a1}  a\r\n{b1}  b\r\n", 2, 9)
    row("no newline at the end", f"{a1}  a", 1)
    row("comments and empty lines", f"# {a1}  gone\n\n\r\n{a1}  a\n", 1)
    row("a comment only in column 0", f" # x\n{a1}  a\n", 1, malformed=[1])
    row("leading blanks", f" \t{a1}  a\n", 1)
    row("names with blanks", f"{a1}  a b\n{a1}   lead\n{a1}  tail \n{a1}  *star\n", 4)
    row("a name that starts with #", f"{a1}  #hash\n", 1)
    row("escaped names", f"\\{a1}  back\\\\slash\n\\{a1}  new\\nline\n", 2)
    row("an escaped tag", f"\\SHA1 (new\\nline) = {a1}\n", 1)
    row("a parenthesis in a tagged name", f"SHA1 (a)) = {a1}\n", 1)
    row("a backslash without escape", f"{a1}  back\\slash\n", 1)
    row("other escapes", f"\\{a1}  a\\tb\n\\{a1}  a\\\n{a1}  a\n", 1, malformed=[1, 2])
    row("a dash is a file", f"{a1}  -\n", 1, gnu=False, why="sha1sum reads standard input")
    row("a directory below", f"{a1}  dir/a\n{a1}  ./a\n{a1}  dir/../a\n", 3)
    row("letters of other scripts", f"{a1}  ü\n", 1)
    row("the same name twice", f"{a1}  a\n{a1}  a\n", 2)
    row(
        "the same name with two digests",
        f"{a1}  a\n{b1}  a\n",
        1,
        10,
        [(2, "a", "mismatch", a1)],
    )
    row("a mismatch", f"{b1}  a\n{b1}  b\n", 1, 9, [(1, "a", "mismatch", a1)])
    row("a missing file", f"{a1}  gone\n{a1}  a\n", 1, failures=[(1, "gone", "missing")])
    row("a directory", f"{a1}  dir\n{a1}  a\n", 1, failures=[(1, "dir", "unreadable")])
    row("a file as a directory", f"{a1}  a/x\n{a1}  a\n", 1, failures=[(1, "a/x", "unreadable")])
    row(
        "too few digits, too many, no digits",
        f"{a1[1:]}  a\n{a1}0  a\n{a1[1:]}g  a\nhello\n{a1}  a\n",
        1,
        malformed=[1, 2, 3, 4],
    )
    row("no name", f"{a1}\n{a1} \n{a1}a\nSHA1 a = {a1}\n{a1}  a\n", 1, malformed=[1, 2, 3, 4])
    row(
        "an empty tagged name",
        f"SHA1 () = {a1}\n{a1}  a\n",
        1,
        failures=[(1, "", "unreadable")],
    )
    row("blanks after a tagged digest", f"SHA1 (a) = {a1} \n{a1}  a\n", 1, malformed=[1])
    row("two styles, the second refused", f"{a1}  a\n{a1} b\n{b1}  b\n", 2, 9, malformed=[2])
    row(
        "reversed style keeps the second blank",
        f"{b1} b\n{a1}  lead\n",
        2,
        9,
    )
    row("a name of one letter is reversed", f"{a1} a\n{a1}  lead\n", 2)
    row(
        "PGP armour",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n{a1}  a\n-----BEGIN PGP-----\n",
        1,
        malformed=[1, 2, 5],
    )
    row("a byte order mark", f"\ufeff{a1}  a\n{b1}  b\n", 1, 4, malformed=[1])
    row(
        "another algorithm than the manifest's name tells",
        f"{a256}  a\nSHA256 (a) = {a256}\n{a1}  a\n",
        1,
        malformed=[1, 2],
        name="sha1sum.txt",
    )
    row(
        "its own algorithm",
        f"{a256}  a\n{a1}  a\n",
        1,
        malformed=[2],
        name="SHA256SUMS",
        gnu=False,
        why="not a list for sha1sum",
    )
    outside = [
        (1, "../a", "unreadable"),
        (2, "/etc/passwd", "unreadable"),
        (3, "dir/../../a", "unreadable"),
        (4, "a/", "unreadable"),
        (5, "C:\\x", "unreadable"),
    ]
    row(
        "names that lead out are refused",
        "".join(f"{a1}  {path}\n" for _, path, _ in outside) + f"{a1}  a\n",
        1,
        failures=outside,
        gnu=False,
        why="sha1sum opens them",
    )
    row(
        "a NUL in a name",
        f"{a1}  a\0b\n{a1}  a\n",
        1,
        failures=[(1, "a\0b", "unreadable")],
        gnu=False,
        why="sha1sum cuts the name and verifies another file",
    )
    refused("an empty manifest", "", "bad-manifest")
    refused("comments only", "# nothing\n\n", "bad-manifest")
    refused("no checksum line", "hello\nworld\n", "bad-manifest")
    return rows


def vectors() -> dict:
    return {
        "content": "byte k of a file is (31 k + 7) mod 251",
        "numbers": numbers(),
        "tour": tour(),
        "digest": digests(),
        "files": FILES,
        "manifest": manifests(),
        "write": [{"size": size} for size in (0, 1, 255, 256, 4096, 65536, 65537, 5_000_000)],
        "read_errors": [
            {"path": "nope", "error": "not-found"},
            {"path": "dir", "error": "is-a-directory"},
            {"path": "a/x", "error": "not-a-directory"},
        ],
    }


def main() -> int:
    text = json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
    file = HERE / "vectors.json"
    if "--check" in sys.argv[1:]:
        if file.read_text() != text:
            print("tests/vectors.json is out of date: run python tests/vectors.py")
            return 1
        return 0
    file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
