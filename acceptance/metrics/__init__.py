"""The folder is the registry: one module or package, one family of quantities.

A metric is a module with ``QUANTITIES`` (quantity -> unit), ``serves(scene)`` and
``measure(scene)``. One whose results need several shots (a series of illuminances, repeated
presets) also has ``across(shots, measured)``. ``recordings`` measures no scene but a recorder's
list: it has ``QUANTITIES`` and a ``measure`` of its own, and no ``serves``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from acceptance.errors import InputError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from acceptance.model.measurement import Measurement, Note
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene


class Metric(Protocol):
    """What a metric of this folder offers."""

    __name__: str
    QUANTITIES: Mapping[str, str]

    def serves(self, scene: Scene) -> bool:
        """Whether this scene holds what the metric measures.

        False means that the metric does not apply, not that a result is missing.
        """

    def measure(self, scene: Scene) -> Iterator[Measurement | Note]:
        """Measure the scene; a result not obtained is a Note.

        Raises GapError when there is no result at all.
        """


def every() -> dict[str, Metric]:
    """Return every metric that measures a scene, by name, in alphabetical order."""
    return {
        name: cast("Metric", module)
        for name, module in _modules().items()
        if hasattr(module, "serves")
    }


@cache
def _names() -> tuple[str, ...]:
    """List the folder once: each clip, plan and pack asks for the quantities of all."""
    modules = (info.name for info in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if not name.startswith("_")))


def _modules() -> dict[str, ModuleType]:
    return {name: importlib.import_module(f"{__name__}.{name}") for name in _names()}


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Measure what needs several shots: from the shots, and from all results of each of them."""
    for metric in every().values():
        if combine := getattr(metric, "across", None):
            yield from combine(shots, measured)


def quantities() -> dict[str, str]:
    """Return every quantity that this toolkit measures, with its unit."""
    return {
        quantity: unit
        for module in _modules().values()
        for quantity, unit in module.QUANTITIES.items()
    }


def quantities_of(names: Sequence[str]) -> set[str] | None:
    """Return the quantities of the metrics that are named; None, all of them, where none is.

    Raises InputError for an unknown one.
    """
    if not names:
        return None
    known = every()
    for name in names:
        if name not in known:
            hint = tr("Metrics: {names}", names=", ".join(known))
            raise InputError(tr("unknown metric"), where=name, hint=hint)
    return {quantity for name in names for quantity in known[name].QUANTITIES}


def __getattr__(name: str) -> ModuleType:
    """Load a metric when a program first names it: ``acceptance.metrics.noise``."""
    if name in _names():
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(name)
