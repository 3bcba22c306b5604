"""Options that several verbs share, and what is made of them."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click
from click.core import ParameterSource

from acceptance import wording
from acceptance.cli import terminal
from acceptance.errors import PlanError, UsageError
from acceptance.files import regular, written_number
from acceptance.files.output import put, require_apart, require_json, require_outside, writing
from acceptance.forms import vocabulary
from acceptance.messages import tr
from acceptance.model import Coding, Condition, Scope, Tap
from acceptance.session import shot_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from acceptance.model import Box
    from acceptance.signing.certificates import Signer

    Command = Callable[..., Any]

# An unreadable path is an input error with a sentence of ours, not wrong usage.
OUT = click.Path(path_type=Path, readable=False)
OF_BOX = 4  # numbers: x, y, width, height
PASSWORD = "ACCEPTANCE_KEY_PASSWORD"  # noqa: S105 -- the name of the variable


def language_option(
    *,
    help: str,  # noqa: A002 -- as click has it
    default: str | Callable[[], str] = "zh",
) -> Callable[[Command], Command]:
    """Make the option ``--lang``: Chinese for readers of a report, unless asked otherwise."""
    languages, shown = click.Choice(wording.LANGUAGES), isinstance(default, str)
    return click.option("--lang", type=languages, default=default, show_default=shown, help=help)


def sessions_option(*, help: str) -> Callable[[Command], Command]:  # noqa: A002 -- as click has it
    """Make the option ``--output`` for the folder of session folders."""
    return click.option(
        "-o", "--output", type=OUT, default=Path("out"), show_default=True, help=help
    )


LANG = language_option(help="Report's language.")
PACK = click.option(
    "--pack", "packs", multiple=True, help="Standard to judge by, or a pack's TOML file."
)
SCOPE = click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="What the plan sets out to show.",
)
FACT = click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the device, e.g. picture=colour.",
)
OPERATOR = click.option("--operator", default="", help="Who measures.")
STRICT = click.option(
    "--strict", is_flag=True, help="A provisional or conditional pass exits with 3."
)
json_option = click.option(
    "--json", "json_file", type=OUT, help="Write JSON to this file (- for standard output)."
)
database_option = click.option(
    "--db",
    "url",
    default="acceptance.db",
    show_default=True,
    metavar="FILE|URL",
    help="Results database: an SQLite file, or postgresql://USER@HOST/NAME.",
)


class ClipOptions(TypedDict):
    """What ``clip_options`` collects."""

    chart: str | None
    chart_copy: str | None
    regions: tuple[str, ...]
    tap: str
    plain_edges: bool
    wall: str | None
    reference: Path | None
    conditions: tuple[str, ...]
    arrivals: Path | None
    screen_log: Path | None
    packets: Path | None
    stream_record: Path | None
    drive: Path | None
    chip: float | None
    code_range: str | None
    matrix: str | None
    transfer: str | None
    sample_aspect: str | None


SOURCE = "command line"  # of a condition
CLIP_OPTIONS = (
    click.option(
        "--chart", help="Chart in the picture: a name (see `acceptance chart --list`) or a file."
    ),
    click.option(
        "--chart-copy",
        metavar="FILE.toml|SERIAL",
        help="The printed copy of it that was filmed (chart --copy).",
    ),
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="NAME=X,Y,W,H",
        help="A region given by hand, in pixels.",
    ),
    click.option(
        "--tap",
        type=click.Choice([tap.value for tap in Tap]),
        default="camera",
        show_default=True,
        help="Where in the chain the clip was taken.",
    ),
    click.option(
        "--plain-edges", is_flag=True, help="Look for slanted edges in a picture without a chart."
    ),
    click.option(
        "--wall",
        metavar="ROWSxCOLUMNS",
        help="A wall of monitors filmed beside the clock: latency of each tile.",
    ),
    click.option(
        "--reference", type=OUT, help="The sequence that the clip should show, for PSNR and SSIM."
    ),
    click.option(
        "--condition",
        "conditions",
        multiple=True,
        metavar="NAME=VALUE[UNIT]",
        help="A condition of the shot, e.g. illuminance=500lx.",
    ),
    click.option("--arrivals", type=OUT, help="CSV frame,arrival_s of a captured stream."),
    click.option("--screen-log", type=OUT, help="CSV index,time_s of the clock screen."),
    click.option("--packets", type=OUT, help="CSV of the packets of a captured stream."),
    click.option("--stream-record", type=OUT, help="Record of its capture (.stream.jsonl)."),
    click.option(
        "--drive", type=OUT, help="CSV time_s,level of what drove a light in a region `sequence`."
    ),
    click.option(
        "--chip",
        type=float,
        metavar="SECONDS",
        help="Chip length, if the known sequence drove the light.",
    ),
    click.option(
        "--range",
        "code_range",
        type=click.Choice(["limited", "full"]),
        help="Code range, if the clip states it wrongly.",
    ),
    click.option(
        "--matrix",
        type=click.Choice(["bt601", "bt709"]),
        help="Colour matrix, if the clip states it wrongly.",
    ),
    click.option(
        "--transfer",
        type=click.Choice(["bt709", "srgb", "gamma22", "linear"]),
        help="Camera's transfer curve.",
    ),
    click.option(
        "--sample-aspect",
        metavar="W:H",
        help="Width over height of a pixel, if the clip states it wrongly.",
    ),
)


def clip_options(command: Command) -> Command:
    """Add the options that say how a clip is to be read (``ClipOptions``)."""
    for option in CLIP_OPTIONS:
        command = option(command)
    return command


def metric_option(command: Command) -> Command:
    """Add the option that names metrics."""
    return click.option(
        "--metric",
        "names",
        multiple=True,
        metavar="NAME",
        help="Measure only this, e.g. noise; may be repeated.",
    )(command)


trust_option = click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate (PEM or DER) that older sessions' signatures must lead to.",
)


class Signing(TypedDict):
    """Options that name a signing key."""

    key: Path | None
    password_file: Path | None


def sign_options(command: Command) -> Command:
    """Add the options that name a signing key."""
    command = click.option(
        "--password-file", type=OUT, help=f"File with the key's password (else ${PASSWORD})."
    )(command)
    return click.option(
        "--sign",
        "--key",
        "key",
        type=OUT,
        metavar="FILE|pkcs11:...",
        help="Key to sign with: a PKCS#12 or PEM file, or one in a token (docs/signing.md).",
    )(command)


def shot_fields(options: ClipOptions) -> dict[str, Any]:
    """Return the fields of Shot that the options of a clip say."""
    coding = _coding(options)
    return {
        "chart": options["chart"],
        "chart_copy": _copy(options["chart_copy"] or ""),
        "tap": Tap(options["tap"]),
        "regions": dict(_region(text) for text in options["regions"]),
        "chip": options["chip"],
        "plain_edges": options["plain_edges"],
        "wall": _wall(options["wall"] or ""),
        "conditions": tuple(condition(text) for text in options["conditions"]),
        "coding": coding,
        "arrivals": _absolute(options["arrivals"]),
        "screen_log": _absolute(options["screen_log"]),
        "packets": _absolute(options["packets"]),
        "stream_record": _absolute(options["stream_record"]),
        "drive": _absolute(options["drive"]),
        "reference": _absolute(options["reference"]),
    }


def _coding(options: ClipOptions) -> Coding:
    aspect, code_range = options["sample_aspect"], options["code_range"]
    return Coding(
        full_range=None if code_range is None else code_range == "full",
        matrix=options["matrix"],
        transfer=options["transfer"],
        sample_aspect=None if aspect is None else _aspect(aspect),
    )


def _absolute(path: Path | None) -> str:
    return str(path.absolute()) if path else ""


def _copy(text: str) -> str:
    return str(Path(text).absolute()) if text.endswith(".toml") else text


def name_value(text: str, option: str) -> tuple[str, str]:
    """Split NAME=VALUE. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise click.UsageError(tr("{option} {text!r}: write NAME=VALUE", option=option, text=text))
    return name, value


