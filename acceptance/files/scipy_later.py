"""The parts of scipy, loaded when first used.

They take half a second to load, and who reads, judges or verifies a session needs hardly any.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy import fft, linalg, ndimage, optimize, sparse, special
    from scipy.spatial import transform
else:

    class _Later:
        """A module that is loaded when something in it is first asked for."""

        def __init__(self, name: str) -> None:
            self.__name__ = name

        def __getattr__(self, name: str) -> object:
            found = getattr(import_module(self.__name__), name)
            setattr(self, name, found)
            return found

    fft, linalg, ndimage = map(_Later, ("scipy.fft", "scipy.linalg", "scipy.ndimage"))
    optimize, sparse = map(_Later, ("scipy.optimize", "scipy.sparse"))
    special, transform = map(_Later, ("scipy.special", "scipy.spatial.transform"))

__all__ = ["fft", "linalg", "ndimage", "optimize", "sparse", "special", "transform"]
