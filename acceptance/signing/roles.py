"""Roles in which a report is signed: their codes, in the order of signing, and their names.

主检 (who tested) certifies, 审核 (who reviews) and 批准 (who authorises) approve, and the seal of
the institute (公章) comes last.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

INSPECTOR, REVIEWER, APPROVER, SEAL = ORDER = ("inspector", "reviewer", "approver", "seal")
CODES = {
    "主检": INSPECTOR,
    "检验": INSPECTOR,
    "检测": INSPECTOR,
    "tester": INSPECTOR,
    "审核": REVIEWER,
    "批准": APPROVER,
    "授权签字人": APPROVER,
    "公章": SEAL,
    "盖章": SEAL,
    "检验机构(公章)": SEAL,
    "检验专用章": SEAL,
}


def code(text: str) -> str:
    """Return the code of a role by its name in either language, in half or full width.

    What is none of ``ORDER`` comes back as it was typed, in half width.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return CODES.get(plain.lower(), plain.lower() if plain.lower() in ORDER else plain)


def word(role: str) -> str:
    """Return the name of a role for users; one of other software is called as it calls itself."""
    known = {
        INSPECTOR: tr("inspector"),
        REVIEWER: tr("reviewer"),
        APPROVER: tr("approver"),
        SEAL: tr("seal"),
    }
    return known.get(role, role)


def listed(roles: Iterable[str]) -> str:
    """Name several roles in a line."""
    return tr(", ").join(map(word, roles))


def titled(role: str) -> str:
    """Name a role as it may be typed: its code, and its usual Chinese name."""
    chinese = next((name for name, found in CODES.items() if found == role), "")
    return f"{chinese} ({role})" if chinese else role
