"""Latency from films and streams that show the clock screen.

Every picture carries the refresh that it was taken at. Glass to glass: clock readings, camera
pictures and changes of the monitor are each fitted as wholes (``pace``, ``monitor``), which goes
below a refresh of the screen where film and screens do not run in step. Stream: arrivals of the
frames against the log of the clock screen, both on the clock of one host.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.cadence import FOLLOWED_SLACK, cadence
from acceptance.metrics._filmed_clock.gray_code import FEWEST_BLENDS
from acceptance.metrics._filmed_clock.line_prior import SCREENS, UsualSlopes
from acceptance.metrics._filmed_clock.pace import DRAWS, pace
from acceptance.metrics.latency import (
    camera_in_step,
    film_times,
    long_exposures,
    monitor_rise,
    picture_age,
    refreshes,
    slow_clock,
    uneven_camera,
)
from acceptance.metrics.latency.delay import Latency
from acceptance.metrics.latency.monitor import CameraPictures, Changes, held_pictures, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array, Readings, Whole
    from acceptance.metrics.latency.uneven_camera import UnevenCamera

FEWEST = 5  # changes or pictures
MISREAD = 0.15  # share of pictures that may lie off the camera's even pace
OFF_LINE = 0.5  # refreshes beyond its reach by which a picture may lie off
UNEVEN = 0.12  # refreshes, rms, beyond which a camera has no even pace
SLOWEST_CLOCK = 0.003  # s, time constant


@dataclass(frozen=True, kw_only=True)
class LiveClock:
    """The clock's own screen in a film.

    Frames are exposed at ``times`` (n,) s, which scatter by ``scatter`` s, by ``converted`` s where
    stamps are even all the same; ``line`` turns time into refreshes, ``readings`` are what the
    frames show of it.
    """

    times: Array
    scatter: float
    line: Pace
    readings: Readings
    converted: float = 0.0


def live_clock(times: Array, reference: Readings) -> LiveClock:
    """Fit the clock's own screen in a film whose frames are stamped ``times`` (n,) s.

    What bits leave in the next frames of a fast film, noise reduction or the screen, is told by how
    they rise, from a line that is fitted without all of it; more than is taken off stays in doubt.
    Raises GapError too_few_frames or losses_untold.
    """
    if reference.removed and float(np.median(np.diff(times))) > ghosts.SLOWER:
        reference = _completed(times, reference)
    live = _live(times, reference)
    try:
        return _told(times, reference, live) if 0 < reference.tried <= ghosts.MOST else live
    except GapError:  # what is left of the readings tells less than they do
        return live


def _completed(times: Array, reference: Readings) -> Readings:
    """Take off what noise reduction still leaves; in doubt is what the slowest screen may have."""
    share, doubt = ghosts.completed(reference.removed, reference.low)
    slowest = math.exp(-float(np.median(np.diff(times))) / SLOWEST_CLOCK)
    return replace(reference.without(share), ghost=max(reference.ghost, min(doubt, slowest)))


def _told(times: Array, reference: Readings, live: LiveClock) -> LiveClock:
    """Fit the screen anew where the film tells what to take off, else return ``live``."""
    tried = live if reference.removed else _live(times, reference.without(reference.tried))
    raw = reference.without(0.0)
    share = slow_clock.recursion(tried.times, tried.line, raw, tried.scatter)
    if share is None:
        return live
    own = replace(reference.without(share if share >= ghosts.LEAST else 0.0), ghost=0.0)
    return _live(times, own)


def _live(times: Array, reference: Readings) -> LiveClock:
    """Fit the clock's own screen as it was read."""
    stamped, (times, scatter) = times, film_times.exposed(times, reference)
    line = _clock_line(times, reference)
    scatter = max(scatter, line.uneven / float(line.slopes.mean()))
    converted = film_times.converted(stamped, times, reference)
    return LiveClock(
        times=times, scatter=scatter, line=line, readings=reference, converted=converted
    )


def glass_to_glass(times: Array, reference: Readings, monitor: Readings) -> Latency:
    """Latency from a film whose frames are stamped ``times`` (n,) s.

    Raises GapError no_change, too_few_frames, clock_too_slow or losses_untold.
    """
    return of_monitor(live_clock(times, reference), monitor)


