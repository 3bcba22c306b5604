"""The verbs ``panel`` and ``sheet``: forms for what people rate, inspect, read off and file."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acceptance import metrics
from acceptance.checks import questions
from acceptance.cli import terminal
from acceptance.cli.options import LANG, OUT
from acceptance.errors import OutputError
from acceptance.files import spreadsheet
from acceptance.files.output import put, writing
from acceptance.forms import scores
from acceptance.report import questionnaire
from acceptance.session import plan, runner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.checks.questions import Question
    from acceptance.forms.scores import Key
    from acceptance.model import Pack, Plan

FILLS = {".toml", ".csv", ".xlsx"}
MOST_SEED = 2**32 - 1
FEWEST_RATERS = 5  # GB 50198; the pack's own number is larger where it asks for more


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
    plan_file: Path,
    output: Path,
    raters: int | None,
    leader: str,
    seed: int | None,
    lang: str,
    *,
    together: bool,
    copying: bool,
) -> int:
    """Draw up a panel: forms to print, a table to fill in, and the key to its codes.

    Exits 3 when nothing is rated.
    """
    given, _, asked = _asked(plan_file)
    items = questionnaire.rated(asked, given, lang)
    if not items:
        terminal.say("Nothing in this plan is rated by a panel.")
        return 3
    needed = max([FEWEST_RATERS, *(one.requirement.minimum_raters or 0 for one in asked)])
    key = scores.draw_up(
        items,
        raters=raters or needed,
        seed=secrets.randbelow(MOST_SEED) if seed is None else seed,
        leader=leader or given.operator,
        together=together,
    )
    if not key.leader:
        raise click.UsageError("say who leads the panel: --leader NAME, or operator in the plan")
    _write(key, asked, given, output, lang)
    if copying:
        _copy(key, plan_file.parent, output)
    terminal.say(f"{len(key.clips)} clips, {len(key.orders)} raters, seed {key.seed}: {output}")
    terminal.say(
        'Fill in panel.csv, keep panel.key.toml from the raters; then: score_files = ["panel.csv"] in the plan'
    )
    return 0


def _asked(plan_file: Path) -> tuple[Plan, tuple[Pack, ...], tuple[Question, ...]]:
    """Read the plan and ask what it leaves to people; tell what waits for a fact."""
    given, packs = runner.prepare(plan.read(plan_file))
    known = metrics.quantities()
    missing: dict[str, dict[str, None]] = {}
    for one in questions.waiting(packs, given, known):
        missing.setdefault(str(one.reason.parameters["fact"]), {})[one.subject] = None
    for fact, subjects in missing.items():
        terminal.say(f"Not asked before the fact {fact} is stated: {', '.join(subjects)}", "yellow")
    return given, packs, questions.questions(packs, given, known)


def _write(key: Key, asked: Sequence[Question], given: Plan, output: Path, lang: str) -> None:
    _fresh(output / "panel.csv")
    put(output / "panel.pdf", questionnaire.panel(key, asked, given, lang))
    put(output / scores.key_name("panel.csv"), scores.dumps(key).encode())
    put(output / "panel.csv", spreadsheet.csv_of(scores.table(key, lang)))


def _fresh(path: Path) -> None:
    """Refuse to write over what somebody may have filled in."""
    if path.exists():
        raise OutputError(
            "is there already and may be filled in",
            where=str(path),
            hint="Name another, or take it away",
        )


def _copy(key: Key, folder: Path, output: Path) -> None:
    """Copy what the raters see, under names that tell nothing."""
    shelf = output / "clips"
    with writing(shelf):
        shelf.mkdir(parents=True, exist_ok=True)
        for one in key.clips:
            for number, name in enumerate(one.files, start=1):
                if (folder / name).is_file():
                    shutil.copyfile(
                        folder / name, shelf / f"{one.code}-{number}{Path(name).suffix}"
                    )
                else:
                    terminal.say(
                        f"{one.code}: {name} is no single file and was not copied", "yellow"
                    )


@click.command()
@click.argument("plan_file", type=OUT, metavar="PLAN.toml")
@click.option("-o", "--output", type=OUT, required=True, help="The sheet to print: a PDF.")
@click.option("--fill", type=OUT, metavar="FILE", help="The table to fill in: XLSX, CSV or TOML.")
@LANG
def sheet(plan_file: Path, output: Path, fill: Path | None, lang: str) -> int:
    """Print what people inspect, read off and file, and make the table to fill in.

    Exits 3 when nothing is asked.
    """
    if output.suffix.lower() != ".pdf":
        raise click.UsageError(f"{output.name}: the ending must be .pdf")
    if fill and fill.suffix.lower() not in FILLS:
        raise click.UsageError(f"{fill.name}: the ending must be .xlsx, .csv or .toml")
    given, packs, asked = _asked(plan_file)
    if not asked:
        terminal.say("This plan leaves nothing to people.")
        return 3
    told = questionnaire.lines(asked, packs, given, lang)
    if fill:
        _fresh(fill)
    put(output, questionnaire.sheet(told, given, lang))
    if fill:
        put(fill, _filled(fill.suffix.lower(), told, lang))
    counts = Counter(one.question.form for one in told)
    terminal.say(
        f"{output}: {len(told)} items ({', '.join(f'{count} {form}' for form, count in counts.items())})"
    )
    if fill:
        terminal.say(f'Fill in {fill.name}; then: answer_files = ["{fill.name}"] in the plan')
    return 0


def _filled(ending: str, told: Sequence[questionnaire.Line], lang: str) -> bytes:
    if ending == ".toml":
        return questionnaire.fill_toml(told)
    return (
        questionnaire.fill_workbook(told, lang)
        if ending == ".xlsx"
        else questionnaire.fill_csv(told, lang)
    )
