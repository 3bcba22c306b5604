"""What is shown of captures: a line while they run, and one when they are over."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Self

from acceptance.cli import terminal
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.cli.capture_many import CaptureOutcome
    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.live.rtsp import Captured
    from acceptance.scene.chart_sighting import Sighting

APART, APART_IN_LOGS = 1.0, 10.0  # s between two lines
SET = 0.002  # s by which a clock can be set without a word
PATIENT = 3.0  # s without a picture before the first line


class LiveLine:
    """How captures go: a line that is written over on a terminal, one every ten seconds else."""

    def __init__(self) -> None:
        self._due, self._width = 0.0, 0

    def show(self, outcomes: Sequence[CaptureOutcome], now: float) -> None:
        """Show it where it is due; ``now`` in s."""
        if now < self._due:
            return
        overwritten = terminal.errors.is_terminal and len(outcomes) == 1
        running = [outcome for outcome in outcomes if _shows(outcome)]
        if running:
            self._due = now + (APART if terminal.errors.is_terminal else APART_IN_LOGS)
        for outcome in running:
            text = _running(outcome)
            padded = text.ljust(self._width)
            self._width = len(text) if overwritten else 0
            terminal.errors.print(padded, end="\r" if overwritten else "\n", markup=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last line where it is."""
        if self._width:
            terminal.errors.print()


def _shows(outcome: CaptureOutcome) -> bool:
    """Whether there is something to tell: a picture was looked at, or should have been."""
    rates = outcome.rates
    return rates is not None and (outcome.sighting is not None or rates.seconds > PATIENT)


def _running(outcome: CaptureOutcome) -> str:
    rates, seen = outcome.rates, outcome.sighting
    if rates is None:
        return ""
    state = "" if rates.connected else tr("; connecting again")
    return tr(
        "{name}: {seconds:.0f} s, {rate:.1f} frame/s, {bits:.2f} Mbit/s, lost {lost}, "
        "own drops {drops}; {chart}{state}",
        name=outcome.wanted.clip.stem, seconds=rates.seconds, rate=rates.frame_rate,
        bits=rates.bit_rate / 1e6, lost=rates.lost,
        drops=rates.own_drops, chart=chart_sentence(seen), state=state,
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


def tell(outcomes: Sequence[CaptureOutcome]) -> None:
    """Say what came of each stream, in a line each."""
    for outcome in outcomes:
        parts = (*filter(None, [outcome.captured]), *outcome.further)
        for part in parts:
            terminal.say(_captured(part))
        if outcome.error is not None:
            terminal.say(_not_captured(outcome), "red")
        elif outcome.wanted.replay and parts[-1].reason == "changed":
            what = tr(
                "the recorder does not tell where the recording goes on after that: "
                "ask for the rest with a later START"
            )
            terminal.say(what, "yellow")
        if parts and outcome.place and outcome.place.stated:
            terminal.say(stated(outcome.place.stated))
    if any(outcome.captured and not outcome.captured.kernel_times for outcome in outcomes):
        what = tr(
            "arrivals are this program's, not the kernel's: they may be late by some milliseconds, "
            "and by more on a busy machine"
        )
        terminal.say(what, "yellow")
    captured = [outcome.captured for outcome in outcomes if outcome.captured]
    if (moved := max((each.clock_moved for each in captured), default=0.0)) > SET:
        what = tr(
            "the clock of this computer was set by up to {ms:.0f} ms meanwhile: arrivals are by "
            "the clock as it was at the beginning, and the intervals between them are right",
            ms=moved * 1000,
        )
        terminal.say(what, "yellow")


def _not_captured(outcome: CaptureOutcome) -> str:
    """Say why nothing came, or nothing more after a change."""
    name = outcome.wanted.clip.stem
    if outcome.captured is None:
        return f"{name}: {outcome.error}"
    return tr("{name}: nothing was captured after the change. {error}", name=name,
              error=outcome.error)  # fmt: skip


def _captured(captured: Captured) -> str:
    """Word a capture; what was lost or broken off cannot be overlooked."""
    parts = [
        tr_count("{count} frame", "{count} frames", captured.frames),
        _rate(captured),
        tr("longest break {seconds:.2f} s", seconds=captured.longest_break),
        tr(
            "lost {lost} of {packets} packets",
            lost=captured.lost,
            packets=captured.received + captured.lost,
        ),
        tr("own drops {count}", count=captured.own_drops),
        tr_count("{count} connection", "{count} connections", captured.connections),
    ]
    if captured.foreign:
        foreign = captured.foreign
        parts.append(
            tr_count(
                "{count} packet of another sender left out",
                "{count} packets of another sender left out",
                foreign,
            )
        )
    if captured.kernel_times:
        parts.append(tr("kernel to program {lag:.2f} ms", lag=captured.lag * 1000))
    return f"{captured.clip}: {', '.join(parts)}; {reason(captured)}"


def stated(setting: EncoderSetting) -> str:
    """Word what a device states of a stream."""
    size = f"{setting.width} x {setting.height}" if setting.width and setting.height else ""
    rate = tr("{rate:g} frame/s", rate=setting.rate) if setting.rate else ""
    values = ", ".join(filter(None, (setting.codec, size, rate)))
    profile = setting.name or setting.profile
    return tr("stated by ONVIF, profile {profile}: {values}", profile=profile, values=values)


def _rate(captured: Captured) -> str:
    rate, stated = captured.frame_rate, captured.stated_rate
    if stated is None:
        return tr("{rate:.2f} frame/s", rate=rate)
    return tr("{rate:.2f} frame/s (stated {stated:g})", rate=rate, stated=stated)


def reason(captured: Captured) -> str:
    """Say why a capture ended."""
    words = {
        "seconds": tr("ended after the time asked for"),
        "frames": tr("ended after the frames asked for"),
        "interrupted": tr("ended on request"),
        "end": tr("ended with the recording"),
        "disc_full": tr("ended: the disc is full"),
        "changed": tr("ended: size or codec of the picture changed"),
        "silent": tr("ended: the device has stopped sending"),
        "closed": tr("ended: the device has hung up"),
        "unreachable": tr("ended: the device cannot be reached any more"),
        "unauthorised": tr("ended: the device refuses the password"),
        "bare_password": tr(
            "ended: the device asks for the password itself, after it took a digest of it"
        ),
        "no_picture": tr("ended: no picture can be decoded any more"),
        "busy": tr("ended: the device is busy"),
        "refused": tr("ended: the device refuses"),
        "nonsense": tr("ended: the device answers something that is not RTSP"),
    }
    return words.get(captured.reason, captured.reason)


def written(outcome: CaptureOutcome) -> dict[str, object]:
    """Return what JSON says of a stream."""
    captured, error = outcome.captured, outcome.error
    place = outcome.place
    asked = {
        "source": outcome.wanted.source,
        "url": place.url if place else "",
        "stated": asdict(place.stated) if place and place.stated else None,
        "error": str(error) if error else "",
    }
    if captured is None:
        code = error.code if error else ""
        return {"clip": str(outcome.wanted.clip), "frames": 0, "reason": code} | asked
    paths = ("clip", "arrivals", "packets", "stream_record")
    numbers = (
        "frames", "received", "lost", "own_drops", "foreign", "connections", "longest_break",
        "frame_rate", "stated_rate", "seconds", "kernel_times", "lag", "clock_moved", "reason",
        "whole",
    )  # fmt: skip

    def row(part: Captured) -> dict[str, object]:
        files = {name: str(getattr(part, name)) for name in paths}
        return files | {name: getattr(part, name) for name in numbers}

    return row(captured) | asked | {"further": [row(part) for part in outcome.further]}