def of_monitor(live: LiveClock, monitor: Readings) -> Latency:
    """Latency of one monitor in a film.

    Raises GapError no_change, too_few_frames or clock_too_slow.
    """
    times, reference, monitor = live.times, live.readings, monitor.without(live.readings.removed)
    seen = slow_clock.first_light(times, live.line, reference, live.scatter)
    clock = seen.line
    changes, pictured, blends, uneven, alone = _pictures(monitor, live.line)
    enough_changes(changes)
    pictured = pictured + seen.box_late
    taken_at = pictured[:, changes.picture]
    taken = clock.inverse(taken_at).mean(axis=0)
    found = refreshes.moments(changes, times, taken, seen.exposures, live.scatter)
    timed = monitor_rise.by_rows(
        monitor_rise.Timed(*found), changes, times, seen.exposures, monitor, live.scatter
    )
    moments = timed.moments
    clock, exposure = clock.only(timed.exposures), seen.exposures[timed.exposures]
    gap = 0.0
    if not timed.of_rows:
        gap = refreshes.gap(times, changes, moments.mean(axis=0), exposure, seen.exposures)
    blended = min(blends, _blends(reference.low)) >= FEWEST_BLENDS
    refresh_rate = float(clock.slopes.mean())
    ages = picture_age.shown(changes, times, moments, clock.inverse(pictured))
    picture_age.check_watched(ages, alone)
    phase = 0.0 if blends >= FEWEST_BLENDS else camera_in_step.open_phase(changes.picture, taken_at)
    return Latency(
        draws=(moments - clock.inverse(taken_at)) * 1000,
        moments=moments.mean(axis=0),
        ages=ages,
        refresh_rate=refresh_rate,
        open_phase=1000 * phase / refresh_rate,
        uneven=1000 * uneven / refresh_rate,
        scatter=1000 * alone / refresh_rate,
        timing=1000 * live.scatter,
        converted=1000 * live.converted,
        open_change=500 * gap,
        noise_reduction=1000 * _tail(times, reference.ghost),
        exposure=float(exposure.mean()) * 1000,
        slow=1000 * math.hypot(seen.slow, timed.slow),
        reading="blends" if blended else "bars",
        holds=np.diff(moments, axis=1)[:, changes.unbroken[:-1]] * 1000,
    )


def _tail(times: Array, ghost: float) -> float:
    """Return the time constant (s) at which frames leave a share ``ghost`` of the one before."""
    return float(np.median(np.diff(times))) / -math.log(ghost) if ghost else 0.0


def _clock_line(times: Array, reference: Readings) -> Pace:
    """Fit the line from the film's time (s) to the refreshes of the clock.

    A clock that responds slowly makes an exposure look longer than the time between two frames.
    """
    seen = reference.readable
    enough(int(seen.sum()), 8)
    interval = float(np.median(np.diff(times)))
    return pace(
        times[seen],
        reference.low[seen],
        reference.position[seen],
        heights=reference.heights,
        step=math.hypot(interval, slow_clock.AS_BOX * SLOWEST_CLOCK),
        usual=SCREENS,
    )


def _pictures(monitor: Readings, screen: Pace) -> tuple[Changes, Array, int, float, float]:
    """Find the changes of the monitor, when each picture was taken, and the blends.

    The times are (m, p) draws in refreshes; of the blends the number is returned, and last, in
    refreshes, how pictures scatter about an even pace, and how far each by itself may be off (rms)
    where they keep none. ``screen`` is the line of the clock's own screen.
    """
    held, changes = held_pictures(monitor.shares)
    ghost = ghosts.of_camera(held.shares)
    pictures = clock_readings.readings_of(ghosts.removed(held.shares, ghost))
    seen = np.flatnonzero(pictures.readable)
    camera_in_step.check_pace(pictures.only(seen))
    grid = cadence(pictures.position[seen], pictures.reach[seen], MISREAD)
    if grid is None:
        return _one_by_one(pictures, changes)
    usual = UsualSlopes.of_cameras(screen.slopes)
    off = pictures.position[seen] - grid.period * grid.number
    middle, each = float(np.median(off)), grid.number.astype(np.float64)
    own = uneven_camera.seen(each, pictures.only(seen), (middle, grid.period), usual)
    scatter = own.scatter if own else 0.0
    kept = np.abs(off - middle) <= pictures.reach[seen] + FOLLOWED_SLACK + scatter
    seen, number, each = seen[kept], grid.number[kept], each[kept]
    line = pace(each, pictures.low[seen], pictures.position[seen], usual=usual)
    seen, number = _unmistaken(held.shares, seen, number, line, ghost)
    each = number.astype(np.float64)
    of_blends = film_times.scatter(each, pictures.only(seen)) or 0.0
    uneven = max(of_blends * grid.period, line.uneven, scatter)
    if uneven > UNEVEN:
        numbers = np.full(len(held.first), np.nan)
        numbers[seen] = each
        return _uneven(pictures, changes, numbers, own)
    frames = np.arange(len(monitor.shares))
    before = np.searchsorted(held.first[seen], frames, side="right") - 1
    after = np.searchsorted(held.last[seen], frames)
    guess = number[np.clip([before, after], 0, len(seen) - 1)]
    first = ~np.isin(number - 1, number)
    camera = CameraPictures(
        number=np.arange(number[-1] + 1.0),
        ghost=ghost,
        first=number[first],
        shares=held.shares[seen[first]],
    )
    return *_refined(monitor, screen, line, guess, camera), uneven, 0.0


