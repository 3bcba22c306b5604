"""From when to when standards hold: of packs, of the limits that they lend, and of what is advised.

A source that is no longer in force on the day of work is no reason to judge otherwise: standards
with dated references keep old editions in force. It is said beside the finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks.pack_confirmation import day_of
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.pack_tables import Raw
    from acceptance.model import Validity


def validity(requirement: Raw, home: Raw) -> Raw:
    """Return the dates of the pack ``home``, where the limit is of its own standard."""
    figure = requirement.get("figure")
    stated = isinstance(figure, dict) and figure.get("source") == home.get("number")
    if not stated or "limit" not in requirement or "validity" not in home:
        return {}
    return {"validity": home["validity"]}


def advice(stricter: Raw, home: Raw) -> Raw:
    """Return what a requirement of the pack ``home`` asks, as advice to another one."""
    since = home["validity"].get("since", "") if isinstance(home.get("validity"), dict) else ""
    return {
        "advice": {"limit": stricter["limit"], "figure": stricter.get("figure"), "since": since}
    }


def complaints(dates: Validity | None) -> Iterator[tuple[str, str]]:
    """Yield field and sentence for days that are none, or that end before they begin."""
    if dates is None:
        return
    for name in ("since", "until"):
        day = getattr(dates, name)
        if day and day_of(day) is None:
            wrong = tr("{day!r} is not a date; write it like 2026-11-25", day=day)
            yield f"validity.{name}", wrong
    if dates.since and dates.until and dates.until < dates.since:
        yield "validity.until", tr("ends before it begins")
    if dates.replaced_by and not dates.until:
        yield "validity.until", tr("is missing; say on which day the last of it was in force")
