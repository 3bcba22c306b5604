"""The verbs ``report``, ``sign`` and ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.cli.options import LANG, OUT, PASSWORD, sign_options, signer
from acceptance.messages import tr
from acceptance.signing import issuing, verification
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("folder", type=OUT)
@click.option(
    "-o", "--output", type=OUT, help="PDF file to write instead; the folder stays as it is."
)
@sign_options
@LANG
def report(
    folder: Path, output: Path | None, lang: str, key: Path | None, password_file: Path | None
) -> int:
    """Write the report of a session folder again.

    A signed report stays; the new one goes to another file (-o), for instance in English.
    """
    seal = signer(key, password_file)
    if output:
        written = issuing.write(folder, output, lang=lang, signer=seal)
    else:
        written = issuing.issue(folder, lang=lang, signer=seal)
    terminal.say(tr("Report: {file}", file=written))
    return 0


@click.command()
@click.argument("folder", type=OUT)
@click.option("--key", type=OUT, required=True, help="PKCS#12 file to sign with.")
@click.option("--password-file", type=OUT, help=f"File with the key's password (else ${PASSWORD}).")
def sign(folder: Path, key: Path, password_file: Path | None) -> int:
    """Sign the report of a session folder."""
    seal = signer(key, password_file)
    if seal:
        terminal.say(tr("Signed: {file}", file=issuing.sign(folder, seal)))
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
def verify(
    target: Path, trust: tuple[Path, ...], signers: tuple[str, ...], roles: tuple[str, ...]
) -> int:
    """Check a session folder or a report.

    Exits 0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate.
    """
    result = verification.verify(target, trust, roles=roles, signers=signers)
    steps, states = _step_words(), _state_words()
    rows = [
        (steps.get(step.name, step.name), states[step.state], "; ".join(step.details))
        for step in result.steps
    ]
    columns = (tr("step"), tr("state"), tr("details"))
    terminal.table(tr("Verification of {target}", target=target), columns, rows)
    terminal.say(
        tr("{state} (exit code {code})", state=states[result.state], code=result.exit_code)
    )
    return result.exit_code


def _step_words() -> dict[str, str]:
    return {
        "signature": tr("signature"),
        "attachment": tr("attachment"),
        "number": tr("number"),
        "manifests": tr("manifests"),
        "evidence": tr("evidence"),
        "log": tr("log"),
        "verdicts": tr("verdicts"),
        "renderings": tr("renderings"),
    }


def _state_words() -> dict[State, str]:
    return {
        State.OK: tr("ok"),
        State.BROKEN: tr("broken"),
        State.INCOMPLETE: tr("incomplete"),
        State.INDETERMINATE: tr("indeterminate"),
        State.SKIPPED: tr("skipped"),
    }
