"""How coarsely the detail of a picture was coded: by its own packet, and by those it rests on.

A frame between key frames states a quantiser, and says nothing of what it leaves as it was. Where
the bit rate is short, a key frame is coded coarsely, and those after it state fine quantisers while
they mend a little at a time: for a second and more their pictures are nearly as coarse as the key
frame. So the quantiser of a frame's detail is the mean over its packets since the key frame, by
their sizes, a key frame's counted ``WHOLE`` times: its bytes describe the picture, those of the
others mostly noise (``benchmarks/coding_loss.py``, docs/metrics/resolution.md).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.footage.clip import Clip, Frame
    from acceptance.footage.packets import Packet

Blocks = NDArray[np.integer[Any] | np.floating[Any]]  # a quantiser for each macroblock

WHOLE = 3.0


def with_detail(opened: Clip, kept: Sequence[Frame]) -> list[Frame]:
    """Return the ``kept`` frames with the quantisers of their detail, those that have their own.

    Key frames that were not kept are decoded for it, where a clip's frames can be decoded apart.
    Where times do not rise, a frame is not found among the packets, and is as coarse as it says.
    """
    packets = opened.packets
    times = [packet.time for packet in packets]
    if not all(before < after for before, after in pairwise(times)) or not packets:
        return [replace(frame, detail=frame.quantisers) for frame in kept]  # as of joined files
    places = [max(bisect_right(times, frame.time) - 1, 0) for frame in kept]
    keys = [*accumulate((at if packet.key else 0 for at, packet in enumerate(packets)), max)]
    seen = zip(places, kept, strict=True)
    own = {at: frame.quantisers for at, frame in seen if frame.quantisers is not None}
    known = own | opened.quantisers_apart(
        {at: times[at] for at in {keys[at] for at in own} - {*own}}
    )
    found: dict[int, Blocks] = {}
    for key, group in groupby(sorted(own), keys.__getitem__):
        found |= _since(packets, key, known.get(key), {at: own[at] for at in group})
    return [replace(frame, detail=found.get(at)) for at, frame in zip(places, kept, strict=True)]


def _since(
    packets: Sequence[Packet], key: int, of_key: Blocks | None, own: Mapping[int, Blocks]
) -> dict[int, Blocks]:
    """Return the quantisers of detail of frames at rising places since a key frame.

    ``own`` quantisers of a frame stand for those since the one before. Where those of the key
    frame are not known, it does not count.
    """
    weight = 0.0 if of_key is None else WHOLE * packets[key].size
    sums, last, found = weight * np.asarray(of_key if weight else 0.0), key, {}
    for place, blocks in own.items():
        size = sum(packet.size for packet in packets[last + 1 : place + 1])
        sums, weight, last = sums + float(size) * blocks, weight + size, place
        found[place] = sums / weight if weight else blocks
    return found
