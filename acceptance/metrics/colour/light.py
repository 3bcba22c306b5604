"""Linear light of colour patches, through the one tone curve that serves all channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.colorimetry import in_bt709, signals
from acceptance.footage.gamut import TO_XYZ
from acceptance.footage.tone import inverse_oetf
from acceptance.metrics.colour.difference import neutral

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

MOST_STRAY = 0.05  # of reflectance


def linear_light(
    scene: Scene,
    codes: Array,
    aims: Array,
    lit: Array,
    stray: float,
    video: VideoInfo | None = None,
) -> Array:
    """Return the linear R, G, B (..., n, 3) of n patches in even light, white = 1.

    Parameters
    ----------
    scene
        Gives the stream's matrix and range, and the tone curve.
    codes
        Mean Y', Cb, Cr codes (..., n, 3) of the patches.
    aims
        CIELAB D65 (n, 3) of the patches as printed.
    lit
        Light on the patches over the mean of the chart's, and what is added, (n, 2)
        (``Scene.lit``).
    stray
        What ``stray_light`` returns for the scene.
    video
        How the codes are to be read; None: as the scene's.

    Notes
    -----
    The tone curve takes stray light out as a neutral would show it; where white balance is off, red
    and blue have that much more or less of it.
    """
    light = in_bt709(scene.linear(channels(scene, codes, video)), video or scene.video)
    greys = light[..., neutral(aims), :] + stray
    tint = greys.sum(axis=-2) / (greys @ TO_XYZ[1]).sum(axis=-1)[..., None]
    return np.asarray((light - stray * (tint - 1)[..., None, :]) / lit[:, :1] - lit[:, 1:])


def channels(scene: Scene, codes: Array, video: VideoInfo | None = None) -> Array:
    """Return R', G', B' (..., 3) on the scale of luma codes, of Y', Cb, Cr codes (..., 3)."""
    rgb = signals(codes[..., 0], codes[..., 1], codes[..., 2], video or scene.video)
    return np.asarray(scene.code_black + (scene.code_white - scene.code_black) * rgb)


def stray_light(scene: Scene) -> float:
    """Return the reflectance, 0 to ``MOST_STRAY``, that stray light adds everywhere.

    It is what is left at darkness of the tone curve, drawn over the light by the one of two usual
    transfers, or the declared one, that makes it straighter.
    """
    signal = np.linspace(0.2, 0.8, 25)
    seen = scene.linear(scene.code_black + (scene.code_white - scene.code_black) * signal)
    weights, lines = 1 / (np.abs(seen) + MOST_STRAY), []
    for transfer in dict.fromkeys(("bt709", "srgb", scene.video.transfer)):
        light = inverse_oetf(signal, transfer)
        slope, offset = np.polyfit(light, seen, 1, w=weights)
        lines.append(
            (float(np.sum((weights * (slope * light + offset - seen)) ** 2)), float(offset))
        )
    return float(np.clip(-min(lines)[1], 0.0, MOST_STRAY))