def _region(text: str) -> tuple[str, Box]:
    name, value = name_value(text, "--region")
    box = [written_number.number(part) for part in value.split(",")]
    if len(box) != OF_BOX or not all(map(math.isfinite, box)):
        what = tr("--region {text!r}: write NAME=X,Y,WIDTH,HEIGHT in pixels", text=text)
        raise click.UsageError(what)
    x, y, width, height = box
    if width <= 0 or height <= 0:
        raise click.UsageError(tr("--region {text!r}: width and height must be above 0", text=text))
    return name, (x, y, width, height)


def _wall(text: str) -> tuple[tuple[str, ...], ...]:
    """Return a wall of so many tiles, none of them with a subject; empty text: no wall."""
    if not text:
        return ()
    rows, columns = two_numbers(text, "x×") or (0, 0)
    if not 0 < rows * columns <= shot_checks.MOST_TILES:
        what = tr(
            "--wall {text!r}: write ROWSxCOLUMNS, for instance 3x3; {most} tiles at most",
            text=text, most=shot_checks.MOST_TILES,
        )  # fmt: skip
        raise click.UsageError(what)
    return (("",) * columns,) * rows


def _aspect(text: str) -> tuple[int, int]:
    aspect = two_numbers(text, ":")
    if aspect is None or not all(aspect):
        what = tr("--sample-aspect {text!r}: write W:H, for instance 16:11", text=text)
        raise click.UsageError(what)
    return aspect


