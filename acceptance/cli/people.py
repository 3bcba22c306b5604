"""The verbs ``panel`` and ``sheet``: forms for what people rate, inspect, read off and file."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance import metrics
from acceptance.checks import questions
from acceptance.cli import terminal
from acceptance.cli.options import LANG, OUT
from acceptance.forms import panel_key
from acceptance.messages import shortened, tr, tr_count
from acceptance.report import questionnaire
from acceptance.session import plan, runner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.checks.questions import Question
    from acceptance.forms.panel_key import Key, PanelClip
    from acceptance.model import Pack, Plan

MOST_SEED = 2**32 - 1
FEWEST_RATERS = 5  # GB 50198; the pack's own number is larger where it asks for more


class PanelOptions(TypedDict):
    """Options that say who rates, and in which order."""

    raters: int | None
    leader: str
    seed: int | None
    together: bool


@click.command()
@click.argument("plan_file", type=OUT, metavar="PLAN.toml")
@click.option(
    "-o",
    "--output",
    type=OUT,
    required=True,
    metavar="DIR",
    help="Folder for forms, table and key.",
)
@click.option(
    "--raters", type=click.IntRange(1, 99), help="How many.  [default: as the packs ask, 5 or more]"
)
@click.option("--leader", default="", help="Who leads the panel.  [default: the plan's operator]")
@click.option(
    "--seed", type=click.IntRange(0, MOST_SEED), help="Draws the same codes and orders again."
)
@click.option("--together", is_flag=True, help="All raters watch one screen: one order for all.")
@click.option(
    "--clips", "copying", is_flag=True, help="Copy the plan's clips there, named by their codes."
)
@LANG
def panel(
    plan_file: Path, output: Path, lang: str, *, copying: bool, **options: Unpack[PanelOptions]
) -> int:
    """Draw up a panel: forms to print, a table to fill in, and the key to its codes.

    Exits 3 when nothing is rated.
    """
    given, _, asked = _asked(plan_file)
    items = questionnaire.rated(asked, given, lang)
    if not items:
        terminal.say(tr("Nothing in this plan is rated by a panel."))
        return 3
    if options["seed"] is None and (begun := questionnaire.begun_seed(output)) is not None:
        options["seed"] = begun
        terminal.say(tr("Goes on with the panel whose key lies in {folder}.", folder=output))
    key = _key(items, asked, given.operator, options)
    films = plan_file.parent if copying else None
    for code, file in questionnaire.write_panel(key, asked, given, output, lang, films):
        sentence = tr(
            "{code}: {file} is not a single file and was not copied", code=code, file=file
        )
        terminal.say(sentence, "yellow")
    _report(key, output)
    return 0


def _key(
    items: Sequence[PanelClip], asked: Sequence[Question], operator: str, options: PanelOptions
) -> Key:
    """Draw up who rates what in which order; the operator leads unless somebody else is named."""
    fewest = (question.requirement.minimum_raters or 0 for question in asked)
    needed, seed = max([FEWEST_RATERS, *fewest]), options["seed"]
    return panel_key.draw_up(
        items,
        raters=options["raters"] or needed,
        seed=secrets.randbelow(MOST_SEED) if seed is None else seed,
        leader=options["leader"] or operator,
        together=options["together"],
    )


def _report(key: Key, output: Path) -> None:
    """Say what was drawn up, and what to do with it."""
    drawn_up = tr(
        "{folder}: clips: {clips}; raters: {raters}; seed: {seed}",
        clips=len(key.clips), raters=len(key.orders), seed=key.seed, folder=output,
    )  # fmt: skip
    terminal.say(drawn_up)
    advice = tr(
        "Fill in panel.csv and keep panel.key.toml from the raters; "
        'then write score_files = ["panel.csv"] in the plan'
    )
    terminal.say(advice)


def _asked(plan_file: Path) -> tuple[Plan, tuple[Pack, ...], tuple[Question, ...]]:
    """Read the plan and ask what it leaves to people; name what waits for a fact."""
    given, packs = runner.prepare(plan.read(plan_file))
    known = metrics.quantities()
    missing: dict[str, dict[str, None]] = {}
    asked, waiting = questions.questions(packs, given, known)
    for finding in waiting:
        missing.setdefault(str(finding.reason.parameters["fact"]), {})[finding.subject] = None
    for fact, subjects in missing.items():
        names = shortened(subjects)
        what = tr(
            "Not asked until the fact {fact} is stated: {subjects}", fact=fact, subjects=names
        )
        terminal.say(what, "yellow")
    return given, packs, asked


@click.command()
@click.argument("plan_file", type=OUT, metavar="PLAN.toml")
@click.option("-o", "--output", type=OUT, required=True, help="The sheet to print: a PDF.")
@click.option("--fill", type=OUT, metavar="FILE", help="The table to fill in: XLSX, CSV or TOML.")
@LANG
def sheet(plan_file: Path, output: Path, fill: Path | None, lang: str) -> int:
    """Print what people inspect, read off and file, and make the table to fill in.

    Exits 3 when nothing is asked.
    """
    questionnaire.require_sheet(output, fill)
    given, packs, asked = _asked(plan_file)
    if not asked:
        terminal.say(tr("This plan leaves nothing to people."))
        return 3
    lines = questionnaire.lines(asked, packs, given, lang)
    files = questionnaire.write_sheet(lines, given, output, fill, lang)
    _report_sheet(lines, ", ".join(map(str, files)), fill)
    return 0


def _report_sheet(lines: Sequence[questionnaire.Line], output: str, fill: Path | None) -> None:
    """Say what was asked, and what to do with the table."""
    counts = Counter(line.question.form for line in lines)
    forms = ", ".join(_form_count(form, count) for form, count in counts.items())
    items = tr_count(
        "{file}: {count} item ({forms})",
        "{file}: {count} items ({forms})",
        len(lines), file=output, forms=forms,
    )  # fmt: skip
    terminal.say(items)
    if fill:
        name = fill.name
        advice = tr('Fill in {file}; then write answer_files = ["{file}"] in the plan', file=name)
        terminal.say(advice)


def _form_count(form: str, count: int) -> str:
    return {
        "scores": tr("{count} to score", count=count),
        "value": tr("{count} to read off", count=count),
        "yes": tr("{count} to file", count=count),
        "grade": tr("{count} to inspect", count=count),
    }[form]
