"""Regions whose names ask for something: ``osd``, ``gate_osd2``, ``field.left``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.model import Box

NUMBER = "0123456789"


def boxes_of(kind: str, regions: Mapping[str, Box]) -> dict[str, tuple[int, ...]]:
    """Return the regions that have the word ``kind`` in their names, in whole pixels."""
    return {
        name: tuple(map(round, box))
        for name, box in regions.items()
        if any(part.rstrip(NUMBER) == kind for part in re.split(r"[._]", name))
    }
