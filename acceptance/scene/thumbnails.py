"""What picture faults are told from: a few numbers a frame, taken while it is decoded.

Nothing is converted and no whole plane is read: 180 whole rows that all looks share, single columns
for what moves up and down, and a few times a second a grid of samples and the colour planes. Codes
are taken to 8 bits, shares in % of the samples. Methods by their sources: edge width as contrast
over steepest slope (P. Marziliano et al., Signal Processing: Image Communication 19, 2004);
profiles correlated for motion (S. Erturk, IEEE Trans. Consumer Electronics 49, 2003); noise from
differences (J. Immerkaer, Computer Vision and Image Understanding 64, 1996); a plane wave by its
line in the spectrum. What each number means on site stands in ``docs/metrics/faults.md``.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame, VideoInfo

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Complexes = NDArray[np.complexfloating[Any, Any]]

CHEAP = ("mean", "difference", "changed", "key_changed", "like_before", "like_ago")
FREQUENT = ("black", "dark", "white", "moved_x", "moved_y")
DEAR = ("edge_width", "wave", "noise", "blank", "cast")
SMALL = (64, 36)
ROWS = 5  # of the picture, whole, to each row of the thumbnail
LINES, COLUMNS = 135, 120  # of the grid of samples, and of the rows for levels
PROFILE = 640  # samples of a profile, about
FINE = 360  # samples a picture height to which what is fine is averaged
BLOCKS = (16, 9)
A_SECOND = 5  # times that the dear features are taken
FREQUENT_A_SECOND = 12.5  # times that levels and motion are taken: enough for shakes of up to 6 Hz
APART = 0.5  # s between the pictures that must stay unlike where the scene changes
BLACK, DEEP, WHITE = 0.05, 0.15, 0.97  # of the nominal amplitude
REACH = 8  # fine samples to each side in which an edge rises
CONTRAST = 12.0  # codes of an edge that counts
FEWEST_EDGES = 20
SLOWEST = 4  # waves a picture height: below, every scene has as much
PEAKS = 6
LEAST_POWER = 0.02
LIKE = 0.6  # correlation of profiles from which their shift is told
TELLING = 4  # codes off the ends of the scale from which a pixel can show noise
LEAST_TELLING = 0.1  # share of the pixels that must show it
MEMORY = 0.25  # weight of the newest picture in the lasting one
FAINT = 0.5  # codes of difference between neighbouring samples from which a block shows something
LEFT_OF_NOISE = 0.6  # of its sigma, between neighbours in the lasting picture, and a margin
# per cent of the blocks that tell noise: what moves or is patterned in the others does not count
QUIET = 25
MID_TONES = (0.15, 0.9)  # of the amplitude, where colours can be told
SHARE_OF_MID_TONES = 0.1


class Features:
    """Features of the frames of a clip, each by name.

    Nan where a frame was not asked or cannot tell.
    """

    def __init__(self, video: VideoInfo) -> None:
        self.shift = video.depth - 8
        self.black, self.amplitude = (0, 255) if video.full_range else (16, 219)
        self.values = {name: array("f") for name in (*CHEAP, *FREQUENT, *DEAR)}
        rate = float(video.nominal_rate or 25)
        self.every, self.every_motion = max(1, round(rate / A_SECOND)), motion_every(video)
        self.rows: NDArray[Any] | None = None
        self.rows_of_key: NDArray[Any] | None = None
        self.profiles: tuple[Complexes, Complexes] | None = None
        self.lasting: Floats | None = None
        self.small: Floats | None = None
        self.fine: deque[tuple[Floats, float]] = deque(maxlen=apart(video))
        self.count = 0

    def see(self, frame: Frame) -> None:
        """Take in the next frame."""
        rows = _rows(frame.luma)
        change = None if self.rows is None else cv2.absdiff(rows, self.rows)
        bands = self._bands(rows)
        told = self._changes(frame, rows, change) | self._likeness(bands)
        if self.count % self.every_motion == 0:
            told |= self._levels(rows) | self._motion(frame, bands)
        if self.count % self.every == 0:
            told |= self._dear(frame, rows, change)
        for name, column in self.values.items():
            column.append(told.get(name, math.nan))
        self.rows = rows
        self.count += 1

    def columns(self) -> dict[str, NDArray[np.float32]]:
        """Give each feature as (n,)."""
        return {name: np.array(column, np.float32) for name, column in self.values.items()}

    def _eight(self, plane: NDArray[Any]) -> Bytes:
        return np.ascontiguousarray(plane >> self.shift if self.shift else plane, np.uint8)

    def _bands(self, rows: NDArray[Any]) -> Floats:
        """Average the rows to those of the thumbnail, (36, w)."""
        total = np.zeros((SMALL[1], rows.shape[1]), np.float32)
        for first in range(ROWS):
            cv2.accumulate(rows[first::ROWS], total)
        total *= 1 / (ROWS << self.shift)
        return total

    def _levels(self, rows: NDArray[Any]) -> dict[str, float]:
        samples = self._eight(rows[:, _spread(rows.shape[1], COLUMNS)])
        black, deep, white = (self.black + self.amplitude * level for level in (BLACK, DEEP, WHITE))
        return {
            "black": _share(samples <= round(black)),
            "dark": _share(samples <= round(deep)),
            "white": _share(samples >= round(white)),
        }

    def _changes(
        self, frame: Frame, rows: NDArray[Any], change: NDArray[Any] | None
    ) -> dict[str, float]:
        """Share of the pixels that are not as in the frame before, and of a key frame as in the key frame before."""
        told = {} if change is None else {"changed": cv2.countNonZero(change) / change.size}
        if frame.key and self.rows_of_key is not None:
            told["key_changed"] = self._changed_noise(rows, self.rows_of_key)
        self.rows_of_key = rows if frame.key else self.rows_of_key
        return told

    def _changed_noise(self, rows: NDArray[Any], before: NDArray[Any]) -> float:
        """Share that changed of the pixels that can show noise: are not clipped.

        Nan where those are too few.
        """
        low, high = self.black + TELLING, self.black + self.amplitude - TELLING
        could = (rows >= low << self.shift) & (rows <= high << self.shift)
        number = np.count_nonzero(could)
        return (
            np.count_nonzero((rows != before) & could) / number
            if number >= LEAST_TELLING * rows.size
            else math.nan
        )

    # --- motion and likeness

    def _motion(self, frame: Frame, bands: Floats) -> dict[str, float]:
        """How far the picture moved since this was last asked, in % of its height.

        Nan where it cannot be told.
        The middle one of three bands counts, so that what moves in one place moves nothing.
        """
        height, width = frame.luma.shape
        down = max(1, height // FINE)
        across = self._eight(frame.luma[down // 2 :: down, _spread(width, SMALL[0])].T).astype(
            np.float32
        )
        (one, fold), (other, fold_down) = _spectra(bands), _spectra(across)
        told = {"moved_x": math.nan, "moved_y": math.nan}
        if self.profiles is not None:
            told["moved_x"] = 100 / height * fold * _shift(self.profiles[0], one)
            told["moved_y"] = 100 / height * down * fold_down * _shift(self.profiles[1], other)
        self.profiles = one, other
        return told

    def _likeness(self, bands: Floats) -> dict[str, float]:
        """Mean and change of the thumbnail.

        Likeness to others where light and slow shading are taken out.
        To the frame before, and to the one half a second ago.
        """
        small: Floats = np.asarray(
            cv2.resize(bands, SMALL, interpolation=cv2.INTER_AREA), np.float32
        )
        told = {"mean": float(cv2.mean(small)[0])}
        if self.small is not None:
            told["difference"] = float(cv2.norm(small, self.small, cv2.NORM_L1)) / small.size
        pattern = (small - cv2.blur(small, (9, 9))).ravel()
        fine = pattern, math.sqrt(float(pattern @ pattern))
        if self.fine:
            told["like_before"] = _correlation(fine, self.fine[-1])
        if len(self.fine) == self.fine.maxlen:
            told["like_ago"] = _correlation(fine, self.fine[0])
        self.fine.append(fine)
        self.small = small
        return told

    # --- a few times a second

    def _dear(
        self, frame: Frame, rows: NDArray[Any], change: NDArray[Any] | None
    ) -> dict[str, float]:
        strips, step = self._eight(rows[1::3]), max(1, min(frame.luma.shape) // LINES)
        samples = self._eight(frame.luma[step // 2 :: step, step // 2 :: step])
        noise = (
            np.zeros(BLOCKS[::-1], np.float32)
            if change is None
            else _noise(strips, change, self.shift)
        )
        return {
            "edge_width": _edge_width(strips, len(frame.luma)),
            "wave": 100 * _plane_wave(samples) / self.amplitude,
            "noise": math.nan if change is None else 100 * _ranked(noise, QUIET) / self.amplitude,
            "blank": self._blank(samples, noise),
            "cast": self._cast(frame),
        }

    def _blank(self, samples: Bytes, noise: Floats) -> float:
        """Share of the blocks in which nothing is to be seen but shading and noise."""
        if self.lasting is None:
            self.lasting = samples.astype(np.float32)
        cv2.accumulateWeighted(samples, self.lasting, MEMORY)
        return _share(_detail(self.lasting) < np.hypot(FAINT, LEFT_OF_NOISE * noise))

    def _cast(self, frame: Frame) -> float:
        """Colour that nine in ten mid tones share, over their luma, in %.

        Nan without colour or mid tones.
        """
        if frame.cb is None or frame.cr is None:
            return math.nan
        down, across = (a // b for a, b in zip(frame.luma.shape, frame.cb.shape, strict=True))
        step = max(1, frame.cb.shape[0] * 2 // LINES)
        cb, cr = (
            self._eight(plane[::step, ::step]).astype(np.float32) - 128
            for plane in (frame.cb, frame.cr)
        )
        luma = self._eight(frame.luma[:: step * down, :: step * across])[
            : cb.shape[0], : cb.shape[1]
        ]
        light = (luma.astype(np.float32) - self.black) / self.amplitude
        seen = (light > MID_TONES[0]) & (light < MID_TONES[1])
        if seen.mean() < SHARE_OF_MID_TONES:
            return math.nan
        colours = np.stack([cb[seen], cr[seen]]) / light[seen] / self.amplitude
        mean = colours.mean(axis=1)
        along = mean @ colours / max(float(np.hypot(*mean)), 1e-9)
        return max(0.0, 100 * _ranked(along, 10))


def apart(video: VideoInfo) -> int:
    """Return how many frames lie between the pictures that ``like_ago`` compares."""
    return max(1, round(float(video.nominal_rate or 25) * APART))


def motion_every(video: VideoInfo) -> int:
    """Return how many frames lie between those of which levels and motion are taken."""
    return max(1, round(float(video.nominal_rate or 25) / FREQUENT_A_SECOND))


def _spread(size: int, number: int) -> slice:
    """Return about ``number`` places, evenly spread over ``size``."""
    step = max(1, size // number)
    return slice(step // 2, None, step)


def _rows(luma: NDArray[Any]) -> NDArray[Any]:
    """Copy the rows that all looks share, (180, w): ``ROWS`` to each row of the thumbnail."""
    return np.asarray(luma[_spread_rows(len(luma))])


@lru_cache(maxsize=4)
def _spread_rows(height: int) -> NDArray[np.int64]:
    number = ROWS * SMALL[1]
    return np.asarray((2 * np.arange(number) + 1) * height // (2 * number))


def _share(mask: NDArray[np.bool_]) -> float:
    return 100 * float(np.count_nonzero(mask)) / mask.size


def _ranked(values: NDArray[Any], per_cent: float) -> float:
    """Return the value below which ``per_cent`` of the values lie."""
    place = round(per_cent / 100 * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def _spectra(strips: Floats) -> tuple[Complexes, int]:
    """Return the spectra of the mean profiles of three bands of rows, and px a sample.

    Without their slowest waves, of power 1, or 0 where there is next to nothing in them.
    """
    third, fold = max(1, len(strips) // 3), max(1, strips.shape[1] // PROFILE)
    size = strips.shape[1] // (2 * fold) * 2
    profiles = cv2.resize(
        strips[: 3 * third, : size * fold], (size, 3), interpolation=cv2.INTER_AREA
    )
    spectra = fft.rfft((profiles - cv2.reduce(profiles, 1, cv2.REDUCE_AVG)) * _window(size))
    spectra[:, :SLOWEST] = 0
    power = (spectra.real**2 + spectra.imag**2).sum(axis=1, keepdims=True) * (2 / size)
    spectra *= np.where(power > size * LEAST_POWER, 1 / np.sqrt(np.maximum(power, LEAST_POWER)), 0)
    return np.asarray(spectra), fold


@lru_cache(maxsize=8)
def _window(size: int) -> Floats:
    return np.hanning(size).astype(np.float32)


def _shift(one: Complexes, other: Complexes) -> float:
    """Return by how many samples most of the second profiles lie further.

    Nan where too few have a clear peak.
    """
    size = 2 * (one.shape[1] - 1)
    shifts = []
    for product in fft.irfft(np.conj(one) * other, size):
        at = int(np.argmax(product))
        if product[at] > LIKE:
            a, b, c = product[at - 1], product[at], product[(at + 1) % size]
            fraction = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c else 0.0
            shifts.append(float((at + size // 2) % size - size // 2 + fraction))
    return median(shifts) if len(shifts) > 1 else math.nan


def _correlation(one: tuple[Floats, float], other: tuple[Floats, float]) -> float:
    """Correlate two patterns, each with its norm; nan where there is next to nothing in them."""
    norm = one[1] * other[1]
    return float(one[0] @ other[0]) / norm if norm > one[0].size * 1.0 else math.nan


def _edge_width(strips: Bytes, height: int) -> float:
    """Return the blur (sigma, in % of the height) of the sharpest edges along rows.

    Nan where edges are too few.
    """
    width = round(strips.shape[1] * min(1.0, FINE / height))
    fine = cv2.resize(
        strips.astype(np.float32), (width, strips.shape[0]), interpolation=cv2.INTER_AREA
    )
    slope = np.abs(cv2.filter2D(fine, -1, np.array([[-0.5, 0, 0.5]], np.float32)))
    row = np.ones((1, 2 * REACH + 1), np.uint8)
    rise = cv2.dilate(fine, row) - cv2.erode(fine, row)
    edges = (rise >= CONTRAST) & (slope >= cv2.dilate(slope, row))
    if np.count_nonzero(edges) < FEWEST_EDGES:
        return math.nan
    widths = rise[edges] / slope[edges] / math.sqrt(2 * math.pi)
    return 100 * _ranked(widths, 15) / min(height, FINE)


def _plane_wave(samples: Bytes) -> float:
    """Amplitude in codes of the one wave over the whole picture that stands out most from its neighbours."""
    window, waves = _plane(samples.shape)
    packed = np.abs(fft.rfft2((samples - np.float32(cv2.mean(samples)[0])) * window))
    spectrum = np.pad(fft.fftshift(packed, axes=0), 5)
    weighted = spectrum * waves
    # so many rows have a line as strong: few are left to sort
    least = np.sort(weighted.max(axis=1))[-PEAKS]
    strong = np.flatnonzero(weighted >= least)
    peaks = strong[np.argsort(weighted.ravel()[strong])[-PEAKS:]]
    return max(0.0, *(_alone(spectrum, *divmod(int(peak), spectrum.shape[1])) for peak in peaks))


@lru_cache(maxsize=4)
def _plane(shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return the window that makes a wave's line its amplitude, and the waves a picture height of each line, or 0.

    0 where they are slow; with five more lines on each side.
    """
    rows, columns = shape
    window = _window(rows)[:, None] * _window(columns)
    down, across = np.ogrid[-5 - rows // 2 : rows - rows // 2 + 5, -5 : columns // 2 + 6]
    waves = np.hypot(down, across * (rows / columns))
    return window * np.float32(2 / window.sum()), np.where(waves < SLOWEST, 0, waves).astype(
        np.float32
    )


def _alone(spectrum: Floats, row: int, column: int) -> float:
    """Return by how much a line is stronger than any three to five lines beside it."""
    around = spectrum[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6].copy()
    middle = min(row, 5), min(column, 5)
    around[middle[0] - 2 : middle[0] + 3, max(0, middle[1] - 2) : middle[1] + 3] = 0
    return float(spectrum[row, column] - around.max())


def _blocks(values: NDArray[Any]) -> Floats:
    """Average the picture to ``BLOCKS``.

    What is left over at its right and lower edge does not count.
    """
    columns, rows = (
        max(1, size // number) * number
        for size, number in zip(values.shape[::-1], BLOCKS, strict=True)
    )
    return np.asarray(cv2.resize(values[:rows, :columns], BLOCKS, interpolation=cv2.INTER_AREA))


def _noise(strips: Bytes, change: NDArray[Any], shift: int) -> Floats:
    """Return for each block the sigma in codes of what changes both in time and from pixel to pixel.

    ``change`` is that of the rows since the frame before, in native codes.
    """
    bend = np.abs(cv2.filter2D(strips, cv2.CV_32F, np.array([[1, -2, 1]], np.float32)))
    in_time = _blocks(change[ROWS // 2 :: ROWS].astype(np.float32)) / (1.128 * (1 << shift))
    return np.asarray(np.minimum(in_time, _blocks(bend) / 1.954))


def _detail(lasting: Floats) -> Floats:
    """Mean difference of neighbouring samples of each block."""
    across, down = (
        cv2.absdiff(lasting[:, 1:], lasting[:, :-1]),
        cv2.absdiff(lasting[1:], lasting[:-1]),
    )
    return np.maximum(_blocks(across), _blocks(down))
