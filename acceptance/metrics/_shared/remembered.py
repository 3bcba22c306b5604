"""What was worked out of the same numbers is not worked out again: metrics share what they read."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

P = ParamSpec("P")
Result = TypeVar("Result")


def remembered(size: int) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Keep the last ``size`` results of a function of arrays and of hashable values.

    It has to depend on nothing else. What it returns becomes ``read_only``. Nothing is kept of a
    call with a function among its arguments, which is another one each time. Of the arguments their
    hashes are kept, not the arrays.
    """

    def decorated(function: Callable[P, Result]) -> Callable[P, Result]:
        known: OrderedDict[Hashable, Result] = OrderedDict()
        lock = threading.Lock()

        @wraps(function)
        def once(*args: P.args, **named: P.kwargs) -> Result:
            if any(map(callable, (*args, *named.values()))):
                return function(*args, **named)
            key = *map(_key, args), *((name, _key(value)) for name, value in sorted(named.items()))
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key]
            result = read_only(function(*args, **named))
            with lock:
                known[key] = result
                while len(known) > size:
                    known.popitem(last=False)
            return result

        return once

    return decorated


def read_only(result: Result) -> Result:
    """Forbid to change an array, and those in a dataclass, tuple, list or dict, and return it.

    Lists and dicts themselves, and what else holds arrays, can still be changed.
    """
    if isinstance(result, np.ndarray):
        result.flags.writeable = False
    elif isinstance(result, dict):
        read_only(list(result.values()))
    elif isinstance(result, list | tuple):
        for each in result:
            read_only(each)
    elif is_dataclass(result):
        read_only([getattr(result, each.name) for each in fields(result)])
    return result


def _key(value: object) -> Hashable:
    """Return what distinguishes a value, an array by the hash of what it holds."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, hashlib.sha256(value.tobytes()).digest()
    return value
