"""Picture faults: what a picture-diagnosis service looks for, as numbers and never as verdicts.

Levels of single frames (``thumbnails``, which cites the methods) become one figure (``levels``), a
freeze what the coded stream proves (``freeze``). Where a sound camera may show as much, the figure
is an upper bound and says why (``ambiguity``). No standard that the project has read gives limits
for any of them (``checks/packs/picture_faults.toml``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.files.scipy_later import ndimage
from acceptance.metrics._osd_clock import seconds
from acceptance.metrics._shared import freeze
from acceptance.metrics._shared.curves import over_time
from acceptance.metrics.faults import ambiguity
from acceptance.metrics.faults.levels import (
    HOLD,
    FaultLevel,
    elapsed,
    held,
    scene_change,
    shake,
    spanned,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.model.shot import Tap
from acceptance.scene.thumbnails import large

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

    Array = NDArray[np.float64]

# Quantity: feature of a frame, or two that make it, and by how much of itself the figure may be off
# (``benchmarks/faults.py``).
HELD = {
    "faults.black": (("black",), 0.0),
    "faults.over_exposed": (("white",), 0.0),
    "faults.under_exposed": (("dark",), 0.0),
    "faults.blurred": (("edge_width",), 0.15),
    "faults.colour_cast": (("cast_blue", "cast_red"), 0.2),
    "faults.stripes": (("wave",), 0.2),
    "faults.snow": (("noise",), 0.2),
    "faults.covered_lens": (("blank",), 0.0),
}
QUANTITIES = {
    **dict.fromkeys(HELD, "%"),
    "faults.shake": "%",
    "faults.freeze": "s",
    "faults.scene_change": "%",
}
METHOD = "highest level held over one second (running median)"
SHAKE_METHOD = "way to and fro of the whole picture, a second, over two seconds"
FREEZE_METHOD = "longest run of frames that the coded stream proves to repeat one picture"
CHANGE_METHOD = "fall in correlation of the pictures before and after, against their neighbours"
FEWEST = 5  # frames
NOTES = {  # reason where no frame shows a fault or its absence
    "faults.blurred": "no_edges",
    "faults.colour_cast": "no_mid_tones",
    "faults.shake": "no_structure",
    "faults.scene_change": "no_structure",
}


def serves(scene: Scene) -> bool:
    """Whether this is a moving picture of the device itself.

    A still is not, nor a film of screens by somebody's phone.
    """
    of_screens = scene.shot.tap is Tap.SCREEN or scene.shot.is_wall
    return not (of_screens or scene.video.still)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every fault; a Note for one that this picture cannot show.

    Raises GapError ``too_few_frames``.
    """
    frames = len(scene.series.times)
    if frames < FEWEST:
        raise GapError("too_few_frames", frames=frames, needed=FEWEST)
    for quantity, (names, doubt) in HELD.items():
        taken = np.stack([scene.series.features[name] for name in names])
        level = held(taken, elapsed(scene))
        reason = _why_not(scene, quantity, level)
        yield _figure_or_note(scene, quantity, None if reason else level, METHOD, reason, doubt)
    yield _freeze_figure(scene)
    for quantity, level, method in (
        ("faults.shake", shake(scene), SHAKE_METHOD),
        ("faults.scene_change", scene_change(scene), CHANGE_METHOD),
    ):
        yield _figure_or_note(scene, quantity, level, method, NOTES[quantity])


def _figure_or_note(
    scene: Scene,
    quantity: str,
    level: FaultLevel | None,
    method: str,
    reason: str,
    doubt: float = 0.0,
) -> Measurement | Note:
    if level is None:
        return _note(quantity, reason)
    return _figure(scene, quantity, level, method, doubt)


def _freeze_figure(scene: Scene) -> Measurement | Note:
    """Longest proven freeze; a Note where none is proven and one cannot be ruled out."""
    at = elapsed(scene)
    found = freeze.evidence(scene.series, at, seconds.shown(scene))
    (start, end), unsure = _longest(found.frozen, at), _longest(found.undecided, at)
    if start == end and unsure[0] < unsure[1]:
        return _note(
            "faults.freeze", "freeze_undecided", duration=_duration(at, *unsure),
            share=freeze.frames(found.undecided) / len(at),
            one_picture=freeze.recurs(scene.series),
        )  # fmt: skip
    interval = float(np.median(np.diff(at))) if start < end else 0.0
    return scene.figure(
        "faults.freeze",
        _duration(at, start, end),
        "s",
        [BudgetLine(source="frames", contribution=interval / 6**0.5)],
        samples=len(at),
        method=FREEZE_METHOD,
        details=_frozen(found, scene) | _where(at, start, end),
    )


