"""Sound against picture: by how much the sound of a clip comes before its picture, or after.

The clock page flashes and beeps at once, at moments that do not repeat. Beeps are found by a
matched filter, flashes by the clock that the page shows (``_filmed_clock.pace``: the refreshes at
which the page beeps are known), or in the light of a region by hand (``flashes``). Each beep is
paired with its flash (``pairing``); what stays open is propagated (JCGM 101:2008).

Positive: the sound comes first, as ITU-R BT.1359-1 counts it. Time of a picture is its time stamp,
that of an event within it the moment of its exposure, so that the middle of the exposure is what
the stamp stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._shared.curves import over_time
from acceptance.metrics._shared.stated import number
from acceptance.metrics.av import flash_length, flashes, matched_filter
from acceptance.metrics.av.pairing import paired
from acceptance.metrics.av.shown_flashes import shown_by_clock
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Note
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics._filmed_clock.film_pace import Doubt
    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.metrics.av.flashes import Flashes, Offset
    from acceptance.metrics.av.pairing import Pairs, Whole
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene

SYNC = "av.sync"
QUANTITIES = {SYNC: "ms"}
CLOCK_METHOD = (
    "beeps of the clock page against the refreshes at which it beeps, by the filmed clock"
)
FLASH_METHOD = "beeps of the clock page against the flashes in a region"
PAGE = 20.0  # ms, half width: how much later the page's light, or its sound, may come than it says
ACCURACY = 2.0  # ms, half width of the page's offset where it is stated without accuracy
SPEED = 0.343  # m of sound in a ms
BEEP = 0.25  # ms, half width of the moment of a single beep: noise, echoes
FAR, PART = 3.0, 0.1  # times the scatter, and of a picture, by which a pair is off its group
FARTHEST = 3.0  # m between loudspeaker and microphone where it is not stated


@dataclass(frozen=True, kw_only=True)
class Sync:
    """Offsets ``each`` (p,) in ms, beep before flash positive, at ``times`` (p,) s.

    ``changes``: numbers of those from which on the offset is another.
    ``mean``, ``sd`` in ms and the lines of their budgets; ``worst_lines`` are those of the pair
    that is furthest off, without what all figures have in common.
    """

    each: Array
    times: Array
    changes: Whole
    mean: float
    mean_lines: list[BudgetLine]
    sd: float
    sd_lines: list[BudgetLine]
    worst_lines: list[BudgetLine]


def serves(scene: Scene) -> bool:
    """Whether a region shows flashes, or a clip with sound the clock."""
    if scene.video.still:
        return False
    return flash_region(scene) is not None or (bool(scene.series.cells) and scene.has_sound)


def _astray(video: VideoInfo) -> bool:
    """Whether pictures may be elsewhere than where a player shows them beside the sound.

    Numbers of pictures will do (AVI), unless some are missing.
    """
    return "stamps" in video.assumed or ("times" in video.assumed and video.truncated)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure mean, worst and sd of the offset.

    Raises GapError no_sound, times_assumed, no_beep, no_flash, no_clock, several_clocks,
    clock_unreadable, clock_jumps_often, too_few_frames, too_few_beeps, pairing_unsure,
    condition_no_number, or as ``film_pace.check`` does.
    """
    sound = scene.sound
    if not sound:
        raise GapError("no_sound")
    if _astray(scene.video):
        raise GapError("times_assumed")
    heard = matched_filter.heard(sound)
    if not len(heard):
        raise GapError("no_beep")
    region = flash_region(scene)
    if region is None:
        readings = _only_clock(scene)
        doubt = film_pace.check(scene, [readings])
        sync, method = by_clock(scene.series.times, readings, heard), CLOCK_METHOD
    else:
        light, doubt = scene.linear(scene.series.levels[region]), film_pace.Doubt()
        sync, method = by_flashes(scene.series.times, light, heard), FLASH_METHOD
    off = max(stretch.off for stretch in sound)
    yield from _figures(scene, sync, method, off, doubt)
    if len(sync.changes):
        yield _changed(scene, sync)
    yield from film_pace.notes(scene, "av", doubt)


