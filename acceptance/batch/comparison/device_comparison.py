"""Devices and vendors compared: clauses, distributions, the worst first, outliers, drift.

Of each device its last session counts; drift looks at all of them. Figures are compared as they
were judged, requirement by requirement and limit by limit.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.batch.database import queries
from acceptance.batch.database.rows import SEVERITY
from acceptance.checks.decision import FAILURES
from acceptance.model import Limit, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from acceptance.batch.database.queries import Answer, ClauseMatrix

# Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): 0.6745 |x - median| / MAD > 3.5;
# where more than half are alike, |x - median| / (1.253314 mean absolute deviation).
OF_MEDIAN, OF_MEAN, FARTHEST = 0.6745, 1 / 1.253314, 3.5
LEAST_GROUP = 5  # devices of a model; of fewer nobody is an outlier
OPEN = {Verdict.INCONCLUSIVE, Verdict.NOT_TESTED}


@dataclass(frozen=True, kw_only=True)
class JudgedFigure:
    """A figure of a device that was compared with a limit."""

    device: int
    """Row of the matrix."""

    value: float
    """What was compared, in the unit of the distribution."""

    expanded: float | None
    """U in the same unit; None: not known."""

    verdict: Verdict
    """What came of it."""

    decides: bool
    """Whether it counts."""

    margin: float | None
    """Distance to the nearer end of the limit in units of U, negative beyond it; None: U is not
    known, or 0."""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The figures of all devices on one requirement with one limit."""

    pack: str
    """Id of the pack."""

    clause: str
    """Number of the clause."""

    requirement: str
    """``pack#id``."""

    text: str
    """The demand in Chinese; empty: not known."""

    text_en: str
    """The demand in English; empty: not known."""

    quantity: str
    """What was judged."""

    limit: Limit
    """What it was compared with."""

    figures: tuple[JudgedFigure, ...]
    """One or more, in the order of the matrix."""


@dataclass(frozen=True, kw_only=True)
class DeviceRank:
    """A device with the figure that is nearest to, or farthest beyond, its limit."""

    device: int
    """Row of the matrix."""

    verdict: Verdict | None
    """The worst on anything that counts or was judged; None: nothing was asked."""

    failed: int
    """Clauses that it failed."""

    distribution: Distribution | None
    """Where its smallest margin is; None: no figure with an uncertainty was judged."""

    figure: JudgedFigure | None
    """The figure with that margin."""


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A figure apart from those of the other devices of its model, by more than U explains."""

    distribution: Distribution
    """Among which."""

    figure: JudgedFigure
    """Which."""

    median: float
    """Of all devices of the model."""

    score: float
    """Modified z-score, above 3.5."""

    expanded: float
    """Expanded uncertainty of the difference from another device of the model."""


@dataclass(frozen=True, kw_only=True)
class VendorSummary:
    """How the devices of one manufacturer and model came out."""

    manufacturer: str
    """Empty: not stated."""

    model: str
    """Empty: not stated."""

    devices: int
    """How many."""

    failed: int
    """How many failed something."""

    open: int
    """How many failed nothing, and something is undecided or untested."""


@dataclass(frozen=True, kw_only=True)
class DeviceComparison:
    """All that is told of many devices."""

    matrix: ClauseMatrix
    """Devices by clauses."""

    vendors: tuple[VendorSummary, ...]
    """The largest share of failures first."""

    distributions: tuple[Distribution, ...]
    """In the order of the clauses."""

    ranks: tuple[DeviceRank, ...]
    """Worst devices first: by verdict, then by the smallest margin."""

    outliers: tuple[Outlier, ...]
    """The farthest first."""

    drifts: tuple[Answer, ...]
    """Rows of ``queries.drift`` whose change is beyond U of both, the largest ratio first;
    what has no uncertainty stands last."""


def compare(connection: Connection, *, model: str = "", pack: str = "") -> DeviceComparison:
    """Compare the devices of a database; ``model``, ``pack``: only those."""
    matrix = queries.matrix(connection, model=model, pack=pack)
    found = distributions(connection, matrix, pack)
    drifts = [row for row in queries.drift(connection, model=model) if row["beyond"]]
    return DeviceComparison(
        matrix=matrix,
        vendors=_vendors(matrix),
        distributions=found,
        ranks=_ranks(matrix, found),
        outliers=_outliers(matrix, found),
        drifts=tuple(sorted(drifts, key=_ratio, reverse=True)),
    )


def _ratio(row: Answer) -> float:
    return abs(row["change"]) / row["U_change"] if row["U_change"] else 0.0


def distributions(
    connection: Connection, matrix: ClauseMatrix, pack: str = ""
) -> tuple[Distribution, ...]:
    """Return the figures of a matrix's devices, requirement by requirement and limit by limit."""
    row_of = {device["id"]: number for number, device in enumerate(matrix.devices)}
    held: dict[tuple[Any, ...], list[JudgedFigure]] = defaultdict(list)
    about: dict[tuple[Any, ...], Answer] = {}
    for subject, row in queries.judged(connection, pack=pack):
        if subject in row_of:
            key = tuple(row[name] for name in ("requirement", "unit", "at_least", "at_most"))
            held[key].append(_figure(row, row_of[subject]))
            about[key] = row
    made = [_distribution(about[key], figures) for key, figures in held.items()]
    place = {clause: number for number, clause in enumerate(matrix.clauses)}
    order = [(place[made_of.pack, made_of.clause], at) for at, made_of in enumerate(made)]
    return tuple(made[at] for _, at in sorted(order))


