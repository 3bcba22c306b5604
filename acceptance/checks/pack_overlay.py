"""A pack that extends another.

What it replaces, adds and withdraws, worked into the tables of its base.
It happens on the tables as TOML gives them, so that one plain pack comes out and the judge hears
nothing of overlays. Who changes what was confirmed loses the confirmation, and has to give a new
one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from acceptance.checks.pack_confirmation import PARTS, RECORD, WAITING, check
from acceptance.checks.pack_tables import Raw, natural, only, place, refusal, tables, target
from acceptance.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

KEYS = {"clauses": "number", "requirements": "id", "samplings": "id", "conflicts": "id"}
HEAD = ("number", "title", "title_en", "edition", "note", "note_en")
OWN = {"id", "extends", "scoring", "confirmations", "withdrawals", *KEYS, *HEAD}
# Numbers that nobody replaces without saying where the new one comes from.
NUMBERS = {
    "requirements": ("limit",),
    "samplings": ("share", "at_least", "inspection_level", "retest_factor"),
    "scoring": ("basic_weight", "pass_from", "basic_from"),
}
# How a demand is looked after; any other field of a requirement is part of what was confirmed to be
# demanded.
PRACTICE = {"id", "decision_rule", "conditions", "evidence", "sampling", "part", *PARTS}
WITHDRAWABLE = {"requirement": "requirements", "sampling": "samplings", "conflict": "conflicts"}

Expand = Callable[[Raw], Raw]


def extend(own: Raw, base: Raw, path: Path, latest: date | None, expand: Expand) -> Raw:
    """Work the tables of an extending pack into those of its base.

    ``expand`` fills in what one of the base borrows.
    ``latest`` as in ``confirmation.confirm``. Raises PackError.
    """
    for key in sorted(own.keys() - OWN):
        raise refusal(path, "", key, "unknown key")
    identity = own.get("id", "")
    if identity in {"", base["id"]}:
        raise refusal(
            path, "", "id", f"needs an id of its own; {base['id']!r} is the pack that it extends"
        )
    head = {key: pack[key] for pack in (base, own) for key in HEAD if key in pack}
    merged = head | {"id": identity, "extends": [base["id"], *base.get("extends", ())]}
    for kind in KEYS:
        merged[kind] = _merge(kind, own, base, path, expand)
    if "scoring" in base or "scoring" in own:
        merged["scoring"] = _scoring(own.get("scoring", {}), base.get("scoring", {}), path)
    _check_confirmed(own, path, latest)
    merged["withdrawn"] = [*base.get("withdrawn", ()), *_withdraw(own, merged, path, latest)]
    return merged | {key: own[key] for key in ("confirmations",) if key in own}


def _merge(kind: str, own: Raw, base: Raw, path: Path, expand: Expand) -> list[Raw]:
    """Replace and add tables of one kind.

    A new clause comes where its number belongs, all else at the end.
    """
    key, given = KEYS[kind], tables(own, kind, path)
    found = [_renamed(one, base["id"], own["id"]) for one in base.get(kind, ())]
    for one in given:
        where = _where(kind, one)
        if "changed_by" in one:
            raise refusal(path, where, "changed_by", "unknown key")
        if [other.get(key) for other in given].count(one.get(key)) > 1:
            raise refusal(path, where, key, "is given twice")
        at = next((index for index, other in enumerate(found) if other[key] == one.get(key)), None)
        if at is None:
            found.insert(_position(one, found) if kind == "clauses" else len(found), one)
        else:
            _check_clause(kind, one, found[at], path)
            found[at] = _replace(kind, one, found[at], path, expand)
    return found


def _check_clause(kind: str, own: Raw, base: Raw, path: Path) -> None:
    """Refuse to take the weight off a clause of the base without saying which text does."""
    for flag, usual in (("mandatory", None), ("demands", True)):
        lighter = own.get(flag) is False and base.get(flag, usual) is not False
        if kind == "clauses" and lighter and "provenance" not in own:
            what = f"{flag} = false: say which text says so, and how you know"
            raise refusal(path, place(own), "provenance", what)


def _where(kind: str, table: Raw) -> str:
    return (
        place(table)
        if kind in {"clauses", "requirements"}
        else f"{kind[:-1]} {table.get('id', '?')}"
    )


def _scoring(own: object, base: Raw, path: Path) -> Raw:
    if not isinstance(own, dict):
        raise refusal(path, "", "scoring", "must be a table")
    return _lay_over("scoring", own, base, path, "scoring")


def _renamed(table: Raw, old: str, new: str) -> Raw:
    """Copy a table of the base; what it names of its own pack stands in the extending one now."""

    def rename(value: Any) -> Any:  # noqa: ANN401 -- whatever TOML holds
        return (
            f"{new}{value[len(old) :]}"
            if isinstance(value, str) and value.startswith(f"{old}#")
            else value
        )

    renamed = {key: rename(table[key]) for key in ("borrows", "sampling") if key in table}
    named = table.get("requirements")
    return (
        table
        | renamed
        | ({"requirements": [rename(one) for one in named]} if isinstance(named, list) else {})
    )


def _position(clause: Raw, found: Sequence[Raw]) -> int:
    """Where a new clause belongs by its number: behind the last one with a lower number."""
    number = natural(str(clause.get("number")))
    lower = [index for index, one in enumerate(found) if natural(one["number"]) < number]
    return lower[-1] + 1 if lower else 0


def _replace(kind: str, own: Raw, base: Raw, path: Path, expand: Expand) -> Raw:
    """Replace fields of a table; a number of one's own ends the loan of the base."""
    if kind != "requirements":
        return _lay_over(kind, own, base, path, _where(kind, own))
    number_given = {"limit", "figure"} & own.keys()
    if number_given and "borrows" in base and "borrows" not in own:
        base = {key: value for key, value in expand(base).items() if key != "borrows"}
    where = place({"clause": base.get("clause"), **own})
    return _lay_over(kind, own, base, path, where)


