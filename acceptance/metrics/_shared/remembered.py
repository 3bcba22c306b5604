"""What was worked out of the same numbers is not worked out again: metrics share what they read."""

from __future__ import annotations

from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

P = ParamSpec("P")
Result = TypeVar("Result")


def remembered(size: int) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Keep the last ``size`` results of a function of arrays and of hashable values.

    It has to depend on nothing else, and nobody may change what it returns.
    """

    def decorated(function: Callable[P, Result]) -> Callable[P, Result]:
        known: OrderedDict[Hashable, Result] = OrderedDict()

        @wraps(function)
        def once(*args: P.args, **named: P.kwargs) -> Result:
            key = *map(_key, args), *((name, _key(value)) for name, value in sorted(named.items()))
            if key not in known:
                known[key] = function(*args, **named)
            known.move_to_end(key)
            while len(known) > size:
                known.popitem(last=False)
            return known[key]

        return once

    return decorated


def _key(value: object) -> Hashable:
    """Return what distinguishes a value, an array by what it holds."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    return value
