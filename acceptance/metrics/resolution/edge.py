"""Slanted edge: the line that it follows, and the MTF of the profile across it.

Quantity and region are those of e-SFR, ISO 12233:2023. The edge is followed by windowed centroids
of its row derivative; the profile across it is a spline by least squares (``profile.py``), so that
angles where the sampling phases repeat do no harm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.messages import tr
from acceptance.metrics._shared.ordered import median
from acceptance.metrics._shared.region_codes import MOST_CLIPPED, clipped_share
from acceptance.metrics.resolution.covered import refuse_covered
from acceptance.metrics.resolution.edge_line import MODES, EdgeLine, Mode, distances, locate
from acceptance.metrics.resolution.profile import (
    ProfileFit,
    crossing,
    lag,
    profile,
    refitted,
    spectrum,
    standard_error,
)
from acceptance.metrics.resolution.tails import beyond, diffracted

Array = NDArray[np.float64]

LEAST_CONTRAST = 0.2
SHARPENED = 0.05
LEAST_ROWS, LEAST_COLUMNS = 20, 16
LEAST_EXPLAINED = 0.5
LEAST_LEAN = 1.0
STIFFNESS = 300.0
ISO_BIN = 1 / 4
LOPSIDED_AT = 0.2  # of the contrast: where the MTF is so low the phase of a lopsided spread shows


@dataclass(frozen=True, kw_only=True)
class EdgeResult:
    """MTF of a slanted edge, and its shape.

    ``frequencies`` (n,) are in cycle/px along the edge's normal, 0 to 1; ``mtf`` (n,) modulation, 1
    at zero frequency. ``mtf50``, ``mtf30``, ``mtf10``: cycle/px where it first falls to 50, 30, 10
    %, None where it does not. ``u50``, ``u10``: their standard errors (k = 1) with
    ``degrees_of_freedom``, None when not asked for. ``resolves``: "horizontal" for a near-vertical
    edge, else "vertical". ``angle``: degrees off that axis, 0 to 45. ``order`` of the edge's
    polynomial. ``dark_side``: "left", "right", "above" or "below". ``window``: half-width in px
    beyond which the line spread counts as zero. ``contrast``: (light - dark) / (light + dark).
    ``overshoot``, ``undershoot``: share of the step, traces of sharpening. ``beyond``: share of it
    that rises beyond the window, as far as noise does not make it.
    """

    frequencies: Array
    mtf: Array
    mtf50: float | None
    mtf30: float | None
    mtf10: float | None
    u50: float | None
    u10: float | None
    degrees_of_freedom: int
    resolves: str
    angle: float
    order: int
    dark_side: str
    window: float
    contrast: float
    overshoot: float
    undershoot: float
    beyond: float
    mode: Mode

    @property
    def sharpened(self) -> bool:
        """Whether the profile overshoots its levels by 5 % of the step, which no lens does."""
        return max(self.overshoot, self.undershoot) >= SHARPENED


class _Transfer(TypedDict):
    """Fields of an EdgeResult that follow from the profile alone."""

    frequencies: Array
    mtf: Array
    mtf50: float | None
    mtf30: float | None
    mtf10: float | None
    u50: float | None
    u10: float | None
    degrees_of_freedom: int


class _Orientation(TypedDict):
    """Fields of an EdgeResult that say how the edge lies in the picture."""

    resolves: str
    dark_side: str


@dataclass(frozen=True, kw_only=True)
class EdgeCrossings:
    """Where an MTF first falls to 50 and to 10 %, in cycle/px; None where it does not.

    ``lag`` is how lopsided the line spread is (``profile.lag``), in radians.
    """

    mtf50: float | None
    mtf10: float | None
    lag: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Followed:
    """An edge through ``rows`` of the upright picture, as it was followed and fitted."""

    rows: int
    seen_as: _Orientation
    line: EdgeLine
    angle: float
    fit: ProfileFit
    taper: Array
    beyond: float
    mode: Mode


def edge_mtf(
    image: Array,
    *,
    mode: Mode = "accurate",
    order: int | None = None,
    limits: tuple[float, float] | None = None,
    covariance: bool = True,
) -> EdgeResult:
    """Measure the MTF of a slanted edge (e-SFR).

    Parameters
    ----------
    image
        Linear light (rows, columns) in any unit, at least 20 x 16 px, with one edge of either
        polarity within 45 degrees of either axis.
    mode
        "accurate" smooths the far tails and windows at least 3 LSF sigma and as far as the spread
        is significant. "iso12233" smooths nothing, applies the Tukey window (alpha 1) over the
        whole region to line and spread, and leaves in the averaging over bins of 1/4 px, as ISO
        12233:2023 and its reference implementation do.
    order
        Polynomial order of the edge, 1 or more; None: 1, up to 3 where it is visibly curved (ISO
        mode: 5).
    limits
        Values at which the picture clips, lower and upper; None: it does not.
    covariance
        Whether to compute standard errors.

    Returns
    -------
    EdgeResult
        Frequencies in cycle/px along the edge's normal.

    Raises
    ------
    GapError
        ``region_too_small``, ``clipped``, ``low_contrast``, ``no_edge``, ``edge_not_slanted`` or
        ``edge_covered``.
    ValueError
        When ``image`` is not a finite 2-D array, or ``mode`` or ``order`` is none of those.

    Notes
    -----
    The quantity is that of ISO 12233:2023; the profile is fitted as in ``profile.py``.
    """
    if mode not in MODES or (order is not None and order < 1):
        raise ValueError(tr("no such mode or order: {mode!r}, {order}", mode=mode, order=order))
    edge = _followed(np.asarray(image, dtype=np.float64), mode, order, limits)
    return _result(edge, covariance=covariance)


def edge_mtf_probed(image: Array, *probes: Array) -> tuple[EdgeResult, list[EdgeCrossings]]:
    """Measure an edge as ``edge_mtf`` does, and its crossings by other tone curves.

    ``image`` and each of ``probes`` (rows, columns) are the same pixels by another curve; the
    crossings of ``image`` itself come first. The edge is followed once: its line, window and normal
    equations are those of ``image``.
    """
    edge = _followed(image, "accurate", None, None)
    fits = [refitted(edge.fit, _turned(probe, edge.seen_as).ravel()) for probe in probes]
    at = _fallen(edge.fit, edge.taper)
    return _result(edge, covariance=True), [
        _crossings(fit, edge.taper, at) for fit in (edge.fit, *fits)
    ]


def _fallen(fit: ProfileFit, taper: Array) -> float | None:
    """Return the frequency in cycle/px where the MTF has fallen to ``LOPSIDED_AT``."""
    return crossing(*spectrum(fit, taper), fit, taper, LOPSIDED_AT)


def _crossings(fit: ProfileFit, taper: Array, at: float | None) -> EdgeCrossings:
    frequencies, mtf = spectrum(fit, taper)
    at50, at10 = (crossing(frequencies, mtf, fit, taper, level) for level in (0.5, 0.1))
    return EdgeCrossings(mtf50=at50, mtf10=at10, lag=lag(fit, taper, at) if at else 0.0)


def _followed(
    image: Array, mode: Mode, order: int | None, limits: tuple[float, float] | None
) -> _Followed:
    upright, seen_as = _upright(image, limits)
    line = locate(upright, mode, order)
    distance, angle = distances(line, upright)
    stiffness, aperture = (STIFFNESS, 0.0) if mode == "accurate" else (0.0, ISO_BIN)
    fit = profile(upright, distance, line.reach, stiffness=stiffness, aperture=aperture)
    _refuse(upright, line, fit, angle)
    residual = fit.residual.reshape(upright.shape)
    refuse_covered(residual, upright - residual, line.light - line.dark)
    taper, rows = _taper(fit, line, mode), upright.shape[0]
    return _Followed(
        rows=rows,
        seen_as=seen_as,
        line=line,
        angle=angle,
        fit=fit,
        taper=taper,
        beyond=_beyond(upright, distance, fit, taper) if mode == "accurate" else 0.0,
        mode=mode,
    )


def _beyond(image: Array, distance: Array, fit: ProfileFit, taper: Array) -> float:
    """Return the share of the step that rises beyond the window, as far as noise does not."""
    seen, window = float(np.diff(fit.coefficients) @ taper), _half_width(fit, taper)
    blocks = _blocks(len(image))
    return max(of(image, distance, window, seen, blocks) for of in (beyond, diffracted))


def _half_width(fit: ProfileFit, taper: Array) -> float:
    """Return the half-width of the window in px."""
    return float(np.abs(fit.position[1:][taper > 0]).max())


def _blocks(rows: int) -> int:
    """Return into how many blocks of rows a picture is cut for standard errors."""
    return min(16, max(6, rows // 8))


def _result(edge: _Followed, *, covariance: bool) -> EdgeResult:
    fit, line, taper = edge.fit, edge.line, edge.taper
    over, under = _overshoot(fit, line)
    return EdgeResult(
        **_transfer(fit, taper, edge.rows, covariance=covariance),
        **edge.seen_as,
        angle=edge.angle,
        order=line.coefficients.size - 1,
        window=_half_width(fit, taper),
        contrast=line.contrast,
        overshoot=over,
        undershoot=under,
        beyond=edge.beyond,
        mode=edge.mode,
    )


def _transfer(fit: ProfileFit, taper: Array, rows: int, *, covariance: bool) -> _Transfer:
    """Return the MTF of a profile over ``rows`` of the picture, and its crossings with errors."""
    frequencies, mtf = spectrum(fit, taper)
    at50, at30, at10 = (crossing(frequencies, mtf, fit, taper, level) for level in (0.5, 0.3, 0.1))
    blocks = _blocks(rows)
    u50, u10 = (
        standard_error(at, fit, taper, rows, blocks) if covariance else None for at in (at50, at10)
    )
    return _Transfer(
        frequencies=frequencies,
        mtf=mtf,
        mtf50=at50,
        mtf30=at30,
        mtf10=at10,
        u50=u50,
        u10=u10,
        degrees_of_freedom=blocks - 1,
    )


def _upright(image: Array, limits: tuple[float, float] | None) -> tuple[Array, _Orientation]:
    """Turn the picture so that the edge is near-vertical with its dark side left.

    Return it, and how the original edge lies.
    """
    _check(image, limits)
    transposed = float(np.var(image.mean(axis=1))) > float(np.var(image.mean(axis=0)))
    turned = image.T if transposed else image
    rows, columns = turned.shape
    if rows < LEAST_ROWS or columns < LEAST_COLUMNS:
        raise GapError("region_too_small", width=columns, height=rows)
    half = columns // 2
    mirrored = bool(turned[:, :half].mean() > turned[:, -half:].mean())
    side = (("above", "below") if transposed else ("left", "right"))[mirrored]
    seen_as = _Orientation(resolves="vertical" if transposed else "horizontal", dark_side=side)
    return _turned(image, seen_as), seen_as


def _turned(image: Array, seen_as: _Orientation) -> Array:
    """Turn a picture upright whose edge lies so."""
    turned = image.T if seen_as["resolves"] == "vertical" else image
    mirrored = seen_as["dark_side"] in {"right", "below"}
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def _check(image: Array, limits: tuple[float, float] | None) -> None:
    if image.ndim != 2 or not np.isfinite(image).all():
        raise ValueError(tr("an edge needs a finite 2-D array, not {shape}", shape=image.shape))
    if limits and (share := clipped_share(image, limits)) > MOST_CLIPPED:
        raise GapError("clipped", region="", share=share)


def _refuse(image: Array, line: EdgeLine, fit: ProfileFit, angle: float) -> None:
    """Refuse what is no edge, or too faint, too upright or too small a one."""
    total = float(np.var(image))
    explained = 1 - float(np.mean(fit.residual**2)) / total if total > 0 else 0.0
    if explained < LEAST_EXPLAINED:
        raise GapError("no_edge", explained=explained)
    if line.contrast < LEAST_CONTRAST:
        raise GapError("low_contrast", contrast=line.contrast)
    lean = (image.shape[0] - 1) * math.tan(math.radians(angle))
    if lean < LEAST_LEAN:
        raise GapError("edge_not_slanted", lean=lean)
    if fit.position[0] > -line.reach or fit.position[-1] < line.reach:
        raise GapError("region_too_small", width=image.shape[1], height=image.shape[0])


def _taper(fit: ProfileFit, line: EdgeLine, mode: Mode) -> Array:
    """Return the window over the LSF.

    It is flat to 4/3 of the reach and zero from twice the reach, or (ISO) Tukey over the region.
    """
    place = (fit.position[1:] + fit.position[:-1]) / 2
    if mode == "accurate":
        fall = np.clip((np.abs(place) / line.reach - 4 / 3) / (2 / 3), 0, 1)
    else:
        fall = np.clip(np.abs(place) / max(-place[0], place[-1]), 0, 1)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * fall))


def _overshoot(fit: ProfileFit, line: EdgeLine) -> tuple[float, float]:
    """Return over- and undershoot beside the edge, as shares of the step between the levels."""
    profile = np.convolve(fit.coefficients, [1 / 6, 4 / 6, 1 / 6], mode="valid")
    place = fit.position[1:-1]
    left, right = profile[place <= -line.reach], profile[place >= line.reach]
    dark = median(left) if left.size else line.dark
    light = median(right) if right.size else line.light
    near = profile[np.abs(place) <= line.reach]
    step = max(light - dark, 1e-12)
    return max(0.0, float(near.max() - light) / step), max(0.0, float(dark - near.min()) / step)
