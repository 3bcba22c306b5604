"""A pack that extends another: what it replaces, adds and withdraws is worked into its base.

It happens on the tables as TOML holds them, so that one plain pack results and the judge knows
nothing of overlays. An overlay that changes what was confirmed loses the confirmation, and needs a
new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from acceptance.checks import pack_sentences
from acceptance.checks.pack_confirmation import PARTS, RECORD, WAITING, check
from acceptance.checks.pack_tables import (
    Raw,
    duplicate,
    named,
    only,
    place,
    refusal,
    tables,
    target,
)
from acceptance.messages import tr
from acceptance.model import Level
from acceptance.wording import natural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

KEYS = {"clauses": "number", "requirements": "id", "samplings": "id", "conflicts": "id"}
HEAD = ("number", "title", "title_en", "edition", "validity", "note", "note_en")
OWN = {"id", "extends", "scoring", "confirmations", "withdrawals", *KEYS, *HEAD}
# Numbers that nobody replaces without saying where the new one comes from.
NUMBERS = {
    "requirements": ("limit",),
    "samplings": ("share", "at_least", "inspection_level", "retest_factor"),
    "scoring": ("basic_weight", "pass_from", "basic_from"),
}
# How a requirement is put into practice; any other field is part of what was confirmed to be
# required.
PRACTICE = {
    "id",
    "decision_rule",
    "conditions",
    "evidence",
    "sampling",
    "part",
    "advised_by",
    *PARTS,
}
WITHDRAWABLE = {"requirement": "requirements", "sampling": "samplings", "conflict": "conflicts"}

Expand = Callable[[Raw], Raw]


def extend(own: Raw, base: Raw, path: Path, latest: date | None, expand: Expand) -> Raw:
    """Work the tables of an extending pack into those of its base.

    ``expand`` fills in what a requirement of the base borrows; ``latest`` is as in
    ``pack_confirmation.confirm``. Raises PackError.
    """
    for key in sorted(own.keys() - OWN):
        raise refusal(path, "", key, tr("unknown field"))
    identity = named(own, "id", path, "") if "id" in own else ""
    if identity in {"", base["id"]}:
        taken = tr("must have its own id, different from {base!r} of its base", base=base["id"])
        raise refusal(path, "", "id", taken)
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
    key, additions = KEYS[kind], tables(own, kind, path)
    merged = [_renamed(table, base["id"], own["id"]) for table in base.get(kind, ())]
    for table in additions:
        where = _where(kind, table)
        named(table, key, path, where)
        if "changed_by" in table:
            raise refusal(path, where, "changed_by", tr("unknown field"))
        if [other.get(key) for other in additions].count(table.get(key)) > 1:
            raise refusal(path, where, key, duplicate(kind, str(table.get(key))))
        at = next((i for i, other in enumerate(merged) if other[key] == table.get(key)), None)
        if at is None:
            merged.insert(_position(table, merged) if kind == "clauses" else len(merged), table)
        else:
            _check_clause(kind, table, merged[at], path)
            merged[at] = _replace(kind, table, merged[at], path, expand)
    return merged


def _check_clause(kind: str, own: Raw, base: Raw, path: Path) -> None:
    """Refuse to make a clause of the base optional without a text that does."""
    for flag, usual in (("mandatory", None), ("demands", True)):
        lighter = own.get(flag) is False and base.get(flag, usual) is not False
        if kind == "clauses" and lighter and "provenance" not in own:
            unfounded = tr("{flag} = false: state which text says so, and how you know", flag=flag)
            raise refusal(path, place(own), "provenance", unfounded)


def _where(kind: str, table: Raw) -> str:
    if kind in {"clauses", "requirements"}:
        return place(table)
    return f"{kind.removesuffix('s')} {table.get('id', '?')}"


def _scoring(own: object, base: Raw, path: Path) -> Raw:
    if not isinstance(own, dict):
        raise refusal(path, "", "scoring", tr("must be a table"))
    return _lay_over("scoring", own, base, path, "scoring")


def _renamed(table: Raw, old: str, new: str) -> Raw:
    """Copy a table of the base; what it names of its own pack is now in the extending one."""

    def rename(reference: object) -> object:
        own = isinstance(reference, str) and reference.startswith(f"{old}#")
        return f"{new}{reference[len(old) :]}" if own else reference  # type: ignore[index]

    renamed: dict[str, object] = {
        key: rename(table[key]) for key in ("borrows", "sampling", "advised_by") if key in table
    }
    if isinstance(table.get("requirements"), list):
        renamed["requirements"] = [rename(reference) for reference in table["requirements"]]
    return table | renamed


def _position(clause: Raw, clauses: Sequence[Raw]) -> int:
    """Where a new clause belongs by its number: behind the last one with a lower number."""
    number = natural(str(clause.get("number")))
    lower = [i for i, other in enumerate(clauses) if natural(other["number"]) < number]
    return lower[-1] + 1 if lower else 0


def _replace(kind: str, own: Raw, base: Raw, path: Path, expand: Expand) -> Raw:
    """Replace fields of a table; a number of one's own ends the loan of the base."""
    if kind != "requirements":
        return _lay_over(kind, own, base, path, _where(kind, own))
    new_number = {"limit", "figure"} & own.keys()
    if new_number and "borrows" in base and "borrows" not in own:
        base = {key: value for key, value in expand(base).items() if key != "borrows"}
    where = place({"clause": base.get("clause"), **own})
    return _lay_over(kind, own, base, path, where)


