"""How a clip is coded, in a line: what the stream says, and what it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.messages import in_turn, language, listed, tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Value


def coding_line(stream: Mapping[str, Value]) -> str:
    """Word what a shot says of its stream (``Shot.stream``); nothing where none was read."""
    if not stream:
        return ""
    parts = [listed(_picture(stream)), listed(_frames(stream))]
    if stream["assumed"]:
        assumed = str(stream["assumed"]).split(", ")
        names = listed(wording.word(name, "stream", language()) for name in assumed)
        parts.append(tr("not stated, assumed: {names}", names=names))
    return in_turn(parts)


def _picture(stream: Mapping[str, Value]) -> Iterator[str]:
    yield str(stream["codec"])
    yield tr("{width} x {height} pixels", width=stream["width"], height=stream["height"])
    if stream["sample_aspect"] != "1":
        yield tr("pixel aspect {ratio}", ratio=stream["sample_aspect"])
    yield tr("{depth} bit", depth=stream["depth"])
    yield tr("full range") if stream["range"] == "full" else tr("limited range")
    yield tr("matrix {name}", name=stream["matrix"])
    yield tr("transfer {name}", name=stream["transfer"])


def _frames(stream: Mapping[str, Value]) -> Iterator[str]:
    frames, packets, rate, bits = (
        float(stream[name]) for name in ("frames", "packets", "nominal_rate", "bit_rate")
    )
    yield tr_count("{count} frame", "{count} frames", int(frames))
    if packets > frames:
        yield tr("{packets:.0f} packets", packets=packets)
    if rate:
        yield tr("nominally {rate:.4g} frames/s", rate=rate)
    if bits:
        yield tr("{rate:.0f} kbit/s", rate=bits / 1000)
    for name, short in (("qp", "QP"), ("quantiser_scale", "Q")):
        if name in stream:
            yield f"{short} {float(stream[name]):.1f}"
    if stream["interlaced"]:
        yield tr("interlaced")
    if stream["truncated"]:
        yield tr("file cut short")
