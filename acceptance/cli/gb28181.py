"""The verb ``gb28181``: be the platform that cameras and recorders register with, and ask them."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, refuse_without, write_json
from acceptance.errors import DeviceError
from acceptance.files.output import put, require_apart
from acceptance.live import address, credentials
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.credentials import Credentials
    from acceptance.live.gb28181.examination import Awaited, ExaminedDevice, Questions
    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.steps import DeviceStep

SIP = 5060
SECONDS = click.FloatRange(0, 86400)
WAITED = click.FloatRange(0.1, 86400)


class PlatformOptions(TypedDict):
    """Options of the verb."""

    platform: str
    realm: str
    digest: str
    device: tuple[str, ...]
    wait: float
    timeout: float
    watch: float
    keepalive: float
    channel: tuple[str, ...]
    records: tuple[str, str] | None
    record_list: Path | None
    live: float
    playback: tuple[str, str] | None
    tcp: bool
    tcp_active: bool
    utc_offset: str


@click.command()
@click.argument("listen", metavar="HOST[:PORT]")
@click.option("--platform", required=True, metavar="ID", help="Our code, 20 digits.")
@click.option("--realm", default="", help="Our domain.  [default: the code's first ten digits]")
@click.option("--digest", type=click.Choice(["MD5", "SHA-256"], case_sensitive=False),
              default="MD5", show_default=True,
              help="Hash that devices must log in by.")  # fmt: skip
@click.option(
    "-o", "--output", type=OUT, default=Path("gb28181"), show_default=True, metavar="NAME",
    help="Name that transcript and clips begin with.",
)  # fmt: skip
@click.option("--device", multiple=True, metavar="ID",
              help="Code of a device to wait for.  [default: the first that comes]")  # fmt: skip
@click.option("--wait", type=WAITED, default=90, show_default=True, metavar="S",
              help="How long devices may take to register.")  # fmt: skip
@click.option("--timeout", type=WAITED, default=10, show_default=True, metavar="S",
              help="How long an answer, or the next packet, may take.")  # fmt: skip
@click.option("--watch", type=SECONDS, default=200, show_default=True, metavar="S",
              help="How long to wait for three keep-alives.")  # fmt: skip
@click.option("--keepalive", type=SECONDS, default=0, metavar="S",
              help="Interval of keep-alives as agreed.  [default: the median of them]")  # fmt: skip
@click.option("--channel", multiple=True, metavar="ID",
              help="Channel to ask.  [default: every camera of the catalogue]")  # fmt: skip
@click.option("--records", nargs=2, metavar="START END", help="List the records of this time.")
@click.option("--record-list", type=OUT, help="Write them to this CSV, which recordings reads.")
@click.option("--live", type=SECONDS, default=0, metavar="S",
              help="Capture each channel's live picture for so long.")  # fmt: skip
@click.option("--playback", nargs=2, metavar="START END", help="Capture this recording.")
@click.option("--tcp", is_flag=True, help="Streams over TCP, the device calling.")
@click.option("--tcp-active", is_flag=True, help="Streams over TCP, the device being called.")
@click.option("--utc-offset", default="+08:00", show_default=True, help="Zone of all times.")
@json_option
def gb28181(
    listen: str, output: Path, json_file: Path | None, **options: Unpack[PlatformOptions]
) -> int:
    """Act as a GB/T 28181 platform: register devices, query them, capture their streams.

    Every message is kept in NAME.gb28181.jsonl. Passwords: ACCEPTANCE_PASSWORD, the keyring, or
    asked for.

    Exits 0, 3 when a device failed a step, 2 when none registered.
    """
    transcript = output.with_name(f"{output.name}.gb28181.jsonl")
    prepare_json(json_file, ())
    if options["record_list"]:
        require_apart(options["record_list"], [transcript])
    awaited, questions = _awaited(options), _questions(options)
    with _begun(listen, transcript, options) as platform:
        devices = _examined(platform, awaited, questions, output)
    steps = platform.report()
    _show(steps)
    terminal.say(tr("Transcript: {file}", file=transcript))
    if options["record_list"]:
        _write_records(platform, devices, options["record_list"])
    if json_file:
        _write_json(platform, devices, steps, json_file)
    return 3 if any(step.faults for step in steps) else 0


def _awaited(options: PlatformOptions) -> Awaited:
    """Check and collect who is waited for, and who we are. Raises UsageError."""
    from acceptance.live.gb28181 import steps  # noqa: PLC0415 -- late: help is fast
    from acceptance.live.gb28181.examination import Awaited  # noqa: PLC0415 -- as above

    steps.require_ids(options["platform"])  # as the platform itself will, but before any file
    steps.require_seconds(timeout=options["timeout"])
    return Awaited(
        devices=options["device"],
        wait=options["wait"],
        watch=options["watch"],
        keepalive=options["keepalive"],
    )


def _questions(options: PlatformOptions) -> Questions:
    """Check and collect what is asked. Raises UsageError, PlanError."""
    from acceptance.live.gb28181.examination import Questions  # noqa: PLC0415 -- late: help is fast

    if not options["records"]:
        refuse_without("--records", "record_list")
    return Questions(
        channels=options["channel"],
        records=_range(options["records"], "--records", options["utc_offset"]),
        live=options["live"],
        playback=_range(options["playback"], "--playback", options["utc_offset"]),
        tcp=options["tcp"] or options["tcp_active"],
        calling=options["tcp_active"],
    )


def _range(given: tuple[str, str] | None, option: str, offset: str) -> tuple[float, float] | None:
    from acceptance.live.gb28181.examination import require_span  # noqa: PLC0415 -- late: as above
    from acceptance.recorder import listing, recordings  # noqa: PLC0415 -- as above

    if given is None:
        return None
    start, end = (listing.moment_of(text, recordings.zone_of(offset)) for text in given)
    return require_span((start, end), option)


@contextlib.contextmanager
def _begun(listen: str, file: Path, options: PlatformOptions) -> Iterator[Platform]:
    """Listen; passwords are asked for before anybody can call."""
    from acceptance.live.gb28181 import link, platform, record  # noqa: PLC0415 -- late: as above
    from acceptance.live.transcript import Transcript  # noqa: PLC0415 -- as above
    from acceptance.recorder.recordings import zone_of  # noqa: PLC0415 -- as above

    logins, common = _logins(options)
    mask = credentials.Mask(common, *logins.values())
    where = address.parse(listen, SIP)
    with link.Link(where) as sockets, Transcript(file, record.KIND, mask) as transcript:
        kept = record.ConversationRecord(transcript)
        begun = platform.Platform(
            sockets,
            kept,
            id=options["platform"],
            passwords=lambda code: logins.get(code) or common,
            realm=options["realm"],
            algorithm=options["digest"],
            zone=zone_of(options["utc_offset"]),
            timeout=options["timeout"],
        )
        try:
            yield begun
        finally:
            kept.finish(begun.report())


def _logins(options: PlatformOptions) -> tuple[dict[str, Credentials | None], Credentials | None]:
    """Find the password of each device that was named, and the one of all others."""
    if options["device"]:
        found = {
            code: credentials.find(code, code, prompt=terminal.password_prompt())
            for code in options["device"]
        }
        return found, None
    own = options["platform"]
    return {}, credentials.find(own, own, prompt=terminal.password_prompt())


def _examined(
    platform: Platform, awaited: Awaited, questions: Questions, output: Path
) -> list[ExaminedDevice]:
    """Ask the devices that come; without them, show who else called. Raises DeviceError."""
    from acceptance.live.gb28181 import examination  # noqa: PLC0415 -- late: as above

    def clip_of(channel: str, kind: str) -> Path:
        return output.with_name(f"{output.name}-{channel}-{kind}.mp4")

    place = tr("port {port}", port=platform.port)
    terminal.errors.print(tr("waiting for devices at {place}", place=place), markup=False)
    try:
        return examination.examine_all(platform, awaited, questions, clip_of, _tell)
    except DeviceError:
        _show(platform.report())
        raise


def _tell(step: DeviceStep) -> None:
    line = tr(
        "{device}: {step}: {result}", device=step.device, step=step.name, result=_result(step)
    )
    terminal.errors.print(line, markup=False)


def _result(step: DeviceStep) -> str:
    return "; ".join(step.faults) or tr("conforms")


def _show(steps: Sequence[DeviceStep]) -> None:
    columns = (
        tr("device"), tr("step"), tr("status"), tr("ms"), tr("figures"), tr("result"),
    )  # fmt: skip
    rows = [
        (
            step.device,
            step.name,
            "—" if step.status is None else step.status,
            "—" if step.ms is None else f"{step.ms:.1f}",
            ", ".join(f"{name} {value!s}" for name, value in step.figures.items()),
            _result(step),
        )
        for step in steps
    ]
    styles = ["red" if step.faults else "green" for step in steps]
    terminal.table(tr("Messages and steps"), columns, rows, styles)


def _write_records(platform: Platform, devices: Sequence[ExaminedDevice], file: Path) -> None:
    from acceptance.live.gb28181 import examination  # noqa: PLC0415 -- late: as above

    records = [record for found in devices for record in found.records]
    put(file, examination.listing(records, platform.zone))


def _write_json(
    platform: Platform,
    devices: Sequence[ExaminedDevice],
    steps: Sequence[DeviceStep],
    file: Path,
) -> None:
    content = {
        "platform": platform.id,
        "devices": [asdict(each) | {"clips": list(map(str, each.clips))} for each in devices],
        "steps": list(map(asdict, steps)),
    }
    write_json(content, file)
