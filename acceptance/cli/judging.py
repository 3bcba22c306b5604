"""The verbs ``judge`` (an old session by other packs) and ``diff`` (two sessions compared)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from acceptance.cli import tables
from acceptance.cli.closing import conclude, kept_packs, usual_pages
from acceptance.cli.options import (
    LANG,
    OUT,
    STRICT,
    Signing,
    json_option,
    prepare_json,
    sessions_option,
    sign_options,
    signer,
    trust_option,
    write_json,
)
from acceptance.report import before_after
from acceptance.session import runner, store
from acceptance.signing import issuing, predecessors

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.errors import SetupError


class JudgeOptions(Signing):
    """Options that name a signing key, and who judges again for which reason."""

    why: str
    by: str
    trust: tuple[Path, ...]
    institute: Path | None


@click.command()
@click.argument("folder", type=OUT)
@click.option("--pack", "packs", multiple=True, required=True, help="Pack to judge by.")
@sessions_option(help="Where the new session goes.")
@click.option("--why", required=True, help="Why it is judged again.")
@click.option("--by", required=True, help="Who judges again.")
@click.option("--institute", type=OUT, help="File of the institute whose list gives the number.")
@STRICT
@trust_option
@sign_options
@LANG
def judge(
    folder: Path,
    packs: tuple[str, ...],
    output: Path,
    lang: str,
    *,
    strict: bool,
    **options: Unpack[JudgeOptions],
) -> int:
    """Judge an old session by other packs, without its video. The old session stays as it is."""
    why, by = options["why"], options["by"]
    seal = signer(options["key"], options["password_file"])
    refused: list[SetupError] = []
    issue = issuing.Issuing(lang=lang, signer=seal, trust=options["trust"], tell=refused.append)
    done, place = runner.judge_again(
        folder, packs, output, why=why, by=by, issue=issue, institute=options["institute"]
    )
    kept = kept_packs(done, place)
    tables.findings(done, kept)
    usual_pages(issuing.left_out(place, lang))
    no_pdf = next(iter(refused), None)
    return conclude(
        done, place, kept, signed=seal is not None, strict=strict, lang=lang, no_pdf=no_pdf
    )


@click.command()
@click.argument("before", type=OUT, metavar="SESSION_A")
@click.argument("after", type=OUT, metavar="SESSION_B")
@click.option("--all", "every", is_flag=True, help="Also what is the same in both.")
@trust_option
@json_option
def diff(
    before: Path, after: Path, json_file: Path | None, trust: tuple[Path, ...], *, every: bool
) -> int:
    """Compare two sessions clause by clause, for instance before and after a repair.

    Exits 1 where B is worse in what counts.
    """
    prepare_json(json_file, [folder / store.FILE for folder in (before, after)])
    found = predecessors.compare(before, after, trust)
    if json_file:
        write_json(before_after.rows(found), json_file)
    else:
        tables.compared(found, every=every)
    return 1 if found.worse else 0
