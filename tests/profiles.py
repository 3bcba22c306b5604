"""Stills with a colour profile or an orientation, written byte by byte."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# colorants of profiles in D50, X Y Z of red, green and blue in rows: Apple's Display P3, Adobe RGB
# (1998) and ROMM (ISO 22028-2) as their makers publish them
DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
PROPHOTO = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03135, 0.00009, 0.82491))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
SRGB_CURVE = struct.pack(
    ">4sIHH5i",
    b"para",
    0,
    3,
    0,
    *(round(v * 65536) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)),
)


def power(exponent: float) -> bytes:
    """Return the curve of a power."""
    return struct.pack(">4sIIH2x", b"curv", 0, 1, round(256 * exponent))


def profile(
    name: str, colorants: tuple[tuple[float, ...], ...] | None, curve: bytes, space: bytes = b"RGB "
) -> bytes:
    """Return an ICC profile (version 2) of three colorants and one curve; none: a table's."""
    described = struct.pack(">4sII", b"desc", 0, len(name) + 1) + name.encode() + b"\0" * 4
    tags = {b"desc": described.ljust(-(-len(described) // 4) * 4, b"\0")}
    for tag, colorant in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants or (), strict=False):
        tags[tag] = struct.pack(">4sI3i", b"XYZ ", 0, *(round(65536 * v) for v in colorant))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    at, table, body = 132 + 12 * len(tags), b"", b""
    for tag, element in tags.items():
        table += struct.pack(">4sII", tag, at + len(body), len(element))
        body += element
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ ")
    head = head.ljust(36, b"\0") + b"acsp"
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def png(rgb: NDArray[np.generic], *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of a picture (h, w, 3) with more chunks before its pixels."""
    done, written = cv2.imencode(".png", np.ascontiguousarray(rgb[..., ::-1]))
    assert done
    plain = written.tobytes()
    more = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return plain[:33] + more + plain[33:]  # behind the signature and IHDR


def with_profile(rgb: NDArray[np.generic], icc: bytes) -> bytes:
    """Return a PNG with a colour profile."""
    return png(rgb, (b"iCCP", b"a\0\0" + zlib.compress(icc)))


def exif(orientation: int) -> bytes:
    """Return EXIF that says nothing but an orientation."""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, 274, 3, 1, orientation, 0, 0)
