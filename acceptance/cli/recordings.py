"""The verb ``recordings``.

How long a recorder keeps what it records, where there are gaps, which clocks are wrong.
"""

from __future__ import annotations

import functools
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance import wording
from acceptance.cli import terminal
from acceptance.cli.options import (
    OUT,
    json_option,
    language_option,
    prepare_json,
    refuse_without,
    write_json,
)
from acceptance.files.output import put, require_apart, require_ending
from acceptance.messages import language, tr, tr_count
from acceptance.model import Measurement, Note, Recordings
from acceptance.model.basics import CHINA
from acceptance.recorder import capacity, listing
from acceptance.recorder.recordings import inputs
from acceptance.report import channel_rows, exhibits, render
from acceptance.session import intake, measuring

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.recorder.capacity import Capacity
    from acceptance.recorder.recordings import Found

SECONDS = click.FloatRange(0, 1e9)
PERCENT = click.FloatRange(0, 100, min_open=True)
WIDTH_MM = 180.0
RECORDED = "{count} channels as recorded"  # in an answer, which is data
ANSWER = """
[[answers]]
subject = "recorder"
requirement = "order_196_2006#retention-capacity"
by = ""
when = "{now}"
value = {days:.2f}
unit = "d"
uncertainty = {uncertainty:.2g}
note = "{calculation}\""""


class Storage(TypedDict):
    """Options of the capacity calculation."""

    discs: tuple[str, ...]
    streams: tuple[str, ...]
    usable: float
    accuracy: float


class RecordingOptions(Storage):
    """Options of the verb."""

    list_file: Path | None
    name_pattern: str
    utc_offset: str
    until: str
    in_service: str
    gap: float
    longest_break: float
    clock_error: float
    clock_offset: float


@click.command()
@click.argument("source", type=OUT, metavar="DIR|LIST")
@click.option("-o", "--output", type=OUT, help="Picture of the coverage: SVG or PDF.")
@json_option
@click.option(
    "--list",
    "list_file",
    type=OUT,
    help="Write every recording with its times to this CSV, which can be used as LIST.",
)
@click.option(
    "--name-pattern", default="", metavar="PATTERN", help="Names, e.g. '{channel}_{start}_{end}.*'."
)
@click.option(
    "--utc-offset", default="+08:00", show_default=True, help="Zone of the recorder's clock."
)
@click.option(
    "--until",
    default="",
    metavar="TIME",
    help="Moment of the inspection.  [default: newest recording's end]",
)
@click.option(
    "--in-service",
    default="",
    metavar="DATE",
    help="Day since which the system has been recording.",
)
@click.option(
    "--gap", type=SECONDS, default=5, show_default=True, metavar="S", help="Longer gaps count."
)
@click.option("--break", "longest_break", type=SECONDS, default=24, show_default=True, metavar="H",
              help="A longer break ends the retention.")  # fmt: skip
@click.option(
    "--clock-error",
    type=SECONDS,
    default=60,
    show_default=True,
    metavar="S",
    help="Half-width of the error of the recorder's clock.",
)
@click.option(
    "--clock-offset",
    type=click.FloatRange(-1e9, 1e9),
    default=0,
    show_default=True,
    metavar="S",
    help="How far the recorder's clock is ahead, as `acceptance probe` measures it.",
)
@click.option(
    "--disc",
    "discs",
    multiple=True,
    metavar="[Nx]SIZE",
    help="Calculate the capacity of this storage, e.g. 4x8TB.",
)
@click.option("--stream", "streams", multiple=True, metavar="[Nx]RATE",
              help="Streams, e.g. 16x4Mbit/s.  [default: by the files' sizes]")  # fmt: skip
@click.option("--usable", type=PERCENT, default=90, show_default=True, metavar="PERCENT",
              help="Share of --disc left by RAID and file system.")  # fmt: skip
@click.option("--accuracy", type=PERCENT, default=10, show_default=True, metavar="PERCENT",
              help="Half-width of the error of --disc and --stream.")  # fmt: skip
@language_option(help="Picture's language.")
def recordings(
    source: Path,
    output: Path | None,
    json_file: Path | None,
    lang: str,
    **options: Unpack[RecordingOptions],
) -> int:
    """Show retention, gaps, overlaps and wrong clocks of recordings.

    Exits 0, or 3 when none can be placed in time.
    """
    if not options["discs"]:
        refuse_without("--disc", "streams", "usable", "accuracy")
    if output:
        require_ending(output, (".svg", ".pdf"))
        require_apart(output, [source])
    sources = inputs(source) if json_file or options["list_file"] else []
    if options["list_file"]:
        require_apart(options["list_file"], sources)
    asked = _asked(source, options)
    prepare_json(json_file, sources)
    found = _look(asked, source)
    measured, notes = _measured(asked, found)
    _print(found, measured, notes)
    if options["list_file"]:
        put(options["list_file"], listing.write(found))
    if output:
        _draw(asked, measured, output, lang)
    if json_file:
        _write_json(measured, notes, json_file)
    if options["discs"]:
        _capacity(found, options, to_stderr=str(json_file) == "-")
    return 0 if any(recording.start is not None for recording in found.recordings) else 3


