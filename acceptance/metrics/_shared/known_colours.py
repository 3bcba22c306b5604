"""Whether what a stream or a still says of its colours leads to light of BT.709 primaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo


def refuse_unknown(video: VideoInfo) -> None:
    """Raise GapError colours_unknown for colours that no matrix leads to BT.709 from."""
    if video.gamut and video.gamut.to_bt709 is None:
        raise GapError("colours_unknown", profile=video.gamut.name)
