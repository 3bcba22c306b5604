"""How codes become light in a scene, and what other curves would make of its edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.resolution.wrong_curve import bending

if TYPE_CHECKING:
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

LEVELS = {"mtf50": 0.5, "mtf10": 0.1}


@dataclass(frozen=True, kw_only=True)
class Tone:
    """How codes become light in a scene.

    ``light`` is that of every code, ``name`` the curve's, ``doubt`` the half-width of its exponent.
    ``copies``: the light of every code for each way in which the print may be off
    (``Scene.copy_curves``). ``bent``: by a camera of other contrast
    (``Scene.bent_curves``), and where the steps are lit otherwise (``Scene.lit_curves``).
    """

    light: Array
    name: str
    doubt: float
    copies: tuple[Array, ...] = ()
    bent: tuple[Array, ...] = ()
    _known: dict[tuple[float, float], dict[str, tuple[Array, Array]]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    def bends(self, levels: tuple[float, float]) -> dict[str, tuple[Array, Array]]:
        """Return the relative change of each crossing by each of ``bent``, and of ``copies``.

        ``levels`` are those beside the edge, which is asked for them again beside others.
        """
        if levels not in self._known:
            found = bending(self.light, [*self.bent, *self.copies], levels, tuple(LEVELS.values()))
            of_bent, of_copies = np.split(found, [len(self.bent)], axis=1)
            self._known[levels] = dict(
                zip(LEVELS, zip(of_bent, of_copies, strict=True), strict=True)
            )
        return self._known[levels]


def tone_of(scene: Scene) -> Tone:
    """Return how codes become light in the scene."""
    codes = np.arange(1 << scene.video.depth)
    return Tone(
        light=scene.linear(codes),
        name=scene.tone,
        doubt=scene.tone_doubt,
        copies=tuple(scene.copy_curves(codes)),
        bent=(*scene.bent_curves(codes), *scene.lit_curves(codes)),
    )
