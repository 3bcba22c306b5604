"""What ``probe`` shows of a device on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.cli import terminal
from acceptance.files import url_password
from acceptance.messages import language, shortened, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.live.onvif.facts import (
        ClockOffset,
        DeviceFacts,
        EncoderSetting,
        KeptTrack,
        PtzTrial,
    )

DAY = 86400.0


def show(found: DeviceFacts, files: list[Path]) -> None:
    """Print the facts of a device, what is odd about it, and what it did not answer."""
    named = " ".join(filter(None, (found.address, found.manufacturer, found.model)))
    terminal.table(named, (tr("what"), tr("as told")), list(_rows(found)))
    if found.encoders:
        _show_encoders(found.encoders)
    if found.recordings:
        heading = (tr("channel"), tr("from"), tr("to"), tr("recorded"), tr("gaps"))
        terminal.table(tr("Recordings"), heading, [_track(track) for track in found.recordings])
    if found.ptz_trials:
        titles = (tr("move"), tr("by its position"), tr("picture"), tr("Stop"))
        terminal.table(tr("Moves tried"), titles, [_trial(trial) for trial in found.ptz_trials])
    for figure in found.ptz_repeatability:
        repeated = tr(
            "preset found again, {statistic}: {value:.2f} px, U = {expanded:.2f} px",
            statistic=figure.statistic, value=figure.value, expanded=figure.expanded,
        )  # fmt: skip
        terminal.say(repeated)
    for note in found.notes:
        sentence = wording.reason(note, language())
        terminal.say(sentence, "yellow")
    for failure in found.failed:
        terminal.say(tr("not answered: {failure}", failure=failure), "red")
    terminal.say(tr("written: {files}", files=", ".join(map(str, files))))


def _show_encoders(settings: Sequence[EncoderSetting]) -> None:
    """Print the settings, and addresses each in a line that can be copied."""
    columns = (
        tr("profile"), tr("codec"), tr("size"), tr("frame/s"), tr("kbit/s"), tr("key frame every"),
    )  # fmt: skip
    rows = [_encoder(setting) for setting in settings]
    terminal.table(tr("Encoder settings, not measured"), columns, rows)
    named = [
        (_profile(setting), url_password.without(setting.address))
        for setting in settings
        if setting.address
    ]
    if named:
        terminal.aligned(tr("Streams"), named)


def _rows(found: DeviceFacts) -> Iterator[tuple[str, str]]:
    """Yield what is known, a line each; what was not told is left out."""
    users = (f"{user.name} ({user.level})" for user in found.users)
    services = (f"{service.name} {service.version}".strip() for service in found.services)
    rows = (
        (tr("firmware"), found.firmware),
        (tr("serial number"), found.serial_number),
        (tr("hardware"), found.hardware),
        (tr("TLS"), f"{found.tls_version} {found.tls_cipher}".strip()),
        (tr("login"), found.login),
        (tr("services"), ", ".join(services)),
        (tr("users"), shortened(users)),
        (tr("host name"), found.hostname),
        (tr("network"), ", ".join(found.interfaces)),
        (tr("protocols"), ", ".join(found.protocols)),
        (tr("gateway"), ", ".join(found.gateways)),
        (tr("name servers"), ", ".join(found.name_servers)),
        (tr("time from"), " ".join((found.time_source, *found.time_servers)).strip()),
        (tr("time zone"), found.zone),
        (tr("clock"), _clock(found.clock) if found.clock else ""),
        (tr("PTZ"), ", ".join(" ".join(node.moves) for node in found.ptz_nodes)),
        (tr("presets"), str(len(found.ptz_presets) or "")),
    )
    yield from (row for row in rows if row[1])


def _clock(clock: ClockOffset) -> str:
    """Word the offset with what it is known to."""
    if clock.expanded is None:
        return tr(
            "{offset:+.3f} s ± {half:.3f} s against this computer, whose own error is not known: "
            "give --clock-uncertainty or --ntp",
            offset=clock.offset, half=clock.half_width,
        )  # fmt: skip
    return tr(
        "{offset:+.3f} s, U = {expanded:.3f} s (this computer {own:.3f} s: {source})",
        offset=clock.offset, expanded=clock.expanded, own=clock.own_uncertainty,
        source=clock.own_source,
    )  # fmt: skip


def _encoder(setting: EncoderSetting) -> tuple[str, ...]:
    size = f"{setting.width} x {setting.height}" if setting.width and setting.height else "—"
    figures = (setting.rate, setting.bit_rate, setting.key_interval)
    return (
        _profile(setting),
        " ".join(filter(None, (setting.codec, setting.codec_profile))),
        size,
        *("—" if figure is None else f"{figure:g}" for figure in figures),
    )


def _profile(setting: EncoderSetting) -> str:
    return f"{setting.name or setting.profile} (Media{setting.media})"


def _track(track: KeptTrack) -> tuple[str, ...]:
    kept = sum(end - start for start, end in track.stretches)
    gaps = str(len(track.stretches) - 1) if track.source == "events" else tr("not known")
    first, last = track.stretches[0][0], track.stretches[-1][1]
    return track.channel, _date(first), _date(last), f"{kept / DAY:.1f} d", gaps


def _date(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


def _trial(trial: PtzTrial) -> tuple[str, ...]:
    words = {True: tr("another"), False: tr("the same"), None: tr("none")}
    picture = words[trial.changed] + (f", {trial.shift:.1f} px" if trial.shift is not None else "")
    reported = "—" if trial.reported is None else f"{trial.reported:.3f}"
    return trial.what, reported, picture, tr("answered") if trial.stopped else tr("not answered")