def _unmistaken(
    shares: Array, seen: Whole, number: Whole, line: Pace, ghost: float
) -> tuple[Whole, Whole]:
    """Leave out of pictures ``seen`` (k,), and of their numbers, those that may be others.

    In one before which none is known recursion leaves what nobody knows, and it is easily taken for
    another: it must look as its ``number`` on the ``line`` says, over any other picture. Raises
    GapError too_few_frames where few are left.
    """
    if not ghost:
        return seen, number
    middle = line.at(number.astype(np.float64)).mean(axis=0)
    clear = clock_readings.expected_shares(middle, line.width, shares.shape[1])
    sure = np.isin(number - 1, number) | ghosts.may_be(shares[seen], clear, ghost)
    enough(int(sure.sum()), FEWEST)
    return seen[sure], number[sure]


def _uneven(
    pictures: Readings, changes: Changes, number: Array, own: UnevenCamera | None
) -> tuple[Changes, Array, int, float, float]:
    """Take each picture of an uneven camera by itself; as ``_pictures``.

    ``number`` (p,) of its exposures is nan where a picture is on none of them.
    """
    pictures = pictures.where(np.isfinite(number))
    found = long_exposures.taken(pictures)
    if found is None and own:
        found = own.taken(number, pictures)
    if found is None:
        return _one_by_one(pictures, changes)
    taken_at, left_open = found
    return _known_changes(changes, taken_at), taken_at, _blends(pictures.low), left_open, 0.0


def _one_by_one(pictures: Readings, changes: Changes) -> tuple[Changes, Array, int, float, float]:
    """Take each picture by its own reading, of a camera without an even pace; as ``_pictures``."""
    taken_at = _each(pictures, np.random.default_rng(2))
    alone = float(np.sqrt(np.nanmean(pictures.reach**2) / 3))
    return _known_changes(changes, taken_at), taken_at, _blends(pictures.low), 0.0, alone


def _each(pictures: Readings, random: np.random.Generator) -> Array:
    """(m, p) draws within what each reading allows, all to the same side; nan where unreadable."""
    return pictures.position + random.uniform(-1, 1, (DRAWS, 1)) * pictures.reach


def _refined(
    monitor: Readings, screen: Pace, line: Pace, guess: NDArray[np.int64], camera: CameraPictures
) -> tuple[Changes, Array, int]:
    """Fit the line of the camera's pictures again, to what frames show of each alone.

    ``guess`` (2, n) are the pictures that the monitor held before and after each film frame.
    Returns the first three of ``_pictures``.
    """
    number, expected = camera.number, camera.expected(line, monitor)
    own = shown(monitor.shares, guess, expected).light(monitor, expected, screen.lag)
    own = ghosts.removed(own, camera.ghost)
    heights = np.append(0.0, monitor.heights)
    usual = UsualSlopes.of_cameras(screen.slopes)
    line = pace(number, own, line.at(number).mean(axis=0), heights=heights, usual=usual)
    changes = shown(monitor.shares, guess, camera.expected(line, monitor)).changes()
    return changes, np.random.default_rng(2).permutation(line.at(number)), _blends(own)


def _blends(low: Array) -> int:
    """Count the exposures that blend two refreshes in some row, light (n, r, bits)."""
    return int(np.count_nonzero((np.abs(low - 0.5) < 0.5 - clock_readings.CLEAR).any(axis=(1, 2))))


