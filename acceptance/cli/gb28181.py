"""The verb ``gb28181``: be the platform that cameras and recorders register with, and ask them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.errors import DeviceError, UsageError
from acceptance.files.output import put, require_apart
from acceptance.live import address, credentials
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.live.credentials import Credentials
    from acceptance.live.gb28181.examination import ExaminedDevice, Questions
    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.steps import DeviceStep

SIP = 5060
SECONDS = click.FloatRange(0, 86400)
WAITED = click.FloatRange(0.1, 86400)
ENOUGH = 3  # keep-alives of each device, after which no more are awaited


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


@dataclass(kw_only=True)
class PlatformRun:
    """A run of the platform, and what came of it."""

    platform: Platform
    options: PlatformOptions
    questions: Questions
    output: Path
    devices: list[ExaminedDevice] = field(default_factory=list)


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
    """Be a GB/T 28181 platform: let devices register, ask them, capture their streams.

    Every message is kept in NAME.gb28181.jsonl. Passwords: ACCEPTANCE_PASSWORD, the keyring, or
    asked for.

    Exits 0, 3 when a device failed a step, 2 when none registered.
    """
    transcript = output.with_name(f"{output.name}.gb28181.jsonl")
    prepare_json(json_file, ())
    if options["record_list"]:
        require_apart(options["record_list"], [transcript])
    questions = _questions(options)
    with _begun(listen, transcript, options) as platform:
        run = PlatformRun(platform=platform, options=options, questions=questions, output=output)
        _examine(run)
    steps = platform.report()
    _show(steps)
    terminal.say(tr("Transcript: {file}", file=transcript))
    _write(run, steps, json_file)
    return 3 if any(step.faults for step in steps) else 0


def _questions(options: PlatformOptions) -> Questions:
    """Check and collect what is asked. Raises UsageError, PlanError."""
    from acceptance.live.gb28181.examination import Questions  # noqa: PLC0415 -- late: help is fast

    if options["record_list"] and not options["records"]:
        option, other = "--record-list", "--records"
        raise UsageError(tr("{option} belongs to {other}", option=option, other=other))
    return Questions(
        channels=options["channel"],
        records=_range(options["records"], "--records", options["utc_offset"]),
        live=options["live"],
        playback=_range(options["playback"], "--playback", options["utc_offset"]),
        tcp=options["tcp"] or options["tcp_active"],
        calling=options["tcp_active"],
    )


def _range(given: tuple[str, str] | None, option: str, offset: str) -> tuple[float, float] | None:
    from acceptance.recorder import listing, recordings  # noqa: PLC0415 -- late: as above

    if given is None:
        return None
    start, end = (listing.moment_of(text, recordings.zone_of(offset)) for text in given)
    if start is None or end is None or start >= end:
        what = tr("{option}: write two times, the earlier first", option=option)
        raise UsageError(what, hint=tr("Write it like 2026-11-25 08:30:00"))
    return start, end


@contextlib.contextmanager
def _begun(listen: str, file: Path, options: PlatformOptions) -> Iterator[Platform]:
    """Listen; passwords are asked for before anybody can call."""
    from acceptance.live.gb28181 import (  # noqa: PLC0415 -- late: help needs none of this
        link,
        platform,
        record,
        steps,
    )
    from acceptance.live.transcript import Transcript  # noqa: PLC0415 -- as above
    from acceptance.recorder.recordings import zone_of  # noqa: PLC0415 -- as above

    for code in (options["platform"], *options["device"], *options["channel"]):
        if not steps.is_id(code):
            what = tr("{code}: a code has 20 digits", code=code)
            raise UsageError(what)
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


def _examine(run: PlatformRun) -> None:
    """Wait for the devices, ask each, and listen for keep-alives. Raises DeviceError: none came."""
    from acceptance.live.gb28181 import examination  # noqa: PLC0415 -- late: as above

    platform, options = run.platform, run.options
    registered, wanted = platform.registrar.devices, options["device"]

    def all_here() -> bool:
        return all(code in registered for code in wanted) if wanted else bool(registered)

    place = tr("port {port}", port=platform.port)
    terminal.errors.print(tr("waiting for devices at {place}", place=place), markup=False)
    if not platform.serve(all_here, options["wait"]):
        _absent(run)
    begun = time.monotonic()
    for device in [registered[code] for code in wanted or registered if code in registered]:
        found = examination.examine(platform, device, run.questions, _clip_of(run), _tell)
        run.devices.append(found)
    if options["watch"]:
        _watch(run, begun)


def _watch(run: PlatformRun, begun: float) -> None:
    """Listen for keep-alives until every device has sent enough of them."""
    from acceptance.live.gb28181 import keepalives  # noqa: PLC0415 -- late: as above

    registered = run.platform.registrar.devices
    present = [registered[found.id] for found in run.devices if found.id in registered]
    left = max(run.options["watch"] - (time.monotonic() - begun), 0)
    run.platform.serve(lambda: all(len(each.keepalives) >= ENOUGH for each in present), left)
    now = time.monotonic()
    for device in present:
        step = keepalives.regularity(device, now - begun, now, run.options["keepalive"])
        run.platform.log.add(step)
        _tell(step)


def _clip_of(run: PlatformRun) -> Callable[[str, str], Path]:
    """Return how clips are named."""
    return lambda channel, kind: run.output.with_name(f"{run.output.name}-{channel}-{kind}.mp4")


def _absent(run: PlatformRun) -> None:
    """Say who did not come. Raises DeviceError where nobody did."""
    from acceptance.live.gb28181.steps import DeviceStep  # noqa: PLC0415 -- late: as above

    registered = run.platform.registrar.devices
    waited = tr("did not register within {seconds:g} s", seconds=run.options["wait"])
    for code in run.options["device"]:
        if code not in registered:
            run.platform.log.add(DeviceStep(device=code, name="REGISTER", faults=(waited,)))
    if registered:
        return
    _show(run.platform.report())
    what = tr("no device registered within {seconds:g} s", seconds=run.options["wait"])
    hint = tr("Check in the device: our address, port, code and domain, its code and password")
    raise DeviceError(what, hint=hint, code="not_registered")


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


def _write(run: PlatformRun, steps: Sequence[DeviceStep], json_file: Path | None) -> None:
    from acceptance.live.gb28181 import examination  # noqa: PLC0415 -- late: as above

    if run.options["record_list"]:
        records = [record for found in run.devices for record in found.records]
        put(run.options["record_list"], examination.listing(records, run.platform.zone))
    if json_file:
        devices = [asdict(found) | {"clips": list(map(str, found.clips))} for found in run.devices]
        content = {
            "platform": run.platform.id,
            "devices": devices,
            "steps": list(map(asdict, steps)),
        }
        write_json(content, json_file)
