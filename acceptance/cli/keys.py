"""The verb ``keys``: a chain of certificates to practise with."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, name_value
from acceptance.errors import UsageError
from acceptance.messages import tr
from acceptance.signing import roles

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def keys() -> None:
    """Make keys and certificates to practise with, of no legal value."""


@keys.command()
@click.argument("folder", type=OUT)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="ROLE=NAME",
    help="Name of who holds the key of a role, e.g. 主检=张三; may be repeated.",
)
@click.option(
    "--tsa", is_flag=True, help="With a key that stamps times (sign --tsa FOLDER/tsa.p12)."
)
def new(folder: Path, names: tuple[str, ...], *, tsa: bool) -> int:
    """Make a test chain in a new folder: a root, a signer for each role, and a policy.

    It is for practice alone: every name in it says TEST, stamps on the page say so, and verify says
    so. For reports that count, get certificates from an authority.
    """
    from acceptance.signing import chains  # noqa: PLC0415 -- late: brings pyHanko

    held = {roles.code(role): name for role, name in (name_value(one, "--name") for one in names)}
    if strange := sorted(held.keys() - {*roles.ORDER}):
        what = tr("unknown role {role!r}", role=strange[0])
        hint = tr("Choose one of: {roles}", roles=", ".join(map(roles.titled, roles.ORDER)))
        raise UsageError(what, hint=hint)
    made = chains.make_practice_chain(folder, held, authority=tsa)
    terminal.say(tr("TEST CHAIN, WITHOUT LEGAL VALUE: {folder}", folder=folder), "red")
    for role, file in made.signers.items():
        terminal.say(f"{roles.word(role)}: {file}")
    step = tr(
        "acceptance sign SESSION --role inspector --key {key} --password-file {password} "
        "--policy {policy}",
        key=shlex.quote(str(made.signers[roles.INSPECTOR])),
        password=shlex.quote(str(made.password)),
        policy=shlex.quote(str(made.policy)),
    )
    terminal.say(tr("Next: {step}", step=step))
    return 0
