"""The verb ``probe``: ask cameras and recorders by ONVIF what they are and what they have kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from acceptance import wording
from acceptance.cli import auditing_devices, probe_tables, terminal
from acceptance.cli.auditing_devices import AuditOptions, audit_options
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.errors import DeviceError, UsageError
from acceptance.files import url_password
from acceptance.files.output import put_new
from acceptance.live import address, credentials
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.asking import Actuation, Probe
    from acceptance.live.onvif.facts import DeviceFacts, PresetFigure
    from acceptance.live.onvif.ptz import Picture

HTTP, HTTPS = 80, 443
AT_ONCE = 8  # devices
TOTAL, WITH_MOVES = 90.0, 240.0  # s
SECONDS = click.FloatRange(0.1, 3600)


class ProbeOptions(AuditOptions):
    """Options of the verb that say how devices are asked."""

    user: str
    tls: bool
    total: float | None
    clock_uncertainty: float | None
    ntp: str
    actuate: bool


@dataclass(kw_only=True)
class ProbedDevice:
    """A device that is asked, and what came of it."""

    probe: Probe
    record: Path
    found: DeviceFacts | None = None
    error: DeviceError | None = None
    listing: Path | None = None


@click.command()
@click.argument("hosts", nargs=-1, required=True, metavar="HOST[:PORT]...")
@click.option(
    "-o", "--output", type=OUT, default=Path("probes"), show_default=True,
    help="Folder of the records and lists of recordings.",
)  # fmt: skip
@json_option
@click.option(
    "--user",
    default="",
    help="Who logs in; the password is in ACCEPTANCE_PASSWORD, in the keyring, or asked for.",
)
@click.option("--tls", is_flag=True, help="HTTPS, port 443 unless one is given.")
@click.option("--timeout", type=SECONDS, default=5, show_default=True, metavar="S",
              help="How long a device may say nothing.")  # fmt: skip
@click.option(
    "--total", type=SECONDS, metavar="S",
    help="How long a device is asked in all.  [default: 90; with --actuate 240]",
)  # fmt: skip
@click.option(
    "--clock-uncertainty", type=click.FloatRange(0, 3600), metavar="S",
    help="How far this computer's clock may be off.  [default: as chrony says]",
)  # fmt: skip
@click.option("--ntp", default="", metavar="HOST", help="NTP server that knows the time.")
@click.option("--actuate", is_flag=True, help="Move PTZ heads, too, and back again.")
@audit_options
def probe(
    hosts: tuple[str, ...], output: Path, json_file: Path | None, **options: Unpack[ProbeOptions]
) -> int:
    """Ask cameras and recorders by ONVIF: identity, settings, clock, recordings.

    Only reading calls, unless --actuate is given. Every request and reply is kept.

    Exits 0, 3 when a device did not answer everything, 2 when none could be asked.
    """
    prepare_json(json_file, [options["authorised"]] if options["authorised"] else [])
    if options["audit"]:
        return auditing_devices.run(hosts, output, json_file, options)
    auditing_devices.require_audit(options)
    stop = threading.Event()
    asked = _begun(hosts, output, options, stop)
    with terminal.progress() as show:
        _run(asked, show, stop)
    _write_lists(asked)
    for each in asked:
        _show(each)
    if json_file:
        write_json({"devices": [_plain(each) for each in asked]}, json_file)
    return _code(asked)


def _begun(
    hosts: Sequence[str], output: Path, options: ProbeOptions, stop: threading.Event
) -> list[ProbedDevice]:
    """Begin a record for each device; passwords are asked for before anything else is done."""
    from acceptance.live import own_clock  # noqa: PLC0415 -- late: help needs none of this
    from acceptance.live.onvif.asking import Probe  # noqa: PLC0415 -- as above

    port = HTTPS if options["tls"] else HTTP
    addresses = list(dict.fromkeys(address.parse(host, port) for host in hosts))
    logins = [_login(each.host, options["user"]) for each in addresses]
    total = options["total"] or (WITH_MOVES if options["actuate"] else TOTAL)
    clock = own_clock.known(options["clock_uncertainty"], options["ntp"])
    begun = []
    for each, login in zip(addresses, logins, strict=True):
        record = _free(output, f"{each.host}-{each.port}".replace(":", "_").replace("%", "_"))
        asking = Probe(
            each, record, tls=options["tls"] or each.port == HTTPS, credentials=login,
            timeout=options["timeout"], total=total, own_clock=clock, stop=stop,
            actuation=_actuation(record, login, stop) if options["actuate"] else None,
        )  # fmt: skip
        begun.append(ProbedDevice(probe=asking, record=record))
    return begun


def _actuation(record: Path, login: Credentials | None, stop: threading.Event) -> Actuation:
    """Move heads, look at them by their stream, and compare pictures by the preset metric."""
    from acceptance.live.onvif.asking import Actuation  # noqa: PLC0415 -- late, as above
    from acceptance.live.onvif.stream_view import StreamView  # noqa: PLC0415 -- as above
    from acceptance.metrics.geometry import preset  # noqa: PLC0415 -- as above

    clip = record.with_name(f"{record.name.removesuffix('.probe.jsonl')}.ptz.mp4")
    return Actuation(
        look=lambda url: StreamView(url, clip, login, stop),
        shift=preset.shift,
        repeatability=_repeated,
    )


def _repeated(name: str, stills: Sequence[Picture]) -> tuple[PresetFigure, ...]:
    from acceptance.live.onvif.facts import PresetFigure  # noqa: PLC0415 -- late, as above
    from acceptance.metrics.geometry import preset  # noqa: PLC0415 -- as above

    return tuple(
        PresetFigure(statistic=item.statistic, value=item.value, expanded=item.expanded)
        for item in preset.found_again(name, stills)
    )


def _login(host: str, user: str) -> Credentials | None:
    """Return who logs in at a device. Raises UsageError where its password is not known."""
    found = credentials.find(host, user, prompt=terminal.password_prompt())
    if user and found is None:
        what = tr("the password is not known")
        hint = tr("Set ACCEPTANCE_PASSWORD, or run it in a terminal, where it is asked for")
        raise UsageError(what, where=f"{user}@{host}", hint=hint)
    return found


def _free(folder: Path, name: str) -> Path:
    """Return the name of a record that does not exist: an earlier one is evidence and stays."""
    number = 1
    while (record := folder / f"{name}{f'-{number}' * (number > 1)}.probe.jsonl").exists():
        number += 1
    return record


def _run(
    asked: Sequence[ProbedDevice],
    show: Callable[[str, int, int], object],
    stop: threading.Event,
) -> None:
    """Ask several devices at once; Ctrl-C ends them all."""
    with ThreadPoolExecutor(AT_ONCE) as workers:
        try:
            list(workers.map(lambda each: _ask(each, show), asked))
        except KeyboardInterrupt:
            stop.set()
            workers.shutdown(cancel_futures=True)
            raise


def _ask(each: ProbedDevice, show: Callable[[str, int, int], object]) -> None:
    try:
        each.found = each.probe.run(show)
    except DeviceError as error:
        each.error = error


def _write_lists(asked: Sequence[ProbedDevice]) -> None:
    from acceptance.live.onvif import recordings  # noqa: PLC0415 -- late, as above

    for each in asked:
        if each.found and each.found.recordings:
            stem = each.record.name.removesuffix(".probe.jsonl")
            each.listing = each.record.with_name(f"{stem}.recordings.csv")
            put_new(each.listing, recordings.listing(each.found.recordings, _ahead(each.found)))


def _ahead(found: DeviceFacts) -> float:
    return found.clock.offset if found.clock else 0.0


def _show(each: ProbedDevice) -> None:
    files = [each.record, *([each.listing] if each.listing else [])]
    if each.found:
        probe_tables.show(each.found, files)
    else:
        terminal.errors.print(
            tr("error: {sentence}", sentence=each.error), style="red", markup=False
        )


def _plain(each: ProbedDevice) -> dict[str, object]:
    """Return what a device said as JSON has it; times in POSIX seconds, notes in words, too."""
    files = {"record": str(each.record), "listing": str(each.listing or "")}
    if each.found is None:
        return {"error": str(each.error), **files}
    notes = [asdict(note) | {"text": wording.reason(note, "en")} for note in each.found.notes]
    expanded = each.found.clock.expanded if each.found.clock else None
    found = asdict(each.found)
    for setting in found["encoders"]:
        setting["address"] = url_password.without(setting["address"])
    return {**found, "notes": notes, "clock_expanded": expanded, **files}


def _code(asked: Sequence[ProbedDevice]) -> int:
    if all(each.found is None for each in asked):
        return DeviceError.exit_code
    return 3 if any(each.found is None or each.found.failed for each in asked) else 0
