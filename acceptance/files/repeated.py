"""What people gave twice, in files that take each name once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def repeated(names: Iterable[str]) -> list[str]:
    """Return each name that is given more than once, in the order in which they first stand."""
    return [name for name, times in Counter(names).items() if times > 1]