def _look(asked: Recordings, source: Path) -> Found:
    with terminal.progress() as show:
        return intake.look_at(asked, source, tell=functools.partial(show, source.name))


def _measured(asked: Recordings, found: Found) -> tuple[list[Measurement], list[Note]]:
    items = measuring.recorded(asked, found)
    notes = [item for item in items if isinstance(item, Note)]
    return [item for item in items if isinstance(item, Measurement)], notes


def _write_json(measured: Sequence[Measurement], notes: Sequence[Note], file: Path) -> None:
    rows = [asdict(item) | {"expanded": item.expanded} for item in measured]
    write_json({"measurements": rows, "notes": [asdict(note) for note in notes]}, file)


def _asked(source: Path, options: RecordingOptions) -> Recordings:
    return Recordings(
        id="recordings",
        subject="recorder",
        source=str(source),
        name_pattern=options["name_pattern"],
        utc_offset=options["utc_offset"],
        until=options["until"],
        in_service=options["in_service"],
        clock_error=options["clock_error"],
        clock_offset=options["clock_offset"],
        gap=options["gap"],
        longest_break=options["longest_break"] * 3600,
    )


def _print(found: Found, measured: Sequence[Measurement], notes: Sequence[Note]) -> None:
    """Print a row a channel, then what is wrong."""
    _print_channels(found, measured)
    for note in notes:
        region, reason = (
            wording.region(note.region, language()),
            wording.reason(note.reason, language()),
        )
        terminal.say(f"{region}: {reason}", "yellow")
    for ending, count in sorted(found.passed_over.items()):
        sentence = tr("skipped, no video: {count} x {ending}", count=count, ending=ending)
        terminal.say(sentence, "yellow")


def _print_channels(found: Found, measured: Sequence[Measurement]) -> None:
    columns = (
        tr("channel"), tr("oldest"), tr("newest"), tr("kept"), tr("span"), tr("covered"),
        tr("gaps"), tr("longest gap"), tr("from"), tr("overlaps"), tr("faults"),
    )  # fmt: skip
    title = tr_count(
        "{count} recording, clock at {zone}",
        "{count} recordings, clock at {zone}",
        len(found.recordings), zone=found.zone,
    )  # fmt: skip
    rows = [_channel(row) for row in channel_rows.rows(measured, "recordings")]
    terminal.table(title, columns, rows)


def _channel(row: channel_rows.ChannelRow) -> tuple[str, ...]:
    figures = ("continuous", "span", "coverage", "gaps", "longest_gap")
    return (
        row.name,
        row.time("continuous", "first"),
        row.time("continuous", "last"),
        *(_figure(row, name) for name in figures),
        row.time("longest_gap", "from"),
        _figure(row, "overlaps"),
        _figure(row, "clock_faults"),
    )


def _figure(row: channel_rows.ChannelRow, name: str) -> str:
    item = row.figures.get(name)
    if item is None:
        return "—"
    figure = wording.figure(item.value, item.unit, language(), expanded=item.expanded)
    return wording.bound(item) + figure


def _draw(asked: Recordings, measured: Sequence[Measurement], output: Path, lang: str) -> None:
    """Draw all channels.

    Several maps, of many channels, get a number each in their files' names.
    """
    maps = exhibits.coverage_maps(measured, [asked], lang)
    for number, exhibit in enumerate(maps, start=1):
        place = output if len(maps) == 1 else output.with_stem(f"{output.stem}-{number}")
        svg = str(exhibit.svg)
        put(place, svg.encode() if place.suffix.lower() == ".svg" else _pdf(svg))
        terminal.say(tr("Coverage: {file}", file=place))


def _pdf(svg: str) -> bytes:
    view_box = svg.partition('viewBox="')[2].partition('"')[0]
    _, _, width, height = (float(part) for part in view_box.split())
    return render.pdf_of_svg(svg, WIDTH_MM, WIDTH_MM * height / width)


def _capacity(found: Found, options: Storage, *, to_stderr: bool) -> None:
    """Print the calculation, and it as an answer that a plan can take over."""
    rates = [capacity.bit_rate_of(text) for text in options["streams"]] or capacity.recorded_rates(
        found
    )
    discs = [capacity.storage_of(text) for text in options["discs"]]
    usable, accuracy = options["usable"] / 100, options["accuracy"] / 100
    calculated = capacity.calculate(discs, rates, usable=usable, accuracy=accuracy)
    streams = " + ".join(options["streams"]) or RECORDED.format(count=len(rates))
    calculation = (
        f"{' + '.join(options['discs'])} x {options['usable']:g} % / "
        f"({streams} = {calculated.bit_rate / 1e6:.4g} Mbit/s)"
    )
    sentence = tr(
        "Capacity by calculation: {calculation} = {days:.1f} d. "
        "As an answer for the plan (by: who calculated it):",
        calculation=calculation, days=calculated.days,
    )  # fmt: skip
    terminal.say(sentence)
    click.echo(_answer(calculated, calculation), err=to_stderr)


def _answer(calculated: Capacity, calculation: str) -> str:
    return ANSWER.format(
        now=datetime.now(CHINA).isoformat(timespec="seconds"),
        days=calculated.days,
        uncertainty=calculated.uncertainty,
        calculation=calculation,
    )