def flash_region(scene: Scene) -> str | None:
    """Return the name of the region by hand that shows flashes."""
    return next((name for name in scene.series.levels if "flash" in name.split(".")), None)


def _only_clock(scene: Scene) -> Readings:
    clocks = clock_readings.read_clocks(scene)
    if len(clocks) != 1:
        raise GapError("several_clocks" if clocks else "no_clock", clocks=len(clocks))
    [readings] = clocks.values()
    return readings


def by_clock(times: Array, readings: Readings, heard: Array) -> Sync:
    """Offsets of beeps ``heard`` (b,) s against the clock in pictures at ``times`` (n,) s.

    Raises GapError clock_unreadable, clock_jumps_often, too_few_beeps or pairing_unsure.
    """
    shown = shown_by_clock(times, readings)
    pairs = paired(shown.times.mean(axis=0), heard, 0.0)
    draws = 1000 * (shown.times[:, pairs.flashes] - heard[pairs.beeps])
    each, of_mean = draws.mean(axis=0), draws.mean(axis=1)
    count, scatter = len(each), float(draws.std(axis=1, ddof=1).mean())
    phases = [BudgetLine(source="phases", contribution=float(of_mean.std()))]
    if shown.half:
        phases.append(rectangular("open_phase", 1000 * shown.half))
    repeats = BudgetLine(
        source="repeatability", contribution=scatter / count**0.5, degrees_of_freedom=count - 1.0
    )
    own = BudgetLine(source="repeatability", contribution=scatter / (2 * (count - 1)) ** 0.5)
    single = [rectangular("beep", BEEP)]
    if shown.uneven:
        single.append(BudgetLine(source="uneven_stamps", contribution=1000 * shown.uneven))
    return Sync(
        each=each, times=heard[pairs.beeps], changes=pairs.changes, mean=float(of_mean.mean()),
        mean_lines=[repeats, *phases], sd=scatter, sd_lines=[own, *single],
        worst_lines=[*phases, *single],
    )  # fmt: skip


def by_flashes(times: Array, light: Array, heard: Array) -> Sync:
    """Offsets of beeps ``heard`` (b,) s against flashes in light (n,) at ``times`` (n,) s.

    Raises GapError no_flash, too_few_beeps or pairing_unsure.
    """
    seen = flashes.seen(times, light)
    pairs, found = _own_offsets(paired(seen.usual, heard, seen.step), seen, heard)
    exposure = BudgetLine(source="exposure", contribution=1000 * found.open)
    off = 1000 * flash_length.off_by(times, light, seen, heard, found)
    curve = [rectangular("light_curve", off)] * (off > 0)
    each = 1000 * (found.each + pairs.offsets)
    shown = found.reach[int(np.argmax(np.abs(each)))] + 2 * flashes.SHARE_NOISE * found.exposure
    own = BudgetLine(source="repeatability", contribution=1000 * found.scatter_open)
    scatter = BudgetLine(source="repeatability", contribution=1000 * found.scatter)
    apart = 1000 * float(pairs.offsets.std())
    scatters = float(np.hypot(1000 * found.scatter, apart))
    single = _of_moved(pairs.offsets, found.reach) / scatters
    return Sync(
        each=each, times=heard[pairs.beeps], changes=pairs.changes,
        mean=1000 * (found.mean + float(pairs.offsets.mean())),
        mean_lines=[exposure, *curve, *_of_changes(apart, len(each))],
        sd=scatters,
        sd_lines=[
            own, *_of_changes(apart / 2**0.5, len(each)),
            *[rectangular("single_flash", single)] * (single > 0),
        ],
        worst_lines=[exposure, *curve, scatter, rectangular("single_flash", 1000 * float(shown))],
    )  # fmt: skip


def _of_moved(offsets: Array, reach: Array) -> float:
    """Half of what pairs beside the usual offset leave open of half the variance, in ms squared.

    Of each that is what its flash leaves open, ``reach`` (p,) s, by how far it is off.
    """
    off = 1000 * np.abs(offsets - np.median(offsets))
    wide = np.where(off > 0, 1000 * reach, 0.0)
    return float(np.linalg.norm((off + wide / 2) * wide)) / len(offsets)


