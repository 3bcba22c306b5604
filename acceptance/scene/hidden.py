"""What is not seen as it is printed: fields of one tone on which something lies.

A patch of glare, a leaf, a finger, the edge of a shadow, writing of a recorder, dust, a fly. Within
a field another level tells of it, or parts that differ, or move, as those of no other field of its
kind. What covers a field as a whole seldom ends at its border: it goes on in a field beside it, or
ends within it. A grey step that is covered as a whole may be darker than a darker one, by more than
the light on the chart explains. Each figure is told of what it uses: means of the middle half,
noise of the part that it is read from.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.scene import rough_steps
from acceptance.scene.blocks import BLOCKS, block_means, standard_error
from acceptance.scene.views import mean_frame, middle_half, with_noise, without_border

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.scene.code_range import CodeRange
    from acceptance.scene.ground import Samples
    from acceptance.scene.views import View

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PLAIN = ("flat", "grey", "colour")  # kinds of fields of one tone
PART = 0.05  # of a field, that has another level
FAR, NOISE = 0.1, 8.0  # of the range, and of the fields' usual scatter: surely another level
ENOUGH = 1000  # pixels of a field that tell a quantile
STROKE = 3  # px: what is thinner than most of it, as a hot pixel, is the camera's
REACHED = 0.8, 1.2  # of the way to another level: it is that one, and no blur or further one
BESIDE = 1.25  # of half of both sizes, by which fields that touch, at a corner too, are apart
# standard error of a field's mean, from its blocks, over the median of all, and in codes of 8 bits,
# or of fewer if the picture has fewer: beyond both something lies on it
MOST_UNLIKE, LEAST_UNLIKE = 5.0, 0.5
# the same of a grey step that is also off the curve through its neighbours by so much of its light
FAINTLY_UNLIKE, OFF = 0.1, 0.03
# scatter of parts, and over time of that which changes most, over the median of all, and in codes;
# px of a part, and parts each way
MOST_ROUGH, LEAST_ROUGH, SIDE, LEAST_PARTS, MOST_PARTS = 5.0, 2.0, 8, 4, 16
# a lighter step surely is darker by so many codes of 8 bits, and times those by which the light
# makes the chart's ground differ; of the range, below white, where the ground no longer shows it
FALLS, STEEPER, NEAR_WHITE = 3.0, 2.0, 0.05
MOST_WRONG = 1 / 3  # of the steps: if more have a wrong level the others tell nothing


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """How far a field is not seen as it is printed.

    ``share`` (0..1) of its middle half has another level than its middle, ``around`` of the part
    whose noise is told; 1: all of it is covered. Parts of it differ as those of no other,
    ``unlike``: by their levels, ``rough``: beside light that falls off, ``moving``: from frame to
    frame. ``faint``: what lies on a grey step changes its light by little more than its neighbours
    tell.
    """

    share: float = 0.0
    around: float = 0.0
    unlike: bool = False
    rough: bool = False
    moving: bool = False
    faint: bool = False

    @property
    def much(self) -> bool:
        """Whether the mean level of the field is not what is printed."""
        return self.share > PART or self.unlike

    @property
    def at_all(self) -> bool:
        """Whether anything is seen to lie on the field but light: it is uneven, or not at rest."""
        return self.around > 0 or self.rough or self.moving


@dataclass(frozen=True, kw_only=True)
class _Field:
    """Luma of a field: median and mean of its middle half.

    ``half`` and ``around`` (h, w) are its middle half and that whose noise is told, without fine
    points; ``darkest`` and ``lightest`` are those of all but its border, but for ``PART``.
    ``scatter`` is the standard deviation of the middle, ``doubt`` the standard error of its mean,
    ``rough`` the scatter of parts about a second-order surface, ``moving`` that over time of the
    part that changes most.
    """

    view: View
    middle: float
    mean: float
    half: NDArray[np.float32]
    around: NDArray[np.float32]
    darkest: float
    lightest: float
    scatter: float
    doubt: float
    rough: float
    moving: float

    @property
    def printed(self) -> float:
        """Reflectance, of a grey."""
        return float(self.view.region.reflectance or 0.0)

    def goes_on_in(self, other: _Field, far: float, printed: float | None) -> bool:
        """Whether a part of the other field has this one's level, ``far`` from its middle.

        Not where it is nearer to what is ``printed`` there, and the middle is what lies on it.
        """
        apart = self.middle - other.middle
        if abs(apart) < far:
            return False
        reached = other.lightest if apart > 0 else other.darkest
        if printed is not None and abs(reached - printed) < abs(other.middle - printed):
            return False
        return REACHED[0] < (reached - other.middle) / apart < REACHED[1]


def found(
    views: Iterable[View], codes: CodeRange, ground: Samples | None = None
) -> dict[str, Hidden]:
    """Return what is hidden of each field of one tone among the views, by name.

    Without the chart's ``ground``, which shows the light on it, order tells nothing of a step.
    """
    fields = [_seen(view) for view in views if view.region.kind in PLAIN]
    kinds = ([of for of in fields if of.view.region.kind == kind] for kind in PLAIN)
    result = {
        field.view.region.name: hidden
        for own in kinds
        if own
        for field, hidden in zip(own, _of_kind(own, fields, codes), strict=True)
    }
    wrong = _wrong_steps(fields, _falls(ground, codes))
    return result | {name: replace(result[name], share=1.0, around=1.0) for name in wrong}


def _of_kind(own: Sequence[_Field], fields: Sequence[_Field], codes: CodeRange) -> Iterator[Hidden]:
    """Yield what is hidden of each of the fields of a kind, among all ``fields``."""
    far, doubts, step = _far(own, codes), [field.doubt for field in own], codes.code_step
    rough, moving = (
        beyond([getattr(field, name) for field in own], MOST_ROUGH, LEAST_ROUGH * step)
        for name in ("rough", "moving")
    )
    unlike, faint = (
        beyond(doubts, MOST_UNLIKE, least * step) for least in (LEAST_UNLIKE, FAINTLY_UNLIKE)
    )
    faint &= np.abs(_off_neighbours(own, codes)) > OFF
    near, printed = _touching(own, fields), [_printed_level(field, fields) for field in fields]
    for at, field in enumerate(own):
        others = itertools.compress(zip(fields, printed, strict=True), near[at])
        whole = any(field.goes_on_in(other, far, level) for other, level in others)
        yield Hidden(
            share=1.0 if whole else _share(field.half, field, far),
            around=1.0 if whole else _share(field.around, field, far),
            unlike=bool(unlike[at]),
            rough=bool(rough[at]),
            moving=bool(moving[at]),
            faint=bool(faint[at]),
        )


def _share(part: NDArray[np.float32], field: _Field, far: float) -> float:
    """Return the share of a part (h, w) of a field that is ``far`` codes from its middle."""
    return float(np.mean(np.abs(part - field.middle) > far))


def _far(own: Sequence[_Field], codes: CodeRange) -> float:
    """Return how many codes off the middle of a field of a kind another level is."""
    usual = float(np.median([field.scatter for field in own]))
    return max(FAR * (codes.code_white - codes.code_black), NOISE * usual)


def _printed_level(field: _Field, fields: Sequence[_Field]) -> float | None:
    """Return the level of a grey by the steps but for itself; None where they do not tell it."""
    others = [of for of in fields if of is not field and of.view.region.kind == "grey"]
    order = _by_printed(others)
    if field.view.region.reflectance is None or len(order) < 2:
        return None
    printed, middle = (_values(others, order, name) for name in ("printed", "middle"))
    return float(np.interp(field.printed, printed, middle))


def beyond(values: Sequence[float] | Floats, times: float, least: float) -> Flags:
    """Return which of values (n,) are above ``times`` their median and ``least``, both.

    At least half of the fields are free.
    """
    known = np.asarray(values, np.float64)
    return np.asarray(known > max(times * float(np.median(known)), least))


def _seen(view: View) -> _Field:
    codes, kind = mean_frame(view.luma), view.region.kind
    smooth = cv2.medianBlur(np.ascontiguousarray(codes, np.float32), STROKE)[None]
    middle, around = middle_half(codes[None])[0], with_noise(codes[None], kind)[0]
    inner = smooth[(slice(None), *without_border(view))]
    darkest, lightest = _quantiles((inner if inner.size else smooth)[0], PART, 1 - PART)
    return _Field(
        view=view,
        middle=_quantiles(middle, 0.5)[0],
        mean=float(middle.mean()),
        half=middle_half(smooth)[0],
        around=with_noise(smooth, kind)[0],
        darkest=darkest,
        lightest=lightest,
        scatter=float(middle.std()),
        doubt=standard_error(middle) if min(middle.shape) >= BLOCKS else 0.0,
        rough=_rough(around),
        moving=_moving(view),
    )


def _quantiles(codes: NDArray[np.floating], *shares: float) -> list[float]:
    """Return the quantiles of codes (h, w), of as many of them as tell it."""
    step = max(1, math.isqrt(codes.size // ENOUGH))
    some = np.sort(codes[::step, ::step].ravel())
    return [float(some[min(int(share * some.size), some.size - 1)]) for share in shares]


def _moving(view: View) -> float:
    """Return the scatter over time, in codes, of the part of a field that changes most.

    Of parts against their frame's mean: what all do together is the light. 0 of one frame, of a
    chart that moves, and of colours, whose noise is not told.
    """
    frames = with_noise(view.luma, view.region.kind)
    if len(frames) < 2 or not view.stable or view.region.kind == "colour":
        return 0.0
    parts = np.array([block_means(frame, *_parts(frame)) for frame in frames])
    return float((parts - parts.mean(axis=1, keepdims=True)).std(axis=0).max())


def _rough(codes: Floats) -> float:
    """Return the scatter of the parts of codes (h, w) about a surface of second order."""
    if min(codes.shape) < LEAST_PARTS:
        return 0.0
    tall, wide = _parts(codes)
    means, terms = block_means(codes, tall, wide), _second_order(tall, wide)
    left = means - terms @ (terms.T @ means)
    return float(np.sqrt(left @ left / (len(terms) - terms.shape[1])))


@lru_cache(maxsize=64)
def _second_order(tall: int, wide: int) -> Floats:
    """Return orthonormal terms of second order on a grid, (parts, 6)."""
    y, x = (axis.ravel() for axis in np.mgrid[-1 : 1 : tall * 1j, -1 : 1 : wide * 1j])
    return np.linalg.qr(np.column_stack([np.ones_like(x), x, y, x * y, x**2, y**2]))[0]


def _parts(frame: NDArray[np.number]) -> tuple[int, int]:
    """Return into how many parts, down and across, a frame (h, w) is cut."""
    tall, wide = (min(max(size // SIDE, LEAST_PARTS), MOST_PARTS, size) for size in frame.shape)
    return tall, wide


def _touching(own: Sequence[_Field], fields: Sequence[_Field]) -> Flags:
    """Return which of ``fields`` lie beside each of ``own``, (own, fields), on one chart."""
    here, there = (
        np.array([[*of.view.box, of.view.place is not None] for of in each], np.float64)
        for each in (own, fields)
    )
    near = here[:, None, 4] * there[:, 4] > 0
    for at in (0, 1):
        middles = (each[:, at] + each[:, at + 2] / 2 for each in (here, there))
        apart = np.abs(np.subtract.outer(*middles))
        near &= apart < BESIDE / 2 * np.add.outer(here[:, at + 2], there[:, at + 2])
    near &= np.array([[one is not other for other in fields] for one in own])
    return np.asarray(near, np.bool_)


def _falls(ground: Samples | None, by: CodeRange) -> float:
    """Return by how many codes a lighter step surely is darker, whatever the light.

    Twice those by which the light makes the ground differ, since a camera's curve may be steeper
    elsewhere; infinite where the ground does not show it.
    """
    if ground is None:
        return math.inf
    alike = ground.codes[ground.printed == ground.printed.max()]
    if alike.max() > by.code_white - NEAR_WHITE * (by.code_white - by.code_black):
        return math.inf
    return FALLS * by.code_unit + STEEPER * float(np.ptp(alike))


def _wrong_steps(fields: Sequence[_Field], falls: float) -> list[str]:
    """Return the names of grey steps that are darker than a darker one, by ``falls`` codes.

    None where more are than the others can tell.
    """
    steps = [field for field in fields if field.view.region.kind == "grey"]
    order = _by_printed(steps)
    if len(order) < 2 or math.isinf(falls):
        return []
    rising = _rising(_values(steps, order, "middle"), falls)
    wrong = np.delete(order, rising)
    few = len(wrong) <= MOST_WRONG * len(order)
    return [steps[at].view.region.name for at in wrong] if few else []


def _by_printed(fields: Sequence[_Field]) -> NDArray[np.intp]:
    """Return the numbers of the greys among n fields, the darkest first."""
    greys = [at for at, field in enumerate(fields) if field.view.region.reflectance is not None]
    return np.array(sorted(greys, key=lambda at: fields[at].printed), np.intp)


def _values(fields: Sequence[_Field], order: NDArray[np.intp], name: str) -> Floats:
    return np.array([getattr(fields[at], name) for at in order], np.float64)


def _rising(codes: Floats, falls: float) -> NDArray[np.intp]:
    """Return which of codes (n,) are the most that rise, or fall by less than ``falls``."""
    longest: list[list[int]] = []
    for at, code in enumerate(codes):
        before = (chain for chain in longest if codes[chain[-1]] < code + falls)
        longest.append([*max(before, key=len, default=[]), at])
    return np.array(max(longest, key=len), np.intp)


def _off_neighbours(fields: Sequence[_Field], by: CodeRange) -> Floats:
    """Return how far the light of each grey of n fields is off that of its neighbours by level."""
    off, order = np.zeros(len(fields)), _by_printed(fields)
    codes, printed = (_values(fields, order, name) for name in ("mean", "printed"))
    off[order] = rough_steps.off_neighbours(by.nominal(codes), printed)
    return off
