"""``probe --audit``: its options, what it says before, and its tables."""

from __future__ import annotations

import functools
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, write_json
from acceptance.errors import UsageError
from acceptance.live import authorisation
from acceptance.live.transcript import Transcript
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from acceptance.live.audit.audited import CheckOutcome, DeviceAudit
    from acceptance.live.authorisation import Authorisation


class AuditOptions(TypedDict):
    """What ``audit_options`` collects, and how long a device may take."""

    timeout: float
    audit: bool
    authorised: Path | None
    tried_users: tuple[str, ...]
    paths: tuple[str, ...]
    rate: float


OPTIONS = (
    click.option(
        "--audit",
        is_flag=True,
        help="Instead: look from outside what is open to everybody; needs --authorised.",
    ),
    click.option(
        "--authorised",
        type=OUT,
        metavar="FILE",
        help="Authorisation record (TOML) that allows the audit.",
    ),
    click.option(
        "--try-user",
        "tried_users",
        multiple=True,
        metavar="NAME",
        help="Audit: try one random password for this user.",
    ),
    click.option(
        "--path",
        "paths",
        multiple=True,
        metavar="/PATH",
        help="Audit: a path of a stream.",
    ),
    click.option(
        "--rate",
        type=float,
        default=4,
        show_default=True,
        metavar="N",
        help="Audit: requests a second, 10 at most.",
    ),
)


def audit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of an audit to a command."""
    return functools.reduce(lambda inner, option: option(inner), reversed(OPTIONS), command)


def run(hosts: Sequence[str], folder: Path, json_file: Path | None, options: AuditOptions) -> int:
    """Audit the hosts, show what was seen; return 0, or 3 where a device did not answer."""
    from acceptance.live.audit import auditing  # noqa: PLC0415 -- late: probe alone needs none of it

    permission = _permission(options["authorised"])
    auditing.permitted(  # before anything is written
        hosts, permission, users=options["tried_users"], paths=options["paths"],
        rate=options["rate"], seconds=options["timeout"],
    )  # fmt: skip
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.audit.jsonl"
    _say_before(permission, path, auditing.planned_seconds(len(hosts), options["rate"]), options)
    with Transcript(path, "audit") as transcript, terminal.progress() as show:
        found = auditing.audit(
            hosts, permission, transcript,
            users=options["tried_users"], paths=options["paths"],
            rate=options["rate"], seconds=options["timeout"],
            tell=lambda what, done, count: show(what, done + 1, count),
        )  # fmt: skip
    _show(found, path)
    if json_file:
        content = {
            "record": str(path),
            "authorisation": permission.sha256,
            "devices": [_plain(device) for device in found],
        }
        write_json(content, json_file)
    return 0 if all(device.reached for device in found) else 3


def require_audit(options: AuditOptions) -> None:
    """Refuse options of an audit where none was asked for. Raises UsageError."""
    if options["authorised"] or options["tried_users"] or options["paths"]:
        what = tr("--authorised, --try-user and --path belong to an audit")
        raise UsageError(what, hint=tr("Give --audit, too"))


def _permission(file: Path | None) -> Authorisation:
    if file is None:
        hint = authorisation.print_a_template()
        raise UsageError(tr("an audit needs an authorisation record (--authorised)"), hint=hint)
    return authorisation.load(file)


def _say_before(
    permission: Authorisation, path: Path, seconds: float, options: AuditOptions
) -> None:
    sentence = tr(
        "Audit: {rate:g} requests a second, about {seconds:.0f} s where replies come at once. "
        "Allowed by {by} until {end}. Everything is written to {file}. Ctrl-C stops at once.",
        rate=options["rate"], seconds=seconds, by=permission.authorised_by,
        end=permission.valid_until.isoformat(), file=path,
    )  # fmt: skip
    terminal.errors.print(sentence, markup=False)
    for user in options["tried_users"]:
        sentence = tr(
            "User {user}: one random password, once in ONVIF and once in RTSP of each device",
            user=user,
        )
        terminal.errors.print(sentence, markup=False)


def _show(found: Sequence[DeviceAudit], path: Path) -> None:
    columns = (tr("device"), tr("finding"), tr("lines"), tr("reference"))
    rows = [
        (device.address, finding.said, ", ".join(map(str, finding.lines)), finding.reference)
        for device in found
        for finding in device.findings
    ]
    title = tr_count("{count} finding", "{count} findings", len(rows), file=path)
    terminal.table(title, columns, rows)
    for device in found:
        _show_rest(device)
    terminal.say(tr("Record: {file} (the lines above are those of this file)", file=path))
    terminal.say(tr("Findings say what a device did. They are no verdict."))


def _show_rest(device: DeviceAudit) -> None:
    """Say what was looked for and not seen, and what could not be tried, and why."""
    from acceptance.live.audit.audited import CheckOutcome  # noqa: PLC0415 -- late, as above

    address = device.address
    unseen = _named(device, CheckOutcome.NOT_SEEN)
    if unseen:
        terminal.say(tr("{address}, not seen: {names}", address=address, names="; ".join(unseen)))
    untried = _named(device, CheckOutcome.NOT_TRIED)
    if untried:
        sentence = tr("{address}, not tried: {names}", address=address, names="; ".join(untried))
        terminal.say(sentence, "yellow")


def _named(device: DeviceAudit, outcome: CheckOutcome) -> list[str]:
    checks = [check for check in device.checks if check.outcome is outcome]
    return [f"{check.name} ({check.why})" if check.why else check.name for check in checks]


def _plain(device: DeviceAudit) -> dict[str, object]:
    """Return a device's audit as JSON has it; times in ISO 8601."""
    held = device.certificate
    certificate = asdict(held) if held else None
    if held and certificate:
        certificate |= {
            "not_before": held.not_before.isoformat(),
            "not_after": held.not_after.isoformat(),
        }
    return asdict(device) | {"certificate": certificate}
