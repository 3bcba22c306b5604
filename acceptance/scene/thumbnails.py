"""Features of frames that show picture faults: a few numbers a frame, taken while it is decoded.

Nothing is converted and no whole plane is read: 180 whole rows that all features share, single
columns for what moves up and down, and a few times a second (``looks``) a grid of samples and the
colour planes. Codes are taken to 8 bits, shares in % of the samples. Methods by their sources: edge
width as contrast over steepest slope (P. Marziliano et al., Signal Processing: Image Communication
19, 2004); profiles correlated for motion (S. Erturk, IEEE Trans. Consumer Electronics 49, 2003);
noise from differences (J. Immerkaer, Computer Vision and Image Understanding 64, 1996); a plane
wave by its line in the spectrum. ``docs/metrics/faults.md`` says what each number means on site.
"""

from __future__ import annotations

import math
from array import array
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.scene import casts, crossed_edges, looks, patterns, shared_rows
from acceptance.scene.covers import Covers
from acceptance.scene.likeness import FrameLikeness
from acceptance.scene.line_noise import line_noise
from acceptance.scene.motion import Motion
from acceptance.scene.parts import MovingParts
from acceptance.scene.patterns import eight_bits, percentage, ranked
from acceptance.scene.picture_waves import Waves
from acceptance.scene.thresholds import THRESHOLDS, Thresholds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.scene.crossed_edges import Lines
    from acceptance.scene.patterns import Bytes, Floats

    # features of each of the pictures of which samples wait
    Look = Callable[[list[Any]], Iterable[dict[str, float]]]

# features of every frame
LIKENESS = (
    *("mean", "difference", "drift", "key_difference", "key_drift"),
    *("like_before", "like_ago", "area_changed", "like_left", "left_at", "stayed"),
)
CHANGES = ("changed", "key_changed", "key_noise")
# those of levels and motion
LEVELS = ("black", "darkest", "dark", "white")
MOVES = ("moved_x", "moved_y", "moved_reach")
# those that are taken a few times a second
EDGES = ("edge_width", "edge_contrast", "edge_spread")
NOISE = ("noise",)
CASTS = (*casts.FIGURES, "cast_range")
WAVES = (
    *("wave", "wave_in_part", "wave_crossed", "wave_reach", "wave_lattice"),
    *("wave_restless", "wave_changed"),
)
COSTLY = (*EDGES, *NOISE, *CASTS, *WAVES)
# those that are taken more often
COVERS = ("blank", "veiled")
# Frames from one kind of look to the next: a step that follows itself takes a fraction of its time
# among others, and none may last so long that the decoder waits.
TURN = 6


