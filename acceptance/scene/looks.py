"""How often the frames of a film are looked at for what describes the film and no single frame.

What tells drops, freezes, cuts and clocks is taken of every frame. Levels and motion are taken as
often as shakes need; what is costly (edges, noise, covers, casts, waves) as rarely as a figure that
is held for a second allows: it is a median, and three looks a second are five to it.
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

    It is the largest odd number that spans no more than ``costly_seconds`` and leaves a film
    ``fewest_costly`` looks. An even one would see the same half of a film whose exposures or
    fields take turns.
    """
    within = int(rate(video) * thresholds.costly_seconds)
    most = max(1, min(within, video.frames // thresholds.fewest_costly))
    return most - (most + 1) % 2


def apart(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> int:
    """Return how many frames lie between the pictures that ``like_ago`` compares."""
    return max(1, round(rate(video) * thresholds.scene_change_s))


def rate(video: VideoInfo) -> float:
    """Frames per second, 25 where the stream does not say."""
    return float(video.nominal_rate or 25)
