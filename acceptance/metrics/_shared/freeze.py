"""Frozen pictures without a clock in the picture: what the coded stream proves, and what not.

A still scene that was well coded and a frozen camera look alike picture by picture: both send
frames of a few bytes that change nothing. Three kinds of evidence distinguish them, in this order:

1. *Noise at key frames.* A key frame codes its picture anew. The noise of a live camera makes every
   one of them another (at least 0.4 of the pixels, even at CRF 36); one of a frozen picture comes
   out as the key frame before. That proves something only where live key frames of this very clip,
   as bright and no larger, do show noise: a plain wall, a covered lens, graphics, or a coder that
   takes all noise away send the same key frame again too.
2. *Motion that stops dead.* In a moving scene a freeze begins from one frame to the next, at full
   motion, and ends with a leap to the motion as it was, since the scene went on meanwhile. What
   moves by itself slows down, and goes on from where it stood; so does a camera on its tour, or a
   page that slides in. The picture that stands is the last one of the motion: a hand before the
   lens, or a light that goes out, leaves another. Graphics without noise prove nothing.
3. *A burnt-in clock that stands* (``by_clock``) while frames go on. One that runs proves nothing:
   the camera may write it over a frozen picture.

In all other stretches without change either is possible: they are undecided, and never called live.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.metrics._shared.timing import Array
    from acceptance.scene.series import Series

Run = tuple[int, int]  # first frame, and the first one after it

# share of pixels up to which two key frames are one picture: 0.03 seen in frozen, 0.47 in live ones
SAME_KEY = 0.1
# and up to which they are nothing but one picture: 0.07 seen of a noise of 0.15 codes at CRF 23
ONE_PICTURE = 0.02
# share of pixels from which key frames differ by noise; how many must; codes of their mean, and
# share of their size, by which those that are alike may be less
LIVE_NOISE, LIVE_PAIRS, AS_BRIGHT, NO_LARGER = 0.3, 2, 4.0, 0.7
LIT = 0.35  # of what two key frames differ by: their means do by more where the light changed
# of frames between key frames: share of the pixels that change, up to which a coder alone may have
# made the key frames differ (0.000 to 0.008 of a page with a blinking cursor); how many pairs must
# be live where no frames change by more; and of what key frames differ by, what those two apart do
# at least by noise: a coder whose quantiser goes to and fro comes back to its picture
RECODES, MORE_PAIRS, COMES_BACK = 0.01, 3, 0.5
# codes on the thumbnail from frame to frame up to which nothing moves, and up to which noise may
# change it; of that what may change over two frames, or over two key frames: motion, however slow,
# goes twice as far, noise does not
QUIET, NOISY, DRIFTS, KEY_DRIFTS = 0.06, 1.5, 1.4, 1.25
# codes by which the mean of a picture that stands may differ from that of a second before
LAST, SECOND_BEFORE = 6.0, 25
SILENT = 0.05  # share of pixels up to which a frame may be nothing but the coder's afterthought
SHORTEST, FEWEST = 0.5, 10  # s, frames: less may be how a coder spends its bits
# codes on the thumbnail or share of the motion: a frame that stands
STILL, STILL_SHARE = 0.06, 1 / 6
SETTLED, SETTLED_SHARE = 0.01, 0.02  # the same of most frames that stand
# codes on the thumbnail by which a key frame differs that codes a frozen picture anew
RECODED = 3.0
# codes on the thumbnail: a live scene may change as little, a frozen one that is still refined as
# much
OPEN = 0.03
# of what the livelier part of a clip changes by; share of frames that are silent
REFINED, SILENT_SHARE = 1 / 8, 1 / 3
AROUND, LATE = 4, 4  # frames in which motion is seen, and in which a coder with B-frames settles
LEAST_MOTION = 0.12  # codes on the thumbnail: twice what stands
# of the usual motion, from and up to which a frame moves as its neighbours do
STEADY, UNSTEADY = 0.4, 4.0
# of the motion before: the scene went on while the picture stood; a key frame recodes it too, and
# shows nothing where it changes no more than it would alone
LEAP, KEY_LEAP = 2.0, 3.0
GOES_ON = 1 / 3  # of the motion before, and its inverse: motion that goes on after a leap
# s that a clock shows a second for, and must to prove a freeze: a coder may swallow one tick
SECOND, STANDS = 1.0, 2.5
HELD = 10.0  # s from which on the last digit does not tell whether the clock leapt


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Runs of frames that certainly repeat the picture before them, and runs that are undecided."""

    frozen: tuple[Run, ...]
    undecided: tuple[Run, ...]


