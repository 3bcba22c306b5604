"""Several files as one sequence of bytes: what a child answers, and what the cache keeps.

The first line is JSON: for whom it is (``key``), and name, size and SHA-256 of each part; then come
the parts. A byte that is missing or another is found, and so is what belongs to another key.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1


def pack(key: str, parts: Mapping[str, bytes]) -> bytes:
    """Put parts, name -> content, together under a key."""
    listed = [
        [name, len(content), hashlib.sha256(content).hexdigest()] for name, content in parts.items()
    ]
    head = json.dumps({"format": FORMAT, "key": key, "parts": listed}, ensure_ascii=False)
    return b"".join((head.encode(), b"\n", *parts.values()))


def unpack(content: bytes, key: str) -> dict[str, bytes]:
    """Take apart what ``pack`` made under this key. Raises ValueError where it is not whole."""
    line, _, rest = content.partition(b"\n")
    parts: dict[str, bytes] = {}
    try:
        head = json.loads(line)
        for name, size, _ in head["parts"]:
            parts[name], rest = rest[:size], rest[size:]
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(key) from error
    if rest or content != pack(key, parts):
        raise ValueError(key)
    return parts
