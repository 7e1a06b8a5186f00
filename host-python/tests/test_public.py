"""The public names, and what they promise."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest
from conftest import CHECKOUT, output_of

import fordway
from fordway import _core, _exceptions

WIT = CHECKOUT / "wit"


def test_all_names_are_public_and_public_names_are_all() -> None:
    public = {
        name
        for name, value in vars(fordway).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert sorted(public) == sorted(fordway.__all__)
    assert fordway.__all__ == sorted(fordway.__all__)


def test_every_public_name_has_a_docstring_and_shows_its_home() -> None:
    for name in fordway.__all__:
        value = getattr(fordway, name)
        assert inspect.getdoc(value), name
        if inspect.isclass(value):
            assert value.__module__ == "fordway", name


def test_every_error_code_has_an_exception() -> None:
    text = (WIT / "types.wit").read_text()
    (body,) = re.findall(r"enum error-code \{(.*?)\n    \}", text, re.DOTALL)
    codes = re.findall(r"^ +([a-z-]+),$", body, re.MULTILINE)
    assert len(codes) == 11
    for code in codes:
        error = _exceptions.from_error((code, "path", "message"))
        assert isinstance(error, (OSError, fordway.ManifestError)), code
        if isinstance(error, OSError):
            assert (error.errno, error.filename) == (_exceptions._ERRNO[code], "path")
    assert set(_exceptions._ERRNO) == set(codes) - {"bad-manifest"}


def test_the_component_exports_what_the_contract_says() -> None:
    names = _core.CORE.exports()
    world = (WIT / "world.wit").read_text()
    wanted = [
        f"fordway:core/{name}@{_core.VERSION}" for name in re.findall(r"export ([a-z]+);", world)
    ]
    assert sorted(wanted) == sorted(n for n in names if not n.startswith("wasi:cli/run@"))


def test_every_item_of_the_contract_is_documented() -> None:
    for file in WIT.glob("*.wit"):
        lines = file.read_text().splitlines()
        for at, line in enumerate(lines):
            item = re.match(r" *(?!use |package |export |\}|///|$)[a-z%]", line)
            if item:
                assert "///" in lines[at - 1], f"{file.name}:{at + 1}: {line}"


def test_neither_numpy_nor_pandas_is_imported() -> None:
    script = (
        "import sys, fordway; fordway.squares([1.0] * 10_000); fordway.add(1, 2)\n"
        "print([name for name in ('numpy', 'pandas', 'tqdm') if name in sys.modules])"
    )
    assert output_of(script) == "[]\n"


@pytest.mark.parametrize("name", ["squares", "verify", "read"])
def test_functions_can_be_pickled(name: str) -> None:
    function = getattr(fordway, name)
    assert pickle.loads(pickle.dumps(function)) == function


def test_exceptions_print_as_the_packages_own() -> None:
    with pytest.raises(fordway.ManifestError) as caught:
        fordway.verify(WIT)
    assert f"{type(caught.value).__module__}.{type(caught.value).__qualname__}" == (
        "fordway.ManifestError"
    )
