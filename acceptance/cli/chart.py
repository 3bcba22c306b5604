"""The verb ``chart``.

Charts listed, drawn, chosen for a camera's place, and the file of a printed copy started.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from acceptance.charts import advice, clock_page, copy_template, definition, drawing
from acceptance.cli import terminal
from acceptance.cli.options import OUT
from acceptance.report import render
from acceptance.session.workspace import put

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.charts.definition import Chart

ENDINGS = {".pdf", ".svg", ".png", ".html"}
ABOVE_ZERO = click.FloatRange(0, min_open=True, max=1e6)


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
    help="Start the file of a printed copy: what was measured of it.",
)
@click.option("--advise", "advising", is_flag=True, help="Tell which chart suits a camera's place:")
@click.option("--focal-length", type=ABOVE_ZERO, metavar="MM", help="its lens, with --sensor,")
@click.option(
    "--sensor", default="", metavar="FORMAT|MM", help="its sensor's format (1/2.8) or width in mm,"
)
@click.option(
    "--field-of-view", type=ABOVE_ZERO, metavar="DEGREES", help="or its horizontal field of view;"
)
@click.option("--distance", type=ABOVE_ZERO, metavar="M", help="from the chart, along the floor;")
@click.option(
    "--height", type=click.FloatRange(0, 1000), metavar="M", help="of the camera above the floor;"
)
@click.option(
    "--chart-height",
    type=click.FloatRange(0, 1000),
    default=1.5,
    show_default=True,
    metavar="M",
    help="of its middle;",
)
@click.option("--picture", default="1920x1080", show_default=True, metavar="WxH", help="pixels;")
@click.option(
    "--tv-lines",
    type=ABOVE_ZERO,
    metavar="TVL",
    help="to be read on the wedge, per picture height.",
)
def chart(
    name: str | None,
    serial: str | None,
    *,
    listing: bool,
    advising: bool,
    **options: Any,  # noqa: ANN401 -- what click collected
) -> int:
    """Draw a chart (PDF, SVG, PNG), choose one for a camera's place, or start the file of a printed copy."""
    if advising:
        return _advise(
            [definition.load(one) for one in ([name] if name else definition.names())], options
        )
    if listing or name is None:
        terminal.table(
            "Charts", ("name", "title", "size", "paper"), [_row(one) for one in definition.names()]
        )
        return 0
    shown, output = definition.load(name), options["output"]
    if serial is not None:
        return _start(shown, serial, output)
    if output is None:
        raise click.UsageError(
            "say where the drawing goes: -o FILE.pdf, FILE.svg, FILE.png or FILE.html"
        )
    put(
        output,
        _drawn(shown, output.suffix.lower(), options["width"], options["index"], output.name),
    )
    terminal.say(f"{shown.title_en}: {output}")
    return 0


def _row(name: str) -> tuple[str, str, str, str]:
    one = definition.load(name)
    return name, f"{one.title} / {one.title_en}", _millimetres(one.size), _millimetres(one.paper)


def _millimetres(size: tuple[float, float]) -> str:
    return f"{size[0]:g} x {size[1]:g} mm"


def _drawn(shown: Chart, ending: str, width: int | None, index: int | None, name: str) -> bytes:
    if ending == ".png" and width is None:
        raise click.UsageError("a PNG needs --width PX")
    if ending not in ENDINGS:
        raise click.UsageError(f"{name}: the ending must be .pdf, .svg, .png or .html")
    if ending == ".html":
        return _page(shown)
    if ending == ".png":
        return drawing.png(shown, width or 0, index=index)
    if ending == ".svg":
        return drawing.svg(shown, index=index).encode()
    return render.pdf_of_svg(drawing.page(shown, index=index), *shown.paper)


def _page(shown: Chart) -> bytes:
    if shown.kind != "screen":
        raise click.UsageError(
            f"{shown.name} is printed; a page (.html) is made of a chart for screens: clock"
        )
    return clock_page.html(shown).encode()


