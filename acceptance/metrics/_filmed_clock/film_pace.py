"""Whether a film plays at the pace at which it was filmed, by the clock that it shows.

Phones store slow motion with stamps several times further apart than the exposures were (240 a
second as 30), by themselves or in an export; parts of a film may be slowed alone. Films are played
at 24 or 30 frame/s that were taken at 25. Every time by such stamps is wrong by that factor, and
nothing in the stamps tells. The clock does: a screen has a refresh rate, which its page logs or a
person reads off it; where neither says it, no usual screen is slower than SLOWEST.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.line_prior import SCREEN_RATES
from acceptance.metrics._shared.stated import number
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.uncertainty import doubted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.scene.build import Scene

SLOWEST, FASTEST = 45.0, 400.0  # refreshes a second of screens
FAST = 90.5  # Hz, beyond which a film at double speed of a usual screen is likely enough to be said
USUAL = 60.0  # Hz, of the screen that a factor is told for where none is known
OFF = 0.01  # by which the clock may be off its stated rate: panels of 60 Hz have up to 60.4
STRETCHES, FEWEST = 12, 8  # parts of a film, and readings in each
ANEW = 0.1  # by which the rate of the whole film is off that of its parts: no one line
OTHER_PACE = 1.6  # times the slower one, from which two parts play at two paces
MANY = 2  # such parts side by side at either pace
STRAY = 4.0  # times the usual, beyond which a reading is left out
# frame/s at which films are taken and played again; a rate that they explain, to so much
RETIMED = (24 / 1.001, 24.0, 25.0, 30 / 1.001, 30.0)
EXPLAINED, AS_USUAL = 1.5e-4, 1e-3
# refreshes by which a line may turn over a film, to be tried; readings that may be wrong, and
# refreshes by which the others may lie off
TRIED, SELDOM, NEARLY = np.linspace(-2, 2, 161), 0.02, 0.05
OF_TIME = {"ms", "s", "frame/s"}


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """By which ``share`` times may be off, and the screen's rate in Hz that is ``assumed``.

    0: by nothing, and nothing unusual is. ``logged``: the log of the page says so. ``slowed``: how
    many times longer than true times stamps were, which the clock has set right. ``jump``: seconds
    by which single times may be off beside.
    """

    share: float = 0.0
    assumed: float = 0.0
    logged: bool = False
    slowed: float = 1.0
    jump: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ClockPace:
    """What the ``readings`` of the clock that runs fastest show by the stamps of a film.

    ``parts`` (s,) refreshes a second in each part, ``rate`` in the whole film, and its relative
    standard uncertainty ``doubt`` by what readings scatter.
    """

    times: Array
    readings: Readings
    parts: Array
    rate: float
    doubt: float

    @cached_property
    def reach(self) -> float:
        """By how much the rate may be off, relative: what readings leave possible, or scatter.

        In step they do not scatter: each is right to half a refresh, all to the same side or not.
        """
        when, position, reach = (
            each[self.readings.readable]
            for each in (self.times, self.readings.position, self.readings.reach)
        )
        tried = TRIED / (self.rate * max(float(np.ptp(when)), 1e-9))
        off = position - self.rate * when * (1 + tried[:, None])
        ends = [
            np.quantile(each, which, axis=1)
            for each, which in ((off - reach, 1 - SELDOM), (off + reach, SELDOM))
        ]
        apart = ends[0] - ends[1]
        possible = np.abs(tried[apart <= max(float(apart.min()), 0.0) + NEARLY])
        return max(2 * self.doubt, float(possible.max()))

    @classmethod
    def by(cls, times: Array, clocks: Collection[Readings]) -> ClockPace | None:
        """Look at frames stamped ``times`` (n,) s; None where no clock runs."""
        paces = [(found, each) for each in clocks if (found := stretches(times, each)).size]
        if not paces:
            return None
        # a frozen monitor stands
        parts, readings = max(paces, key=lambda pace: float(np.median(pace[0])))
        rate, doubt = _line(times, readings, float(np.median(parts)))
        return cls(times=times, readings=readings, parts=parts, rate=rate, doubt=doubt)


def check(scene: Scene, clocks: Collection[Readings]) -> Doubt:
    """Return what is left in doubt of the pace of a film, by the clocks in it.

    Raises GapError film_plays_slow, film_plays_fast, film_pace_off or film_pace_varies.
    """
    seen = ClockPace.by(scene.series.times, clocks)
    if seen is None:
        return Doubt()
    counted = "times" not in scene.video.assumed  # else a picture that is lost takes no time
    if counted:
        _refuse_two_paces(seen.parts)
    rate, doubt = seen.rate, seen.doubt
    logged = logged_rate(scene, seen.readings)
    known = logged or stated_rate(scene)
    if known is None:
        _refuse_no_screen(scene, rate)
        return Doubt(share=retimed(rate, doubt), assumed=rate if rate > FAST else 0.0)
    if counted and not is_stated(rate, known):
        raise GapError("film_pace_off", rate=rate, known=known, times=known / rate)
    return Doubt(share=_beside(seen, logged) if logged and counted else 0.0, logged=True)


def _beside(seen: ClockPace, logged: float) -> float:
    """Return the share by which times are off where the log of the page says so.

    A person reads a rate off to 0.1 % at best; a log tells 30 frame/s played at 29.97.
    """
    share = abs(seen.rate / logged - 1)
    return share if share > EXPLAINED + seen.reach else 0.0


def is_stated(rate: float, known: float) -> bool:
    """Whether a screen of this ``rate`` is one that is ``known`` by its log, or as stated."""
    return min(abs(rate / each - 1) for each in (known, _uncut(known))) <= OFF


def _uncut(known: float) -> float:
    """Return the rate that a system cut down to this one: 59.94 is said to be 59."""
    usual = np.abs(SCREEN_RATES / known - 1).min() < AS_USUAL
    return known if usual else (known + 1) / 1.001


def stretches(times: Array, readings: Readings) -> NDArray[np.float64]:
    """Return the refreshes a second (s,) in up to STRETCHES parts of a film.

    Parts in which the clock does not run forward, or stamps stand still, are left out; empty where
    too few frames can be read, or where most parts are left out.
    """
    seen = np.flatnonzero(readings.readable)
    # a picture that is held tells its time in its first frame alone
    _, first = np.unique(np.floor(readings.position[seen]), return_index=True)
    seen = seen[np.sort(first)]
    parts = min(STRETCHES, len(seen) // FEWEST)
    if not parts:
        return np.empty(0)
    each = np.array_split(seen, parts)
    found = np.array([median_slope(times[part], readings.position[part]) for part in each])
    kept = found[np.isfinite(found) & (found > 0)]
    return kept if 2 * len(kept) > parts else np.empty(0)


def median_slope(times: Array, position: Array) -> float:
    """Return the refreshes a second of some frames: the median of slopes over half of them."""
    half = len(times) // 2
    first = slice(0, len(times) - half)
    with np.errstate(divide="ignore", invalid="ignore"):  # stamps that stand still
        return float(np.median((position[half:] - position[first]) / (times[half:] - times[first])))


def _line(times: Array, readings: Readings, near: float) -> tuple[float, float]:
    """Return the refreshes a second of the whole film, by least squares, and its doubt, relative.

    ``near`` is about that rate: frames that lie off it are left out. Where there is no such line,
    as of a clock that begins anew, it is that of its parts.
    """
    seen = readings.readable
    when, position = times[seen] - times[seen].mean(), readings.position[seen]
    off = position - near * when
    kept = np.abs(off - np.median(off)) < STRAY * max(
        1.0, float(np.median(np.abs(off - np.median(off))))
    )
    if np.count_nonzero(kept) < FEWEST or not np.ptp(when[kept]):
        return near, EXPLAINED
    rate, start = np.polyfit(when[kept], position[kept], 1)
    if abs(rate / near - 1) > ANEW:
        return near, ANEW
    left = position[kept] - rate * when[kept] - start
    spread = float(np.linalg.norm(when[kept] - when[kept].mean()))
    return float(rate), float(np.std(left)) / spread / float(rate)


def logged_rate(scene: Scene, readings: Readings) -> float | None:
    """Return the refreshes a second of the clock's screen by its log; None: no log, or too short.

    The log counts where it was filmed: its window may have come from another screen.
    """
    log = scene.screen_log
    if log is None:
        return None
    seen = readings.position[readings.readable]
    log = log[(log[:, 0] >= seen.min()) & (log[:, 0] <= seen.max())]
    if len(log) <= FEWEST:
        return None
    return float(np.polyfit(log[:, 1] - log[0, 1], log[:, 0], 1)[0])


def stated_rate(scene: Scene) -> float | None:
    """Return the refreshes a second that somebody stated; None: nobody did.

    Raises GapError condition_no_number.
    """
    stated = number(scene.shot, "screen_refresh")
    if stated is not None and stated <= 0:
        raise GapError("condition_no_number", condition="screen_refresh", given=f"{stated:g}")
    return stated


def _refuse_two_paces(paces: Array) -> None:
    """Raise GapError film_pace_varies where parts side by side keep one pace, and others another.

    Parts that no screen shows so are left out: stamps of pictures that came in a burst.
    """
    shown = paces[paces <= max(FASTEST, OTHER_PACE * float(np.median(paces)))]
    if len(shown) < 2 * MANY:
        return
    pairs = np.stack([shown[1:], shown[:-1]])
    slow, fast = float(pairs.max(axis=0).min()), float(pairs.min(axis=0).max())
    if fast > OTHER_PACE * slow:
        raise GapError("film_pace_varies", slow=slow, fast=fast)


def _refuse_no_screen(scene: Scene, rate: float) -> None:
    """Refuse the pace of a film whose clock no screen shows so, or that says to be slowed."""
    slowed = scene.video.slowed
    if rate < SLOWEST or (slowed > 1 and SLOWEST < rate * slowed < FASTEST):
        times = slowed if slowed > 1 else USUAL / rate
        raise GapError("film_plays_slow", rate=rate, least=SLOWEST, times=times)
    if rate > FASTEST:
        raise GapError("film_plays_fast", rate=rate, most=FASTEST, times=rate / USUAL)


def retimed(rate: float, doubt: float) -> float:
    """Return the share by which times are off if a film was played at another of the rates RETIMED.

    0 where a usual screen shows ``rate`` refreshes a second, or none would in any such film;
    ``doubt`` is the relative standard uncertainty of the rate.
    """
    if np.abs(SCREEN_RATES / rate - 1).min() < AS_USUAL + 2 * doubt:
        return 0.0
    factors = np.array([taken / played for taken, played in product(RETIMED, RETIMED)])
    true = np.divide.outer(SCREEN_RATES, rate).ravel()
    near = [factor for factor in factors if np.abs(true * factor - 1).min() < EXPLAINED + 2 * doubt]
    return max((abs(float(factor) - 1) for factor in near), default=0.0)


def noted(
    scene: Scene, metric: str, doubt: Doubt, found: Iterable[Measurement | Note]
) -> Iterator[Measurement | Note]:
    """Yield figures of time with the doubt of the film's pace in U, and a note on it."""
    for figure in found:
        if isinstance(figure, Measurement) and figure.unit in OF_TIME:
            yield doubted(figure, lines(figure.value, doubt, single=figure.statistic != "mean"))
        else:
            yield figure
    yield from notes(scene, metric, doubt)


def notes(scene: Scene, metric: str, doubt: Doubt) -> Iterator[Note]:
    """Yield what is to be said of the film's pace."""
    beside = "film_pace_beside_log" if doubt.logged else "film_pace_doubtful"
    share, assumed, slowed = {"share": doubt.share}, {"rate": doubt.assumed}, doubt.slowed
    reasons = (
        (slowed == 1 and doubt.share, Reason(code=beside, parameters=share)),
        (doubt.assumed, Reason(code="film_pace_assumed", parameters=assumed)),
        (slowed != 1, Reason(code="film_timed_by_clock", parameters={"times": slowed, **share})),
    )
    for holds, reason in reasons:
        if holds:
            yield Note(reason=reason, shot=scene.shot.id, subject=scene.shot.subject, metric=metric)


def lines(seen: float, doubt: Doubt, *, single: bool = False) -> list[BudgetLine]:
    """Return the line of what was ``seen`` by the film's time, of a half width in its unit.

    None where there is no doubt. ``single``: in ms, and some single times make it.
    """
    if not doubt.share:
        return []
    half = abs(seen) * doubt.share + 1000 * doubt.jump * single
    return [BudgetLine(source="film_pace", contribution=half / 3**0.5, evaluation="B")]
