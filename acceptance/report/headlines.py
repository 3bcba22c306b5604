"""What a user asks first of a clip: at most ten figures of all that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.messages import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Measurement, Note

MOST = 10
WHOLE_CLIP = {"", "chart"}  # metrics of notes that concern everything the clip should have given


class Worse(StrEnum):
    """Which of several results of a quantity is the worst: the one that stands for them."""

    LOW = "low"
    HIGH = "high"
    FAR = "far"
    """The farthest from 0."""
    NEITHER = "neither"
    """None is worse than another: the first stands for them."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A quantity that is worth a line of its own."""

    quantity: str
    worse: Worse
    statistic: str = ""


def _headline(quantity: str, worse: Worse, statistic: str = "") -> Headline:
    return Headline(quantity=quantity, worse=worse, statistic=statistic)


# In order of importance: the first ten that were measured are shown. What needs a set-up of its
# own (two clocks, a reference, a series in low light, presets) is what its user came for.
HEADLINES = (
    _headline("resolution.wedge_horizontal", Worse.LOW),
    _headline("noise.snr", Worse.LOW),
    _headline("grey_scale.steps", Worse.LOW),
    _headline("latency.glass_to_glass", Worse.HIGH, "worst"),
    _headline("frame_rate.unique", Worse.LOW),
    _headline("compression.psnr", Worse.LOW),
    _headline("low_light.minimum_illumination", Worse.HIGH, "resolution_70"),
    _headline("burnt_in_clock.offset", Worse.FAR),
    _headline("stream.loss", Worse.HIGH),
    _headline("stream.jitter", Worse.HIGH, "worst"),
    _headline("geometry.preset_repeatability", Worse.HIGH),
    _headline("frame_rate.dropped", Worse.HIGH),
    _headline("colour.delta_e00_mean", Worse.HIGH),
    _headline("resolution.mtf50", Worse.LOW),
    _headline("geometry.distortion", Worse.FAR),
    _headline("grey_scale.gamma", Worse.NEITHER),
    _headline("colour.saturation", Worse.NEITHER),
    _headline("latency.glass_to_glass", Worse.HIGH, "mean"),
    _headline("latency.stream", Worse.HIGH, "worst"),
    _headline("resolution.horizontal", Worse.LOW),
    _headline("resolution.corner_ratio", Worse.LOW),
    _headline("shading.luma", Worse.HIGH),
    _headline("shading.colour", Worse.HIGH),
    _headline("flicker.amplitude", Worse.HIGH),
    _headline("flicker.frequency", Worse.NEITHER),
    _headline("defects.hot", Worse.HIGH),
    _headline("defects.dead", Worse.HIGH),
    _headline("defects.stuck", Worse.HIGH),
    _headline("flare.veiling_glare", Worse.HIGH),
    _headline("frame_rate.mean", Worse.LOW),
    _headline("faults.freeze", Worse.HIGH),
    _headline("faults.covered_lens", Worse.HIGH),
    _headline("faults.blurred", Worse.HIGH),
    _headline("faults.over_exposed", Worse.HIGH),
    _headline("faults.under_exposed", Worse.HIGH),
    _headline("faults.black", Worse.HIGH),
    _headline("faults.colour_cast", Worse.HIGH),
    _headline("faults.shake", Worse.HIGH),
    _headline("faults.snow", Worse.HIGH),
    _headline("faults.scene_change", Worse.HIGH),
    _headline("frame_rate.longest_gap", Worse.HIGH),
)
QUANTITIES = frozenset(headline.quantity for headline in HEADLINES)


@dataclass(frozen=True, kw_only=True)
class HeadlineFigure:
    """A measurement that stands for all results of its quantity and statistic.

    It is the worst (or first) of ``among`` results: those in the middle of the picture, else all.
    ``results`` are all, also those elsewhere in the picture.
    """

    headline: Headline
    measurement: Measurement
    among: int
    results: int


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Headline figures that were not obtained for one reason: their notes, and it in English."""

    reason: str
    notes: tuple[Note, ...]


def figures(found: Sequence[Measurement], notes: Sequence[Note]) -> tuple[HeadlineFigure, ...]:
    """Choose the figures to show, the most important first: ten at most, one for each headline."""
    usable = _usable(found, notes)
    chosen = (_figure(headline, usable) for headline in HEADLINES)
    return tuple(figure for figure in chosen if figure)[:MOST]


def missing(found: Sequence[Measurement], notes: Sequence[Note]) -> tuple[Missing, ...]:
    """Group the notes on headline figures that some clip did not give, by reason."""
    usable = _usable(found, notes)
    known = {(item.shot, item.quantity) for item in usable}
    known |= {(shot, quantity.partition(".")[0]) for shot, quantity in known}
    groups: dict[str, list[Note]] = {}
    for note in notes:
        if _lacks(note, known):
            groups.setdefault(wording.reason(note.reason, language()), []).append(note)
    return tuple(Missing(reason=reason, notes=tuple(group)) for reason, group in groups.items())


def _lacks(note: Note, known: set[tuple[str, str]]) -> bool:
    """Whether a headline figure is missing for this note, or stands for less than it could."""
    if note.quantity and note.quantity not in QUANTITIES:
        return False
    what = note.quantity or note.metric
    if what in WHOLE_CLIP or (note.shot, what) not in known:
        return True
    return _central(note.region) or note.region.startswith("tile.")


def _usable(found: Sequence[Measurement], notes: Sequence[Note]) -> list[Measurement]:
    """Leave out bounds that say no more than the note on why they are no result."""
    noted = {(note.shot, note.quantity) for note in notes}
    return [item for item in found if not item.bound_by or (item.shot, item.quantity) not in noted]


def _figure(headline: Headline, found: Sequence[Measurement]) -> HeadlineFigure | None:
    wanted = headline.quantity, headline.statistic
    results = [item for item in found if (item.quantity, item.statistic) == wanted]
    among = [item for item in results if _central(item.region)] or results
    if not among:
        return None
    worst = max(among, key=lambda item: _badness(item.value, headline.worse))
    return HeadlineFigure(
        headline=headline, measurement=worst, among=len(among), results=len(results)
    )


def _central(region: str) -> bool:
    return region == "flat.middle" or region.partition(".")[0] == "centre"


def _badness(value: float, worse: Worse) -> float:
    return {
        Worse.LOW: -value,
        Worse.HIGH: value,
        Worse.FAR: abs(value),
        Worse.NEITHER: 0.0,
    }[worse]
