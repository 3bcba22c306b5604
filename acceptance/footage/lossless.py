"""Coders that return the codes they were given."""

from __future__ import annotations

# as FFmpeg calls them
LOSSLESS = frozenset((
    *("ffv1", "ffvhuff", "huffyuv", "hymt", "utvideo", "magicyuv", "lagarith", "rawvideo", "v210"),
    *("v408", "v410", "r210", "yuv4", "png", "apng", "tiff", "bmp", "qtrle", "pgm", "ppm", "pam"),
    *("pgmyuv", "pcx", "sgi", "targa", "sunrast", "dpx", "exr"),
))  # fmt: skip


def lossless(codec: str | None, quantiser: float | None) -> bool:
    """Whether a decoder gives the codes that the coder was given.

    QP 0: H.264 passes the transform by, H.265 does not. A coder that is not known is not one of
    these.
    """
    return (quantiser == 0 and codec != "hevc") or not codec or codec in LOSSLESS
