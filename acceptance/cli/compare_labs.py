"""The verb ``compare-labs``: laboratories, or rounds, compared on one camera and one chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.cli.options import (
    OUT,
    json_option,
    language_option,
    prepare_json,
    trust_option,
    write_json,
)
from acceptance.files.output import put, put_new, require_apart, require_ending
from acceptance.messages import language, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.laboratories.evaluation import LaboratoryComparison

PAGES = {".html", ".pdf"}
FEWEST, USUAL = 5, 6  # simulated laboratories: the fifth errs


@click.group(name="compare-labs")
def compare_labs() -> None:
    """Compare laboratories or rounds: forms, repeatability, outliers, z and En scores, a page."""


@compare_labs.command()
@click.argument("plan_file", type=OUT, metavar="ROUND.toml")
def new(plan_file: Path) -> int:
    """Begin the plan of a comparison, to be filled in."""
    from acceptance.laboratories import plan_template  # noqa: PLC0415 -- late: nothing else needs it

    require_ending(plan_file, {".toml"})
    put_new(plan_file, plan_template.text().encode())
    terminal.say(
        tr("{file}: fill it in, then: acceptance compare-labs forms {file}", file=plan_file)
    )
    return 0


@compare_labs.command()
@click.argument("plan_file", type=OUT, metavar="ROUND.toml")
@click.option("-o", "--output", type=OUT, help="Folder for the forms.  [default: the plan's]")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="xlsx",
              show_default=True, help="Of forms that the plan does not name.")  # fmt: skip
@language_option(help="Language of the forms.")
def forms(plan_file: Path, output: Path | None, form: str, lang: str) -> int:
    """Write a form for each laboratory that hands in no sessions."""
    from acceptance.laboratories import result_form, round_plan  # noqa: PLC0415 -- late: brings pydantic

    plan = round_plan.read(plan_file)
    folder = output or plan_file.parent
    for path in result_form.write(plan, folder, ending=f".{form}", lang=lang):
        terminal.say(str(path))
    return 0


@compare_labs.command()
@click.argument("plan_file", type=OUT, metavar="ROUND.toml")
@click.option("-o", "--output", "outputs", multiple=True, type=OUT,
              help="Page (.html or .pdf) to write; may be repeated.")  # fmt: skip
@json_option
@trust_option
@language_option(help="Language of the page.")
def run(
    plan_file: Path, outputs: tuple[Path, ...], json_file: Path | None, trust: tuple[Path, ...],
    lang: str,
) -> int:  # fmt: skip
    """Read what the laboratories handed in, and evaluate it.

    Exits 0, also where results are unsatisfactory; 2 where a form or a session is refused.
    """
    from acceptance.laboratories import evaluation, round_plan  # noqa: PLC0415 -- late: brings pydantic

    for output in outputs:
        require_ending(output, PAGES)
    plan = round_plan.read(plan_file)
    inputs = [plan_file, *(plan_file.parent / one.form for one in plan.laboratories if one.form)]
    for output in outputs:
        require_apart(output, inputs)
    prepare_json(json_file, inputs)
    found = evaluation.compare(plan, evaluation.collect(plan, plan_file.parent, trust))
    _write(found, outputs, json_file, lang)
    return 0


@compare_labs.command()
@click.option("-o", "--output", type=OUT, default=Path("laboratories"), show_default=True,
              metavar="DIR", help="Folder for films, forms, sessions and page.")  # fmt: skip
@click.option("--laboratories", "count", type=click.IntRange(FEWEST, 40), default=USUAL,
              show_default=True, help="How many.")  # fmt: skip
@language_option(help="Language of forms and page.")
def demo(output: Path, count: int, lang: str) -> int:
    """Film, measure and compare in simulated laboratories, of which one is out of focus.

    Exits 0 when that one is found and no other.
    """
    from acceptance.laboratories import evaluation, round_plan, simulated_round  # noqa: PLC0415 -- late: brings the simulator

    entries = simulated_round.laboratories(count)
    with terminal.progress() as show:
        path = simulated_round.make(output, entries, lang=lang, progress=show)
    plan = round_plan.read(path)
    found = evaluation.compare(plan, evaluation.collect(plan, output))
    _write(found, [output / "page.html"], None, lang)
    _print(found)
    errant = simulated_round.unsatisfactory(found)
    terminal.say(tr("Out of focus: {planted}; unsatisfactory: {found}",
                    planted=simulated_round.ERRS, found=", ".join(errant)))  # fmt: skip
    return 0 if errant == [simulated_round.ERRS] else 1


def _write(
    found: LaboratoryComparison, outputs: Sequence[Path], json_file: Path | None, lang: str
) -> None:
    from acceptance.laboratories import comparison_content, comparison_page  # noqa: PLC0415 -- as above

    for output in outputs:
        as_pdf = output.suffix.lower() == ".pdf"
        made = (
            comparison_page.pdf(found, lang)
            if as_pdf
            else comparison_page.html(found, lang).encode()
        )
        put(output, made)
        terminal.say(str(output))
    if json_file:
        write_json(comparison_content.content(found), json_file)
    elif not outputs:
        _print(found)


def _print(found: LaboratoryComparison) -> None:
    from acceptance.laboratories.comparison_page import LaboratoryPage  # noqa: PLC0415 -- as above

    page = LaboratoryPage(found=found, lang=language())
    for figure in found.figures:
        terminal.table(page.title(figure), page.columns, page.rows(figure))
        for note in figure.notes:
            terminal.say(page.note(note))
    terminal.say(page.counted)