def _frozen(found: freeze.Evidence, scene: Scene) -> dict[str, Value]:
    """Return the number of freezes, and the share that they have of all frames.

    Of a film that froze also the share that is undecided, and whether it comes back to a picture.
    """
    of = len(scene.series.times)
    share = freeze.frames(found.frozen) / of
    shares: dict[str, Value] = {"freezes": len(found.frozen), "share": share}
    if found.frozen:
        shares["undecided"] = freeze.frames(found.undecided) / of
        shares["one_picture"] = freeze.recurs(scene.series)
    return shares


def _where(at: Array, start: int, end: int) -> dict[str, Value]:
    """Where to look for a run of frames; nothing for an empty one."""
    if start == end:
        return {}
    return {
        "worst_frame": start,
        "worst_s": float(at[start]),
        "first_frame": start,
        "first_s": float(at[start]),
        "last_frame": end - 1,
        "last_s": float(at[end - 1]),
    }


def _longest(runs: Sequence[tuple[int, int]], at: Array) -> tuple[int, int]:
    return max(runs, key=lambda run: _duration(at, *run), default=(0, 0))


def _duration(at: Array, start: int, end: int) -> float:
    """Time for which the frames from ``start`` to before ``end`` were shown."""
    return float(at[end - 1] - at[start] + np.median(np.diff(at))) if start < end else 0.0


def _why_not(scene: Scene, quantity: str, level: FaultLevel | None) -> str:
    """Code of the reason why there is no figure, or none that says anything of the camera.

    It is empty where there is one.
    """
    if quantity == "faults.stripes" and scene.located:
        return "chart_has_stripes"
    if quantity == "faults.colour_cast" and scene.reference.cb is None:
        return "monochrome"
    usual = NOTES.get(quantity, "flat_picture") if large(scene.video) else "picture_too_small"
    return usual if level is None else ""


def _figure(
    scene: Scene, quantity: str, level: FaultLevel, method: str, doubt: float = 0.0
) -> Measurement:
    sound = ambiguity.why_sound(quantity, level, scene.series.features)
    sound = sound or ambiguity.why_coarse(quantity, level, scene.video.height)
    unseen = "" if sound else ambiguity.unseen(quantity, level)
    return scene.figure(
        quantity,
        level.value,
        QUANTITIES[quantity],
        [_scatter(level), *_bias(level.value * doubt)],
        samples=len(level.frames),
        method=method,
        upper_bound=bool(sound),
        lower_bound=bool(unseen),
        bound_by=Reason(code=sound or unseen) if sound or unseen else None,
        details=_details(level),
        curve=_curve(quantity, level),
    )


def _scatter(level: FaultLevel) -> BudgetLine:
    """Scatter of the levels within the second that counts."""
    near = level.seen[level.near]
    spread = float(near.std(ddof=1)) / len(near) ** 0.5 if len(near) > 1 else 0.0
    return BudgetLine(
        source="frames", contribution=spread, degrees_of_freedom=max(1.0, len(near) - 1.0)
    )


def _bias(half: float) -> list[BudgetLine]:
    return [BudgetLine(source="method", contribution=half / 3**0.5, evaluation="B")] if half else []


def _details(level: FaultLevel) -> dict[str, Value]:
    """Where to look: the worst frame, and the frames that are at least half as bad."""
    worst, bad = level.worst, np.flatnonzero(level.held >= level.value / 2)
    return {
        "worst_frame": int(level.frames[worst]),
        "worst_s": float(level.at[worst]),
        "first_frame": int(level.frames[bad[0]]),
        "first_s": float(level.at[bad[0]]),
        "last_frame": int(level.frames[bad[-1]]),
        "last_s": float(level.at[bad[-1]]),
        "share": len(bad) / len(level.held),
        "median": float(np.median(level.seen)),
    }


def _curve(quantity: str, level: FaultLevel) -> Curve:
    """Draw the highest level of each second."""
    width = spanned(level.at, HOLD)
    highest = ndimage.maximum_filter1d(level.held, width, mode="nearest")[::width]
    return over_time("faults", level.at[::width], highest, "fault_level", QUANTITIES[quantity])


def _note(quantity: str, code: str, **parameters: Value) -> Note:
    reason = Reason(code=code, parameters=parameters)
    return Note(reason=reason, metric="faults", quantity=quantity)