def evidence(series: Series, elapsed: Array, shown: Array | None = None) -> Evidence:
    """Look for freezes in frames at ``elapsed`` (n,) s.

    ``shown`` (n,) are seconds that a burnt-in clock shows, nan where unread.
    """
    # times may be alike
    interval = max(float(np.median(np.diff(elapsed))), SHORTEST / len(elapsed))
    shortest = max(FEWEST, round(SHORTEST / interval))
    silent = _silent(series, shortest)
    motion = by_motion(series.difference, series.keys, shortest)
    stops = motion if shows_noise(series) else []
    proven = [*by_keys(series), *(run for run in stops if _is_last_picture(series.mean, run))]
    frozen = joined([*proven, *(by_clock(silent, elapsed, shown) if shown is not None else ())])
    left = _without(silent, frozen)
    return Evidence(
        frozen=tuple(frozen), undecided=tuple(run for run in left if run[1] - run[0] >= shortest)
    )


def recurs(series: Series) -> bool:
    """Whether a film in which nothing moves comes back, at a key frame, to the very same picture.

    A coder may code one picture otherwise as its quantiser moves, so that one pair is enough: noise
    of a camera makes each key frame another.
    """
    changed = series.key_changed[series.keys]
    return bool((changed <= ONE_PICTURE).any())


def by_keys(series: Series) -> list[Run]:
    """Find frames between key frames that are one picture, with nothing moving in between.

    At least LIVE_PAIRS key frames as bright and no larger must show the noise of a live camera.
    """
    keys = np.flatnonzero(series.keys)
    pairs = list(pairwise(keys.tolist()))
    lively = [pair for pair in pairs if _is_live(series, *pair)]
    live = np.array([following for _, following in lively])
    least = LIVE_PAIRS if any(_is_busy(series, *pair) for pair in lively) else MORE_PAIRS
    runs: list[Run] = []
    if len(live) < least:
        return runs
    for key, following in pairs:
        between = series.difference[key + 1 : following + 1]
        alike = series.key_changed[following] <= SAME_KEY and np.max(between) <= RECODED
        bright = np.abs(series.mean[live] - series.mean[following]) <= AS_BRIGHT
        small = series.sizes[live] <= series.sizes[following] / NO_LARGER
        if alike and np.count_nonzero(bright & small) >= least:
            runs.append((key + 1, following + 1))
    return runs


def _is_live(series: Series, key: int, following: int) -> bool:
    """Whether a key frame differs by noise from the one before, and nothing moved in between.

    What moves, however slowly, is as far again from the key frame two before; noise is not, nor is
    it gone.
    """
    between = slice(key + 1, max(following, key + 2))
    usual = float(np.median(series.difference[between]))
    moves = usual > QUIET and np.median(series.drift[between]) > DRIFTS * usual
    after = np.flatnonzero(series.keys[following + 1 :])
    triple = [following, *(following + 1 + after[:1])]
    drift, by = series.key_drift[triple], series.key_difference[following]
    noise_alone = ~((drift > KEY_DRIFTS * by) | (drift < COMES_BACK * by))
    noisy = series.key_noise[following] >= LIVE_NOISE and usual <= NOISY
    lit = abs(series.mean[following] - series.mean[key]) > LIT * by
    return bool(noisy and not moves and noise_alone.all() and not lit)


def _is_busy(series: Series, key: int, following: int) -> bool:
    """Whether most frames between two key frames change: else the coder alone may, at key frames.

    It codes a page with a blinking cursor otherwise each time, as its quantiser moves.
    """
    between = series.changed[key + 1 : following]
    return not between.size or bool(np.median(between) >= RECODES)


def shows_noise(series: Series) -> bool:
    """Whether most key frames that differ do so as the noise of a camera makes them differ."""
    noise = series.key_noise[series.key_changed > SAME_KEY]
    return bool(noise.size and np.median(noise) >= LIVE_NOISE)


