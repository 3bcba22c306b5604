"""Whether the copy of the clock that is ahead is its own screen, and no camera's picture of it.

A screen shows every refresh in turn: each film frame shows another one than the frame before, or,
in a film that is faster than the screen, each refresh comes once; and what a frame shows is one
exposure. A camera's picture is held, so that changes are fewer; and a frame that spans a change
mixes two exposures that are no neighbours, so that there seem to be more. Single stamps of the film
play no part. A camera that takes a picture in every refresh, or in every frame of the film, runs on
as a screen does. Its exposures tell it where the film is faster than the screen: a bit that is
half-way in one of its pictures stays so for as long as that is shown, and on a screen only for a
moment. Where its exposures are short, or the film is no faster, it is like a screen in all that a
film shows; so a plan may say where tiles stand, and a figure says whether its clock was ``proven``,
``stated`` or ``assumed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.gray_code import low_bits
from acceptance.metrics.latency import half_way_bits, tile_places

if TYPE_CHECKING:
    from acceptance.metrics.latency.screens import LiveClock
    from acceptance.scene.build import Scene

# frame/s of a film below which a picture of a usual camera that is held looks like a screen
SLOWEST_FILM = 45.0
# changes over those that a screen shows
CHANGES = 0.85, 1.2
CHANGE = 0.25  # refreshes from one reading to the next; one that blends is half a refresh on
BETWEEN = 2  # frames from one that is read to the next, in which no refresh is missed
FASTER = 1.5  # frames a refresh, from which the refreshes that come are counted
# refreshes that a step between such frames counts for at most: of a screen it has one, and a single
# misread frame must not pass for hundreds that were not shown
MISREAD = 2.0
NEAR = np.linspace(-0.75, 0.75, 13)  # refreshes about a reading
# exposures, refreshes, that are tried beside the one found: a film in step with the screen shows
# too few blends to find it
WIDTHS = 0.1, 0.3, 0.5, 0.8
FASTEST_CAMERA = 61.0  # pictures/s of usual cameras
PROVEN, STATED, ASSUMED = "proven", "stated", "assumed"
STRAY, MOST = 0.2, 0.1  # rms of the light beside any one exposure, and share of such frames


def shown(scene: Scene, source: str, live: LiveClock) -> str:
    """Return how the foremost clock ``source`` is known to be its own screen; empty if it is not.

    PROVEN: it shows more refreshes than usual cameras take pictures. STATED: the plan says so.
    ASSUMED: so it looks, but a camera with a picture in every refresh may look alike. Raises
    GapError wall_film_too_slow where a picture that is held would look like a screen, and nobody
    says where the tiles are.
    """
    by_plan = tile_places.stated(scene.shot, scene.clocks[source])
    if by_plan == tile_places.CAMERA or not runs_on(live):
        return ""
    rate = (len(live.times) - 1) / float(np.ptp(live.times))
    if rate < SLOWEST_FILM and by_plan != tile_places.BESIDE:
        raise GapError("wall_film_too_slow", rate=rate, needed=SLOWEST_FILM)
    if by_plan == tile_places.BESIDE:
        return STATED
    refreshes = float(live.line.slopes.mean())
    outruns = rate >= FASTER * refreshes and changes(live) * refreshes > FASTEST_CAMERA
    return PROVEN if outruns else ASSUMED


def runs_on(live: LiveClock) -> bool:
    """Whether a film shows a clock as its own screen does."""
    return changes_as_screen(live) and not half_way_bits.stand(live.readings)


def changes_as_screen(live: LiveClock) -> bool:
    """Whether a film shows a clock as its own screen does, but for bits that stand half-way.

    These a camera's exposures leave, but so do noise reduction, a slow screen or a shaking phone.
    """
    least, most = CHANGES
    return least <= changes(live) <= most and mixtures(live) <= MOST


def changes(live: LiveClock) -> float:
    """Return how often what is read changes from frame to frame, over how often a screen's would.

    That is in every frame, or at every refresh between frames that are clearly closer. Where
    several frames in turn cannot be read, refreshes pass unseen: what lies between does not count.
    """
    seen = np.flatnonzero(live.readings.readable)
    near = np.diff(seen) <= BETWEEN
    before, after = (live.readings.only(side[near]) for side in (seen[:-1], seen[1:]))
    a_frame = float(live.line.slopes.mean() * np.median(np.diff(live.times)))
    closer = FASTER * a_frame * np.diff(seen)[near] <= 1
    moved = np.abs(after.position - before.position)
    changed = np.where(closer, after.index != before.index, moved > CHANGE)
    of_screen = np.where(closer, np.minimum(moved, MISREAD), 1.0)
    return np.count_nonzero(changed) / max(float(of_screen.sum()), 1.0)


def mixtures(live: LiveClock) -> float:
    """Return the share of the readable frames whose light is that of no exposure near by."""
    seen = live.readings.only(np.flatnonzero(live.readings.readable))
    rows = seen.position[:, None] + live.line.lag * seen.heights
    widths = (live.line.width, *WIDTHS)
    off = [low_bits(rows + by, width) - seen.low for by in NEAR for width in widths]
    least = np.min([np.mean(np.nan_to_num(each) ** 2, axis=(1, 2)) for each in off], axis=0)
    return float(np.mean(least > STRAY**2))
