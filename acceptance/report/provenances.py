"""Which packs a session was judged by, file by file, and who confirmed what in which copy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Pack, Provenance

SHELF = "data/packs"


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What one person confirmed of one thing of a pack.

    That is its ``figure``, its ``assignment`` or ``both``.
    """

    clause: str
    name: str
    part: str
    provenance: Provenance


def kept(pack: Pack, hashes: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of a pack's own file and of those that it extends, by path in the session folder."""
    paths = [f"{SHELF}/{identity}.toml" for identity in (pack.id, *pack.extends)]
    return {path: hashes[path] for path in paths if path in hashes}


def confirmed(pack: Pack) -> list[Confirmed]:
    """Everything of a pack that somebody confirmed, in its own order."""
    return list(chain.from_iterable(_of(*statement) for statement in _stated(pack)))


def _stated(pack: Pack) -> Iterator[tuple[str, str, dict[str, Provenance | None]]]:
    for clause in pack.clauses:
        yield clause.number, clause.number, {"clause": clause.provenance}
    for demand in pack.requirements:
        parts = {"figure": demand.figure, "assignment": demand.assignment}
        yield demand.clause, f"{pack.id}#{demand.id}", parts
    for sampling in pack.samplings:
        yield sampling.clause, f"{pack.id}#{sampling.id}", {"figure": sampling.figure}
    if pack.scoring:
        yield pack.scoring.clause, pack.scoring.clause, {"figure": pack.scoring.figure}


def _of(clause: str, name: str, parts: Mapping[str, Provenance | None]) -> Iterator[Confirmed]:
    seen = {part: source for part, source in parts.items() if source and source.confirmed_by}
    records = {(source.confirmed_by, source.confirmed_on, source.copy) for source in seen.values()}
    if len(seen) > 1 and len(records) == 1:
        yield Confirmed(clause=clause, name=name, part="both", provenance=seen["figure"])
        return
    for part, source in seen.items():
        yield Confirmed(clause=clause, name=name, part=part, provenance=source)
