"""A recording beside the reference sequence that it should show, picture by picture.

Both clips are decoded a few times over rather than held: nothing but a few thumbnails and figures a
picture stays.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.metrics._filmed_clock import readings
from acceptance.metrics.compression import alignment
from acceptance.metrics.compression.alignment import REACH, Map, abreast
from acceptance.metrics.compression.fidelity import (
    SMALLEST,
    Codes,
    brought_to,
    cut,
    detail,
    squared_error,
)
from acceptance.metrics.compression.registration import Registration, register
from acceptance.metrics.compression.scores import FEWEST
from acceptance.scene.build import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.footage.clip import Clip, Frame
    from acceptance.footage.planes import Plane
    from acceptance.metrics._filmed_clock.readings import Readings
    from acceptance.metrics.compression.alignment import Array, Whole
    from acceptance.scene.build import Scene

LEAST_SHARE = 0.5  # of the shorter clip that must find its place
# correlation of what moves: nearly all find a place, a part only
LEAST_MOTION, LEAST_OF_PART = 0.4, 0.7
NEARLY_ALL = 0.9
MOST_STRETCH = 0.5  # px at the border
PLACES = 3  # pictures that the place is read from
FINER = 1.5  # times the bit rate
AT_HOME = 0.25  # px within which a picture has not been moved
ROUNDS = 3  # of refining the map

Planes = tuple["Plane", "Plane | None", "Plane | None"]


@dataclass(frozen=True, kw_only=True)
class PicturePair:
    """Recording and reference with the ``map`` in time and the ``registration`` in the picture.

    ``motion`` is the correlation of what moves in both (nan: nothing does), ``late`` the mean
    squared error of the pictures matched over that of the best neighbours (1: nothing comes
    nearer).
    """

    recorded: Clip
    reference: Clip
    map: Map
    registration: Registration
    motion: float = math.nan
    late: float = 1.0

    @property
    def codes(self) -> Codes:
        """Coding in which both are compared: the reference's, at the larger depth of the two."""
        depth = max(self.recorded.info.depth, self.reference.info.depth)
        return replace(Codes.of(self.reference.info), depth=depth)

    def pictures(self) -> Iterator[tuple[Frame, Planes, Planes]]:
        """Yield each scored picture as recorded, then its planes and the reference's.

        The planes are cut to what both show.
        """
        shown = np.full_like(self.map.shown, -1)
        shown[self.map.scored] = self.map.shown[self.map.scored]
        for frame, near in abreast(self.recorded.frames(), self.reference.frames(), shown):
            for other in near.values():
                yield frame, self._planes(frame, self.recorded), self._planes(other, self.reference)

    def luma_near(self) -> Iterator[tuple[Plane, dict[int, Plane]]]:
        """Yield the luma of each matched picture, and of the reference pictures within REACH of it.

        The reference pictures come by their numbers.
        """
        recorded, reference = self.recorded.frames(), self.reference.frames()
        for frame, near in abreast(recorded, reference, self.map.shown, REACH):
            wanted = {number: self._luma(other, self.reference) for number, other in near.items()}
            yield self._luma(frame, self.recorded), wanted

    def _luma(self, frame: Frame, of: Clip) -> Plane:
        return self._brought(frame.luma, frame, of, chroma=False)

    def _planes(self, frame: Frame, of: Clip) -> Planes:
        cb, cr = (
            None if plane is None else self._brought(plane, frame, of, chroma=True)
            for plane in (frame.cb, frame.cr)
        )
        return self._luma(frame, of), cb, cr

    def _brought(self, plane: Plane, frame: Frame, of: Clip, *, chroma: bool) -> Plane:
        shared = cut(plane, self._moved(of), frame.luma.shape)
        return brought_to(shared, Codes.of(of.info), self.codes, chroma=chroma)

    def _moved(self, of: Clip) -> tuple[int, int]:
        across, down = self.registration.whole
        return (across, down) if of is self.recorded else (-across, -down)


