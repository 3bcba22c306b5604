"""Accuracy of the figures of flat fields, of chroma noise and of flare, without departures.

What is drawn is that of the coverage runs (``cases``): half without a coder, half through x264.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import black_hole
import chroma_noise
import fields
import numpy as np
from setting import Part, prose, table
from through_camera import HEAD, by_quantity, inside, sizes, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from films import Reading
    from setting import Setting

FULL = 100
CASES: Mapping[str, Callable[[np.random.Generator], list[Reading]]] = {
    "shading": fields.recorded,
    "coded shading": fields.coded,
    "defects": fields.defective,
    "coded defects": fields.defective_coded,
    "flicker": fields.flickering,
    "coded flicker": fields.flickering_coded,
    "chroma noise": chroma_noise.recorded,
    "coded chroma noise": chroma_noise.coded,
    "flare beside grey steps": black_hole.beside_steps,
    "flare in a white board": black_hole.in_board,
}


def _drawn(case: tuple[str, int]) -> list[Reading]:
    name, number = case
    return CASES[name](np.random.default_rng([2016, zlib.crc32(name.encode()), number]))


def flat_fields(setting: Setting) -> Part:
    """Compare each figure with its truth, with and without a coder."""
    count, rows = setting.runs(FULL), []
    for name in CASES:
        drawn = setting.each(_drawn, [(name, number) for number in range(count)])
        for quantity, found in by_quantity(one for some in drawn for one in some).items():
            shown = unit_of(quantity), *sizes(found, ".3g")
            hits = f"{inside(found)} of {len(found)}"
            rows.append((f"`{quantity}`", name, *shown, hits))
    text = prose(
        f"{count} draws of each case: fall-off to 50 %, tint to 10 %, light uneven as stated, 0 to",
        "12 defective pixels of each kind, lamps of 100 and 120 Hz, flare of 0.3 to 5 % of white,",
        "a tone curve that is off as the budget assumes; coded: x264 at CRF 18 to 32 (defects 1 to",
        "12, chroma noise 2 to 18, flicker 16 to 28).",
    )
    figure, *rest = HEAD
    return Part(text=text + table((figure, "case", *rest), rows))
