"""The verb ``capture``: streams become clips, with the arrival of every frame and packet."""

from __future__ import annotations

import contextlib
import functools
import re
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance import wording
from acceptance.charts import clock_page, definition
from acceptance.cli import capture_lines, capture_many, terminal
from acceptance.cli.capture_many import Wanted
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.errors import DeviceError, UsageError
from acceptance.files.output import put_new
from acceptance.forms import devices as device_list
from acceptance.live import address, credentials
from acceptance.live.page_server import PageServer
from acceptance.live.rtsp import capturing, url
from acceptance.messages import language, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.cli.capture_many import CaptureOutcome
    from acceptance.live.credentials import Credentials

SECONDS = click.FloatRange(0, capturing.LONGEST, min_open=True)
CLOCK_SECONDS, ALL_SECONDS = 30.0, 60.0
OPENING = 120.0  # s in which the clock page has to be opened
LOG = 3.0  # s in which the page sends its log again


class CaptureOptions(TypedDict):
    """Options of the verb."""

    output: Path
    transport: str
    seconds: float | None
    frames: int | None
    user: str
    fingerprint: str
    timeout: float
    replay: tuple[str, str] | None
    all_of: Path | None
    profile: str
    recording: str
    clock: bool
    no_look: bool


@click.command()
@click.argument("sources", nargs=-1, metavar="[URL|HOST[:PORT]]...")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path(),
    metavar="CLIP.mp4|FOLDER",
    help="Clip to write, or folder for several; files beside it bear its name.",
)
@click.option(
    "--transport",
    type=click.Choice(url.TRANSPORTS),
    default=url.TRANSPORTS[0],
    show_default=True,
    help="How packets come; loss is seen with udp and multicast only.",
)
@click.option("--seconds", type=SECONDS, help="Stop after so long.")
@click.option("--frames", type=click.IntRange(1), help="Stop after so many frames.")
@click.option("--user", default="", help="User; the password is asked for, never an argument.")
@click.option(
    "--fingerprint",
    default="",
    metavar="SHA256",
    help="Of a certificate to trust though nobody known has signed it (rtsps).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.5, 120),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="A device that is silent for so long is given up, or connected to again.",
)
@click.option(
    "--replay",
    nargs=2,
    metavar="START END",
    help="A recording between two times (ISO 8601), as it was filmed.",
)
@click.option(
    "--recording",
    default="",
    metavar="NAME",
    help="Of a HOST with --replay: channel or token.  [default: the only one of that time]",
)
@click.option(
    "--all",
    "all_of",
    type=OUT,
    metavar="LIST",
    help="Every device of a list (CSV, XLSX) that has a source, all at once.",
)
@click.option(
    "--profile",
    default="",
    metavar="NAME",
    help="Of a HOST: name or token of the profile it is asked for by ONVIF.  [default: the first]",
)
@click.option(
    "--clock",
    is_flag=True,
    help="Serve the clock page on this machine, take its log, and measure the stream's delay.",
)
@click.option("--no-look", is_flag=True, help="Do not look for charts while it runs.")
@json_option
def capture(
    sources: tuple[str, ...], json_file: Path | None, **options: Unpack[CaptureOptions]
) -> int:
    """Capture streams (RTSP) as clips, with the arrival of every frame and packet.

    A HOST (or HOST:PORT) is asked by ONVIF where its stream is, for 30 s at most.

    Exits 0 when all is whole, 3 with gaps, 2 when nothing came.
    """
    wanted = _wanted(sources, options)
    prepare_json(json_file, [])
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_clock()) if options["clock"] else None
        line = stack.enter_context(capture_lines.LiveLine())
        outcomes = capture_many.run(wanted, line.show, look=not options["no_look"])
        log = server.log(LOG) if server else b""
    if len(outcomes) == 1 and outcomes[0].captured is None and outcomes[0].error:
        raise outcomes[0].error
    capture_lines.tell(outcomes)
    if json_file:
        write_json([capture_lines.written(outcome) for outcome in outcomes], json_file)
    if log:
        _delay(outcomes, log)
    return _exit_code(outcomes)


def _exit_code(outcomes: Sequence[CaptureOutcome]) -> int:
    """Return 0 where all is whole, 2 where nothing came, 3 with gaps."""
    if all(outcome.captured is None for outcome in outcomes):
        return DeviceError.exit_code
    return 0 if all(outcome.whole for outcome in outcomes) else 3


def _wanted(sources: Sequence[str], options: CaptureOptions) -> list[Wanted]:
    """Say what is to be captured where. Raises UsageError."""
    named = [
        (_name(source, options["profile"] or options["recording"]), source) for source in sources
    ]
    seconds = options["seconds"]
    if options["all_of"]:
        named += _of_list(options["all_of"])
        seconds = seconds or ALL_SECONDS
    _check([source for _, source in named], options)
    if options["clock"]:
        seconds = seconds or CLOCK_SECONDS
    clips = _clips([name for name, _ in named], options["output"])
    replay = options["replay"]
    logins = [_login(source, options["user"]) for _, source in named]
    return [
        Wanted(
            source=source, clip=clip, credentials=who, profile=options["profile"],
            recording=options["recording"], transport=options["transport"], seconds=seconds,
            frames=options["frames"], timeout=options["timeout"],
            fingerprint=options["fingerprint"],
            replay=(_moment(replay[0]), _moment(replay[1])) if replay else None,
        )
        for (source, who), clip in zip(logins, clips, strict=True)
    ]  # fmt: skip


