"""The verb ``chart``.

It lists and draws charts, chooses them for a camera's place, and starts the file of a printed copy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.charts import advice, clock_page, copy_template, definition, drawing
from acceptance.cli import terminal
from acceptance.cli.options import OUT, refuse_without, two_numbers
from acceptance.files.output import put, require_ending
from acceptance.messages import tr
from acceptance.report import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.charts.definition import Chart

DRAWN = (".pdf", ".svg", ".png")
ENDINGS = (*DRAWN, ".html")
ABOVE_ZERO = click.FloatRange(0, min_open=True, max=1e6)
METRES = click.FloatRange(0, 1000)


class Place(TypedDict):
    """Options that say where a camera looks from, and what is to be read."""

    focal_length: float | None
    sensor: str
    field_of_view: float | None
    distance: float | None
    height: float | None
    chart_height: float
    picture: str
    tv_lines: float | None


class ChartOptions(Place):
    """Options of the verb."""

    output: Path | None
    width: int | None
    index: int | None


@click.command()
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    type=OUT,
    help="PDF (true size on its paper), SVG or PNG, HTML for a screen; with --copy a TOML file.",
)
@click.option("--width", type=click.IntRange(64, 16384), help="Width of a PNG in pixels.")
@click.option(
    "--index", type=click.IntRange(0, (1 << 24) - 1), help="Refresh of the clock to draw."
)
@click.option("--list", "listing", is_flag=True, help="List the charts.")
@click.option(
    "--copy",
    "serial",
    metavar="SERIAL",
    help="Start the file of a printed copy, for what was measured of it.",
)
@click.option(
    "--advise",
    "advising",
    is_flag=True,
    help="Say which chart suits a camera's place, from the options below.",
)
@click.option(
    "--focal-length",
    type=ABOVE_ZERO,
    metavar="MM",
    help="Focal length of the camera's lens; needs --sensor.",
)
@click.option(
    "--sensor",
    default="",
    metavar="FORMAT|MM",
    help="Format (1/2.8) or width in mm of the camera's sensor.",
)
@click.option(
    "--field-of-view",
    type=ABOVE_ZERO,
    metavar="DEGREES",
    help="Horizontal field of view, instead of --focal-length and --sensor.",
)
@click.option(
    "--distance",
    type=ABOVE_ZERO,
    metavar="M",
    help="Distance of the camera from the chart along the floor.",
)
@click.option("--height", type=METRES, metavar="M", help="Height of the camera above the floor.")
@click.option(
    "--chart-height",
    type=METRES,
    default=1.5,
    show_default=True,
    metavar="M",
    help="Height of the middle of the chart above the floor.",
)
@click.option(
    "--picture",
    default="1920x1080",
    show_default=True,
    metavar="WxH",
    help="Size of the camera's picture in pixels.",
)
@click.option(
    "--tv-lines",
    type=ABOVE_ZERO,
    metavar="TVL",
    help="TV lines per picture height that are to be read on the wedge.",
)
def chart(
    name: str | None,
    serial: str | None,
    *,
    listing: bool,
    advising: bool,
    **options: Unpack[ChartOptions],
) -> int:
    """Draw a chart, choose one for a camera's place, or start the file of a printed copy."""
    drawn = not (advising or listing or name is None or serial is not None)
    _check_options(options, advising=advising, drawn=drawn)
    if advising:
        names = [name] if name else definition.names()
        return _advise([definition.load(known) for known in names], options)
    if listing or name is None:
        columns = (tr("name"), tr("title"), tr("size"), tr("paper"))
        terminal.table(tr("Charts"), columns, [_row(known) for known in definition.names()])
        return 0
    if serial is not None:
        return _start(definition.load(name), serial, options["output"])
    return _draw(definition.load(name), options)


def _check_options(options: ChartOptions, *, advising: bool, drawn: bool) -> None:
    """Refuse options that would be left aside."""
    if not advising:
        refuse_without("--advise", *Place.__annotations__)
    ending = options["output"].suffix.lower() if drawn and options["output"] else ""
    if ending != ".png":
        refuse_without("-o FILE.png", "width")
    if ending not in DRAWN:
        refuse_without("-o FILE.pdf / .svg / .png", "index")


def _draw(shown: Chart, options: ChartOptions) -> int:
    output = options["output"]
    if output is None:
        what = tr("name the file of the drawing: -o FILE.pdf, FILE.svg, FILE.png or FILE.html")
        raise click.UsageError(what)
    if shown.kind != "screen":
        refuse_without("clock", "index")
    put(output, _drawn(shown, output, options["width"], options["index"]))
    terminal.say(f"{shown.title_en}: {output}")
    return 0


def _row(name: str) -> tuple[str, str, str, str]:
    known = definition.load(name)
    titles = f"{known.title} / {known.title_en}"
    return name, titles, _millimetres(known.size), _millimetres(known.paper)


def _millimetres(size: tuple[float, float]) -> str:
    return f"{size[0]:g} x {size[1]:g} mm"


def _drawn(shown: Chart, output: Path, width: int | None, index: int | None) -> bytes:
    require_ending(output, ENDINGS)
    match output.suffix.lower():
        case ".html":
            return clock_page.html(shown).encode()
        case ".svg":
            return drawing.svg(shown, index=index).encode()
        case ".pdf":
            return render.pdf_of_svg(drawing.page(shown, index=index), *shown.paper)
    if width is None:
        raise click.UsageError(tr("a PNG needs --width PX"))
    return drawing.png(shown, width, index=index)