def _lay_over(kind: str, own: Raw, base: Raw, path: Path, where: str) -> Raw:
    """Lay given fields over those of the base; a confirmation of what they change is gone."""
    lent = "borrows" in own
    for number in NUMBERS.get(kind, ()):
        if base and number in own and "figure" not in own and not lent:
            raise refusal(
                path,
                where,
                "figure",
                f"{number} is replaced: say which text states it, and how you know",
            )
    stale = {part for part in PARTS if part in own} | ({"figure"} if lent else set())
    if own.keys() - PRACTICE or ("figure" in stale and "assignment" not in base):
        stale.add("assignment")
    dropped = {WAITING} | ({"limit", "figure"} if lent else set())
    kept = {
        key: _unconfirmed(value) if key in stale else value
        for key, value in base.items()
        if key not in dropped
    }
    waiting = {part: record for part, record in base.get(WAITING, {}).items() if part not in stale}
    return kept | own | ({WAITING: waiting} if waiting else {})


def _unconfirmed(provenance: object) -> object:
    if not isinstance(provenance, dict):
        return provenance
    return {key: value for key, value in provenance.items() if key not in RECORD.values()}


def _check_confirmed(own: Raw, path: Path, latest: date | None) -> None:
    """Hold what is confirmed in a table itself against the same rules as what stands in ``[[confirmations]]``."""
    held = [(_where(kind, one), one) for kind in KEYS for one in tables(own, kind, path)]
    for where, one in [*held, ("scoring", own.get("scoring", {}))]:
        for part in (*PARTS, "provenance"):
            provenance = one.get(part)
            if isinstance(provenance, dict) and provenance.keys() & RECORD.values():
                names = [f"{part}.{name}" for name in RECORD.values()]
                check(provenance, path, where, latest, names=names)
                if provenance.get("level") != Level.SEEN:
                    raise refusal(
                        path,
                        where,
                        f"{part}.level",
                        'what was confirmed in a copy was read: level = "seen"',
                    )


def _withdraw(own: Raw, merged: Raw, path: Path, latest: date | None) -> Iterator[Raw]:
    """Take what is withdrawn out of the merged tables.

    Yield who withdrew it and why, for the pack to keep.
    """
    for one in tables(own, "withdrawals", path):
        kind, identity = target(one, WITHDRAWABLE, "withdrawal", path)
        where = f"withdrawal of {kind} {identity}"
        only(one, {kind, "why", "why_en", *RECORD}, where, path)
        if not one.get("why"):
            raise refusal(path, where, "why", "is missing; say why this is not asked")
        record = {RECORD[key]: str(one[key]) for key in RECORD if key in one}
        if record:
            check(record, path, where, latest, names=RECORD)
        kept = [other for other in merged[WITHDRAWABLE[kind]] if other["id"] != identity]
        if len(kept) == len(merged[WITHDRAWABLE[kind]]):
            raise refusal(path, where, kind, f"{merged['extends'][0]} has no {kind} {identity!r}")
        merged[WITHDRAWABLE[kind]] = kept
        yield {
            "kind": kind,
            "what": identity,
            "why": one["why"],
            "why_en": one.get("why_en", ""),
        } | record
