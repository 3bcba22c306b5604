"""What a stream says of itself, as a shot of a session keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.footage.stored_steps import BY_QP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.footage import clip
    from acceptance.model import Value


def described(info: clip.VideoInfo, frames: int, kept: Sequence[clip.Frame]) -> dict[str, Value]:
    """Describe the stream, of which ``frames`` could be decoded."""
    return {
        "codec": info.codec,
        "pixel_format": info.pixel_format,
        "width": info.width,
        "height": info.height,
        "sample_aspect": str(info.sample_aspect),
        "depth": info.depth,
        "range": "full" if info.full_range else "limited",
        "matrix": info.matrix,
        "transfer": info.transfer,
        "assumed": ", ".join(info.assumed),
        "nominal_rate": float(info.nominal_rate or 0),
        "bit_rate": info.bit_rate,
        **_quantiser(info.codec, kept),
        "frames": frames,
        "packets": info.frames,
        "interlaced": info.interlaced,
        "truncated": info.truncated,
    }


def _quantiser(codec: str, kept: Sequence[clip.Frame]) -> dict[str, float]:
    """Mean quantiser of the kept frames, under its name; empty where none is known."""
    means = [float(frame.quantisers.mean()) for frame in kept if frame.quantisers is not None]
    name = "qp" if codec in BY_QP else "quantiser_scale"
    return {name: sum(means) / len(means)} if means else {}
