"""Series over all frames of a clip: one value a frame, put together from what a watch has seen."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.charts.located import Located
    from acceptance.footage.clip import Clip, Packet, VideoInfo
    from acceptance.scene.watch import Track, Watch

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One value a frame, n frames in all."""

    times: Floats
    """Presentation times (n,) in s."""
    sizes: NDArray[np.int64]
    """Bytes (n,) of the coded frames; 0 where a frame has no packet of its own."""
    keys: NDArray[np.bool_]
    """Which frames (n,) are key frames."""
    mean: Floats
    """Mean luma code (n,), at 8 bits."""
    difference: Floats
    """Mean absolute luma difference (n,) to the frame before, on a thumbnail; nan first."""
    drift: Floats
    """The same (n,) to the frame two before; nan for the first two."""
    key_difference: Floats
    """At key frames the same (n,) to the key frame before; nan at all other frames."""
    key_drift: Floats
    """At key frames the same (n,) to the key frame two before; nan at all other frames."""
    changed: Floats
    """Share (n,), 0..1, of the pixels of 180 rows whose luma code is not that of the frame before.

    Of 36 of them where in those more than a tenth changed. Nan first.
    """
    key_changed: Floats
    """At key frames the share (n,), 0..1, of pixels that differ from the key frame before.

    On the same rows, of the pixels that are not clipped; nan at all other frames.
    """
    key_noise: Floats
    """At key frames the share (n,), 0..1, that differs as noise does (``patterns.noise_share``)."""
    cells: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """For each clock the mean codes (n, c) of its cells, in the order of ``watch.clock_cells``.

    Nan where the clock was not located.
    """
    levels: Mapping[str, Floats] = field(default_factory=dict)
    """Mean codes (n,) of the regions by hand in which a light is driven."""
    bands: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Mean codes (n, b) of bands of rows of the flat fields by hand, from the upper end down."""
    rows: Mapping[str, float] = field(default_factory=dict)
    """Centre rows of the clocks and driven regions, as fractions of the picture's height.

    Rows of the sensor: of a film turned by a quarter these are the columns of what is seen.
    """
    heights: Mapping[str, float] = field(default_factory=dict)
    """Heights of the clocks, as fractions of the picture's; negative: upside down."""
    arrivals: Floats | None = None
    """Arrival times (n,) in s of a captured stream."""
    coded: Floats | None = None
    """Presentation times in s of all coded pictures, where some of them gave no frame."""
    features: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Features (n,) that show picture faults (``thumbnails``)."""


def series_of(opened: Clip, watch: Watch) -> Series:
    """Put together what a watch has seen of all frames of a clip."""
    clocks = named(watch.tracks)
    count = len(watch.times)
    features = watch.features.columns()
    return Series(
        times=np.array(watch.times),
        sizes=np.array(_sizes(opened.packets, watch.times), np.int64),
        keys=np.array(watch.keys, np.bool_),
        mean=features["mean"].astype(np.float64),
        difference=features["difference"].astype(np.float64),
        drift=features["drift"].astype(np.float64),
        key_difference=features["key_difference"].astype(np.float64),
        key_drift=features["key_drift"].astype(np.float64),
        changed=features["changed"].astype(np.float64),
        key_changed=features["key_changed"].astype(np.float64),
        key_noise=features["key_noise"].astype(np.float64),
        cells={name: track.column(count) for name, track in clocks.items()},
        levels=watch.driven_levels(),
        bands=watch.bands.columns(),
        rows=_centre_rows(clocks, watch, opened.info),
        heights={name: _height(track.place) / opened.info.height for name, track in clocks.items()},
        coded=coded(opened, watch),
        features=features,
    )


def coded(opened: Clip, watch: Watch) -> Floats | None:
    """Return the times of all packets, where they are more than the frames that came of them."""
    times = np.array([float(packet.time) for packet in opened.packets])
    return times if len(times) > len(watch.times) else None


def named(tracks: Sequence[Track]) -> dict[str, Track]:
    """Name the clocks from left to right: ``clock``, or ``clock_0``, ``clock_1`` ..."""
    ordered = sorted(tracks, key=lambda track: _centre(track.place, axis=0))
    names = ["clock"] if len(ordered) == 1 else [f"clock_{n}" for n in range(len(ordered))]
    return dict(zip(names, ordered, strict=True))


def _centre_rows(clocks: Mapping[str, Track], watch: Watch, info: VideoInfo) -> dict[str, float]:
    axis, height = (0, info.width) if info.upright else (1, info.height)
    rows = {name: _centre(track.place, axis=axis) / height for name, track in clocks.items()}
    driven = {name: (box[axis] + box[2 + axis] / 2) / height for name, box in watch.driven.items()}
    return rows | driven


def _centre(place: Located, *, axis: int) -> float:
    """Mean column (axis 0) or row (axis 1), in px, of a chart's corners."""
    return float(np.asarray(place.corners)[:, axis].mean())


def _height(place: Located) -> float:
    """Rows in px from a chart's upper end to its lower one, in the middle."""
    upper_left, upper_right, lower_right, lower_left = np.asarray(place.corners)[:, 1]
    return float(lower_left + lower_right - upper_left - upper_right) / 2


def _sizes(packets: Sequence[Packet], times: Sequence[float]) -> list[int]:
    """Sizes of the coded frames behind ``times``; 0 where there is none.

    A time may come back after a jump: each packet counts once.
    """
    left: dict[float, deque[int]] = defaultdict(deque)
    for packet in packets:
        left[float(packet.time)].append(packet.size)
    return [left[time].popleft() if left[time] else 0 for time in times]
