"""Bad raters planted in simulated panels: how often each test names them, or an honest rater.

``python benchmarks/raters.py [PANELS]`` prints the table of docs/people.md. Whole grades; pictures
of quality 2 to 5; honest raters have a constant bias of up to half a grade, and scatter by
0.5 grade (standard deviation) from picture to picture.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from setting import table

from acceptance.forms import panel
from acceptance.model import Answer, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.forms.panel import Rater

    Scores = NDArray[np.float64]
    Spoil = Callable[[Scores, np.random.Generator], Scores]

SIZES = ((5, 6), (5, 12), (5, 30), (8, 30), (15, 30))  # raters, pictures
TASTE, NOISE, SEVERITY = 0.5, 0.5, 2.0  # grades
PANELS = 400


def honest(seen: Scores, _: np.random.Generator) -> Scores:
    """Score what is seen."""
    return seen


def erratic(seen: Scores, random: np.random.Generator) -> Scores:
    """Score without looking."""
    return random.uniform(0.5, 5.5, seen.shape)


def severe(seen: Scores, _: np.random.Generator) -> Scores:
    """Score two grades lower than honest eyes would."""
    return seen - SEVERITY


def simulated(raters: int, pictures: int, seed: int, spoil: Spoil) -> tuple[Rater, ...]:
    """Return the agreement of the raters of a panel whose rater 0 is spoilt."""
    random = np.random.default_rng([seed, raters, pictures])
    truth = random.uniform(2, 5, pictures)
    taste = random.uniform(-TASTE, TASTE, (raters, 1))
    seen = truth + taste + random.normal(0, NOISE, (raters, pictures))
    seen[0] = spoil(seen[0], random)
    grades = np.clip(np.rint(seen), 1, 5)
    return panel.raters([_answer(number, column) for number, column in enumerate(grades.T)])


def _answer(number: int, column: Scores) -> Answer:
    scores = tuple(
        Score(rater=f"R{rater:02}", score=float(grade), expert=rater < 2)
        for rater, grade in enumerate(column)
    )
    return Answer(subject=f"c{number}", requirement="x#grade", by="", when="", scores=scores)


def row(raters: int, pictures: int, panels: int) -> Sequence[str]:
    """Count over many panels of one size."""
    fair, wild, low = (
        [simulated(raters, pictures, seed, spoil) for seed in range(panels)]
        for spoil in (honest, erratic, severe)
    )
    return (
        f"{raters} x {pictures}",
        _share([_named(panel_raters) for panel_raters in fair]),
        _share([spoilt.scattered for spoilt, *_ in wild]),
        _share([spoilt.shifted for spoilt, *_ in low]),
        _share([_named(others) for _, *others in [*wild, *low]]),
        _share([any(rater.screened for rater in panel_raters) for panel_raters in fair]),
        _share([spoilt.screened for spoilt, *_ in wild]),
    )


def _named(raters: Sequence[Rater]) -> bool:
    return any(rater.shifted or rater.scattered for rater in raters)


def _share(named: Sequence[bool]) -> str:
    return f"{np.mean(named):.1%}"


def main() -> None:
    """Print the table."""
    panels = int(sys.argv[1]) if len(sys.argv) > 1 else PANELS
    headings = (
        "raters x pictures",
        "honest panels with one named",
        "erratic rater named",
        "severe rater named",
        "an honest rater beside them named",
        "BT.500: honest panels with one named",
        "BT.500: erratic rater named",
    )
    print(f"{panels} panels a case")
    print(table(headings, [row(*size, panels) for size in SIZES]))


if __name__ == "__main__":
    main()
