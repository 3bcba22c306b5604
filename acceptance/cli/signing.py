"""The verbs ``sign`` and ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.cli import closing, terminal, verified
from acceptance.cli.options import (
    OUT,
    json_option,
    password,
    prepare_json,
    sign_options,
    signer,
    write_json,
)
from acceptance.errors import UsageError
from acceptance.files.output import require_outside
from acceptance.messages import in_turn, tr
from acceptance.signing import issuing, roles, verification
from acceptance.signing.signatures import LEVELS, ROLE, State, worst

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.signing.policy import Policy
    from acceptance.signing.verification import Step, Verification

policy_option = click.option(
    "--policy",
    "policy_file",
    type=OUT,
    metavar="FILE.toml",
    help="Signing policy: roles, order, who may sign, roots, level (docs/signing.md).",
)


class SignOptions(TypedDict):
    """What ``sign`` was asked for."""

    key: Path | None
    password_file: Path | None
    role: str
    chain: tuple[Path, ...]
    trust: tuple[Path, ...]
    policy_file: Path | None
    tsa: str
    level: str | None
    certificate: tuple[Path, ...]
    export_digest: Path | None
    import_cms: tuple[Path, Path] | None


def _require_way(asked: SignOptions) -> None:
    """Refuse none or two of: a key, a digest to export, a container to import."""
    ways = [asked["key"], asked["export_digest"], asked["import_cms"]]
    if sum(way is not None for way in ways) != 1:
        what = tr("give one of --key, --export-digest and --import-cms")
        raise UsageError(what, hint=tr("See acceptance sign --help"))
    if asked["export_digest"] and not asked["certificate"]:
        what = tr("--export-digest needs the certificate that will sign")
        raise UsageError(what, hint=tr("Name it: --cert FILE"))
    if asked["key"] is None and (asked["tsa"] or asked["level"]):
        what = tr("--tsa and --level need a key here; a server adds its own time stamp")
        raise UsageError(what, hint=tr("Leave them out"))


def _rules(asked: SignOptions) -> issuing.Rules:
    """Load by what is signed."""
    from acceptance.signing import levels, policy  # noqa: PLC0415 -- late: brings pyHanko

    held = policy.read(asked["policy_file"]) if asked["policy_file"] else None
    secret = password(asked["password_file"]) if asked["tsa"] else ""
    stamping = levels.stamping(asked["tsa"], asked["level"] or "", secret)
    return issuing.Rules(policy=held, stamping=stamping)


@click.command()
@click.argument("folder", type=OUT)
@sign_options
@click.option(
    "--role",
    default=ROLE,
    show_default=True,
    help="Role in which to sign: inspector, reviewer, approver, seal (主检, 审核, 批准, 公章).",
)
@click.option(
    "--chain",
    multiple=True,
    type=OUT,
    help="Certificates between the signer's and the root, or revocation lists (.crl), that are not "
    "with the key; may be repeated.",
)
@click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate that those who signed before must have; without it, only that nothing "
    "was changed is checked.",
)
@policy_option
@click.option(
    "--tsa",
    default="",
    metavar="URL",
    help="Time stamping authority (RFC 3161), or the key file of a test chain's own.",
)
@click.option(
    "--level", type=click.Choice(LEVELS), help="PAdES level; by default B-B, with --tsa B-T."
)
@click.option(
    "--cert",
    "certificate",
    multiple=True,
    type=OUT,
    help="With --export-digest: the certificate that will sign, those above it, lists (.crl).",
)
@click.option(
    "--export-digest",
    type=OUT,
    metavar="FILE.json",
    help="Write the digest that a seal server is to sign; the folder stays as it is.",
)
@click.option(
    "--import-cms",
    nargs=2,
    type=OUT,
    metavar="FILE.json CMS",
    help="Put the server's container, made of that digest, into the report.",
)
def sign(folder: Path, **asked: Unpack[SignOptions]) -> int:
    """Sign the report of a session folder.

    The first signature is put under a report written anew from the session; whoever signs later
    adds to that, once it is checked. Each role signs after the one before, and nobody in two.
    """
    _require_way(asked)
    if asked["export_digest"]:
        return _export(folder, asked, asked["export_digest"])
    if asked["import_cms"]:
        return _import(folder, asked, *asked["import_cms"])
    return _sign(folder, asked)


def _sign(folder: Path, asked: SignOptions) -> int:
    key = signer(asked["key"], asked["password_file"], asked["chain"])
    assert key is not None  # noqa: S101 -- it is the only way that is left
    role, rules = asked["role"], _rules(asked)
    with terminal.progress() as show:
        done = issuing.sign(
            folder, key, role=role, trust=asked["trust"], rules=rules, progress=show
        )
    _say_signed(done, role)
    return 0


def _say_signed(report: Path, role: str) -> None:
    said = tr("Signed: {file} ({role})", file=report, role=roles.word(roles.code(role)))
    terminal.say(said)
    if issuing.lack():
        terminal.say(tr("No stamp was drawn: this machine can make no PDF"), "yellow")
    elif roles.code(role) not in roles.ORDER:
        said = tr("The pages have no place for this role: the signature holds, and is not seen")
        terminal.say(said, "yellow")
    lang = issuing.language(report.read_bytes())
    closing.usual_pages(issuing.left_out(report.parent, lang))


def _export(folder: Path, asked: SignOptions, file: Path) -> int:
    from acceptance.signing import seal_server  # noqa: PLC0415 -- late: brings pyHanko

    named = seal_server.named(asked["certificate"])
    with terminal.progress() as show:
        made = seal_server.export(
            folder, file, named, role=asked["role"], trust=asked["trust"], rules=_rules(asked),
            progress=show,
        )  # fmt: skip
    terminal.say(tr("Digest to be signed: {digest} (SHA-256)", digest=made.digest))
    step = tr(
        "have it signed (CMS, detached, CAdES), then: "
        "acceptance sign {folder} --import-cms {file} CMS",
        folder=folder,
        file=file,
    )
    terminal.say(tr("Next: {step}", step=step))
    return 0


def _import(folder: Path, asked: SignOptions, digest_file: Path, container: Path) -> int:
    from acceptance.signing import seal_server  # noqa: PLC0415 -- late: brings pyHanko

    with terminal.progress() as show:
        done = seal_server.import_cms(
            folder, digest_file, container, trust=asked["trust"], rules=_rules(asked),
            progress=show,
        )  # fmt: skip
    _say_signed(done, seal_server.read_digest(digest_file).role)
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
    "asked_roles",
    multiple=True,
    metavar="NAME",
    help="Role that must have signed, e.g. inspector; may be repeated, in the order of signing.",
)
@policy_option
@click.option(
    "--remeasure", is_flag=True, help="Measure the clips in the folder again, and name what moved."
)
@click.option(
    "--beside",
    multiple=True,
    type=OUT,
    metavar="FOLDER",
    help="Session, or folder of sessions, in which no film of this one may stand for another "
    "device; may be repeated.",
)
@click.option(
    "--explain",
    type=OUT,
    metavar="FILE",
    help="Write a page for a judge: what was checked, and what is not proven (.txt, .html, .pdf; "
    "- for standard output).",
)
@json_option
def verify(
    target: Path,
    trust: tuple[Path, ...],
    signers: tuple[str, ...],
    asked_roles: tuple[str, ...],
    policy_file: Path | None,
    beside: tuple[Path, ...],
    explain: Path | None,
    json_file: Path | None,
    *,
    remeasure: bool,
) -> int:
    """Check a session folder or a report.

    Exits 0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate.
    """
    _prepare(json_file, target, trust)
    held = _policy(policy_file, asked_roles)
    with terminal.progress() as show:
        result = verification.verify(
            target,
            trust,
            roles=asked_roles,
            signers=signers,
            policy=held,
            remeasure=remeasure,
            beside=beside,
            progress=show,
            answered=None if remeasure else _say_first,
        )
    if explain is None or str(explain) != "-":
        _show(result, target)
    if json_file:
        write_json(verified.of_verification(result, target), json_file)
    if explain:
        _explain(result, target, explain)
    return result.exit_code


def _say_first(done: Sequence[Step]) -> None:
    """Say what signatures, hashes and verdicts came to, while the pages are set again."""
    text = tr(
        "All but the pages: {state}. The pages are compared now, which takes longest; "
        "only the final result counts.",
        state=_state_words()[worst(step.state for step in done)],
    )
    terminal.errors.print(text, markup=False)


def _policy(file: Path | None, asked: Sequence[str]) -> Policy | None:
    from acceptance.signing import policy  # noqa: PLC0415 -- late: brings pyHanko

    if file and asked:
        what = tr("--policy names the roles; --role is not needed beside it")
        raise UsageError(what, hint=tr("Leave one of them out"))
    return policy.read(file) if file else None


def _explain(result: Verification, target: Path, file: Path) -> None:
    from acceptance.signing import explaining  # noqa: PLC0415 -- late: seldom needed

    if str(file) == "-":
        click.echo(explaining.text(result, target))
        return
    require_outside(file, target)
    explaining.write(result, target, file)
    terminal.say(tr("Explanation: {file}", file=file))


def _prepare(json_file: Path | None, target: Path, trust: Sequence[Path]) -> None:
    """Refuse JSON over what is checked: a session folder stays as it is."""
    if json_file and str(json_file) != "-":
        require_outside(json_file, target)
    prepare_json(json_file, [target, *trust])


def _show(result: Verification, target: Path) -> None:
    steps, states = _step_words(), _state_words()
    rows = [
        (steps.get(step.name, step.name), states[step.state], in_turn(step.details))
        for step in result.steps
    ]
    columns = (tr("step"), tr("state"), tr("details"))
    terminal.table(tr("Verification of {target}", target=target), columns, rows)
    if any(each.of_test_chain for each in result.signatures):
        terminal.say(
            tr("SIGNED WITH TEST CERTIFICATES: they have no legal value, and prove nothing"), "red"
        )
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
        "seeds": tr("seeds"),
        "verdicts": tr("verdicts"),
        "renderings": tr("renderings"),
        "annexes": tr("annexes"),
        "measurements": tr("measurements"),
        "pages": tr("pages"),
        "beside": tr("other sessions"),
    }


def _state_words() -> dict[State, str]:
    return {
        State.OK: tr("ok"),
        State.BROKEN: tr("broken"),
        State.INCOMPLETE: tr("incomplete"),
        State.INDETERMINATE: tr("indeterminate"),
        State.SKIPPED: tr("skipped"),
    }