def _lay_over(kind: str, own: Raw, base: Raw, path: Path, where: str) -> Raw:
    """Lay fields over those of the base; a confirmation of what they change is gone."""
    lent = "borrows" in own
    for field in NUMBERS.get(kind, ()):
        if base and field in own and "figure" not in own and not lent:
            unfounded = tr("{field} is replaced: state its source, and how you know", field=field)
            raise refusal(path, where, "figure", unfounded)
    stale = _stale(own, base)
    dropped = {WAITING} | ({"limit", "figure"} if lent else set())
    kept = {key: value for key, value in base.items() if key not in dropped}
    kept |= {key: _unconfirmed(kept[key]) for key in stale & kept.keys()}
    waiting = {part: record for part, record in base.get(WAITING, {}).items() if part not in stale}
    return kept | own | ({WAITING: waiting} if waiting else {})


def _stale(own: Raw, base: Raw) -> set[str]:
    """Name the parts of the base whose confirmation is about something else now."""
    stale = {part for part in PARTS if part in own} | ({"figure"} if "borrows" in own else set())
    changed = own.keys() - PRACTICE or ("figure" in stale and "assignment" not in base)
    return stale | ({"assignment"} if changed else set())


def _unconfirmed(provenance: object) -> object:
    if not isinstance(provenance, dict):
        return provenance
    return {key: value for key, value in provenance.items() if key not in RECORD.values()}


def _check_confirmed(own: Raw, path: Path, latest: date | None) -> None:
    """Check what is confirmed in a table itself by the rules for ``[[confirmations]]``."""
    held = [(_where(kind, table), table) for kind in KEYS for table in tables(own, kind, path)]
    for where, table in [*held, ("scoring", own.get("scoring", {}))]:
        for part in (*PARTS, "provenance"):
            provenance = table.get(part)
            if isinstance(provenance, dict) and provenance.keys() & RECORD.values():
                names = [f"{part}.{name}" for name in RECORD.values()]
                check(provenance, path, where, latest, names=names)
                if provenance.get("level") != Level.SEEN:
                    unread = tr('must be "seen": what was confirmed in a copy was read there')
                    raise refusal(path, where, f"{part}.level", unread)


def _withdraw(own: Raw, merged: Raw, path: Path, latest: date | None) -> Iterator[Raw]:
    """Take what is withdrawn out of the merged tables.

    Yield who withdrew it and why, for the pack to keep.
    """
    for table in tables(own, "withdrawals", path):
        kind, identity = target(table, WITHDRAWABLE, "withdrawal", path)
        where = pack_sentences.withdrawal(kind, identity)
        record = _withdrawal(table, kind, path, where, latest)
        held = merged[WITHDRAWABLE[kind]]
        kept = [other for other in held if other["id"] != identity]
        if len(kept) == len(held):
            nothing = pack_sentences.absent_below(kind, identity, merged["extends"][0])
            raise refusal(path, where, kind, nothing)
        merged[WITHDRAWABLE[kind]] = kept
        yield {"kind": kind, "what": identity} | record


def _withdrawal(table: Raw, kind: str, path: Path, where: str, latest: date | None) -> Raw:
    """Return why something is withdrawn, and who confirmed it where anybody did."""
    only(table, {kind, "why", "why_en", *RECORD}, where, path)
    if not table.get("why"):
        raise refusal(path, where, "why", tr("is missing; say why this is not required"))
    record = {RECORD[key]: str(table[key]) for key in RECORD if key in table}
    if record:
        check(record, path, where, latest, names=RECORD)
    return {"why": table["why"], "why_en": table.get("why_en", "")} | record
