"""How often the frames of a film are looked at for what describes the film and no single frame.

What tells drops, freezes, cuts and clocks is taken of every frame. Levels and motion are taken as
often as shakes need; what is costly (edges, noise, casts, waves) as rarely as a figure that is held
for a second allows: it is a median, and three looks a second are five to it. Covers are looked at
more often: what is blank is told by a mean of several looks, which must forget within that time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.scene.thresholds import THRESHOLDS, Thresholds

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo


def motion_every(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> int:
    """Return how many frames lie between those of which levels and motion are taken."""
    return max(1, round(rate(video) / thresholds.motion_per_second))


def costly_every(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> int:
    """Return how many frames lie between those of which the costly features are taken.

    An even step would see the same half of a film whose exposures or fields take turns.
    """
    return _odd_within(thresholds.costly_seconds, video, thresholds)


def covers_every(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> int:
    """Return how many frames lie between those that are looked at for what hides the view."""
    return _odd_within(thresholds.covers_seconds, video, thresholds)


def _odd_within(seconds: float, video: VideoInfo, thresholds: Thresholds) -> int:
    """Return the largest odd step within the time that leaves a film ``fewest_costly`` looks."""
    within = int(rate(video) * seconds)
    most = max(1, min(within, video.frames // thresholds.fewest_costly))
    return most - (most + 1) % 2


def apart(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> int:
    """Return how many frames lie between the pictures that ``like_ago`` compares."""
    return max(1, round(rate(video) * thresholds.scene_change_s))


def rate(video: VideoInfo) -> float:
    """Frames per second, 25 where the stream does not say."""
    return float(video.nominal_rate or 25)
