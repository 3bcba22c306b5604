"""Files that are copies of another one: as many bytes, and the same at their beginning.

Bytes and length alone tell nothing: recordings of a constant bit rate have them alike.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BLOCK = 4096  # bytes, of which sizes are multiples that a recorder chose beforehand
BEGINNING = 1 << 20  # bytes of a file that are compared
MOST = 1000  # files that are opened for it


def among(sizes: Sequence[int], files: Sequence[Path]) -> set[int]:
    """Return the places of the files that are copies of an earlier one.

    ``sizes`` are theirs in bytes; 0: it is not to be looked at. One that cannot be read is no copy.
    """
    return set(_copies(sizes, files))


def _copies(sizes: Sequence[int], files: Sequence[Path]) -> Iterator[int]:
    seen: set[tuple[int, str]] = set()
    for place in _candidates(sizes)[:MOST]:
        with contextlib.suppress(OSError), files[place].open("rb") as file:
            digest = hashlib.sha256(file.read(BEGINNING)).hexdigest()
            about = sizes[place], digest
            if about in seen:
                yield place
            seen.add(about)


def _candidates(sizes: Sequence[int]) -> list[int]:
    """Return the places of those that have as many bytes as another one, the most alike first.

    Recorders that set files up beforehand give them whole blocks: those are not looked at.
    """
    alike: dict[int, list[int]] = defaultdict(list)
    for place, size in enumerate(sizes):
        if size % BLOCK:
            alike[size].append(place)
    groups = sorted((group for group in alike.values() if len(group) > 1), key=len, reverse=True)
    return [place for group in groups for place in group]
