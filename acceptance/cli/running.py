"""The verb ``run``: measure, judge and report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from acceptance.cli import tables, terminal, written
from acceptance.cli.closing import conclude, kept_packs, usual_pages
from acceptance.cli.options import (
    FACT,
    LANG,
    OPERATOR,
    OUT,
    PACK,
    SCOPE,
    STRICT,
    ClipOptions,
    Signing,
    clip_options,
    json_option,
    name_value,
    prepare_json,
    sessions_option,
    shot_fields,
    sign_options,
    signer,
    trust_option,
    write_json,
)
from acceptance.files import system
from acceptance.messages import tr
from acceptance.model import Plan, Scope, Tap
from acceptance.session import plan, runner
from acceptance.signing import issuing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.errors import SetupError


class PlanOptions(ClipOptions):
    """Options that make a plan of clips; a plan from a file says these itself."""

    packs: tuple[str, ...]
    scope: str | None
    facts: tuple[str, ...]
    operator: str


class RunOptions(PlanOptions, Signing):
    """Options of ``run``."""

    trust: tuple[Path, ...]


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=OUT, metavar="PLAN.toml | CLIP...")
@sessions_option(help="Where the session folder goes.")
@PACK
@SCOPE
@FACT
@OPERATOR
@STRICT
@clip_options
@trust_option
@sign_options
@json_option
@LANG
def run(
    inputs: tuple[Path, ...],
    output: Path,
    lang: str,
    json_file: Path | None,
    *,
    strict: bool,
    **options: Unpack[RunOptions],
) -> int:
    """Measure, judge and report: a plan, or clips named here.

    Exits 0 pass, 1 fail, 2 no session, 3 open.
    """
    seal = signer(options["key"], options["password_file"])
    wanted, folder = _plan(inputs, options)
    prepare_json(json_file, [*inputs, *(folder / name for _, name in plan.files(wanted))])
    refused: list[SetupError] = []
    system.keep_freed_memory()
    with terminal.progress() as show:
        issue = issuing.Issuing(
            lang=lang, signer=seal, trust=options["trust"], progress=show, tell=refused.append
        )
        done, place = runner.run(
            plan.with_files(wanted, folder), folder, output,
            progress=show, issue=issue, prompt=terminal.password,
        )  # fmt: skip
    packs = kept_packs(done, place)
    tables.findings(done, packs)
    usual_pages(issuing.left_out(place, lang))
    no_pdf = next(iter(refused), None)
    code = conclude(
        done, place, packs, signed=seal is not None, strict=strict, lang=lang, no_pdf=no_pdf
    )
    if json_file:
        write_json(written.of_run(done, place, code), json_file)
    return code


def _plan(inputs: Sequence[Path], options: PlanOptions) -> tuple[Plan, Path]:
    """Read or make the plan; return it and the folder that its paths count from."""
    if inputs[0].suffix.lower() == ".toml":
        if len(inputs) > 1:
            raise click.UsageError(tr("give one plan, or clips, not both"))
        if stated := _stated(options):
            what = tr("a plan says these itself, change it there: {names}", names=", ".join(stated))
            raise click.UsageError(what)
        return plan.read(inputs[0]), inputs[0].parent
    facts = dict(name_value(text, "--fact") for text in options["facts"])
    planned = plan.of_clips(inputs, packs=options["packs"], facts=facts, **shot_fields(options))
    scope = Scope(options["scope"] or Scope.DEVICE)
    return replace(planned, operator=options["operator"], scope=scope), Path()


def _stated(options: PlanOptions) -> list[str]:
    """Name the options that were given and that a plan says itself."""
    of_plan = {name: value for name, value in options.items() if name in _PLAN_OPTIONS}
    return sorted(name for name, value in of_plan.items() if value and value != Tap.CAMERA)


_PLAN_OPTIONS = PlanOptions.__required_keys__
