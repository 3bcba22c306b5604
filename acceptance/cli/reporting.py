"""The verbs ``report``, ``sign`` and ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from acceptance.cli import closing, terminal, written
from acceptance.cli.options import (
    LANG,
    OUT,
    PASSWORD,
    json_option,
    prepare_json,
    sign_options,
    signer,
    write_json,
)
from acceptance.files.output import require_outside
from acceptance.messages import tr
from acceptance.signing import handing_out, issuing, renderings, verification
from acceptance.signing.signatures import ROLE, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from acceptance.signing.verification import Verification


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
    with terminal.progress(tr("file")) as show:
        if output:
            written = issuing.write(folder, output, lang=lang, signer=seal, progress=show)
        else:
            written = issuing.issue(folder, lang=lang, signer=seal, progress=show)
    terminal.say(tr("Report: {file}", file=written))
    if written.name != renderings.HTML or output:
        return 0
    closing.html_alone(folder)
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
    if made.pdf:
        return 0
    terminal.say(tr("This machine can make no PDF: there is HTML only"))
    return 3


@click.command()
@click.argument("folder", type=OUT)
@click.option("--key", type=OUT, required=True, help="PKCS#12 file to sign with.")
@click.option("--password-file", type=OUT, help=f"File with the key's password (else ${PASSWORD}).")
@click.option("--role", default=ROLE, show_default=True, help="Role in which to sign.")
@click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate that those who signed before must have; without it, only that nothing "
    "was changed is checked.",
)
def sign(
    folder: Path, key: Path, password_file: Path | None, role: str, trust: tuple[Path, ...]
) -> int:
    """Sign the report of a session folder.

    The first signature is put under a report written anew from the session; whoever signs later
    adds to that, once it is checked.
    """
    seal = signer(key, password_file)
    if seal:
        written = issuing.sign(folder, seal, role=role, trust=trust)
        terminal.say(tr("Signed: {file}", file=written))
    return 0


@click.command()
@click.argument("target", type=OUT)
@click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate (PEM or DER) to trust; no other is trusted.",
)
@click.option(
    "--signer",
    "signers",
    multiple=True,
    metavar="FILE|SHA-256",
    help="Certificate or public key that alone may have signed; may be repeated.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="NAME",
    help="Role that must have signed, e.g. inspector; may be repeated, in the order of signing.",
)
@click.option(
    "--remeasure", is_flag=True, help="Measure the clips in the folder again, and name what moved."
)
@json_option
def verify(
    target: Path,
    trust: tuple[Path, ...],
    signers: tuple[str, ...],
    roles: tuple[str, ...],
    json_file: Path | None,
    *,
    remeasure: bool,
) -> int:
    """Check a session folder or a report.

    Exits 0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate.
    """
    _prepare(json_file, target, trust)
    with terminal.progress() as show:
        result = verification.verify(
            target, trust, roles=roles, signers=signers, remeasure=remeasure, progress=show
        )
    _show(result, target)
    if json_file:
        write_json(written.of_verification(result, target), json_file)
    return result.exit_code


def _prepare(json_file: Path | None, target: Path, trust: Sequence[Path]) -> None:
    """Refuse JSON over what is checked: a session folder stays as it is."""
    if json_file and str(json_file) != "-":
        require_outside(json_file, target)
    prepare_json(json_file, [target, *trust])


def _show(result: Verification, target: Path) -> None:
    steps, states = _step_words(), _state_words()
    rows = [
        (steps.get(step.name, step.name), states[step.state], "; ".join(step.details))
        for step in result.steps
    ]
    columns = (tr("step"), tr("state"), tr("details"))
    terminal.table(tr("Verification of {target}", target=target), columns, rows)
    if result.conclusion:
        terminal.say(tr("The session in it concludes: {text}", text=result.conclusion))
    terminal.say(
        tr("{state} (exit code {code})", state=states[result.state], code=result.exit_code)
    )


def _step_words() -> dict[str, str]:
    return {
        "signature": tr("signature"),
        "attachment": tr("attachment"),
        "number": tr("number"),
        "manifests": tr("manifests"),
        "evidence": tr("evidence"),
        "log": tr("log"),
        "predecessors": tr("older sessions"),
        "verdicts": tr("verdicts"),
        "renderings": tr("renderings"),
        "annexes": tr("annexes"),
        "measurements": tr("measurements"),
        "pages": tr("pages"),
    }


def _state_words() -> dict[State, str]:
    return {
        State.OK: tr("ok"),
        State.BROKEN: tr("broken"),
        State.INCOMPLETE: tr("incomplete"),
        State.INDETERMINATE: tr("indeterminate"),
        State.SKIPPED: tr("skipped"),
    }
