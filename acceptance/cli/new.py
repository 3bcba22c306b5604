"""The verb ``new``: it asks its way to a plan."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.cli import plan_questions, shot_questions
from acceptance.cli.asking import Asker
from acceptance.cli.options import OUT, PACK, SCOPE, language_option, name_value
from acceptance.messages import language
from acceptance.model import Plan, Scope
from acceptance.session import found_probes, new_plan, store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acceptance.session.new_plan import Given


class NewOptions(TypedDict):
    """Options that answer questions beforehand."""

    packs: tuple[str, ...]
    scope: str | None
    facts: tuple[str, ...]


@click.command()
@click.argument("inputs", nargs=-1, type=OUT, metavar="[CLIP | FOLDER | PROBE | DEVICES]...")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("plan.toml"),
    show_default=True,
    help="Plan to write; clips and device list must lie in its folder.",
)
@language_option(help="Language of the questions and of the plan's comments.", default=language)
@PACK
@SCOPE
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the site, or of every device, e.g. picture=colour.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take every default, and say which.")
def new(
    inputs: tuple[Path, ...], output: Path, lang: str, *, yes: bool, **options: Unpack[NewOptions]
) -> int:
    """Write a plan by questions, from clips, records of probes or a device list (CSV, XLSX)."""
    facts = dict(name_value(text, "--fact") for text in options["facts"])
    found = new_plan.given(inputs, output)
    store.load_packs(Plan(packs=options["packs"]))  # a wrong name is refused before any question
    asker = Asker(lang, defaults=yes)
    made = _ask(asker, found, options, facts)
    new_plan.write(made, found, output, lang)
    _say_what_next(asker, made, found, output)
    return 0


def _ask(asker: Asker, found: Given, options: NewOptions, facts: Mapping[str, str]) -> Plan:
    names = options["packs"] or plan_questions.packs(asker)
    packs = store.load_packs(Plan(packs=names))
    new_plan.check_facts(packs, found, facts)
    scope = Scope(options["scope"] or plan_questions.scope(asker, found))
    project, operator = plan_questions.project(asker), asker.text("operator")
    above = new_plan.above(found, scope, project.title)
    filmed, own = plan_questions.devices(asker, found, above)
    subjects = plan_questions.with_facts(asker, found, packs, (*above, *own), facts)
    made = Plan(
        packs=names,
        scope=scope,
        operator=operator,
        project=project,
        subjects=subjects,
        shots=shot_questions.shots(asker, found, packs, _of(found.clips, filmed)),
        device_records=found_probes.device_records(found, _of(found.probes, filmed)),
        device_list=found.path(found.device_list) if found.device_list else "",
    )
    return plan_questions.with_samples(asker, found, packs, made) if found.device_list else made


def _of(files: Iterable[Path], devices: Mapping[Path, str]) -> dict[Path, str]:
    return {file: devices[file] for file in files}


def _say_what_next(asker: Asker, made: Plan, found: Given, output: Path) -> None:
    name = shlex.quote(str(output))
    asker.say("written", file=output)
    if found.device_list and not made.draws:
        known = new_plan.samplings(store.load_packs(made), new_plan.whole(made, found))
        if known:
            asker.say("next_sample", name=name, sampling=known[0])
    asker.say("next_run" if made.shots else "next_film", name=name)