def by_motion(difference: Array, keys: NDArray[np.bool_], shortest: int) -> list[Run]:
    """Find where motion stops and starts from one frame to the next.

    Both are at least ``shortest`` frames apart; ``difference`` (n,) as in ``scene.Series``. Around
    the change B-frames and what the coder sends late blur it.
    """
    found: list[Run] = []
    if len(difference) < AROUND:
        return found
    before = np.median(np.lib.stride_tricks.sliding_window_view(difference, AROUND), axis=1)
    falls = np.flatnonzero(difference[AROUND:] <= before[:-1] / 2) + AROUND
    for at in falls[falls > AROUND].tolist():
        run = _stands_from(difference, keys, at) if not found or at > found[-1][1] else (at, at)
        if run[1] - run[0] >= shortest:
            found.append(run)
    return found


def _stands_from(difference: Array, keys: NDArray[np.bool_], first: int) -> Run:
    """Run of frames that stand from ``first`` on, or soon after; an empty one where they do not."""
    again = _again(difference, keys, first)
    start = _stop(difference, keys, first)
    motion = max(
        _motion(difference[max(at - AROUND, 0) : at]) for at in (first - AROUND, first, start)
    )
    least = max(SETTLED, SETTLED_SHARE * motion)
    settled = again > first and np.median(difference[first:again]) <= least
    return start, _restart(difference, keys, again, motion) if settled else start


def _again(difference: Array, keys: NDArray[np.bool_], start: int) -> int:
    """First frame from ``start`` on that moves although the motion before had stopped.

    It is ``start`` itself where it had not. What the coder sends late may be half the motion for
    LATE frames; what is left of it, and key frames, move nothing.
    """
    motion = _motion(difference[start - AROUND : start])
    limits = np.full(len(difference) - start, max(STILL, STILL_SHARE * motion))
    limits[:LATE] = motion / 2
    moves = difference[start:] > np.where(keys[start:], max(RECODED, motion), limits)
    return start + (int(np.argmax(moves)) if moves.any() else len(moves)) if motion else start


def _stop(difference: Array, keys: NDArray[np.bool_], first: int) -> int:
    """Choose among the frames from ``first`` on at which motion may have stopped.

    It is the first one after which only late corrections come: less than a third of the motion, or
    less than half and less from frame to frame; else the last one before which all moves. Where all
    that comes late is less than half the motion but does not die down, B-frames have spread the
    last steps: what they add up to shows how many those are.
    """
    start = first
    for at in range(first, min(first + LATE + 1, len(difference))):
        motion = _motion(difference[at - AROUND : at])
        if motion:
            start = at
            late = _late(difference[at : first + LATE + 1], keys[at : first + LATE + 1], motion)
            most = late.max(initial=0)
            if most <= motion / 3 or (most <= motion / 2 and (np.diff(late) < 0).all()):
                break
            if most <= motion / 2:
                return at + round(float(late.sum()) / motion)
    return start


def _late(difference: Array, keys: NDArray[np.bool_], motion: float) -> Array:
    """Differences up to the first that stands still, but for key frames."""
    still = difference <= max(STILL, STILL_SHARE * motion)
    end = int(np.argmax(still)) if still.any() else len(still)
    return difference[:end][~keys[:end]]