def _check(sources: Sequence[str], options: CaptureOptions) -> None:
    """Refuse what cannot be meant. Raises click.UsageError."""
    hosts = [source for source in sources if not url.is_url(source)]
    if not sources:
        raise click.UsageError(tr("name a stream: rtsp://HOST/PATH, or a list with --all"))
    if options["clock"] and len(sources) > 1:
        raise click.UsageError(tr("--clock is about one stream"))
    if options["profile"] and (options["replay"] or not hosts):
        raise click.UsageError(tr("--profile is for the live stream of a HOST"))
    if options["recording"] and not (options["replay"] and hosts):
        raise click.UsageError(tr("--recording is for a HOST and --replay"))


def _of_list(path: Path) -> list[tuple[str, str]]:
    """Return the streams of a device list by the devices' ids. Raises PlanError, UsageError."""
    streams = [
        (subject.id, subject.source) for subject in device_list.as_listed(path) if subject.source
    ]
    if not streams:
        what = tr("has no device with a source")
        hint = tr("Write rtsp://HOST/PATH, or HOST or HOST:PORT of ONVIF, in the column `source`")
        raise UsageError(what, where=str(path), hint=hint)
    return streams


def _name(source: str, profile: str) -> str:
    """Name the clip of a stream by host and path, or by what is asked for by ONVIF."""
    named = f"{source}-{profile}"
    if url.is_url(source):
        place = url.parse(source)
        path = re.sub(r"^rtsps?://[^/]*", "", place.shown).partition("?")[0]
        named = place.address.host + path
    return re.sub(r"[^A-Za-z0-9]+", "-", named).strip("-")


def _clips(names: Sequence[str], output: Path) -> list[Path]:
    """Give each clip a file of its own."""
    if output.suffix.lower() == ".mp4":
        if len(names) > 1:
            raise click.UsageError(tr("-o names one clip, and there are several: name a folder"))
        return [output]
    clips: list[Path] = []
    for name in names:
        clip, number = output / f"{name}.mp4", 2
        while clip in clips:
            clip, number = output / f"{name}-{number}.mp4", number + 1
        clips.append(clip)
    return clips


def _login(source: str, user: str) -> tuple[str, Credentials | None]:
    """Return a source without password, and who logs in there. Raises UsageError."""
    if not url.is_url(source):
        return source, _found(address.parse(source, address.HTTP).host, user)
    place = url.parse(source)
    if place.credentials is not None or place.shown != place.url:
        what = tr(
            "warning: a password in a URL is seen in the list of processes and in the shell's "
            "history; better set ACCEPTANCE_PASSWORD or give --user"
        )
        terminal.errors.print(what, markup=False)
    return place.url, place.credentials or _found(place.address.host, user)


@functools.cache
def _found(host: str, user: str) -> Credentials | None:
    """Find who logs in; a password is asked for once."""
    prompt = _ask_password if user and sys.stdin.isatty() else None
    return credentials.find(host, user, prompt=prompt)


def _ask_password(who: str) -> str:
    answer: str = click.prompt(tr("Password of {who}", who=who), hide_input=True, err=True)
    return answer


def _moment(text: str) -> datetime:
    """Read a time; without a zone it is local."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        what = tr("--replay {text!r}: write a time like 2026-11-28T08:30:00", text=text)
        raise click.UsageError(what) from error


@contextlib.contextmanager
def _clock() -> Iterator[PageServer]:
    """Serve the clock page until it runs somewhere. Raises DeviceError where nobody opens it."""
    with PageServer(clock_page.html(definition.load("clock"))) as server:
        what = tr(
            "open {url} on this machine, full screen, where the camera sees it", url=server.url
        )
        terminal.errors.print(what, markup=False)
        until = time.monotonic() + OPENING
        while time.monotonic() < until:
            if server.log(1.0).count(b"\n") > 60:
                yield server
                return
        raise DeviceError(
            tr("the clock page was not opened"), where=server.url,
            hint=tr("Open it in a browser on this machine, then run the command again"),
        )  # fmt: skip


def _delay(outcomes: Sequence[CaptureOutcome], log: bytes) -> None:
    """Write the screen's log beside the clip, and measure the stream's delay."""
    captured = outcomes[0].captured
    if captured is None:
        return
    from acceptance import api  # noqa: PLC0415 -- late: brings the metrics

    screen_log = captured.clip.with_suffix(".screen.csv")
    put_new(screen_log, log)
    measured = api.measure(
        captured.clip.absolute(), only=["latency"], chart="clock",
        arrivals=str(captured.arrivals.absolute()), screen_log=str(screen_log.absolute()),
        stream_record=str(captured.stream_record.absolute()),
    )  # fmt: skip
    rows = [
        (item.quantity, item.statistic, wording.figure(item.value, item.unit, language(),
                                                       expanded=item.expanded, k=item.k))
        for item in measured.measurements
    ]  # fmt: skip
    terminal.aligned(tr("Delay"), rows)
    for note in measured.notes:
        why = wording.reason(note.reason, language())
        terminal.say(tr("not measured: {reason}", reason=why), "yellow")