def pair(scene: Scene) -> PicturePair:
    """Open both clips and find their alignment in time and in the picture.

    Raises GapError: reference_size, region_too_small, too_few_frames, reference_unrelated,
    reference_coarser, reference_scaled, alignment_uncertain.
    """
    recorded = clip.open_clip(scene.folder / scene.shot.clip, scene.shot.coding)
    reference = clip.open_clip(scene.folder / scene.shot.reference)
    _check_size(recorded, reference)
    seen = alignment.thumbnails(recorded.frames(), recorded.info.depth)
    wanted = alignment.thumbnails(reference.frames(), reference.info.depth)
    found = _mapped(scene, recorded, reference, (seen, wanted))
    share = _related(found, len(seen), len(wanted))
    _check_finer(recorded, reference, found)
    found, where = _placed(recorded, reference, found)
    _check_place(where, recorded)
    both = PicturePair(recorded=recorded, reference=reference, map=found, registration=where)
    both = _refined(both)
    both = replace(both, motion=_motion(both.map, seen, wanted, share))
    if math.isnan(both.motion):
        _check_still(both)
    return both


def _check_size(recorded: Clip, reference: Clip) -> None:
    size, needed = ((film.info.width, film.info.height) for film in (recorded, reference))
    if size != needed:
        raise GapError(
            "reference_size",
            recorded=f"{size[0]} x {size[1]}",
            reference=f"{needed[0]} x {needed[1]}",
        )
    if min(size) < 2 * SMALLEST:
        raise GapError("region_too_small")


def _mapped(scene: Scene, recorded: Clip, reference: Clip, features: tuple[Array, Array]) -> Map:
    """Map by the counter where both show one, else by content.

    Content is compared at the ratio of the rates or at one to one, whichever leaves fewer
    irregular.
    """
    rates = _rate(recorded), _rate(reference)
    ratio = rates[1] / rates[0] if all(rates) else 1.0
    if (counted := _counted(scene)) is not None:
        shown, unreadable = counted
        return Map(shown=shown, ratio=ratio, by="counter", unreadable=unreadable)
    maps = [
        Map(shown=alignment.by_content(*features, tried), ratio=tried, by="content")
        for tried in dict.fromkeys((ratio, 1.0))
    ]
    return min(maps, key=lambda found: (-len(found.scored), found.repeated + found.dropped))


def _rate(opened: Clip) -> float:
    times = np.array([float(packet.time) for packet in opened.packets])
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    return 1 / step if step > 0 else 0.0


def _counted(scene: Scene) -> tuple[Whole, int] | None:
    """Map by the filmed clock, with the number of pictures whose clock cannot be read.

    It is None without a clock in both.
    """
    if not scene.series.cells:
        return None
    shot = replace(
        scene.shot, clip=scene.shot.reference, reference="", arrivals="", screen_log="", regions={},
        packets="", stream_record="",
    )  # fmt: skip
    seen, wanted = _first_clock(scene), _first_clock(look(shot, scene.folder))
    if seen is None or wanted is None:
        return None
    shown = alignment.by_counter(seen.index, wanted.index)
    return None if shown is None else (shown, int(np.count_nonzero(~seen.readable)))


def _first_clock(scene: Scene) -> Readings | None:
    return next(iter(readings.read_clocks(scene).values()), None)


def _related(found: Map, recorded: int, reference: int) -> float:
    """Share of the shorter clip that finds a place in the other. Raises GapError for too little."""
    scored = len(found.scored)
    if min(recorded, reference) < FEWEST:
        raise GapError("too_few_frames", frames=min(recorded, reference), needed=FEWEST)
    share = scored / min(recorded, reference, max(1.0, reference / found.ratio))
    if scored < FEWEST or share < LEAST_SHARE:
        raise GapError("reference_unrelated", frames=scored, share=min(share, 1.0))
    return share


def _check_finer(recorded: Clip, reference: Clip, found: Map) -> None:
    """Refuse a reference with less detail and far fewer bits than its recording."""
    less = [detail(wanted) < detail(seen) for seen, wanted in _samples(recorded, reference, found)]
    if all(less) and reference.info.bit_rate * FINER < recorded.info.bit_rate:
        raise GapError(
            "reference_coarser",
            reference=reference.info.bit_rate / 1e6,
            recorded=recorded.info.bit_rate / 1e6,
        )


