"""The verb ``recordings``.

How long a recorder keeps what it records, where there are gaps, which clocks are wrong.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from acceptance import wording
from acceptance.cli import terminal
from acceptance.cli.options import OUT
from acceptance.errors import PlanError
from acceptance.metrics import recordings as measure_recordings
from acceptance.model import Measurement, Note, Recordings
from acceptance.recorder import capacity, listing
from acceptance.report import channels, exhibits, render
from acceptance.session import intake, runner
from acceptance.session.workspace import put

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.recorder.recordings import Found

SECONDS = click.FloatRange(0, 1e9)
PERCENT = click.FloatRange(0, 100, min_open=True)
WIDTH_MM = 180.0


@click.command()
@click.argument("source", type=OUT, metavar="DIR|LIST")
@click.option("-o", "--output", type=OUT, help="Picture of the coverage: SVG or PDF.")
@click.option(
    "--json", "json_file", type=OUT, help="Write JSON to this file (- for standard output)."
)
@click.option(
    "--list",
    "list_file",
    type=OUT,
    help="Write every recording with its times to this CSV, a LIST itself.",
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
    "--in-service", default="", metavar="DATE", help="Since when the system has been recording."
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
    help="Recorder's clock within.",
)
@click.option(
    "--disc",
    "discs",
    multiple=True,
    metavar="[Nx]SIZE",
    help="Capacity calculation: storage, e.g. 4x8TB;",
)
@click.option("--stream", "streams", multiple=True, metavar="[Nx]RATE",
              help="streams, e.g. 16x4Mbit/s (else as the files' sizes say);")  # fmt: skip
@click.option("--usable", type=PERCENT, default=90, show_default=True, metavar="PERCENT",
              help="share left by RAID and file system;")  # fmt: skip
@click.option("--accuracy", type=PERCENT, default=10, show_default=True, metavar="PERCENT",
              help="half-width of storage and bit rates.")  # fmt: skip
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Picture's language.",
)
def recordings(source: Path, output: Path | None, json_file: Path | None, **options: Any) -> int:  # noqa: ANN401 -- what click collected
    """Tell retention, gaps, overlaps and wrong clocks of recordings.

    Exits 0, or 3 when none can be placed in time.
    """
    if output and output.suffix.lower() not in {".svg", ".pdf"}:
        raise click.UsageError(f"{output.name}: the ending must be .svg or .pdf")
    asked, lang = _asked(source, options), options["lang"]
    measure_recordings.check(asked)
    if str(json_file) == "-":
        terminal.console.stderr = True
    with terminal.progress("recording") as tell:
        found = intake.look_at(
            asked, source, tell=lambda done, total: tell(source.name, done, total)
        )
    items = runner.recorded(asked, found)
    measured = [one for one in items if isinstance(one, Measurement)]
    notes = [one for one in items if isinstance(one, Note)]
    _tell(found, measured, notes)
    if options["list_file"]:
        put(options["list_file"], listing.write(found))
    if output:
        _draw(asked, measured, output, lang)
    if json_file:
        _write(measured, notes, json_file)
    if options["discs"]:
        _capacity(found, options)
    return 0 if any(one.start is not None for one in found.recordings) else 3


def _asked(source: Path, options: dict[str, Any]) -> Recordings:
    return Recordings(
        id="recordings",
        subject="recorder",
        source=str(source),
        name_pattern=options["name_pattern"],
        utc_offset=options["utc_offset"],
        until=options["until"],
        in_service=options["in_service"],
        clock_error=options["clock_error"],
        gap=options["gap"],
        longest_break=options["longest_break"] * 3600,
    )


def _tell(found: Found, measured: Sequence[Measurement], notes: Sequence[Note]) -> None:
    """Print a row a channel, then what is wrong."""
    columns = (
        "channel",
        "oldest",
        "newest",
        "kept",
        "span",
        "covered",
        "gaps",
        "longest gap",
        "from",
        "overlaps",
        "faults",
    )
    rows = [
        (
            row.name,
            *(row.time("continuous", end) for end in ("first", "last")),
            *(
                _figure(row, name)
                for name in ("continuous", "span", "coverage", "gaps", "longest_gap")
            ),
            row.time("longest_gap", "from"),
            *(_figure(row, name) for name in ("overlaps", "clock_faults")),
        )
        for row in channels.rows(measured, "recordings")
    ]
    terminal.table(f"{len(found.recordings)} recordings, clock at {found.zone}", columns, rows)
    for one in notes:
        terminal.say(
            f"{wording.region(one.region, 'en')}: {wording.reason(one.reason, 'en')}", "yellow"
        )
    for ending, count in sorted(found.passed_over.items()):
        terminal.say(f"passed over, no video: {count} x {ending}", "yellow")


def _figure(row: channels.ChannelRow, name: str) -> str:
    one = row.figures.get(name)
    return (
        wording.bound(one) + wording.figure(one.value, one.unit, "en", expanded=one.expanded)
        if one
        else "—"
    )


def _draw(asked: Recordings, measured: Sequence[Measurement], output: Path, lang: str) -> None:
    """Draw all channels.

    Several maps, of many channels, get a number each in their files' names.
    """
    maps = exhibits.coverage_maps(measured, [asked], lang)
    for number, one in enumerate(maps, start=1):
        place = output if len(maps) == 1 else output.with_stem(f"{output.stem}-{number}")
        put(place, one.svg.encode() if place.suffix.lower() == ".svg" else _pdf(str(one.svg)))
        terminal.say(f"Coverage: {place}")


def _pdf(svg: str) -> bytes:
    _, _, width, height = (
        float(part) for part in svg.partition('viewBox="')[2].partition('"')[0].split()
    )
    return render.pdf_of_svg(svg, WIDTH_MM, WIDTH_MM * height / width)


def _write(measured: Sequence[Measurement], notes: Sequence[Note], path: Path) -> None:
    rows = [asdict(one) | {"expanded": one.expanded} for one in measured]
    content = {"measurements": rows, "notes": [asdict(one) for one in notes]}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if str(path) == "-":
        click.echo(text, nl=False)
    else:
        put(path, text.encode())


def _capacity(found: Found, options: dict[str, Any]) -> None:
    """Print the calculation as an answer that a plan can take over."""
    rates = [capacity.bit_rate_of(text) for text in options["streams"]] or _rates(found)
    usable, accuracy = options["usable"] / 100, options["accuracy"] / 100
    told = capacity.calculate(
        [capacity.storage_of(text) for text in options["discs"]],
        rates,
        usable=usable,
        accuracy=accuracy,
    )
    streams = " + ".join(options["streams"]) or f"{len(rates)} channels as recorded"
    words = f"{' + '.join(options['discs'])} x {options['usable']:g} % / ({streams} = {told.bit_rate / 1e6:.4g} Mbit/s)"
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    terminal.say(
        f"Capacity by calculation: {words} = {told.days:.1f} d. As an answer for the plan (by: who calculated it):"
    )
    click.echo(
        f'\n[[answers]]\nsubject = "recorder"\nrequirement = "order_196_2006#retention-capacity"\nby = ""\n'
        f'when = "{now}"\nvalue = {told.days:.2f}\nunit = "d"\nuncertainty = {told.uncertainty:.2g}\nnote = "{words}"',
        err=str(options.get("json_file")) == "-",
    )


def _rates(found: Found) -> list[float]:
    """Mean bit rate of each channel by the sizes of its files.

    Raises PlanError where no size is known.
    """
    rates = []
    for ones in found.channels.values():
        sized = [
            (one.evidence.size, one.end - one.start)
            for one in ones
            if one.start is not None and one.end and one.evidence.size
        ]
        if sized:
            rates.append(8 * sum(size for size, _ in sized) / sum(time for _, time in sized))
    if not rates:
        raise PlanError(
            "no bit rate is known", where="--disc", hint="Add --stream, for instance 16x4Mbit/s"
        )
    return rates
