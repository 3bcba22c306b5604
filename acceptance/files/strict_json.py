"""JSON that others may have written: bounded before it is read, and of one meaning.

Python makes objects of 40 to 100 bytes from two bytes of JSON, so the number of items is counted
before anything is made of them. Of two members with one name, readers differ in which they take
(RFC 8259, section 4): both are refused.
"""

from __future__ import annotations

import json
from collections import Counter

from acceptance.messages import tr

MOST_ITEMS = 5_000_000  # 96 MiB of a session hold 4.6 million
MOST_MEMBERS = 200_000  # of one object; the files of a session are the largest


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