def two_numbers(text: str, between: str) -> tuple[int, int] | None:
    """Read two whole numbers of five digits at most, with any of these signs between them."""
    sides = re.fullmatch(rf"(\d{{1,5}})[{between}](\d{{1,5}})", text.lower())
    return (int(sides[1]), int(sides[2])) if sides else None


def condition(text: str) -> Condition:
    """Read NAME=VALUE[UNIT] as a condition; a value that is no number stays text."""
    name, value = name_value(text, "--condition")
    number, unit = vocabulary.figure(value) or (value, "")
    return Condition(name=name, value=number, unit=unit, source=SOURCE)


def refuse_without(other: str, *names: str) -> None:
    """Refuse options that were given and would be left aside, as ``other`` was not.

    ``names``: what they are called in the command's function. Raises UsageError.
    """
    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if given and parameter.name in names:
            option = parameter.opts[-1]
            raise UsageError(tr("{option} belongs to {other}", option=option, other=other))


def signer(
    key: Path | None, password_file: Path | None, chain: Iterable[Path] = ()
) -> Signer | None:
    """Load the key that was named, if any. Raises KeyFileError and PlanError."""
    if key is None:
        return None
    from acceptance.signing.certificates import load_signer  # noqa: PLC0415 -- late: brings pyHanko

    return load_signer(key, password(password_file), chain=chain)


def password(file: Path | None) -> str:
    """Return the password of a key: of the file, else of the environment. Raises PlanError."""
    if file is None:
        return os.environ.get(PASSWORD, "")
    try:
        return regular.content(file).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        what = tr("cannot be read ({cause})", cause=error)
        raise PlanError(what, where=str(file), hint=tr("Check the path")) from error


def prepare_json(path: Path | None, inputs: Iterable[Path]) -> None:
    """Make sure, before the work, that the JSON can be written, and over nothing that must stay.

    That is each of the inputs, what a sealed session holds, and all that is no JSON.
    JSON on standard output has that to itself: what else is printed goes to standard error.
    """
    if path and str(path) == "-":
        terminal.console.stderr = True
    elif path:
        from acceptance.session import workspace  # noqa: PLC0415 -- late: takes time

        require_apart(path, inputs)
        require_json(path)
        if session := workspace.session_around(path):
            require_outside(path, session)
        with writing(path.parent):
            pass


def write_json(content: object, path: Path) -> None:
    """Write JSON to a file, or to standard output where it is called ``-``."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if str(path) == "-":
        # the same text, in which no build service finds a command
        click.echo(text.replace("##", r"\u0023" * 2), nl=False)
    else:
        put(path, text.encode())
