"""JSON that others may have written: bounded before it is read, and of one meaning; and our own.

Python makes objects of 40 to 100 bytes from two bytes of JSON, so the number of items is counted
before anything is made of them. Of two members with one name, readers differ in which they take
(RFC 8259, section 4): both are refused.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ITEMS = 5_000_000  # 96 MiB of a session hold 4.6 million
MOST_MEMBERS = 200_000  # of one object; the files of a session are the largest
NESTING = (dict, list, tuple)
NEWLINE = "\n"


def loads(content: bytes) -> object:
    """Read JSON (UTF-8).

    Raises ValueError where it is none, holds more than ``MOST_ITEMS`` items or more than
    ``MOST_MEMBERS`` in one object, or names a member twice; RecursionError where it is too deep.
    """
    items = sum(content.count(mark) for mark in (b"{", b"[", b","))
    if items > MOST_ITEMS:
        raise ValueError(tr("more than {most} items", most=MOST_ITEMS))
    read: object = json.loads(content, object_pairs_hook=_members)
    return read


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(pairs) > MOST_MEMBERS:
        raise ValueError(tr("more than {most} members of one object", most=MOST_MEMBERS))
    members = dict(pairs)
    if len(members) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(tr("{name} stands twice in one object", name=repr(twice)))
    return members


def dumps(content: object) -> bytes:
    """Write JSON (UTF-8), each item on a line: the bytes of ``json.dumps`` with an indent of 1.

    With an indent Python leaves its encoder in C aside; here that writes all that holds nothing
    nested. Raises ValueError for a number that JSON has not.
    """
    return f"{_lines(content, NEWLINE)}\n".encode()


def _lines(content: object, end: str) -> str:
    """Write a value; ``end`` is the end of a line with the indent at which the value closes."""
    if not isinstance(content, NESTING) or not content:
        return _encoder("")(content)
    inner = f"{end} "
    encode, held = _encoder(f",{inner}"), content.values() if isinstance(content, dict) else content
    if not any(isinstance(item, NESTING) and item for item in held):
        whole = encode(content)[1:-1]
    elif isinstance(content, dict):
        members = (f"{_name(name)}: {_lines(item, inner)}" for name, item in content.items())
        whole = f",{inner}".join(members)
    else:
        whole = f",{inner}".join(_lines(item, inner) for item in content)
    first, last = "{}" if isinstance(content, dict) else "[]"
    return f"{first}{inner}{whole}{end}{last}"


def _name(key: object) -> str:
    """Write the name of a member as JSON has it, whatever Python has."""
    return _encoder("")({key: 0})[1:-4]


@lru_cache
def _encoder(between: str) -> Callable[[object], str]:
    """Return what writes a value on one line, with this ``between`` its items."""
    separators = (between, ": ")
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=separators).encode