def stream(readings: Readings, arrivals: Array, log: Array) -> Latency:
    """Latency of a stream whose frames came at ``arrivals`` (n,) s.

    ``log`` (k, 2) gives index and time (s) of refreshes. Only the first coming of each picture
    counts. Raises GapError too_few_frames or screen_log_gaps.
    """
    seen = np.flatnonzero(readings.readable)
    fresh = seen[~clock_readings.same_picture(readings.shares[seen])]
    rate = float(np.polyfit(log[:, 1], log[:, 0], 1)[0]) if len(log) > 1 else 0.0
    usual = UsualSlopes.of_cameras(np.array([rate]))
    positions = exposures(readings.only(fresh), usual)
    inside = (positions.min(axis=0) >= log[0, 0]) & (positions.max(axis=0) <= log[-1, 0])
    enough(int(inside.sum()), FEWEST)
    missed = 1 - (len(log) - 1) / float(np.ptp(log[:, 0]))
    if missed > 0.01:
        raise GapError("screen_log_gaps", share=missed)
    shown = np.interp(positions[:, inside], log[:, 0], log[:, 1])
    came = arrivals[fresh][inside]
    blended = _blends(readings.low) >= FEWEST_BLENDS
    taken = positions[:, inside]
    middle = taken.mean(axis=0)
    grid = None if blended else cadence(middle, np.full(len(middle), 0.5), MISREAD)
    phase = camera_in_step.open_phase(grid.number, taken) if grid else 0.0
    return Latency(
        draws=(came - shown) * 1000,
        moments=came,
        refresh_rate=rate,
        open_phase=1000 * phase / rate,
        reading="blends" if blended else "bars",
    )


def exposures(pictures: Readings, usual: UsualSlopes) -> Array:
    """(m, p) draws of the middles of the camera's exposures, in refreshes; nan where unreadable.

    They lie on the line of an even camera within what each reading allows; ``usual`` slopes of it
    are as likely as all others. A picture off that line, or not of one exposure as long as the
    others (the film never saw it unmixed, say), is left out. Without such a line each reading
    stands alone.
    """
    random = np.random.default_rng(2)
    seen = np.flatnonzero(pictures.readable)
    position, reach = pictures.position[seen], pictures.reach[seen]
    draws = np.full((DRAWS, len(pictures.index)), np.nan)
    grid = cadence(position, reach, MISREAD)
    if grid is None:
        return _each(pictures, random)
    line, fits = _even(pictures.only(seen), grid.number.astype(np.float64), usual, random)
    draws[:, seen[fits]] = np.clip(line, position - reach, position + reach)[:, fits]
    return draws


def _even(
    pictures: Readings, number: Array, usual: UsualSlopes, random: np.random.Generator
) -> tuple[Array, NDArray[np.bool_]]:
    """Return draws (m, p) of the line of the exposures ``number`` (p,), and which are on it."""
    position = pictures.position
    fitted = pace(number, pictures.low, position, heights=pictures.heights, usual=usual)
    line = fitted.at(number)
    # the camera's phase has nothing to do with that of other lines
    line = line[random.permutation(len(line))]
    middle = line.mean(axis=0)
    near = np.abs(middle - position) <= pictures.reach + OFF_LINE
    return line, near & explained(pictures.shares, middle, fitted.widths)


def explained(shares: Array, position: Array, widths: Array) -> NDArray[np.bool_]:
    """(p,) whether shares (p, bits) are those of one exposure near ``position`` (p,).

    The exposure is as long as the others, ``widths`` (m,).
    """
    near = position[:, None] + np.linspace(-0.75, 0.75, 25)
    rest = []
    for width in np.quantile(widths, (0.05, 0.5, 0.95)):
        expected = clock_readings.expected_shares(near, float(width), shares.shape[1])
        rest.append(np.abs(expected - shares[:, None]).max(axis=2).min(axis=1))
    return np.asarray(np.min(rest, axis=0) <= clock_readings.RESIDUAL)


def _known_changes(changes: Changes, taken: Array) -> Changes:
    """Keep the changes from one picture whose exposure is known to a later one."""
    when = taken.mean(axis=0)
    keep = when[changes.picture] > when[changes.picture - 1]
    return changes.only(keep)


def enough_changes(changes: Changes) -> None:
    """Raise GapError no_change or too_few_frames where pictures change too seldom."""
    if not len(changes.picture):
        raise GapError("no_change")
    enough(len(changes.picture), FEWEST)


def enough(count: int, needed: int) -> None:
    """Raise GapError too_few_frames where ``count`` pictures are less than needed."""
    if count < needed:
        raise GapError("too_few_frames", frames=count, needed=needed)