def _own_offsets(pairs: Pairs, seen: Flashes, heard: Array) -> tuple[Pairs, Offset]:
    """Give an own offset to pairs that are off their group, whatever their flashes leave open.

    The likelihood of a group would pass over them.
    """
    chosen, beeps = seen.only(pairs.flashes), heard[pairs.beeps]
    found = flashes.offset(chosen, beeps + pairs.offsets)
    far = np.abs(found.each - found.mean) > max(PART * seen.step, FAR * found.scatter)
    if not far.any():
        return pairs, found
    own = np.where(far, chosen.usual - beeps, pairs.offsets)
    return replace(pairs, offsets=own), flashes.offset(chosen, beeps + own)


def _of_changes(apart: float, count: int) -> list[BudgetLine]:
    """Return the line of offsets of parts that are ``apart`` (ms, rms): another film has others."""
    return [BudgetLine(source="repeatability", contribution=apart / count**0.5)] * (apart > 0)


def _figures(
    scene: Scene, sync: Sync, method: str, off: float, doubt: Doubt
) -> Iterator[Measurement]:
    """Make the figures; a film that plays slower shows what is between sound and picture longer."""
    shift, common = corrections(scene, off)
    furthest = float((sync.each + shift)[np.argmax(np.abs(sync.each + shift))])
    details: dict[str, Value] = {
        "pairs": len(sync.each),
        "earliest_ms": float(sync.each.max()) + shift,
        "latest_ms": float(sync.each.min()) + shift,
        "corrected_by_ms": shift,
    }
    for statistic, value, seen, lines in (
        ("mean", sync.mean + shift, sync.mean, [*sync.mean_lines, *common]),
        ("worst", furthest, furthest - shift, [*sync.worst_lines, *common]),
        ("sd", sync.sd, sync.sd, sync.sd_lines),
    ):
        budget = [*lines, *film_pace.lines(seen, doubt)]
        yield scene.figure(
            SYNC, value, "ms", budget, samples=len(sync.each), method=method, statistic=statistic,
            details=details, curve=_curve(sync, shift) if statistic == "mean" else None,
        )  # fmt: skip


def _changed(scene: Scene, sync: Sync) -> Note:
    shift, _ = corrections(scene, 0.0)
    said: dict[str, Value] = {
        "at": float(sync.times[sync.changes[0]]), "changes": len(sync.changes),
        "latest": float(sync.each.min()) + shift, "earliest": float(sync.each.max()) + shift,
    }  # fmt: skip
    reason = Reason(code="av_offset_changes", parameters=said)
    return Note(reason=reason, metric="av")


def corrections(scene: Scene, off: float) -> tuple[float, list[BudgetLine]]:
    """Return what is added for page and way of the sound in ms, and the lines common to all.

    ``off`` (s) is the RMS by which the stamps of the sound lie off a line. Raises GapError
    condition_no_number.
    """
    page, away = number(scene.shot, "page_offset"), number(scene.shot, "microphone_distance")
    lines = lines_of(page, number(scene.shot, "page_offset_accuracy"), away)
    lines.append(BudgetLine(source="audio_stamps", contribution=1000 * off, evaluation="B"))
    return (page or 0.0) + (FARTHEST / 2 if away is None else away) / SPEED, lines


def lines_of(page: float | None, accuracy: float | None, away: float | None) -> list[BudgetLine]:
    """Lines of the page's own offset and accuracy in ms, and of the way of the sound in m.

    None: not stated.
    """
    doubt = PAGE if page is None else ACCURACY if accuracy is None else accuracy
    open_way = FARTHEST / 2 if away is None else 0.1 + 0.05 * away
    half_widths = {"page_offset": doubt, "sound_path": open_way / SPEED}
    return [rectangular(source, half) for source, half in half_widths.items()]


def _curve(sync: Sync, shift: float) -> Curve:
    return over_time("av_sync", sync.times, sync.each + shift, "offset", "ms")
