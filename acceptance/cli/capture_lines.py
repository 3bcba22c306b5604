"""What is shown of captures: a line while they run, a table when they are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.cli import terminal
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.cli.capture_many import Outcome
    from acceptance.live.rtsp import Captured
    from acceptance.live.rtsp.capture_loop import LiveRates
    from acceptance.scene.sighting import Sighting

APART, APART_IN_LOGS = 1.0, 10.0  # s between two lines


class LiveLine:
    """How captures go: a line that is written over on a terminal, one every ten seconds else."""

    def __init__(self) -> None:
        self._due, self._width = 0.0, 0

    def show(self, outcomes: Sequence[Outcome], now: float) -> None:
        """Show it where it is due; ``now`` in s."""
        if now < self._due:
            return
        overwritten = terminal.errors.is_terminal and len(outcomes) == 1
        self._due = now + (APART if terminal.errors.is_terminal else APART_IN_LOGS)
        for outcome in outcomes:
            if outcome.rates is None:
                continue
            text = _running(outcome.wanted.clip.stem, outcome.rates, outcome.sighting)
            padded = text.ljust(self._width)
            self._width = len(text) if overwritten else 0
            terminal.errors.print(padded, end="\r" if overwritten else "\n", markup=False)

    def end(self) -> None:
        """Leave the last line where it is."""
        if self._width:
            terminal.errors.print()


def _running(name: str, rates: LiveRates, seen: Sighting | None) -> str:
    state = "" if rates.connected else tr("; connecting again")
    return tr(
        "{name}: {seconds:.0f} s, {rate:.1f} frame/s, {bits:.2f} Mbit/s, lost {lost}, "
        "own drops {drops}; {chart}{state}",
        name=name, seconds=rates.seconds, rate=rates.frame_rate, bits=rates.bit_rate / 1e6,
        lost=rates.lost, drops=rates.own_drops, chart=chart_sentence(seen), state=state,
    )  # fmt: skip


def chart_sentence(seen: Sighting | None) -> str:
    """Say whether a chart is seen, and what is wrong with it."""
    if seen is None:
        return tr("no picture yet")
    if not seen.chart:
        return tr("no chart seen")
    words = {
        "too_small": tr("too small"),
        "cut_off": tr("cut off"),
        "tilted": tr("tilted"),
        "turned": tr("turned"),
        "blurred": tr("blurred"),
        "clipped": tr("clipped: too bright"),
        "dark": tr("too dark"),
    }
    troubles = ", ".join(words[code] for code in seen.troubles) or tr("found")
    return tr("chart {chart}, {width:.0f} px: {troubles}", chart=seen.chart, width=seen.width,
              troubles=troubles)  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> None:
    """Print what came of each stream."""
    columns = (
        tr("clip"), tr("frames"), tr("frame/s"), tr("lost packets"), tr("own drops"),
        tr("connections"), tr("kernel to program"), tr("ended"),
    )  # fmt: skip
    terminal.table(tr("Captured"), columns, [_row(outcome) for outcome in outcomes])
    for outcome in outcomes:
        if len(outcomes) > 1 and outcome.error is not None:
            terminal.say(f"{outcome.wanted.clip.stem}: {outcome.error}", "red")
    if any(outcome.captured and not outcome.captured.kernel_times for outcome in outcomes):
        what = tr(
            "arrivals are this program's, not the kernel's: they may be late by some milliseconds, "
            "and by more on a busy machine"
        )
        terminal.say(what, "yellow")


def _row(outcome: Outcome) -> tuple[str, ...]:
    captured = outcome.captured
    if captured is None:
        ended = tr("nothing came ({code})", code=outcome.error.code if outcome.error else "")
        return (outcome.wanted.clip.stem, "0", "", "", "", "", "", ended)
    rate = (captured.frames - 1) / captured.seconds if captured.seconds else 0.0
    lag = f"{captured.lag * 1000:.2f} ms" if captured.kernel_times else tr("not known")
    return (
        str(captured.clip), str(captured.frames), f"{rate:.2f}",
        f"{captured.lost} / {captured.received + captured.lost}", str(captured.own_drops),
        str(captured.connections), lag, reason(captured),
    )  # fmt: skip


def reason(captured: Captured) -> str:
    """Say why a capture ended."""
    words = {
        "seconds": tr("after the time asked for"),
        "frames": tr("after the frames asked for"),
        "interrupted": tr("on request"),
        "end": tr("with the recording"),
        "disc_full": tr("the disc is full"),
        "changed": tr("size or codec of the picture changed: capture again"),
        "silent": tr("the device has stopped sending"),
        "closed": tr("the device has hung up"),
        "unreachable": tr("the device cannot be reached any more"),
        "unauthorised": tr("the device refuses the password"),
    }
    return words.get(captured.reason, captured.reason)


def written(outcome: Outcome) -> dict[str, object]:
    """Return what JSON says of a stream."""
    captured, error = outcome.captured, outcome.error
    if captured is None:
        code, what = (error.code, str(error)) if error else ("", "")
        return {"clip": str(outcome.wanted.clip), "frames": 0, "reason": code, "error": what}
    paths = ("clip", "arrivals", "packets", "stream_record")
    numbers = (
        "frames", "received", "lost", "own_drops", "connections", "seconds", "kernel_times", "lag",
        "reason", "whole",
    )  # fmt: skip
    files = {name: str(getattr(captured, name)) for name in paths}
    return files | {name: getattr(captured, name) for name in numbers}
