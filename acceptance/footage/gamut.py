"""Primaries other than BT.709's that a stream or a still states, and the way to light of BT.709.

Sources: ITU-R BT.2020-2, SMPTE EG 432-1 (P3 with D65) by their code points (ISO/IEC 23091-2); ICC.1
(ISO 15076-1) profiles of three colorants, which are light of D50 already.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import av

Floats = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]

# Linear light of BT.709 primaries (ITU-R BT.709-6, 1.3, D65) to CIE XYZ; the sums of its rows are
# the white.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
D65 = (0.3127, 0.3290)
SAID = {1, *range(4, 13), 22}  # code points of primaries that stand for some
OF_BT2020 = 9  # code point of its primaries, and of its matrix
# code point: name, chromaticities x, y of red, green and blue
STATED = {
    9: ("BT.2020", ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),
    12: ("Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))),
}
# colorants of sRGB's own profile (D50), by which its light comes from that of any other
SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
SRGB_AT = np.array([0.01002, 0.21404])  # its light at 0.1 and 0.5
COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
ALIKE = 0.01  # of white, by which the light of a profile may differ from that of BT.709
OFF_WHITE = 0.2  # by which the light of all three together may be off white
TABLE, HEAD, ENTRY = 128, 132, 12  # where a profile's table of tags stands, bytes
GAMMAS = {"linear": 1.0, "gamma22": 2.2, "gamma28": 2.8}
NEAR = 0.03  # by which a profile's exponent may be off that of a curve
COLOURS = b"RGB "
INKS = 4  # parts of a JPEG picture


@dataclass(frozen=True, kw_only=True)
class Gamut:
    """Colours of other primaries than BT.709's; ``to_bt709`` (3, 3) leads from their light.

    None: no matrix does (inks, tables).
    """

    name: str
    to_bt709: Rows | None


def of_frame(frame: av.VideoFrame, codec: str) -> Gamut | None:
    """Return what a frame states: inks, of a JPEG of four parts, or primaries.

    Where it states none, those that belong to its matrix.
    """
    if codec == "mjpeg" and len(frame.format.components) == INKS:
        return Gamut(name="CMYK", to_bt709=None)
    unstated = frame.color_primaries not in SAID
    return of_code(
        OF_BT2020 if unstated and frame.colorspace == OF_BT2020 else frame.color_primaries
    )


def of_code(primaries: int) -> Gamut | None:
    """Return what a stream's code point stands for; None: BT.709's, those near it, or unknown."""
    if primaries not in STATED:
        return None
    name, corners = STATED[primaries]
    columns = np.array([_xyz(corner) for corner in corners]).T
    to_xyz = columns * np.linalg.solve(columns, _xyz(D65))
    return Gamut(name=name, to_bt709=_rows(np.linalg.solve(TO_XYZ, to_xyz)))


def name_of(gamut: Gamut | None) -> str:
    """Return the name of primaries."""
    return gamut.name if gamut else "BT.709"


def _xyz(corner: tuple[float, float]) -> Floats:
    x, y = corner
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _rows(matrix: Floats) -> Rows:
    """Return a matrix so scaled that white stays white."""
    return tuple(tuple(float(value) for value in row / row.sum()) for row in matrix)


def of_profile(profile: bytes) -> tuple[Gamut | None, str | None]:
    """Return the colours and the transfer of an ICC profile.

    None: those of BT.709 or of no colours, and a transfer that has no name here.
    """
    space, tags = profile[16:20], _tags(profile)
    if space not in {COLOURS, b"CMYK"}:
        return None, None
    found = [_numbers(tags[tag]) for tag in COLORANTS if len(tags.get(tag, b"")) >= 20]
    name = _described(tags.get(b"desc", b"")) or space.decode().strip()
    if space != COLOURS or len(found) < len(COLORANTS):
        own = space == COLOURS and name.startswith("sRGB")  # by tables, too
        return (None, "srgb") if own else (Gamut(name=name, to_bt709=None), None)
    matrix = np.linalg.solve(SRGB, np.array(found).T)
    curve = _transfer(tags.get(b"rTRC", b""))
    if float(np.abs(matrix - np.eye(3)).max()) < ALIKE:
        return None, curve
    sound = float(np.abs(matrix.sum(axis=1) - 1).max()) < OFF_WHITE
    return Gamut(name=name, to_bt709=_rows(matrix) if sound else None), curve


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """Return the elements of a profile by signature; what is cut off is left out."""
    count = int.from_bytes(profile[TABLE:HEAD], "big")
    places = range(HEAD, min(HEAD + ENTRY * count, len(profile) - ENTRY + 1), ENTRY)
    entries = (struct.unpack_from(">4sII", profile, place) for place in places)
    return {tag: profile[at : at + size] for tag, at, size in entries}


def _numbers(element: bytes) -> Floats:
    return np.array(struct.unpack_from(">3i", element, 8)) / 65536


def _described(element: bytes) -> str:
    """Return the name of a profile, of version 2 or 4."""
    if element[:4] == b"mluc" and len(element) >= 28:
        size, at = struct.unpack_from(">II", element, 20)
        return element[at : at + size].decode("utf-16-be", "replace").strip("\0 ")
    size = int.from_bytes(element[8:12], "big")
    return element[12 : 12 + size].decode("ascii", "replace").strip("\0 ")


def _transfer(element: bytes) -> str | None:
    """Name the curve of a profile: a power, or that of sRGB by two of its values."""
    kind, count = element[:4], int.from_bytes(element[8:12], "big")
    if kind == b"curv" and count <= 1:
        power = int.from_bytes(element[12:14], "big") / 256 if count else 1.0
    elif kind == b"para" and len(element) >= 16 and element[8:10] == b"\0\0":
        power = struct.unpack_from(">i", element, 12)[0] / 65536
    else:
        return "srgb" if _is_srgb(element) else None
    return next((name for name, usual in GAMMAS.items() if abs(power - usual) < NEAR), None)


def _is_srgb(element: bytes) -> bool:
    """Whether a curve is that of sRGB: its parameters, or two values of a table."""
    if element[:4] == b"para" and len(element) >= 32:
        power, slope = (value / 65536 for value in struct.unpack_from(">2i", element, 12))
        return bool(abs(power - 2.4) < NEAR and abs(slope - 1 / 1.055) < NEAR)
    count = int.from_bytes(element[8:12], "big")
    whole = element[12 : 12 + 2 * count]
    table = np.frombuffer(whole[: len(whole) // 2 * 2], ">u2") / 65535
    if len(table) < 2:
        return False
    off = np.interp([0.1, 0.5], np.linspace(0, 1, len(table)), table) - SRGB_AT
    return bool((np.abs(off) < [ALIKE / 10, ALIKE / 5]).all())
