"""Colour patches as coded: their mean codes with uncertainties, and which can be measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.charts.drawing import linear_rgb
from acceptance.errors import GapError
from acceptance.footage.colorimetry import lab_of, signals
from acceptance.footage.rounding import doubt_of_mean
from acceptance.metrics._shared.coder import doubt_by_coder
from acceptance.metrics._shared.grey_steps import trimmed_mean
from acceptance.metrics.colour.difference import neutral
from acceptance.metrics.colour.noise_alike import beyond_blocks
from acceptance.scene.blocks import BLOCKS, block_means, standard_error
from acceptance.scene.views import mean_frame, middle_half

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.footage.planes import Plane
    from acceptance.metrics.colour.difference import Drawn
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

SURE = 3.0  # standard errors of the difference between a patch's inmost quarter and middle half
SMALLEST = 4  # px of the colour planes, in the middle half of a patch
MOST_CLIPPED = 0.05  # of the pixels: noise alone clips some of a bright patch
END = 1.5 / 219  # of the range: nearer to its end counts as clipped
SHOWN = 0.005  # light in a channel of the aim above which black there is clipped, not out of gamut
LEAST_CONTRAST = 0.2  # of the range, between the lightest and the darkest patch
LEAST_COLOUR = 1.5  # codes that some patch's colour differences must be off grey
DARK = 0.1  # reflectance of a patch on which added light is stated
NEEDED, NEUTRALS_NEEDED = 18, 3
MOST_SAMPLES = 1 << 18  # of which signals are worked out at once


@dataclass(frozen=True, kw_only=True)
class ColourPatch:
    """A patch as coded.

    ``codes`` (3,) are its mean Y', Cb, Cr; ``doubts``, ``rounding`` and ``coding`` (3,) their
    standard uncertainties by noise, by whole codes and by the coder. ``frames`` (f, 3) are the
    means of each frame, ``clipped`` is the share (0..1) of its pixels with a channel at an end of
    the range, ``aim`` (3,) CIELAB D65, ``place`` (2,) from the chart's middle in half widths of the
    chart. ``lit`` (2,) is the light on it over the mean of the chart's and what is added, as
    reflectance; ``added`` the standard uncertainty of that; ``smeared`` (3,) how many codes its
    inmost quarter is off its middle half.
    """

    name: str
    codes: Array
    doubts: Array
    rounding: Array
    coding: Array
    frames: Array
    clipped: float
    aim: Array
    place: Array
    lit: Array
    added: float
    smeared: Array


@dataclass(frozen=True, kw_only=True)
class ColourComparison:
    """Patches as seen and as printed.

    ``patches`` are the n that can be measured, ``left_out`` the names of the others, ``light``
    (n, 3) is linear R, G, B, ``nominal`` CIELAB as seen and as printed. ``lit`` (n, 2) is the light
    on them (``Scene.lit``), ``stray`` the reflectance that stray light adds everywhere.
    """

    patches: tuple[ColourPatch, ...]
    left_out: tuple[str, ...]
    light: Array
    nominal: Drawn
    lit: Array
    stray: float


def read_patches(scene: Scene) -> tuple[list[ColourPatch], list[str]]:
    """Return the patches that can be measured, and the names of those that cannot.

    Raises GapError: ``no_region``, ``flat_picture``, ``monochrome``, ``low_contrast``,
    ``too_few_patches``.
    """
    views = _coloured(scene)
    large = _patches(scene, [view for view in views if _shorter_side(view) >= SMALLEST])
    whole = [patch for patch in large if patch.clipped <= MOST_CLIPPED]
    names = {view.region.name: str(view.region.printed["name"]) for view in views}
    free = {name for region, name in names.items() if not scene.hidden[region].much}
    patches = [patch for patch in whole if patch.name in free]
    kept = {patch.name for patch in patches}
    _refuse(scene, large, patches)
    return patches, [name for name in names.values() if name not in kept]


def _coloured(scene: Scene) -> list[View]:
    """Return the views of patches with a colour to aim at, in a picture that has colours."""
    views = [view for view in scene.of_kind("colour") if "lab" in view.region.printed]
    if not views:
        raise GapError("no_region", kind="colour")
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    if scene.reference.cb is None:
        raise GapError("monochrome")
    return views


def _shorter_side(view: View) -> int:
    """Return the shorter side in colour samples of the middle half of a view."""
    return int(min(middle_half(_planes(view)[1]).shape[1:]))


def _refuse(scene: Scene, large: Sequence[ColourPatch], patches: Sequence[ColourPatch]) -> None:
    """Raise GapError for a picture without colour or contrast, or with too few patches left."""
    codes = np.array([patch.codes for patch in large]).reshape(-1, 3)
    depth = 2.0 ** (scene.video.depth - 8)
    if len(codes) and np.abs(codes[:, 1:] - 128 * depth).max() < LEAST_COLOUR * depth:
        raise GapError("monochrome")
    contrast = (
        float(np.ptp(codes[:, 0])) / (scene.code_white - scene.code_black) if len(codes) else 1.0
    )
    if contrast < LEAST_CONTRAST:
        raise GapError("low_contrast", contrast=contrast, needed=LEAST_CONTRAST)
    greys = int(neutral(np.array([patch.aim for patch in patches]).reshape(-1, 3)).sum())
    if len(patches) < NEEDED or greys < NEUTRALS_NEEDED:
        raise GapError("too_few_patches", patches=len(patches), neutrals=greys, needed=NEEDED)


def _planes(view: View) -> tuple[Plane, Plane, Plane]:
    """Return luma, Cb and Cr (n, h, w) of a view."""
    assert view.cb is not None  # noqa: S101 -- pictures without colours were refused
    assert view.cr is not None  # noqa: S101 -- as above
    return view.luma, view.cb, view.cr


def _patches(scene: Scene, views: Sequence[View]) -> list[ColourPatch]:
    """Read the patches of views; what is worked out of all at once is."""
    light = np.array([linear_rgb(view.region.printed["lab"]) for view in views]).reshape(-1, 3)
    shares = _clipped(scene, views, light)
    several = zip(views, shares, lab_of(light), strict=True)
    patches = [_patch(scene, view, share, aim) for view, share, aim in several]
    by_plane = zip(*(map(middle_half, _planes(view)) for view in views), strict=True)
    beyond = np.array([beyond_blocks(cores) for cores in by_plane])
    return [replace(patch, doubts=patch.doubts * beyond) for patch in patches]


def _patch(scene: Scene, view: View, clipped: float, aim: Array) -> ColourPatch:
    """Read a patch from the middle half of its region."""
    cores = [middle_half(plane) for plane in _planes(view)]
    middles = [mean_frame(plane) for plane in cores]
    return ColourPatch(
        name=str(view.region.printed["name"]),
        codes=np.array([trimmed_mean(middle) for middle in middles]),
        doubts=np.array([standard_error(middle) for middle in middles]),
        rounding=np.array([*map(doubt_of_mean, cores, scene.spacings)]),
        coding=np.array([doubt_by_coder(scene.video, view, plane) for plane in _planes(view)]),
        frames=np.array([plane.mean(axis=(1, 2)) for plane in cores]).T,
        clipped=clipped,
        aim=aim,
        place=scene.place(view),
        lit=np.array(scene.lit(view)),
        added=scene.lit_doubt(view, DARK) * DARK,
        smeared=np.array(
            [
                _smeared(scene, view, plane, apart)
                for plane, apart in zip(_planes(view), scene.spacings, strict=True)
            ]
        ),
    )


def _smeared(scene: Scene, view: View, plane: Plane, apart: float) -> float:
    """Return by how many codes the inmost quarter of a plane (n, h, w) is off its middle half.

    What blur brings in from beside a patch grows towards its borders, beyond the middle half too:
    0 where it does not, and where noise, whole codes that lie ``apart`` or the coder may have made
    the difference.
    """
    core = middle_half(plane)
    inmost, half = middle_half(core), mean_frame(core)
    if min(half.shape) < BLOCKS:
        return 0.0
    off, on = float(inmost.mean() - half.mean()), float(half.mean() - plane.mean())
    rounded = math.hypot(doubt_of_mean(core, apart), doubt_of_mean(inmost, apart))
    chance = math.hypot(_chance(half), rounded, doubt_by_coder(scene.video, view, plane))
    return off if abs(off) > SURE * chance and off * on > 0 else 0.0


def _chance(half: Array) -> float:
    """Return the standard error of the mean of a middle half (h, w) and of its own, together.

    It is from the scatter of blocks about a paraboloid, which smear resembles.
    """
    means = block_means(half, BLOCKS, BLOCKS)
    y, x = np.indices((BLOCKS, BLOCKS)).reshape(2, -1) - (BLOCKS - 1) / 2
    terms = np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=1)
    left = means - terms @ np.linalg.lstsq(terms, means, rcond=None)[0]
    scatter = math.sqrt(float(left @ left) / (means.size - terms.shape[1]))
    return scatter * math.hypot(1, 2) / BLOCKS


def _clipped(scene: Scene, views: Sequence[View], light: Array) -> list[float]:
    """Return the share (0..1) of the pixels with a clipped channel, of each view.

    That is one at white, or at black where the linear ``light`` (views, 3) of the aim has some.
    """
    clipped, sizes = np.zeros((2, len(views)))
    for numbers, (luma, cb, cr) in _groups(views):
        rgb = signals(luma, cb, cr, scene.video)
        at_end = np.any((rgb > 1 - END) | ((rgb < END) & (light > SHOWN)[numbers]), axis=-1)
        clipped += np.bincount(numbers, at_end, len(views))
        sizes += np.bincount(numbers, minlength=len(views))
    return [float(share) for share in clipped / sizes]


def _groups(views: Sequence[View]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.integer]]]:
    """Yield samples (3, p) of the views, ``MOST_SAMPLES`` at most at once, and whose (p,) each is.

    Small patches are taken together, large ones in parts.
    """
    group: list[NDArray[np.integer]] = []
    numbers: list[int] = []
    for number, part in _parts(views):
        if sum(each.shape[1] for each in group) + part.shape[1] > MOST_SAMPLES:
            yield _joined(numbers, group)
            group, numbers = [], []
        group.append(part)
        numbers.append(number)
    if group:
        yield _joined(numbers, group)


def _joined(
    numbers: list[int], group: list[NDArray[np.integer]]
) -> tuple[NDArray[np.intp], NDArray[np.integer]]:
    sizes = [part.shape[1] for part in group]
    return np.repeat(np.array(numbers), sizes), np.concatenate(group, axis=1)


def _parts(views: Sequence[View]) -> Iterator[tuple[int, NDArray[np.integer]]]:
    """Yield the samples (3, p) of each view with its number, in parts."""
    for number, view in enumerate(views):
        samples = _middle_samples(view)
        for first in range(0, samples.shape[1], MOST_SAMPLES):
            yield number, samples[:, first : first + MOST_SAMPLES]


def _middle_samples(view: View) -> NDArray[np.integer]:
    """Return luma, Cb and Cr (3, p) of a view's middle half, where there are colour samples."""
    luma, cb, cr = _planes(view)
    down, across = (round(luma.shape[axis] / cb.shape[axis]) for axis in (1, 2))
    near = luma[:, ::down, ::across][:, : cb.shape[1], : cb.shape[2]]
    return np.stack([middle_half(plane).ravel() for plane in (near, cb, cr)])
