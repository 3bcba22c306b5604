"""Shots of a plan whose own fields do not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.messages import tr
from acceptance.model import SignalPath
from acceptance.session import plan_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.errors import PlanError
    from acceptance.model import Shot


MOST_TILES = 256  # of a wall


def wrong_pairs(shots: Sequence[Shot], where: str) -> Iterator[PlanError]:
    """Yield an error for each ``live`` that is no live shot, or not the field of a playback."""
    lives = {shot.id for shot in shots if shot.path is SignalPath.LIVE}
    for shot in shots:
        if shot.live and (shot.live not in lives or shot.id in lives):
            what = tr(
                "only a playback has this field, and it names a live shot, not {live!r}",
                live=shot.live,
            )
            yield plan_words.wrong(tr("{plan}: shot {shot}, live", plan=where, shot=shot.id), what)


def wrong_walls(shots: Sequence[Shot], where: str) -> Iterator[PlanError]:
    """Yield an error for each wall of no tile or of too many, or that does not fit the regions."""
    for shot in shots:
        for what in _of_wall(shot):
            yield plan_words.wrong(tr("{plan}: shot {shot}, wall", plan=where, shot=shot.id), what)


def _of_wall(shot: Shot) -> Iterator[str]:
    if any(not row for row in shot.wall):
        yield tr("a row of the wall has no tile; write an empty name where a tile shows nothing")
    if sum(map(len, shot.wall)) > MOST_TILES:
        yield tr("a wall has {most} tiles at most", most=MOST_TILES)
    placed = {name.partition(".")[2] for name in shot.regions if name.startswith("tile.")}
    named = {name for row in shot.wall for name in row if name}
    if placed and (missing := sorted(named - placed)):
        yield tr("the tile of {subject} has no region tile.{subject}", subject=missing[0])
    if "wall" in shot.regions and not shot.wall:
        yield tr("the region wall says where it stands, but not how many tiles it has")