class Features:
    """Features of the frames of a clip, by name; nan where not taken or not measurable."""

    def __init__(self, video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> None:
        self.thresholds = thresholds
        self.shift = video.depth - 8
        self.unit = 1 / (thresholds.rows_averaged << self.shift)  # codes of 8 bits of a sum of rows
        self.black, self.amplitude = (0, 255) if video.full_range else (16, 219)
        names = *LIKENESS, *CHANGES, *LEVELS, *MOVES, *COSTLY, *COVERS
        self.values = {name: array("f") for name in names}
        self.large = large(video, thresholds)
        self.every_motion = looks.motion_every(video, thresholds)
        self.every_costly = looks.costly_every(video, thresholds)
        self.every_cover = looks.covers_every(video, thresholds)
        self.rows: NDArray[Any] | None = None
        self.rows_of_key: NDArray[Any] | None = None
        bar_frames = thresholds.bar_seconds * looks.rate(video) / self.every_motion
        self.waves = Waves(self.black, self.amplitude, round(bar_frames), thresholds)
        self.covers = Covers(self.every_cover / looks.rate(video), thresholds)
        self.noise: Floats = np.zeros(thresholds.blocks[::-1], np.float32)  # when last looked at
        self.likeness = FrameLikeness(looks.apart(video, thresholds), thresholds)
        self.level, self.upright = Motion(thresholds), Motion(thresholds)
        self.parts = MovingParts(video.width / video.height, thresholds)
        self.down = max(1, video.height // thresholds.fine_samples)  # px a sample of columns
        self.height = video.height
        # thumbnails of pictures whose motion is looked at, None where waves are
        self.later: list[Floats | None] = []
        self.waiting: dict[tuple[str, ...], list[Any]] = {}
        self.turns: tuple[Callable[[], None], ...] = (
            *(partial(self._look_at, names, look) for names, look in self._looks()),
            self._look_for_likeness,
            self._look_for_waves,
        )
        self.count = 0

    def see(self, frame: Frame) -> None:
        """Take in the next frame."""
        rows = shared_rows.shared(frame.luma, self.thresholds)
        sums = self._sums(rows)
        small = self._thumbnail(sums)
        self._keep(CHANGES, self._changes(frame, rows))
        self.likeness.see(small, key=frame.key)
        if self.count % self.every_motion == 0:
            across = _spread(rows.shape[-1], self.thresholds.level_columns)
            self._wait(LEVELS, self._eight(rows[..., across]))
        if self.large and self.count % self.every_motion == 0:
            self._profiles(frame.luma, sums)
            self.later.append(small)
        if self.large:
            self._look_closely(frame, rows)
        self.rows = rows
        self.count += 1
        turn, within = divmod(self.count, TURN)
        if not within:
            self.turns[turn % len(self.turns)]()

    def _looks(self) -> tuple[tuple[tuple[str, ...], Look], ...]:
        return (
            (LEVELS, partial(map, self._levels)),
            (EDGES, self._edges),
            (COVERS, partial(starmap, self.covers.see)),
            (CASTS, partial(map, self._cast)),
        )

    def _wait(self, names: tuple[str, ...], taken: object) -> None:
        self.waiting.setdefault(names, []).append(taken)

    def _look_at(self, names: tuple[str, ...], look: Look) -> None:
        """Look at what waits of some features."""
        for taken in look(self.waiting.pop(names, [])):
            self._keep(names, taken)

    def _look_for_likeness(self) -> None:
        if self.likeness.waiting:
            for name, values in self.likeness.taken().items():
                self.values[name].extend(values.tolist())

    def _look_for_waves(self) -> None:
        """Look for waves, and for the bars that rolled until each of these pictures."""
        moves = iter(self._moves())
        looks = self.waiting.pop(WAVES, [])
        waves = iter([(look[0], self.waves.strongest(look[0]), *look[1:]) for look in looks])
        for small in self.later:
            if small is None:
                self._keep(WAVES, self.waves.figures(*next(waves)))
            else:
                moved = next(moves)
                reach = self.parts.reach(small, *moved)
                self._keep(MOVES, dict(zip(MOVES, (*moved, reach), strict=True)))
                self.waves.see(small, moved)
        self.later = []

    def _keep(self, names: tuple[str, ...], taken: dict[str, float]) -> None:
        for name in names:
            self.values[name].append(taken.get(name, math.nan))

    def columns(self) -> dict[str, NDArray[np.float32]]:
        """Return each feature as (n,)."""
        for turn in self.turns:
            turn()
        self._take_ending()
        every = dict.fromkeys((*LEVELS, *MOVES), self.every_motion)
        every |= dict.fromkeys(COSTLY, self.every_costly) | dict.fromkeys(COVERS, self.every_cover)
        columns = {name: np.full(self.count, math.nan, np.float32) for name in self.values}
        for name, taken in self.values.items():
            columns[name][:: every.get(name, 1)][: len(taken)] = taken
        return columns

    def _take_ending(self) -> None:
        """Put in what the last looks for covers show by the view that the film ends with."""
        ending = self.covers.ending()
        for name in COVERS if ending else ():
            last = array("f", [taken[name] for taken in ending])
            self.values[name][-len(ending) :] = last

    def _eight(self, plane: NDArray[Any]) -> Bytes:
        """Take codes to 8 bits."""
        return eight_bits(plane, self.shift)

    def _sums(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Add up, in native codes, the rows behind each of the thumbnail, (36, w)."""
        kind = np.float32 if self.shift else np.uint16
        return np.asarray(np.add.reduce(rows, axis=0, dtype=kind))

    def _thumbnail(self, sums: NDArray[Any]) -> Floats:
        """Average the picture to (36, 64) codes of 8 bits."""
        size = self.thresholds.thumbnail_size
        together, left = divmod(sums.shape[1], size[0])
        if left:
            codes = sums.astype(np.float32)
            small = np.asarray(cv2.resize(codes, size, interpolation=cv2.INTER_AREA), np.float32)
        else:  # takes half the time
            cells = sums.reshape(-1, together)
            added = cv2.reduce(cells, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
            small = np.asarray(added, np.float32).reshape(size[::-1])
            small *= np.float32(1 / together)
        small *= np.float32(self.unit)
        return small

    def _levels(self, samples: Bytes) -> dict[str, float]:
        """Shares in % of black, the deepest and deep shadow, and white."""
        limits = self.thresholds
        levels = limits.black_level, limits.darkest_level, limits.dark_level, limits.white_level
        black, darkest, dark, white = (
            round(self.black + self.amplitude * level) for level in levels
        )
        return {
            "black": percentage(samples <= black),
            "darkest": percentage(samples <= darkest),
            "dark": percentage(samples <= dark),
            "white": percentage(samples >= white),
        }

    def _changes(self, frame: Frame, rows: NDArray[Any]) -> dict[str, float]:
        """Share (0..1) of the pixels that changed since the frame before.

        At a key frame, those that changed since the key frame before count too.
        """
        shares: dict[str, float] = {}
        if self.rows is not None:
            shares["changed"] = patterns.changed_share(rows, self.rows, self.thresholds)
        if frame.key and self.rows_of_key is not None:
            shares |= self._changed_noise(rows, self.rows_of_key)
        self.rows_of_key = rows if frame.key else self.rows_of_key
        return shares

    def _changed_noise(self, rows: NDArray[Any], before: NDArray[Any]) -> dict[str, float]:
        """Share (0..1) that changed of the pixels that are not clipped and so can show noise.

        It is nan, as is that of noise (``patterns.noise_share``), where those are too few.
        """
        margin = self.thresholds.clipping_margin_codes
        low, high = self.black + margin, self.black + self.amplitude - margin
        could = (rows >= low << self.shift) & (rows <= high << self.shift)
        number = np.count_nonzero(could)
        if number < self.thresholds.least_unclipped_share * rows.size:
            return {}
        share = np.count_nonzero((rows != before) & could) / number
        now, then, able = (shared_rows.from_above(each[..., ::4]) for each in (rows, before, could))
        noise = patterns.noise_share(now, then, able, self.thresholds)
        return {"key_changed": share, "key_noise": noise}

    # --- motion

    def _profiles(self, luma: NDArray[Any], sums: NDArray[Any]) -> None:
        """Take what shows how the picture moved: sums of rows, and some columns."""
        across = _spread(luma.shape[1], self.thresholds.thumbnail_size[0])
        samples = self._eight(luma[self.down // 2 :: self.down, across])
        self.level.see(sums, self.unit)
        self.upright.see(np.asarray(cv2.transpose(samples)).astype(np.uint16), 1)

    def _moves(self) -> list[tuple[float, float]]:
        """How far each picture moved since that before, in % of its height; nan if unknown.

        To the right, and downwards.
        """
        if not self.level.waiting:
            return []
        taken = self.level.taken(), self.upright.taken()
        percent = 100 / self.height  # of a px
        return [(percent * x, percent * self.down * y) for x, y in zip(*taken, strict=True)]

    # --- a few times a second

    def _look_closely(self, frame: Frame, rows: NDArray[Any]) -> None:
        """Take what covers, and what blur, stripes, noise and casts, are looked for in."""
        costly, covers = (self.count % each == 0 for each in (self.every_costly, self.every_cover))
        if not costly and not covers:
            return
        samples = self._grid(frame.luma)
        if costly:
            self._costly(frame, rows, samples)
        if covers:
            self._wait(COVERS, (samples, self.noise))

    def _costly(self, frame: Frame, rows: NDArray[Any], samples: Bytes) -> None:
        """Take what blur, stripes, noise and casts are looked for in."""
        some, further = (
            self._eight(take(frame.luma, self.thresholds))
            for take in (shared_rows.thirds, shared_rows.beside_thirds)
        )
        noise = self._noise_level(rows, some, further)
        self._keep(NOISE, noise)
        self.later.append(None)
        before = None if self.rows is None else self.rows[0]
        lines = line_noise(rows[0], before, (some, further), self.shift, self.thresholds)
        self._wait(WAVES, (samples, lines, noise.get("noise", 0.0)))
        self._wait(EDGES, crossed_edges.lines(frame.luma, self.shift, self.thresholds))
        self._wait(CASTS, self._colours(frame))

    def _edges(self, taken: Sequence[tuple[Lines, Lines]]) -> list[dict[str, float]]:
        return crossed_edges.blurs(taken, self.height, self.thresholds)

    def _noise_level(self, rows: NDArray[Any], some: Bytes, further: Bytes) -> dict[str, float]:
        """Noise in %, against the frame before; that of each block is kept for covers."""
        if self.rows is None:
            return {}
        middle = len(rows) // 2
        change = cv2.absdiff(rows[middle], self.rows[middle])
        self.noise = patterns.noise(some, further, change, self.shift, self.thresholds)
        level = ranked(self.noise, self.thresholds.quiet_percentile)
        return {"noise": 100 * level / self.amplitude}

    def _grid(self, luma: NDArray[Any]) -> Bytes:
        """Take samples as far apart along rows as along columns."""
        step = max(1, min(luma.shape) // self.thresholds.grid_rows)
        return self._eight(luma[step // 2 :: step, step // 2 :: step])

    def _cast(self, taken: tuple[Bytes, Bytes, Bytes] | None) -> dict[str, float]:
        """Colour, blue and red against luma, that all but a few mid tones share, over it, in %.

        It is at most that of nine in ten of the brightest tenth: what is bright is seldom of the
        colour of the things in view, but has that of the light. It is nan without colour or mid
        tones.
        """
        if taken is None:
            return {}
        limits, (luma, *planes) = self.thresholds, taken
        light: Floats = (luma.astype(np.float32) - self.black) / np.float32(self.amplitude)
        dark, bright = limits.mid_tone_levels
        seen = (light > dark) & (light < bright)
        if seen.mean() < limits.least_mid_tone_share:
            return {}
        colours = np.stack([plane[seen].astype(np.float32) - 128 for plane in planes])
        found = casts.shared_colour(colours / np.float32(self.amplitude), light[seen], limits)
        return found | {"cast_range": casts.lightness_range(light, limits)}

    def _colours(self, frame: Frame) -> tuple[Bytes, Bytes, Bytes] | None:
        """Take luma and colour planes at every few samples each way of a colour plane."""
        if frame.cb is None or frame.cr is None:
            return None
        shape = frame.cb.shape
        step = max(1, shape[0] * 2 // self.thresholds.grid_rows)
        down, across = (
            fine // coarse for fine, coarse in zip(frame.luma.shape, shape, strict=True)
        )
        rows, columns = (-(-size // step) for size in shape)
        luma = self._eight(frame.luma[:: step * down, :: step * across])[:rows, :columns]
        blue, red = (self._eight(plane[::step, ::step]) for plane in (frame.cb, frame.cr))
        return luma, blue, red


def large(video: VideoInfo, thresholds: Thresholds = THRESHOLDS) -> bool:
    """Whether a picture is large enough for motion and fine detail to be looked at."""
    return min(video.width, video.height) >= thresholds.least_size


def _spread(size: int, number: int) -> slice:
    """Return about ``number`` places, evenly spread over ``size``."""
    step = max(1, size // number)
    return slice(step // 2, None, step)
