"""Where two versions of a session, or of its findings, differ: sentences that name the field."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, TypeGuard

from acceptance.checks import conclusion, judging
from acceptance.files import strict_json
from acceptance.messages import tr, tr_count
from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Conclusion, Finding, Pack, Session, SessionWarning

# The same figures on another processor may differ in their last digits; a verdict may not.
ROUNDING = 1e-9


def changed_fields(signed: bytes, found: bytes) -> Iterator[str]:
    """Name the fields in which ``session.json`` differs from the signed one (bytes of both)."""
    try:
        fields = [*_differences(strict_json.loads(signed), strict_json.loads(found))]
    except ValueError:
        fields = []
    for name, before, after in fields:
        values = {"file": store.FILE, "field": name, "found": after, "signed": before}
        yield tr("{file}: {field} is {found!r}, but {signed!r} was signed", **values)
    if not fields:
        yield tr("{file} is not, byte by byte, the one in the report", file=store.FILE)


def changed_findings(stored: Sequence[Finding], judged: Sequence[Finding]) -> Iterator[str]:
    """Name the fields in which stored findings differ from those that follow."""
    before, after = _by_subject(stored), _by_subject(judged)
    for key in [*before, *(key for key in after if key not in before)]:
        name = tr("{requirement} of {subject}", requirement=key[0], subject=key[1])
        if key not in after:
            yield tr("{finding}: stored, but does not follow", finding=name)
        elif key not in before:
            yield tr("{finding}: due, but not stored", finding=name)
        else:
            stands, follows = asdict(before[key]), asdict(after[key])
            yield from _judged_otherwise(name, stands, follows, rounding=ROUNDING)
    if len(before) != len(stored):
        yield tr("a finding is stored twice")


def _by_subject(findings: Sequence[Finding]) -> dict[tuple[str, str], Finding]:
    return {(finding.requirement, finding.subject): finding for finding in findings}


def changed_sums(
    stored: Session, judged: Sequence[Finding], packs: Sequence[Pack]
) -> Iterator[str]:
    """Name where bottom line and conclusions are not what the findings add up to."""
    scope = stored.plan.scope
    line = judging.bottom_line(judged, scope)
    yield from _judged_otherwise(tr("bottom line"), asdict(stored.bottom_line), asdict(line))
    stands = [asdict(part) for part in stored.conclusions]
    follows = [asdict(part) for part in _concluded(stored, packs, judged)]
    yield from _judged_otherwise(tr("conclusions"), stands, follows)


def _concluded(
    stored: Session, packs: Sequence[Pack], judged: Sequence[Finding]
) -> Iterator[Conclusion]:
    """Yield what is concluded; sessions before 0.7.0, without warnings, counted no limits."""
    for concluded in conclusion.conclude(packs, judged, stored.plan.scope):
        counted = stored.warnings is not None
        yield concluded if counted else replace(concluded, limits=None, unconfirmed=None)


def changed_warnings(stored: Session, found: Sequence[SessionWarning]) -> Iterator[str]:
    """Name where the warnings of a session are not those that are found again."""
    due = list(found)
    for warning in stored.warnings or ():
        if warning in due:
            due.remove(warning)
        else:
            yield tr("warning {code} is stored, but does not follow", code=_named(warning))
    for warning in due:
        yield tr("warning {code} is due, but not stored", code=_named(warning))


def _named(warning: SessionWarning) -> str:
    about = warning.items[:1]
    return " ".join((warning.code, *about))


def _judged_otherwise(
    name: str, stands: object, follows: object, *, rounding: float = 0.0
) -> Iterator[str]:
    for field, before, after in _differences(stands, follows, rounding=rounding):
        values = {"part": name, "field": field, "stored": before, "judged": after}
        yield tr("{part}: {field} is stored as {stored!r}, judged as {judged!r}", **values)


def _differences(
    before: object, after: object, name: str = "", *, rounding: float = 0.0
) -> Iterator[tuple[str, object, object]]:
    """Yield where two trees of mappings, sequences and plain values differ, with both values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            below = f"{name}.{key}" if name else str(key)
            yield from _differences(before.get(key), after.get(key), below, rounding=rounding)
    elif _is_list(before) and _is_list(after) and len(before) == len(after):
        for index, (first, second) in enumerate(zip(before, after, strict=True)):
            yield from _differences(first, second, f"{name}[{index}]", rounding=rounding)
    elif isinstance(before, float) and isinstance(after, float):
        if not math.isclose(before, after, rel_tol=rounding):
            yield name, before, after
    elif before != after:
        yield name, _brief(before), _brief(after)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _brief(value: object) -> object:
    if isinstance(value, Mapping) or _is_list(value):
        return tr_count("{count} entry", "{count} entries", len(value))
    return value