def _motion(difference: Array) -> float:
    """Usual difference of frames that all move; 0.0 where one does not, or all hardly."""
    values = sorted(difference.tolist())
    if len(values) < AROUND or math.isnan(sum(values)):
        return 0.0
    usual = (values[(AROUND - 1) // 2] + values[AROUND // 2]) / 2
    alike = values[0] >= STEADY * usual and values[-1] <= UNSTEADY * usual
    return usual if usual >= LEAST_MOTION and alike else 0.0


def _restart(difference: Array, keys: NDArray[np.bool_], again: int, motion: float) -> int:
    """First frame that moves again: by a leap, and then as it did before.

    It is 0 where motion goes on from where it stood, or as another motion.
    """
    early = difference[again : again + LATE]
    if not early.size:
        return 0
    top = again + int(np.argmax(early))
    next_ones = slice(top + 1, top + 1 + 2 * AROUND)
    after = difference[next_ones][~keys[next_ones]]
    usual = float(np.median(after)) if after.size else 0.0
    least = LEAP * max(motion, usual)
    # a key frame recodes what a starved coder left undone, and is refined for some frames
    if keys[max(0, top - LATE) : top + 1].any():
        least = max(RECODED, KEY_LEAP * max(motion, usual))
    if difference[top] >= least and motion * GOES_ON <= usual <= motion / GOES_ON:
        return again + int(np.argmax(early >= difference[top] / 2))
    return 0


def _is_last_picture(mean: Array, run: Run) -> bool:
    """Whether the picture that stands is as bright as those of the motion before it."""
    before = mean[max(0, run[0] - SECOND_BEFORE) : run[0]]
    return abs(float(np.median(mean[slice(*run)])) - float(np.median(before))) <= LAST


def by_clock(runs: Iterable[Run], elapsed: Array, shown: Array) -> list[Run]:
    """Find in ``runs`` the frames in which the burnt-in clock stands.

    It stands from the first second that is overdue, and leaps when a picture moves again. One that
    goes on with its next second was held back, as clocks are that were ahead. ``shown`` (n,) is the
    last digit of the seconds; nan frames count with the one before them.
    """
    found, known = [], _sure(elapsed, shown)
    changes = known[np.flatnonzero(np.diff(shown[known], prepend=np.nan))]
    for start, end in runs:
        read = known[slice(*np.searchsorted(known, (start, end)))]
        begins = read[np.flatnonzero(np.diff(shown[read], prepend=np.nan))]
        for begin, after in pairwise([*begins.tolist(), end]):
            if elapsed[after - 1] - elapsed[begin] < STANDS:
                continue
            at = int(np.searchsorted(changes, after))
            held = at < len(changes) and (
                (shown[changes[at]] - shown[begin]) % 10 == 1
                and elapsed[changes[at]] - elapsed[begin] < HELD
            )
            overdue = begin + int(np.searchsorted(elapsed[begin:after], elapsed[begin] + SECOND))
            if not held:
                found.append((overdue, after))
    return found


def _sure(elapsed: Array, shown: Array) -> NDArray[np.int64]:
    """Frames in which the clock is read, less single ones that those close by on both sides deny.

    A second is shown for longer: these are misread.
    """
    known = np.flatnonzero(np.isfinite(shown))
    between = np.diff(elapsed[known], prepend=-np.inf, append=np.inf) < SECOND / 2
    denied = between & (np.diff(shown[known], prepend=np.nan, append=np.nan) != 0)
    return np.asarray(known[~(denied[:-1] & denied[1:])])


def _silent(series: Series, shortest: int) -> list[Run]:
    """Find runs of frames that hardly change, with those around that a coder may still refine.

    Key frames amidst them show nothing.
    """
    difference = np.nan_to_num(series.difference)
    usual = ndimage.median_filter(difference, 5, mode="nearest")
    recoded = series.keys & (difference <= RECODED)
    silent = (series.changed <= SILENT) | (usual <= OPEN) | recoded
    quiet = silent | (usual <= REFINED * float(np.percentile(difference, 75)))
    around = [run for run in runs_of(quiet) if np.mean(silent[slice(*run)]) >= SILENT_SHARE]
    return [run for run in joined([*runs_of(silent), *around]) if run[1] - run[0] >= shortest]


def runs_of(chosen: NDArray[np.bool_]) -> list[Run]:
    """Find the runs of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def joined(runs: Iterable[Run]) -> list[Run]:
    """Put runs in order, those that touch or overlap as one."""
    joined: list[Run] = []
    for start, end in sorted(runs):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def frames(runs: Iterable[Run]) -> int:
    """Count the frames of runs that do not overlap."""
    return sum(end - start for start, end in runs)


def _without(runs: Iterable[Run], others: Iterable[Run]) -> list[Run]:
    """Return runs less the frames of ``others``."""
    left = []
    for run in runs:
        at = run[0]
        for start, end in others:
            if at < end and start < run[1]:
                left.append((at, start))
                at = max(at, end)
        left.append((at, run[1]))
    return [(start, end) for start, end in left if start < end]
