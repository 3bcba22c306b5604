"""Passwords in URLs: before the host, and among what is asked for, as some cameras want it."""

from __future__ import annotations

import re

BEFORE_HOST = re.compile(r"//[^@]*:[^@]*@")  # a password may have any characters
# ``?user=A&password=B``, ``/user=A_password=B_channel=1``
AMONG_FIELDS = re.compile(
    r"((?<![a-z0-9])(?:password|passwd|pass|pwd|psw|loginpas)=)"
    r"[^&/?#\s\"'<>\\]+?(?=_[a-z]+=|[&/?#\s\"'<>\\]|$)",
    re.IGNORECASE,
)
HIDDEN = "***"


def holds(url: str) -> bool:
    """Whether the URL of a stream holds a password."""
    return bool(BEFORE_HOST.search(url) or AMONG_FIELDS.search(url))


def without(text: str) -> str:
    """Return ``text`` with ``***`` for each password among the fields of a URL."""
    return AMONG_FIELDS.sub(rf"\g<1>{HIDDEN}", text)


def bare(url: str) -> str:
    """Return a URL that a device names without user and password, wherever they stand."""
    return without(re.sub(r"//(?:[^/?#]*|[^@]*)@", "//", url))  # it may hold @ or /
