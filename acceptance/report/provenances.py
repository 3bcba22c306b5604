"""Which packs a session was judged by, file by file, and who confirmed what of them in which copy."""

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

    Its ``figure``, its ``assignment`` or ``both``.
    """

    clause: str
    name: str
    part: str
    provenance: Provenance


def kept(pack: Pack, hashes: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of a pack's own file and of those of the packs that it extends, by their path in the session folder."""
    paths = [f"{SHELF}/{identity}.toml" for identity in (pack.id, *pack.extends)]
    return {path: hashes[path] for path in paths if path in hashes}


def confirmed(pack: Pack) -> list[Confirmed]:
    """Everything of a pack that somebody confirmed, in its own order."""
    return list(chain.from_iterable(_of(*one) for one in _stated(pack)))


def _stated(pack: Pack) -> Iterator[tuple[str, str, dict[str, Provenance | None]]]:
    for clause in pack.clauses:
        yield clause.number, clause.number, {"clause": clause.provenance}
    for one in pack.requirements:
        yield (
            one.clause,
            f"{pack.id}#{one.id}",
            {"figure": one.figure, "assignment": one.assignment},
        )
    for sampling in pack.samplings:
        yield sampling.clause, f"{pack.id}#{sampling.id}", {"figure": sampling.figure}
    if pack.scoring:
        yield pack.scoring.clause, pack.scoring.clause, {"figure": pack.scoring.figure}


def _of(clause: str, name: str, parts: Mapping[str, Provenance | None]) -> Iterator[Confirmed]:
    named = {part: one for part, one in parts.items() if one and one.confirmed_by}
    records = {(one.confirmed_by, one.confirmed_on, one.copy) for one in named.values()}
    if len(named) > 1 and len(records) == 1:
        yield Confirmed(clause=clause, name=name, part="both", provenance=named["figure"])
        return
    for part, one in named.items():
        yield Confirmed(clause=clause, name=name, part=part, provenance=one)