def _start(shown: Chart, serial: str, output: Path | None) -> int:
    """Start the file of a copy.

    One that is there already may hold measurements and is not written over.
    """
    if shown.kind != "print":
        raise click.UsageError(f"{shown.name} is shown on a screen and has no printed copies")
    if not serial.strip() or output is None or output.suffix.lower() != ".toml":
        raise click.UsageError(
            "give the copy a serial number and say where its file goes: --copy SERIAL -o FILE.toml"
        )
    if output.exists():
        raise click.UsageError(
            f"{output}: this file is there already and may hold measurements; name another"
        )
    put(output, copy_template.template(shown, serial).encode())
    terminal.say(
        f"{output}: write into it what was measured; docs/formats.md and test_charts/README.md tell how"
    )
    return 0


def _advise(known: list[Chart], options: dict[str, Any]) -> int:
    """Tell what each chart would be in the picture; 0 where one can be used as it is, else 3."""
    if options["distance"] is None:
        raise click.UsageError(
            "--advise needs --distance M, and --focal-length MM with --sensor FORMAT or --field-of-view"
        )
    lens = {name: options[name] for name in ("distance", "focal_length", "sensor", "field_of_view")}
    height, hung = options["height"], options["chart_height"]
    camera = advice.viewpoint(
        picture=_pixels(options["picture"]), rise=0.0 if height is None else height - hung, **lens
    )
    given = advice.advise(camera, known, options["tv_lines"])
    terminal.say(
        f"{camera.pixels_per_metre:.0f} px/m at the chart, {camera.slant:.2f} m from the lens, "
        f"seen from {abs(camera.tilt):.0f} degrees {'above' if camera.tilt >= 0 else 'below'}"
    )
    terminal.table("Charts in the picture", HEADINGS, [_seen(one) for one in given])
    for one in given:
        for sentence in _sentences(one, camera, options["tv_lines"]):
            terminal.say(f"{one.chart.name}: {sentence}")
    usable = next((one for one in given if not one.troubles), None)
    terminal.say(
        f"Take {usable.chart.name}."
        if usable
        else "None can be used as it is; see above what to change."
    )
    return 0 if usable else 3


HEADINGS = (
    "chart",
    "px",
    "of the picture",
    "px a fiducial's cell",
    "px an edge",
    "TV lines of its wedge",
)


def _seen(one: advice.Advice) -> tuple[str, ...]:
    lines = f"{one.lines[0]:.0f} to {one.lines[1]:.0f}" if one.lines else "-"
    return (
        one.chart.name,
        f"{one.size[0]:.0f} x {one.size[1]:.0f}",
        f"{one.share[0]:.1%} x {one.share[1]:.1%}",
        f"{one.cell:.1f}",
        f"{one.edge:.0f}",
        lines,
    )


def _sentences(one: advice.Advice, camera: advice.Viewpoint, lines: float | None) -> list[str]:
    """Word what stands in the way and what to do about it."""
    start, end = one.lines or (0.0, 0.0)
    nearest, farthest = math.ceil(100 * one.nearest) / 100, math.floor(100 * one.farthest) / 100
    larger = math.ceil(100 * one.chart.smallest / one.size[0])
    words = {
        "too_steep": f"more than {advice.STEEPEST:g} degrees of tilt: hang it higher, go further away, or lean it",
        "too_large": f"does not fit into the picture: {nearest:.2f} m from the lens at least, or a smaller chart",
        "too_small": f"{one.chart.smallest:g} px are needed: {farthest:.2f} m from the lens at most, "
        f"a larger chart, or this one printed at {larger}%",
        "no_wedge": "has no wedge: MTF only, no TV lines",
        "wedge_too_coarse": f"its wedge ends at {end:.0f} TV lines: let it fill less of the picture",
        "wedge_too_fine": f"its wedge begins at {start:.0f} TV lines: let it fill more of the picture",
        "fill_more": f"for TV lines it should fill {advice.FILLING:.0%} of the picture's width",
    }
    told = [words[code] for code in one.troubles]
    if lines and lines > camera.picture[1]:
        told.append(
            f"{lines:g} TV lines are more than the picture's {camera.picture[1]} lines can show"
        )
    if not one.troubles and abs(camera.tilt) > advice.UPRIGHT:
        told.append(f"lean it by {abs(camera.tilt):.0f} degrees, so that it faces the camera")
    return told


def _pixels(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (
        width.isdecimal()
        and height.isdecimal()
        and 16 <= int(width) <= 65536
        and 16 <= int(height) <= 65536
    ):
        raise click.UsageError(f"--picture {text!r}: write WxH in pixels, for instance 1920x1080")
    return int(width), int(height)
