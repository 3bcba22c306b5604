"""What the benchmarks share: number of runs, processes, cache, and tables in Markdown."""

from __future__ import annotations

import json
import os
import platform
import textwrap
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import scipy

import acceptance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REAL = Path(
    os.environ.get("ACCEPTANCE_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How to run: ``share`` of the full number of runs (0: the least possible) and ``jobs``.

    ``jobs`` is the number of processes, ``real`` the folder of real footage; cameras are drawn by
    their numbers, from ``first`` on.
    """

    share: float = 1.0
    jobs: int = 2
    real: Path = REAL
    first: int = 0

    @property
    def tiny(self) -> bool:
        """Whether the only aim is to see that it runs."""
        return self.share == 0

    def runs(self, full: int, least: int = 1) -> int:
        """Return how many of ``full`` runs to make, at least ``least``."""
        return max(least, round(full * self.share))

    def each(self, function: Callable[[Any], Any], cases: Sequence[Any]) -> list[Any]:
        """Return ``function`` of each case, in order, spread over the processes."""
        if self.jobs < 2:
            return [function(case) for case in cases]
        # Threads do not survive a fork: the processes would wait for them for ever.
        cv2.setNumThreads(1)
        chunk = max(1, min(20, len(cases) // (4 * self.jobs)))
        with ProcessPoolExecutor(self.jobs, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
            return list(pool.map(function, cases, chunksize=chunk))


@dataclass(frozen=True, kw_only=True)
class Part:
    """Result of a section: Markdown, and the pictures (SVG by file name) that it refers to."""

    text: str
    pictures: Mapping[str, str] = field(default_factory=dict)


def cached(
    path: Path | None, make: Callable[[], dict[str, Any]], fits: Callable[[Any], bool]
) -> dict[str, Any]:
    """Return the content of ``path`` if it ``fits``; else make it and store it there."""
    if path and path.is_file():
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if fits(found):
            return found
    found = make()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    return found


def machine() -> str:
    """Return date, machine and versions of a run."""
    models = (line for line in _lines("/proc/cpuinfo") if line.startswith("model name"))
    processor = next((line.partition(":")[2].strip() for line in models), platform.machine())
    versions = {"numpy": np, "scipy": scipy, "OpenCV": cv2, "PyAV": av}
    named = ", ".join(f"{name} {module.__version__}" for name, module in versions.items())
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores ({processor}), "
        f"Python {platform.python_version()}, {named}, this toolkit {acceptance.__version__}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines() if Path(path).is_file() else []


def prose(*sentences: str) -> str:
    """Return a paragraph of Markdown, wrapped at 120 columns."""
    text = " ".join(sentences)
    return f"{textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table with the blank line that it needs before it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n\n"