def _start(shown: Chart, serial: str, output: Path | None) -> int:
    """Start the file of a copy, and say how to go on."""
    copy_template.start(shown, serial, output)
    advice = tr(
        "{file}: enter what was measured; docs/formats.md and test_charts/README.md say how",
        file=output,
    )
    terminal.say(advice)
    return 0


def _advise(known: list[Chart], place: Place) -> int:
    """Say what each chart would be in the picture; 0 where one can be used as it is, else 3."""
    view = _viewpoint(place)
    advised = advice.advise(view, known, place["tv_lines"])
    terminal.say(_geometry(view))
    _show_advice(advised)
    for each in advised:
        for sentence in _sentences(each, view, place["tv_lines"]):
            terminal.say(f"{each.chart.name}: {sentence}")
    usable = next((each for each in advised if not each.troubles), None)
    if usable is None:
        terminal.say(tr("No chart fits as it is; see above what to change."))
        return 3
    terminal.say(tr("Use {chart}.", chart=usable.chart.name))
    return 0


def _show_advice(advised: Sequence[advice.Advice]) -> None:
    columns = (
        tr("chart"), tr("px"), tr("of the picture"), tr("px per fiducial cell"),
        tr("px per edge"), tr("TV lines of its wedge"),
    )  # fmt: skip
    terminal.table(tr("Charts in the picture"), columns, [_seen(each) for each in advised])


def _geometry(view: advice.Viewpoint) -> str:
    numbers = {"density": view.pixels_per_metre, "slant": view.slant, "tilt": abs(view.tilt)}
    if view.tilt < 0:
        return tr(
            "{density:.0f} px/m at the chart, {slant:.2f} m from the lens, "
            "seen from {tilt:.0f} degrees below",
            **numbers,
        )
    return tr(
        "{density:.0f} px/m at the chart, {slant:.2f} m from the lens, "
        "seen from {tilt:.0f} degrees above",
        **numbers,
    )


def _viewpoint(place: Place) -> advice.Viewpoint:
    if place["distance"] is None:
        what = tr(
            "--advise needs --distance M, and --focal-length MM with --sensor FORMAT "
            "or --field-of-view"
        )
        raise click.UsageError(what)
    height = place["height"]
    return advice.viewpoint(
        picture=_pixels(place["picture"]),
        rise=0.0 if height is None else height - place["chart_height"],
        distance=place["distance"],
        focal_length=place["focal_length"],
        sensor=place["sensor"],
        field_of_view=place["field_of_view"],
    )


def _seen(advised: advice.Advice) -> tuple[str, ...]:
    lines = advised.lines
    return (
        advised.chart.name,
        f"{advised.size[0]:.0f} x {advised.size[1]:.0f}",
        f"{advised.share[0]:.1%} x {advised.share[1]:.1%}",
        f"{advised.cell:.1f}",
        f"{advised.edge:.0f}",
        tr("{first:.0f} to {last:.0f}", first=lines[0], last=lines[1]) if lines else "-",
    )


def _sentences(advised: advice.Advice, view: advice.Viewpoint, lines: float | None) -> list[str]:
    """Say what stands in the way and what to do about it."""
    words = _troubles(advised)
    sentences = [words[code] for code in advised.troubles]
    if lines and lines > view.picture[1]:
        what = tr(
            "{lines:g} TV lines are more than the picture's {rows} rows can show",
            lines=lines,
            rows=view.picture[1],
        )
        sentences.append(what)
    if not advised.troubles and abs(view.tilt) > advice.UPRIGHT:
        what = tr("lean it by {tilt:.0f} degrees, so that it faces the camera", tilt=abs(view.tilt))
        sentences.append(what)
    return sentences


def _troubles(advised: advice.Advice) -> dict[str, str]:
    """Return a sentence for each code of ``Advice.troubles``."""
    steepest, nearest = advice.STEEPEST, math.ceil(100 * advised.nearest) / 100
    too_steep = tr(
        "more than {steepest:g} degrees of tilt: hang it higher, move back, or lean it",
        steepest=steepest,
    )
    too_large = tr(
        "does not fit into the picture: at least {nearest:.2f} m from the lens, or a smaller chart",
        nearest=nearest,
    )
    sizes = {"too_steep": too_steep, "too_large": too_large, "too_small": _too_small(advised)}
    return sizes | _wedge_troubles(advised)


def _too_small(advised: advice.Advice) -> str:
    return tr(
        "at least {needed:g} px required: at most {farthest:.2f} m from the lens, a larger "
        "chart, or this one printed at {scale}%",
        needed=advised.chart.smallest,
        farthest=math.floor(100 * advised.farthest) / 100,
        scale=math.ceil(100 * advised.chart.smallest / advised.size[0]),
    )


def _wedge_troubles(advised: advice.Advice) -> dict[str, str]:
    first, last = advised.lines or (0.0, 0.0)
    coarse = tr("its wedge ends at {last:.0f} TV lines: let it fill less of the picture", last=last)
    fine = tr(
        "its wedge begins at {first:.0f} TV lines: let it fill more of the picture", first=first
    )
    share = advice.FILLING
    fill_more = tr("for TV lines it should fill {share:.0%} of the picture's width", share=share)
    return {
        "no_wedge": tr("has no wedge: MTF only, no TV lines"),
        "wedge_too_coarse": coarse,
        "wedge_too_fine": fine,
        "fill_more": fill_more,
    }


def _pixels(text: str) -> tuple[int, int]:
    size = two_numbers(text, "x")
    if size is None or not all(16 <= side <= 65536 for side in size):
        what = tr("--picture {text!r}: write WxH in pixels, for instance 1920x1080", text=text)
        raise click.UsageError(what)
    return size
