"""The plot of a run: bars for calls and checks, lines for lists and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib

matplotlib.use("Agg")

import lists
from calls import SECTION as CALLS
from contenders import (
    CTYPES,
    GNU,
    GRPC,
    HASHLIB,
    HASHLIB_ONE,
    NUMPY,
    ONE_JOB,
    OURS,
    PYTHON,
    SANDBOX,
    SCALAR,
    SHELL,
    STOCK,
)
from files import READ, WRITE, size_name
from harness import Row
from machine import is_busy, one_line
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator
from sweep import LISTS
from verify import SECTION as VERIFY

if TYPE_CHECKING:
    from report import Report

__all__ = ["draw"]

# Okabe and Ito's colours, told apart by the colour-blind too. The same
# contender has the same colour everywhere; relatives have its lighter shade.
COLOURS = {
    OURS: "#0072b2",
    SANDBOX: "#7fb8d8",
    ONE_JOB: "#7fb8d8",
    SHELL: "#bfdcec",
    SCALAR: "#999999",
    STOCK: "#d55e00",
    CTYPES: "#009e73",
    PYTHON: "#e69f00",
    NUMPY: "#cc79a7",
    GRPC: "#444444",
    HASHLIB: "#cc79a7",
    HASHLIB_ONE: "#e5bcd3",
    GNU: "#444444",
}
INK = "#333333"
Format = Callable[[float], str]


def draw(report: Report, path: Path) -> None:
    """Draws the six panels into a PNG."""
    figure = Figure(figsize=(11.5, 13.5), dpi=110, layout="constrained")
    panels = figure.subplots(3, 2)

    def of(section: str) -> list[Row]:
        return [row for row in report.rows if row.section == section]

    _checks(panels[0][0], of(VERIFY))
    _calls(panels[0][1], of(CALLS))
    squares = [OURS, STOCK, CTYPES, PYTHON, NUMPY]
    _lines(
        panels[1][0],
        of(lists.LIST),
        squares,
        "Squares of a Python list",
        "elements",
        _power,
    )
    _lines(
        panels[1][1],
        of(lists.NDARRAY),
        squares,
        "Squares of a numpy array",
        "elements",
        _power,
    )
    _seam(panels[1][1])
    ways = [OURS, SANDBOX, STOCK, CTYPES, PYTHON]
    _lines(panels[2][0], of(READ), ways, "Read a file", "bytes", _bytes)
    _lines(panels[2][1], of(WRITE), ways, "Write a file, all or nothing", "bytes", _bytes)
    figure.suptitle("fordway and its alternatives, side by side: medians", fontsize=14, color=INK)
    caption = one_line(report.machine)
    if is_busy(report.machine):
        caption += "\nsomething else was running: what uses all cores suffers most"
    if report.quick:
        caption += "\na quick run: few rounds, fewer sizes"
    figure.supxlabel(caption, fontsize=8.5, color="#666666")
    figure.savefig(path)


def _checks(axes: Axes, rows: list[Row]) -> None:
    names = [OURS, ONE_JOB, SHELL, SCALAR, GNU, HASHLIB, HASHLIB_ONE]
    rates = {
        name: [
            row.bytes / row.timings[name].median / 1e6 if name in row.timings else None
            for row in rows
        ]
        for name in names
    }
    _bars(
        axes,
        [row.name.replace(", ", "\n") for row in rows],
        rates,
        lambda mb: f"{mb:,.0f}",
    )
    axes.set_title("Check files against a manifest: MB/s, more is better")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    _legend(axes, "upper right", 2)
    axes.set_ylim(0, max(rate for of in rates.values() for rate in of if rate) * 1.4)


def _calls(axes: Axes, rows: list[Row]) -> None:
    names = [OURS, STOCK, CTYPES, PYTHON, GRPC]
    costs = {
        name: [row.timings[name].median if name in row.timings else None for row in rows]
        for name in names
    }
    axes.set_yscale("log")
    _bars(axes, [row.name for row in rows], costs, _time)
    axes.set_title("A call: time, less is better")
    _time_axis(axes)
    axes.set_ylim(5e-9, max(cost for of in costs.values() for cost in of if cost) * 40)
    _legend(axes, "upper right", 2)


def _bars(
    axes: Axes, groups: list[str], heights: dict[str, list[float | None]], tell: Format
) -> None:
    """A group of bars a row, in a group only the bars that there are."""
    width = 0.86 / max(1, len(heights))
    for group, _ in enumerate(groups):
        there = [name for name, values in heights.items() if values[group] is not None]
        for at, name in enumerate(there):
            height = heights[name][group]
            assert height is not None
            x = group + (at - (len(there) - 1) / 2) * width
            bar = axes.bar(x, height, width * 0.92, color=COLOURS[name])
            bold = "bold" if name == OURS else "normal"
            axes.bar_label(
                bar,
                [tell(height)],
                fontsize=6.5,
                padding=2,
                rotation=90,
                color=INK,
                weight=bold,
            )
    for name in heights:
        if any(value is not None for value in heights[name]):
            axes.bar(0, 0, color=COLOURS[name], label=name)
    axes.set_xticks(range(len(groups)), groups)
    axes.tick_params(axis="x", length=0)
    _dress(axes, "y")


def _lines(
    axes: Axes, rows: list[Row], names: list[str], title: str, unit: str, tell: Format
) -> None:
    """Time over size, a line a contender."""
    for name in names:
        points = [(row.size, row.timings[name].median) for row in rows if name in row.timings]
        if not points:
            continue
        ours = name == OURS
        axes.plot(
            *zip(*points, strict=True),
            marker="o",
            markersize=5 if ours else 3.5,
            linewidth=2.6 if ours else 1.5,
            color=COLOURS[name],
            label=name,
            zorder=3 if ours else 2,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(f"{title}: time, less is better")
    axes.set_xlabel(unit)
    axes.set_xticks([row.size for row in rows])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tell(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    _time_axis(axes)
    _legend(axes, "lower right")
    _dress(axes, "both")


def _seam(axes: Axes) -> None:
    """Where the package goes from one lane to the other."""
    axes.axvline(LISTS.crossover, color=COLOURS[OURS], linewidth=0.8, linestyle=":")
    for side, text in (("right", "as values "), ("left", " as a stream")):
        axes.text(
            LISTS.crossover,
            0.96,
            text,
            transform=axes.get_xaxis_transform(),
            ha=side,
            fontsize=7.5,
            color=COLOURS[OURS],
        )


def _dress(axes: Axes, grid: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8.5, colors=INK)
    axes.title.set_fontsize(10.5)
    axes.title.set_color(INK)
    axes.xaxis.label.set_fontsize(8.5)


def _legend(axes: Axes, place: Any, columns: int = 1) -> None:
    axes.legend(
        loc=place,
        ncols=columns,
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        columnspacing=1.2,
    )


def _time_axis(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _time(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _time(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor * 0.9995:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _power(elements: float) -> str:
    power = len(str(round(elements))) - 1
    return f"$10^{power}$"


def _bytes(size: float) -> str:
    return size_name(round(size))
