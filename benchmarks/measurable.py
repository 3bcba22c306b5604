"""What is refused of pictures that a person would measure (``measurable.toml``): at most a tenth.

A figure of several regions counts as refused where fewer than half of them have it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import departed_pictures
import films
import switched
from films import TRUTHS, Reading
from setting import machine, prose, table

from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setting import Setting

    Case = dict[str, Any]

LISTED = Path(__file__).with_name("measurable.toml")
USUAL: dict[str, Any] = {
    "width": 1280, "height": 720, "blur": 0.8, "noise": 0.006, "fixed_noise": 0.004, "crf": 23,
    "share": 0.88, "tilt": 1.5, "pan": -2.0, "roll": 0.7,
}  # fmt: skip
HEAD = ("figure", "cases", "measured", "truth inside U, all regions", "refused")


def situations(listed: Path = LISTED) -> list[dict[str, Any]]:
    """Return the situations of a list."""
    found: list[dict[str, Any]] = tomllib.loads(listed.read_text("utf-8"))["situation"]
    return found


def run(number: int) -> list[Case]:
    """Film a situation of the list; return its cases."""
    seen = situations()[number]
    own = {name: tuple(v) if isinstance(v, list) else v for name, v in seen["camera"].items()}
    camera = switched.exposed(Camera(**{**USUAL, "seed": 600 + number, **own}))
    still = seen.get("still", False)
    seconds = 0.04 if still else seen.get("seconds", switched.SECONDS)
    file = "film.jpg" if still else "film.mkv"
    truth, (found, notes) = films.filmed(camera, seconds, name=file)
    cases = []
    for quantity in seen["asked"]:
        given = [item for item in found if item.quantity == quantity]
        gaps = [note.reason.code for note in notes if note.quantity == quantity]
        known = quantity in switched.figures(camera)
        inside = [Reading.of(item, TRUTHS[quantity](truth, item)).inside for item in given if known]
        gaps = gaps or ([] if given else [departed_pictures.why(quantity, notes)])
        case = {"quantity": quantity, "seen": seen["seen"], "given": len(given), "gaps": gaps}
        cases.append(case | {"inside": sum(inside), "known": len(inside)})
    return cases


def refused(case: Case) -> bool:
    """Whether fewer than half of the regions have the figure."""
    return bool(2 * case["given"] < case["given"] + len(case["gaps"]) or not case["given"])


def text(setting: Setting) -> str:
    """Run the list, or the share of it that is asked for; return its tables."""
    numbers = range(setting.runs(len(situations())))
    cases = [case for found in setting.each(run, numbers) for case in found]
    out = [case for case in cases if refused(case)]
    rows = [_row(name, cases) for name in dict.fromkeys(case["quantity"] for case in cases)]
    said = prose(f"Made {machine()}. Refused: {len(out)} of {len(cases)} cases.")
    why = [(case["seen"], f"`{case['quantity']}`", _reason(case)) for case in out]
    return f"{said}{table(HEAD, rows)}\n{table(('situation', 'figure', 'reason'), why)}"


def _row(quantity: str, cases: Sequence[Case]) -> tuple[str, ...]:
    own = [case for case in cases if case["quantity"] == quantity]
    out = sum(map(refused, own))
    known, inside = (sum(case[key] for case in own) for key in ("known", "inside"))
    right = f"{inside} of {known}" if known else "truth unknown"
    return f"`{quantity}`", str(len(own)), str(len(own) - out), right, str(out)


def _reason(case: Case) -> str:
    return str(max(set(case["gaps"]), key=case["gaps"].count))
