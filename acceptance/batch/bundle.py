"""Several files as one sequence of bytes: what a child answers, and what the cache keeps.

The first line is the SHA-256 of all that follows; the second, in JSON, says for whom it is
(``key``) and lists name and size of each part; then come the parts. A byte that is missing or
another is found, and so is what belongs to another key.
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
    sizes = {name: len(content) for name, content in parts.items()}
    head = json.dumps({"format": FORMAT, "key": key, "sizes": sizes}, ensure_ascii=False)
    rest = b"".join((head.encode(), b"\n", *parts.values()))
    return b"%s\n%s" % (hashlib.sha256(rest).hexdigest().encode(), rest)


def unpack(content: bytes, key: str) -> dict[str, bytes]:
    """Take apart what ``pack`` made under this key. Raises ValueError where it is not whole."""
    digest, _, rest = content.partition(b"\n")
    if hashlib.sha256(rest).hexdigest().encode() != digest:
        raise ValueError(key)
    try:
        return _parts(rest, key)
    except (LookupError, TypeError, AttributeError, RecursionError, ValueError) as error:
        raise ValueError(key) from error


def _parts(rest: bytes, key: str) -> dict[str, bytes]:
    line, _, rest = rest.partition(b"\n")
    head = json.loads(line)
    if (head["format"], head["key"]) != (FORMAT, key):
        raise ValueError(key)
    parts = {}
    for name, size in head["sizes"].items():
        parts[name], rest = rest[:size], rest[size:]
    return parts
