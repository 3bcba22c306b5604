"""A tenth set: the faults of the first on base clips of its own, and 36 kinds of sound view.

Base clips and views are drawn anew for each number (``drawn_views``), and were written down before
anything of them was measured. Each number of a sound scene is a film with a size, a coder and noise
of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import planted
import tenth_scenes
from drawn_views import hall, planes, room, street
from planted_faults import FAULTS
from tenth_more_scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planted import Picture

__all__ = ["DRAWN", "FAULTS", "KINDS", "NUMBERS", "SCENES", "pictures"]
NUMBERS = range(16, 20)  # of the films of each sound scene; the first is that of the base clips
DRAWN = "drawn"  # kind of a film that shows a scene and no base clip
KINDS = {"office": room, "road": street, "station": hall}


def pictures(kind: str, number: int, count: int) -> Iterator[Picture]:
    """Yield ``count`` pictures of a base clip in which three people walk."""
    random = np.random.default_rng([21, number, *kind.encode()])
    still = KINDS[kind](random, (planted.WIDTH, planted.HEIGHT))
    draw, sigma = tenth_scenes.peopled(still, random, 3), random.uniform(0.7, 2.0)
    for index in range(count):
        yield planes(draw(index / planted.RATE), random, sigma)
