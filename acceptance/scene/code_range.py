"""Which codes are black and white, and which may be if the stream says otherwise than it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.rounding import spacing
from acceptance.footage.tone import inverse_oetf
from acceptance.scene.code_steps import Counts, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from acceptance.footage.clip import VideoInfo
    from acceptance.scene.views import View

    Floats = NDArray[np.float64]

NONE: Counts = np.zeros(0, np.int64)


@dataclass(frozen=True, kw_only=True)
class CodeRange:
    """The codes of a stream (full or limited range: ITU-T H.273, 8.3)."""

    video: VideoInfo
    range_contradicted: bool = False
    """Whether the picture contradicts the range of codes that the stream states."""
    spacings: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """How far apart the codes of luma, Cb and Cr lie that the picture uses: 1, unless it has fewer
    bits."""
    used: tuple[Counts, Counts, Counts] = (NONE, NONE, NONE)
    """How many samples of its regions lie on each code of luma, Cb and Cr."""

    @property
    def code_spacing(self) -> float:
        """That of luma."""
        return self.spacings[0]

    @property
    def code_black(self) -> int:
        """Nominal code of black: 16 in limited range at 8 bit, 0 in full range."""
        return 0 if self.video.full_range else 16 << (self.video.depth - 8)

    @property
    def code_white(self) -> int:
        """Nominal code of white: 235 in limited range at 8 bit, the highest code in full range."""
        depth = self.video.depth
        return (1 << depth) - 1 if self.video.full_range else 235 << (depth - 8)

    @property
    def code_unit(self) -> int:
        """How many codes are one of 8 bits."""
        return 1 << (self.video.depth - 8)

    @property
    def code_step(self) -> float:
        """How many codes are one of 8 bits, or of as few bits as the picture has."""
        return max(float(self.code_unit), self.code_spacing)

    def nominal(self, codes: ArrayLike) -> Floats:
        """Light of codes of any shape by the declared transfer, 1 = white."""
        return inverse_oetf(self.signal(codes), self.video.transfer)

    def signal(self, codes: ArrayLike) -> Floats:
        """Return the signal that codes of any shape stand for: 0 = black, 1 = white."""
        span = self.code_white - self.code_black
        return np.asarray((np.asarray(codes, np.float64) - self.code_black) / span)

    def is_inside(self, code: float) -> bool:
        """Whether a mean code is more than a code of 8 bits from black and white."""
        return self.code_black < code - self.code_unit and code + self.code_unit < self.code_white

    @property
    def range_unsure(self) -> bool:
        """Whether the stream states no range of codes, or one that the picture contradicts."""
        return self.range_contradicted or "full_range" in self.video.assumed

    @property
    def other_range(self) -> tuple[int, int] | None:
        """Codes of black and white by the other range; None where the stated one is believed."""
        if not self.range_unsure:
            return None
        other = CodeRange(video=replace(self.video, full_range=not self.video.full_range))
        return other.code_black, other.code_white


def spacings(views: Iterable[View]) -> tuple[float, float, float]:
    """Return how far apart the codes of luma, Cb and Cr lie; of colours too plain to tell: as luma.

    Pictures whose luma uses all codes are taken to do so in their colours.
    """
    every = list(views)
    luma = spacing(view.luma[:1] for view in every)
    if luma == 1:
        return 1.0, 1.0, 1.0
    cb = spacing((view.cb[:1] for view in every if view.cb is not None), luma)
    cr = spacing((view.cr[:1] for view in every if view.cr is not None), luma)
    return luma, cb, cr


def used(views: Iterable[View]) -> tuple[Counts, Counts, Counts]:
    """Return how many samples of luma, Cb and Cr lie on each code, in one frame of some views."""
    every = list(views)
    return (
        counted(view.luma[:1] for view in every),
        counted(view.cb[:1] for view in every if view.cb is not None),
        counted(view.cr[:1] for view in every if view.cr is not None),
    )