def _placed(recorded: Clip, reference: Clip, found: Map) -> tuple[Map, Registration]:
    """Find the place in the picture; where it is not the reference's own, with that in time.

    While the camera pans, a picture moved is like one taken earlier or later.
    """
    first = register(_samples(recorded, reference, found)) or Registration()
    if max(map(abs, first.shift)) < AT_HOME or found.by == "counter":
        return found, first
    both = [(found, first)]
    for lag in (lag for lag in range(-REACH, REACH + 1) if lag):
        other = _later(found, lag, reference.info.frames)
        if len(other.scored) >= FEWEST and (
            there := register(_samples(recorded, reference, other))
        ):
            both.append((other, there))
    return max(both, key=lambda placed: placed[1].likeness)


def _later(found: Map, lag: int, frames: int) -> Map:
    """Return the map ``lag`` reference pictures later, without those beyond its ``frames``."""
    later = np.where(found.shown < 0, -1, found.shown + lag)
    return replace(found, shown=np.where(later < frames, np.maximum(later, -1), -1))


def _samples(recorded: Clip, reference: Clip, found: Map) -> Iterator[tuple[Plane, Plane]]:
    chosen = found.scored[np.linspace(0, len(found.scored) - 1, PLACES).round().astype(int)]
    shown = np.full_like(found.shown, -1)
    shown[chosen] = found.shown[chosen]
    for frame, near in itertools.islice(
        abreast(recorded.frames(), reference.frames(), shown), PLACES
    ):
        yield from ((frame.luma, other.luma) for other in near.values())


def _refined(both: PicturePair) -> PicturePair:
    """Move the map where whole pictures agree better; a counter is believed."""
    for _ in range(ROUNDS):
        errors = alignment.close_costs(both.luma_near(), both.map.shown)
        shown = both.map.shown
        if both.map.by == "content":
            shown = alignment.refined(shown, errors, both.map.ratio)
        moved = shown[shown >= 0] - both.map.shown[shown >= 0]
        chosen = np.take_along_axis(errors, (moved + REACH)[:, None], axis=1)
        late = float(chosen.sum() / least) if (least := float(errors.min(axis=1).sum())) else 1.0
        both = replace(both, map=replace(both.map, shown=shown), late=late)
        if np.abs(moved).max(initial=0) < REACH:
            break
    return both


def _check_place(found: Registration, recorded: Clip) -> None:
    stretch = found.stretch(recorded.info.width, recorded.info.height)
    if stretch > MOST_STRETCH:
        raise GapError("reference_scaled", stretch=stretch)


def _motion(found: Map, recorded: Array, reference: Array, share: float) -> float:
    """Correlate what moves, and refuse a map by content that this does not support."""
    motion = alignment.common_motion(recorded[found.scored], reference[found.shown[found.scored]])
    needed = LEAST_MOTION if share >= NEARLY_ALL else LEAST_OF_PART
    if motion < needed and found.by == "content":
        raise GapError("alignment_uncertain", share=max(motion, 0.0))
    return motion


def _check_still(both: PicturePair) -> None:
    """Refuse what seems still, but whose pictures are as far from their own as from the next.

    These are then as far from each other: it is noise, or a pattern too fine for the thumbnails,
    and nothing shows which picture is which.
    """
    sums, shown = np.zeros(3), both.map.shown[both.map.matched].tolist()
    for (seen, near), own in zip(both.luma_near(), shown, strict=False):
        if own in near and own + 1 in near:
            ends = ((seen, near[own]), (seen, near[own + 1]), (near[own], near[own + 1]))
            sums += [squared_error(*planes) for planes in ends]
    mine, others, apart = sums / len(both.map.matched)
    if apart > 1 and others - mine < 0.1 * apart and 0.75 * apart < mine < 2 * apart:
        raise GapError("alignment_uncertain", share=0.0)