def _distribution(about: Answer, figures: list[JudgedFigure]) -> Distribution:
    names = ("pack", "clause", "requirement", "text", "text_en", "quantity")
    limit = Limit(unit=about["unit"], at_least=about["at_least"], at_most=about["at_most"])
    ordered = tuple(sorted(figures, key=lambda figure: figure.device))
    return Distribution(**{name: about[name] for name in names}, limit=limit, figures=ordered)


def _figure(row: Answer, device: int) -> JudgedFigure:
    value, expanded = row["value"], row["U"]
    ways = [
        distance
        for end, distance in (
            (row["at_least"], value - (row["at_least"] or 0)),
            (row["at_most"], (row["at_most"] or 0) - value),
        )
        if end is not None
    ]
    return JudgedFigure(
        device=device,
        value=value,
        expanded=expanded,
        verdict=Verdict(row["verdict"]),
        decides=row["decides"],
        margin=min(ways) / expanded if expanded else None,
    )


def _vendors(matrix: ClauseMatrix) -> tuple[VendorSummary, ...]:
    devices: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    undecided: Counter[tuple[str, str]] = Counter()
    for row, device in enumerate(matrix.devices):
        kind = (device["manufacturer"], device["model"])
        worst = _worst(matrix, row)
        devices[kind] += 1
        failed[kind] += worst in FAILURES
        undecided[kind] += worst in OPEN
    order = sorted(devices, key=lambda kind: (-failed[kind] / devices[kind], kind))
    return tuple(
        VendorSummary(
            manufacturer=kind[0], model=kind[1], devices=devices[kind], failed=failed[kind],
            open=undecided[kind],
        )
        for kind in order
    )  # fmt: skip


def _worst(matrix: ClauseMatrix, row: int) -> Verdict | None:
    place = int(matrix.severity[row].max(initial=-1))
    return queries.VERDICTS[place] if place >= 0 else None


def _ranks(matrix: ClauseMatrix, found: Sequence[Distribution]) -> tuple[DeviceRank, ...]:
    nearest: dict[int, tuple[float, Distribution, JudgedFigure]] = {}
    for distribution in found:
        for figure in distribution.figures:
            if figure.margin is None or not figure.decides:
                continue
            if figure.device not in nearest or figure.margin < nearest[figure.device][0]:
                nearest[figure.device] = figure.margin, distribution, figure
    worst_of = (matrix.severity >= SEVERITY[Verdict.CONDITIONAL_FAIL]).sum(axis=1)
    ranks = [
        DeviceRank(
            device=row,
            verdict=_worst(matrix, row),
            failed=int(worst_of[row]),
            distribution=nearest[row][1] if row in nearest else None,
            figure=nearest[row][2] if row in nearest else None,
        )
        for row in range(len(matrix.devices))
    ]
    return tuple(sorted(ranks, key=_badness))


def _badness(rank: DeviceRank) -> tuple[int, float]:
    severity = SEVERITY[rank.verdict] if rank.verdict else -1
    margin = rank.figure.margin if rank.figure else None
    return -severity, math.inf if margin is None else margin


def _outliers(matrix: ClauseMatrix, found: Sequence[Distribution]) -> tuple[Outlier, ...]:
    outliers = [
        outlier
        for distribution in found
        for figures in _of_models(matrix, distribution).values()
        if len(figures) >= LEAST_GROUP
        for outlier in _apart(distribution, figures)
    ]
    return tuple(sorted(outliers, key=lambda outlier: -outlier.score))


def _of_models(
    matrix: ClauseMatrix, distribution: Distribution
) -> dict[tuple[str, str], list[JudgedFigure]]:
    """Return the figures of each manufacturer and model; of no stated model there are none."""
    groups: dict[tuple[str, str], list[JudgedFigure]] = defaultdict(list)
    for figure in distribution.figures:
        device = matrix.devices[figure.device]
        if device["model"]:
            groups[device["manufacturer"], device["model"]].append(figure)
    return groups


def _apart(distribution: Distribution, figures: Sequence[JudgedFigure]) -> list[Outlier]:
    """Find the figures that neither the spread of the model nor the uncertainty explains."""
    values = np.array([figure.value for figure in figures])
    median = float(np.median(values))
    usual = float(np.median([figure.expanded or 0.0 for figure in figures]))
    outliers = []
    for figure, score in zip(figures, scores(values), strict=True):
        expanded = math.hypot(figure.expanded or 0.0, usual)
        if score > FARTHEST and abs(figure.value - median) > expanded:
            outliers.append(
                Outlier(
                    distribution=distribution, figure=figure, median=median, score=float(score),
                    expanded=expanded,
                )
            )  # fmt: skip
    return outliers


def scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the modified z-scores of values (n,), each 0 or more; 0 where all are alike."""
    away = np.abs(values - np.median(values))
    for factor, spread in ((OF_MEDIAN, np.median(away)), (OF_MEAN, away.mean())):
        if spread:
            return np.asarray(factor * away / spread)
    return away
