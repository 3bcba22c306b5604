"""Share of faults found at two strengths, and alarms of sound scenes, on base clips of three kinds.

``python benchmarks/fault_shares.py [faults|sound] [--set N] [--table FILE] [--jobs N]`` prints the
tables of ``docs/metrics/faults.md`` of one of the ten sets. What is measured goes to the
table, a JSON object a line: a run that was interrupted goes on from there. ``--films FOLDER``
keeps the films.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import base_clips
import eighth_set
import faults as bench
import fifth_set
import fourth_set
import ninth_set
import numpy as np
import planted
import planted_faults
import second_set
import seventh_set
import sixth_set
import sound_scenes
import tenth_more_scenes
import tenth_scenes
import tenth_set
import third_set
from setting import Setting, machine, table

from acceptance.footage import encode
from acceptance.metrics import faults
from acceptance.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planted import Picture

SOUND, STRENGTHS = "sound", ("moderate", "strong")
FRAMES, FREEZE_FRAMES = 65, 115
NINTH = 9  # number of the set whose sound scenes are one film each
LATER = (second_set, third_set, fourth_set, fifth_set, sixth_set, seventh_set, eighth_set,
         ninth_set, tenth_set)  # fmt: skip
LISTS: dict[str, tuple[dict[str, Any], ...]] = {
    SOUND: (
        sound_scenes.SCENES,
        *(of.SCENES for of in LATER),
    ),
    "faults": (
        planted_faults.FAULTS,
        *(of.FAULTS for of in LATER),
    ),
}
BARS = {"moderate": 80, "strong": 95}  # % that must be found


@dataclass(frozen=True, kw_only=True)
class Case:
    """A film to make: a scene or a fault (at ``strength``), on a base clip."""

    name: str
    strength: str
    kind: str
    number: int

    @property
    def key(self) -> str:
        """What the case is called in the table."""
        return f"{self.name} | {self.strength} | {self.kind} | {self.number}"

    @property
    def random(self) -> np.random.Generator:
        """Draws of this case alone."""
        return np.random.default_rng([15, zlib.crc32(self.key.encode())])


def _of_set(part: str, case: Case) -> dict[str, Any]:
    """Return the list of the set that a case is of: sets share names."""
    held = (case.number in numbers for numbers in base_clips.NUMBERS)
    return next(listed for listed, own in zip(LISTS[part], held, strict=True) if own)


def _fault(case: Case) -> planted_faults.Fault:
    return cast("planted_faults.Fault", _of_set("faults", case)[case.name])


def cases(part: str, number_of_set: int = 1) -> list[Case]:
    """Return the cases of the part ``faults`` or ``sound`` of a set, 1 to 10.

    Each sound scene of the ninth stands on one base clip, the kinds in turn; those of the tenth
    stand on none, and its faults on the first clip of each kind.
    """
    names, numbers = LISTS[part][number_of_set - 1], base_clips.NUMBERS[number_of_set - 1]
    strengths, kinds = (SOUND,) if part == SOUND else STRENGTHS, base_clips.kinds(number_of_set)
    if names is tenth_set.SCENES:
        kinds = [tenth_set.DRAWN]
    elif names is tenth_set.FAULTS and number_of_set > 1:
        numbers = numbers[:1]
    return [
        Case(name=name, strength=strength, kind=kind, number=number)
        for at, name in enumerate(names)
        for strength in strengths
        for turn, kind in enumerate(kinds)
        for number in numbers
        if part != SOUND or number_of_set != NINTH or turn == at % 3
    ]


def pictures(case: Case) -> Iterator[Picture]:
    """Yield the pictures of a case before they are coded."""
    if case.kind == tenth_set.DRAWN:
        yield from tenth_more_scenes.film(case.name, case.number)
        return
    if case.strength == SOUND:
        change, random = _of_set(SOUND, case)[case.name], case.random
        base = base_clips.pictures(case.kind, case.number, sound_scenes.FRAMES)
        for index, picture in enumerate(base):
            yield change(picture, index, random)
        return
    fault = _fault(case)
    random = case.random
    drawn = {"random": random, "noise": planted.Noise(random), **getattr(fault, case.strength)}
    count = FREEZE_FRAMES if fault.expects == "freeze" else FRAMES
    for index, picture in enumerate(base_clips.pictures(case.kind, case.number, count)):
        yield fault.plant(picture, index, drawn)


def write(case: Case, path: Path) -> None:
    """Code a case at CRF 23 to 30, or at 150 kbit/s, with a key frame a second."""
    coded = (
        tuple(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in picture)
        for picture in pictures(case)
    )
    quality = {"crf": str(case.random.integers(23, 31))}
    if case.name == "low bit rate":
        quality = dict.fromkeys(("b", "maxrate", "bufsize"), "150000")
    options = {"preset": "veryfast", "g": str(planted.RATE), **quality}
    coder = _coder(case)
    if coder.get("pixel_format") == "yuv420p10le":
        coded = (tuple(plane.astype(np.uint16) * 4 for plane in picture) for picture in coded)
    encode.write(path, coded, rate=Fraction(planted.RATE), **{"options": options, **coder})


def _coder(case: Case) -> dict[str, Any]:
    """Return how a film is coded that is not coded as most are."""
    if case.kind == tenth_set.DRAWN:
        return tenth_scenes.coder(case.name, case.number)
    of_ninth = case.number in base_clips.NUMBERS[NINTH - 1]
    return ninth_set.CODERS.get(case.name, {}) if of_ninth else {}


def measured(job: tuple[Case, Path | None]) -> dict[str, Any]:
    """Make a film, or take it from a folder, and return its levels.

    Beside them are the notes of what has no level, and the doubts of those that are bounds.
    """
    case, folder = job
    with tempfile.TemporaryDirectory() as scratch:
        name = f"{zlib.crc32(case.key.encode()):08x}.mp4"
        path = (folder or Path(scratch)) / name
        if not path.is_file():
            write(case, path.with_suffix(".part.mp4"))
            path.with_suffix(".part.mp4").rename(path)
        found: dict[str, Any] = {"case": case.key, "doubts": {}}
        for figure in faults.measure(planted.seen(path)):
            fault = figure.quantity.partition(".")[2]
            if not isinstance(figure, Measurement):
                found[fault] = figure.reason.code
                continue
            found[fault] = round(figure.value, 4)
            if figure.bound_by and figure.upper_bound:
                found["doubts"][fault] = figure.bound_by.code
    return found


def filled(
    path: Path | None, wanted: Sequence[Case], films: Path | None, setting: Setting
) -> dict[str, dict[str, Any]]:
    """Return what was measured of each case by its key; what the table lacks is measured."""
    lines = path.read_text("utf-8").splitlines() if path and path.is_file() else []
    rows = {row["case"]: row for row in map(json.loads, lines)}
    left = [case for case in wanted if case.key not in rows]
    step = 4 * setting.jobs
    for at in range(0, len(left), step):
        fresh = setting.each(measured, [(case, films) for case in left[at : at + step]])
        rows |= {row["case"]: row for row in fresh}
        if path:
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in fresh)
    return rows


def alarms(row: dict[str, Any], *, doubtful: bool = False) -> dict[str, float]:
    """Return the levels above their thresholds, as a service would alarm.

    Those that are upper bounds are no alarms but ``doubtful``: they are inconclusive.
    """
    limits = bench.limits()
    return {
        name: level
        for name, level in row.items()
        if name in limits
        and not isinstance(level, str)
        and level > limits[name]
        and (name in row["doubts"]) == doubtful
    }


def is_found(case: Case, row: dict[str, Any]) -> bool:
    """Whether the fault of a case is above its threshold."""
    return _fault(case).expects in alarms(row)


def is_open(case: Case, row: dict[str, Any]) -> bool:
    """Whether the fault of a case is neither found nor denied: in doubt, or not assessed."""
    fault = _fault(case).expects
    return isinstance(row[fault], str) or fault in alarms(row, doubtful=True)


def of_faults(wanted: Sequence[Case], rows: dict[str, dict[str, Any]]) -> str:
    """Return the table of shares found by fault, strength and kind of base clip."""
    kinds = list(dict.fromkeys(case.kind for case in wanted))
    head = ("fault", "figure", *(f"{s}: {', '.join(kinds)}" for s in STRENGTHS), "levels")
    lines = []
    for name, fault in {case.name: _fault(case) for case in wanted}.items():
        cells, levels = [], []
        for strength in STRENGTHS:
            these = [case for case in wanted if (case.name, case.strength) == (name, strength)]
            cells.append(" + ".join(_share(these, rows, kind) for kind in kinds))
            seen = [rows[case.key][fault.expects] for case in these]
            levels.append(_spread([level for level in seen if not isinstance(level, str)]))
        lines.append((name, fault.expects, *cells, "; ".join(levels)))
    return table(head, [*lines, _total(wanted, rows)])


def _share(these: Sequence[Case], rows: dict[str, dict[str, Any]], kind: str) -> str:
    hits = [is_found(case, rows[case.key]) for case in these if case.kind == kind]
    return f"{sum(hits)}/{len(hits)}"


def _spread(levels: Sequence[float]) -> str:
    return f"{min(levels):.3g} to {max(levels):.3g}" if levels else "—"


def _total(wanted: Sequence[Case], rows: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    cells = []
    for strength in STRENGTHS:
        these = [case for case in wanted if case.strength == strength]
        hits = sum(is_found(case, rows[case.key]) for case in these)
        open_ones = sum(is_open(case, rows[case.key]) for case in these)
        share = 100 * hits / max(1, len(these))
        bar = f"bar: {BARS[strength]} %; {open_ones} open"
        cells.append(f"{hits}/{len(these)} = {share:.1f} % ({bar})")
    return ("all", "", *cells, "")


def of_sound(wanted: Sequence[Case], rows: dict[str, dict[str, Any]]) -> str:
    """Return the table of sound scenes with the alarms of each."""
    lines = []
    for name in dict.fromkeys(case.name for case in wanted):
        these = [case for case in wanted if case.name == name]
        cells = (_levels(these, rows, doubtful=doubtful) or "none" for doubtful in (False, True))
        lines.append((name, len(these), *cells))
    totals = (
        sum(bool(alarms(rows[case.key], doubtful=doubtful)) for case in wanted)
        for doubtful in (False, True)
    )
    head = ("sound scene", "films", "alarms", "in doubt")
    return table(head, [*lines, ("all", len(wanted), *totals)])


def _levels(these: Sequence[Case], rows: dict[str, dict[str, Any]], *, doubtful: bool) -> str:
    found = (
        f"{fault} {level:.3g} ({case.kind} {case.number})"
        for case in these
        for fault, level in alarms(rows[case.key], doubtful=doubtful).items()
    )
    return "; ".join(found)


TABLES = {"faults": of_faults, SOUND: of_sound}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*TABLES, []], help="default: both")
    parser.add_argument(
        "--set", type=int, choices=range(1, len(LATER) + 2), default=1, dest="number"
    )
    parser.add_argument("--table", type=Path)
    parser.add_argument("--films", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    setting = Setting(jobs=options.jobs)
    for part in options.parts or TABLES:
        wanted = cases(part, options.number)
        rows = filled(options.table, wanted, options.films, setting)
        print(TABLES[part](wanted, rows), flush=True)
    print(machine())


if __name__ == "__main__":
    main()
