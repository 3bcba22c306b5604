"""The verb ``report``: the report of a session written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from acceptance.cli import closing, terminal
from acceptance.cli.options import (
    LANG,
    OUT,
    sign_options,
    signer,
)
from acceptance.messages import tr
from acceptance.signing import handing_out, issuing

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@click.command()
@click.argument("folder", type=OUT)
@click.option(
    "-o", "--output", type=OUT, help="PDF file to write instead; the folder stays as it is."
)
@click.option("--summary", is_flag=True, help="Write a page for the site instead: not the report.")
@click.option("--notice", is_flag=True, help="Write instead what failed and is to be rectified.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Of the notice: the day by which, e.g. 2026-12-31; without it, a blank line.",
)
@sign_options
@LANG
def report(
    folder: Path, output: Path | None, lang: str, key: Path | None, password_file: Path | None,
    until: datetime | None, *, summary: bool, notice: bool,
) -> int:  # fmt: skip
    """Write the report of a session folder again.

    A signed report stays; the new one goes to another file (-o), for instance in English. Where no
    PDF can be made, HTML and JUnit are written, and the exit code is 3.

    --summary and --notice write a paper as PDF and HTML beside the session folder, or to another
    file (-o), and change nothing in it. Papers are signed by hand.
    """
    if summary or notice or until:
        return _paper(folder, output, lang, until, summary=summary, notice=notice, key=key)
    seal = signer(key, password_file)
    with terminal.progress() as show:
        if output:
            path = issuing.write(folder, output, lang=lang, signer=seal, progress=show)
            made = issuing.Issued(path)
        else:
            made = issuing.issue(folder, lang=lang, signer=seal, progress=show)
    terminal.say(tr("Report: {file}", file=made.path))
    closing.usual_pages(issuing.left_out(folder, lang))
    if not made.no_pdf:
        return 0
    closing.html_alone(folder, made.no_pdf, lang)
    return 3


def _paper(
    folder: Path, output: Path | None, lang: str, until: datetime | None,
    *, summary: bool, notice: bool, key: Path | None,
) -> int:  # fmt: skip
    if until and not notice:
        raise click.UsageError(tr("--until needs --notice"))
    if summary and notice:
        raise click.UsageError(tr("--summary and --notice write one paper each: give one of them"))
    if key:
        raise click.UsageError(tr("a paper is signed by hand, not with --sign"))
    day = until.date() if until else None
    made = (
        handing_out.notice(folder, output, lang=lang, until=day)
        if notice
        else handing_out.summary(folder, output, lang=lang)
    )
    terminal.say(tr("Written: {file}", file=made.pdf or made.html))
    closing.usual_pages(filter(None, [made.left_out]))
    if made.pdf:
        return 0
    terminal.say(tr("This machine can make no PDF: there is HTML only"))
    return 3
