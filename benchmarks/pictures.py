"""The pictures of the documents, made again: ``python benchmarks/pictures.py [NAME...]`` writes docs/pictures/NAME."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"

PICTURES: Mapping[str, Callable[[], bytes]] = {}


def main() -> None:
    """Write the pictures that were named, or all."""
    for name in sys.argv[1:] or PICTURES:
        (FOLDER / name).write_bytes(PICTURES[name]())
        print(FOLDER / name)


if __name__ == "__main__":
    main()
