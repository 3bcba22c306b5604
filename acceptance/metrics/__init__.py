"""The folder is the registry: one module, one family of figures.

A metric is a module with ``QUANTITIES`` (quantity -> unit), ``serves(scene)`` and
``measure(scene)``. One whose figures need several shots (a series of illuminances, repeated
presets) has ``across(shots, measured)`` too. ``recordings`` looks at no scene but at a recorder's
list: it has ``QUANTITIES`` and a ``measure`` of its own, and no ``serves``.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from acceptance.model.measurement import Measurement, Note
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene


class Metric(Protocol):
    """What a module in this folder offers."""

    __name__: str
    QUANTITIES: Mapping[str, str]

    def serves(self, scene: Scene) -> bool:
        """Whether this scene holds what the metric looks at.

        False is not a gap but another subject.
        """

    def measure(self, scene: Scene) -> Iterator[Measurement | Note]:
        """Measure; a figure that cannot be had is a Note. Raises GapError when none can be had."""


def every() -> dict[str, Metric]:
    """Every metric of a scene by name, in alphabetical order."""
    return {
        name: cast("Metric", module)
        for name, module in _modules().items()
        if hasattr(module, "serves")
    }


def _modules() -> dict[str, ModuleType]:
    names = sorted(
        info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")
    )
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Figures of several shots together, from the shots as filmed and all that was measured on them one by one."""
    for metric in every().values():
        if combine := getattr(metric, "across", None):
            yield from combine(shots, measured)


def quantities() -> dict[str, str]:
    """Every quantity that this toolkit measures, with its unit."""
    return {
        quantity: unit
        for module in _modules().values()
        for quantity, unit in module.QUANTITIES.items()
    }
