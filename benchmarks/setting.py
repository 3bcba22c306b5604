"""What every benchmark shares: how much to run, on how many cores, and how a table looks in Markdown."""

from __future__ import annotations

import os
import textwrap
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REAL = Path(os.environ.get("ACCEPTANCE_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """``share`` of the full number of runs (0: the fewest that still run), ``jobs`` processes, ``real`` footage."""

    share: float = 1.0
    jobs: int = 2
    real: Path = REAL

    @property
    def tiny(self) -> bool:
        """Whether all that is wanted is to see that it runs."""
        return self.share == 0

    def runs(self, full: int, least: int = 1) -> int:
        """Return how many of ``full`` runs to make, ``least`` at any rate."""
        return max(least, round(full * self.share))

    def each(self, function: Callable[[Any], Any], cases: Sequence[Any]) -> list[Any]:
        """Return ``function`` of each case, in order, spread over the processes."""
        if self.jobs < 2:
            return [function(case) for case in cases]
        with ProcessPoolExecutor(self.jobs, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
            return list(pool.map(function, cases, chunksize=max(1, min(20, len(cases) // (4 * self.jobs)))))


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a section has found: Markdown, and the pictures (SVG by file name) that it refers to."""

    text: str
    pictures: Mapping[str, str] = field(default_factory=dict)


def prose(*sentences: str) -> str:
    """Return a paragraph of Markdown, wrapped."""
    return textwrap.fill(" ".join(sentences), 120, break_long_words=False, break_on_hyphens=False) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table with the blank line that it needs before it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n" + "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n\n"
