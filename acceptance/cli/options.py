"""Options that several verbs share, and what is made of them."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from acceptance import metrics
from acceptance.cli import terminal
from acceptance.errors import InputError, PlanError
from acceptance.files.output import put, writing
from acceptance.model import Coding, Condition, Tap
from acceptance.signing.certificates import load_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from acceptance.model import Box
    from acceptance.signing.pades import Signer

    Command = Callable[..., Any]

# what cannot be read is told as such, not as wrong usage
OUT = click.Path(path_type=Path, readable=False)
PASSWORD = "ACCEPTANCE_KEY_PASSWORD"  # noqa: S105 -- the name of the variable
LANG = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Report's language.",
)
json_option = click.option(
    "--json", "json_file", type=OUT, help="Write JSON to this file (- for standard output)."
)


def clip_options(command: Command) -> Command:
    """Add the options that say how a clip is to be read."""
    for option in (
        click.option(
            "--chart",
            help="Chart in the picture: a name (see `acceptance chart --list`) or a TOML file.",
        ),
        click.option(
            "--chart-copy",
            metavar="FILE.toml|SERIAL",
            help="The print of it that was filmed (chart --copy).",
        ),
        click.option(
            "--region",
            "regions",
            multiple=True,
            metavar="NAME=X,Y,W,H",
            help="A region by hand, in pixels.",
        ),
        click.option(
            "--tap",
            type=click.Choice([one.value for one in Tap]),
            default="camera",
            show_default=True,
            help="Where it was taken.",
        ),
        click.option(
            "--plain-edges", is_flag=True, help="Look for slanted edges in a picture without chart."
        ),
        click.option(
            "--reference", type=OUT, help="The sequence that the clip should show: PSNR and SSIM."
        ),
        click.option(
            "--condition",
            "conditions",
            multiple=True,
            metavar="NAME=VALUE[UNIT]",
            help="What the shot was taken under, e.g. illuminance=500lx.",
        ),
        click.option("--arrivals", type=OUT, help="CSV frame,arrival_s of a captured stream."),
        click.option("--screen-log", type=OUT, help="CSV index,time_s of the clock screen."),
        click.option(
            "--drive",
            type=OUT,
            help="CSV time_s,level of what drove a light in a region `sequence`.",
        ),
        click.option(
            "--chip",
            type=float,
            metavar="SECONDS",
            help="Chip length, where the known sequence drove it.",
        ),
        click.option(
            "--range",
            "code_range",
            type=click.Choice(["limited", "full"]),
            help="Code range, if wrongly stated.",
        ),
        click.option(
            "--matrix",
            type=click.Choice(["bt601", "bt709"]),
            help="Colour matrix, if wrongly stated.",
        ),
        click.option(
            "--transfer",
            type=click.Choice(["bt709", "srgb", "gamma22", "linear"]),
            help="Camera curve.",
        ),
        click.option(
            "--sample-aspect",
            metavar="W:H",
            help="Width over height of a pixel, if wrongly stated.",
        ),
    ):
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


def quantities(names: Sequence[str]) -> Collection[str] | None:
    """Quantities of the metrics that were named; None where none was.

    Raises InputError for an unknown one.
    """
    known = metrics.every()
    for name in names:
        if name not in known:
            raise InputError(
                "there is no such metric", where=name, hint=f"Metrics: {', '.join(known)}"
            )
    return {quantity for name in names for quantity in known[name].QUANTITIES} if names else None


def sign_options(command: Command) -> Command:
    """Add the options that name a signing key."""
    command = click.option(
        "--password-file", type=OUT, help=f"File with the key's password (else ${PASSWORD})."
    )(command)
    return click.option("--sign", "key", type=OUT, help="PKCS#12 file to sign the report with.")(
        command
    )


def shot_fields(options: dict[str, Any]) -> dict[str, Any]:
    """Fields of Shot from the options that say how a clip is to be read."""
    aspect = options["sample_aspect"]
    coding = Coding(
        full_range=None if options["code_range"] is None else options["code_range"] == "full",
        matrix=options["matrix"],
        transfer=options["transfer"],
        sample_aspect=None if aspect is None else _aspect(aspect),
    )
    return {
        "chart": options["chart"],
        "chart_copy": _copy(options["chart_copy"] or ""),
        "tap": Tap(options["tap"]),
        "regions": dict(_region(text) for text in options["regions"]),
        **{
            name: str(options[name].absolute()) if options[name] else ""
            for name in ("arrivals", "screen_log", "drive", "reference")
        },
        "chip": options["chip"],
        "plain_edges": options["plain_edges"],
        "conditions": tuple(condition(text) for text in options["conditions"]),
        "coding": coding,
    }


def _copy(text: str) -> str:
    return str(Path(text).absolute()) if text.endswith(".toml") else text


def pair(text: str, option: str) -> tuple[str, str]:
    """Split NAME=VALUE. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise click.UsageError(f"{option} {text!r}: write NAME=VALUE")
    return name, value


def _region(text: str) -> tuple[str, Box]:
    name, value = pair(text, "--region")
    try:
        x, y, width, height = (float(part) for part in value.split(","))
    except ValueError as error:
        raise click.UsageError(
            f"--region {text!r}: write NAME=X,Y,WIDTH,HEIGHT in pixels"
        ) from error
    if not all(map(math.isfinite, (x, y, width, height))) or width <= 0 or height <= 0:
        raise click.UsageError(f"--region {text!r}: width and height must be above 0")
    return name, (x, y, width, height)


def _aspect(text: str) -> tuple[int, int]:
    width, _, height = text.partition(":")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise click.UsageError(f"--sample-aspect {text!r}: write W:H, for instance 16:11")
    return int(width), int(height)


def condition(text: str) -> Condition:
    """Read NAME=VALUE[UNIT] as a condition; a value that is no number stays text."""
    name, value = pair(text, "--condition")
    digits = len(value) - len(value.lstrip("+-.0123456789"))
    number, unit = value[:digits], value[digits:].strip()
    try:
        return Condition(name=name, value=float(number), unit=unit, source="command line")
    except ValueError:
        return Condition(name=name, value=value, source="command line")


def signer(key: Path | None, password_file: Path | None) -> Signer | None:
    """Load the key that was named, if any. Raises KeyFileError and PlanError."""
    if key is None:
        return None
    try:
        password = (
            password_file.read_text(encoding="utf-8").strip()
            if password_file
            else os.environ.get(PASSWORD, "")
        )
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(
            f"cannot be read ({error})", where=str(password_file), hint="Check the path"
        ) from error
    return load_signer(key, password)


def prepare_json(path: Path | None) -> None:
    """Make sure, before the work, that it can be written down.

    JSON on standard output has that to itself.
    """
    if path and str(path) == "-":
        terminal.console.stderr = True
    elif path:
        with writing(path.parent):
            pass


def write_json(content: object, path: Path) -> None:
    """Write JSON to a file, or to standard output where it is called ``-``."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if str(path) == "-":
        click.echo(text, nl=False)
    else:
        put(path, text.encode())
