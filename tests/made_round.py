"""A small comparison made by hand: its plan, forms as laboratories fill them in, and sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import reached_session
from reached_session import SHOT, Case

from acceptance.files import spreadsheet
from acceptance.laboratories import result_form, round_plan
from acceptance.model import Measurement, Plan, Scope, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.laboratories.round_plan import Round
    from acceptance.model import Session

CAMERA, PRINT = "SN-1", "P-7"
HEAD = f'title = "t"\ncamera = "{CAMERA}"\nchart = "acceptance"\nchart_copy = "{PRINT}"\n'
FIGURE = '[[figures]]\nid = "snr"\nquantity = "noise.snr"\nregion = "flat.middle"\n'
HANDED_IN = [(40.0, 40.2), (40.1, 40.3), (40.2, 40.2), (39.9, 40.1), (43.0, 43.1)]


def text(codes: Sequence[str], *, handed_in: str = 'form = "{code}.csv"', more: str = "") -> str:
    """Write the plan of a comparison in TOML."""
    listed = "".join(
        f'[[laboratories]]\ncode = "{code}"\n{handed_in.format(code=code)}\n' for code in codes
    )
    return f"{HEAD}{more}{listed}{FIGURE}"


def plan(folder: Path, codes: Sequence[str], **fields: str) -> Round:
    """Write a plan to a folder, and read it."""
    path = folder / "round.toml"
    path.write_text(text(codes, **fields), "utf-8")
    return round_plan.read(path)


def fill_in(
    given: Round, folder: Path, code: str, values: Sequence[object], **once: object
) -> Path:
    """Fill in a laboratory's form: its results, each with U = 0.2 and k = 2, or other cells."""
    laboratory = next(one for one in given.laboratories if one.code == code)
    rows = result_form.table(given, laboratory, "en")
    place = {name: number for number, name in enumerate(result_form.COLUMNS)}
    stated = {"camera": CAMERA, "chart_copy": PRINT, "expanded": "0.2", "k": "2"} | once
    rows = [rows[0], *(list(rows[1]) for _ in values)]
    for row, value in zip(rows[1:], values, strict=True):
        row[place["value"]] = str(value)
        for name, cell in stated.items():
            row[place[name]] = str(cell)
    path = folder / laboratory.form
    path.write_bytes(spreadsheet.csv_of(rows))
    return path


def filled(folder: Path, results: Mapping[str, Sequence[object]], **once: object) -> Round:
    """Make a comparison whose laboratories all filled in their forms."""
    given = plan(folder, list(results))
    for code, values in results.items():
        fill_in(given, folder, code, values, **once)
    return given


def seen(set_up: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the corners of the chart in a film; its size goes by the number of the set-up."""
    larger = 1 + set_up % 97 / 10
    return tuple(tuple((x * larger, y * larger) for x, y in one) for one in SHOT.corners)


def session(
    folder: Path,
    values: Sequence[float],
    *,
    serial: str = CAMERA,
    film: str = "",
    set_up: Sequence[float] = (),
    kind: SubjectKind = SubjectKind.FIXED,
    chart: str | None = SHOT.chart,
    **measured: object,
) -> tuple[Session, Path]:
    """Seal a session in ``folder`` with a shot for each value, as ``run`` does.

    ``film``: SHA-256 that its clips are to have; ``set_up``: number of the set-up in each of them,
    in place of one of its own for each value; ``kind`` of what was filmed, with which ``chart``.
    """
    camera = Subject(id="cam-1", kind=kind, serial=serial)
    shots = tuple(
        replace(
            SHOT,
            id=f"s{number}",
            clip=f"data/clips/s{number}/a.mp4",
            chart_copy=PRINT,
            sha256=film,
            corners=seen(place),
            chart=chart,
        )
        for number, place in enumerate(set_up or values)
    )
    figures: tuple[Measurement, ...] = tuple(
        reached_session.figure(value=value, shot=f"s{number}", **({"uncertainty": 0.1} | measured))
        for number, value in enumerate(values)
    )
    plan_ = Plan(subjects=(camera,), operator="L", scope=Scope.DEVICE)
    return reached_session.reach(Case(plan=plan_, shots=shots, measurements=figures), folder)
