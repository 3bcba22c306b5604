"""The verb ``discover``: which devices are on the network."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.errors import UsageError
from acceptance.live import authorisation, discovered, discovery
from acceptance.live import sweep as sweeping
from acceptance.live.transcript import Transcript
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.live.authorisation import Authorisation
    from acceptance.live.discovered import DiscoveredDevice
    from acceptance.live.discovery import Heard
    from acceptance.live.sweep import OpenPort


class DiscoverOptions(TypedDict):
    """How the search is done."""

    interfaces: tuple[str, ...]
    unicast_only: bool
    seconds: float
    network: str | None
    authorised: Path | None
    rate: float
    ports: tuple[int, ...]


def _print_template(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- as click calls it
    if wanted:
        click.echo(authorisation.template(), nl=False)
        context.exit()


@click.command()
@click.argument("hosts", nargs=-1, metavar="[HOST]...")
@click.option("-o", "--output", type=OUT, help="Device list to write: CSV or XLSX, a new file.")
@json_option
@click.option(
    "--interface",
    "interfaces",
    multiple=True,
    metavar="NAME",
    help="Search on this interface only.  [default: all]",
)
@click.option("--unicast-only", is_flag=True, help="Ask only the HOSTs, nobody else.")
@click.option(
    "--seconds",
    type=float,
    default=discovery.SECONDS,
    show_default=True,
    metavar="S",
    help="How long to search.",
)
@click.option(
    "--sweep",
    "network",
    metavar="NETWORK",
    help=f"Also knock at every address of this network, {sweeping.MOST_ADDRESSES} at most; needs "
    "--authorised.",
)
@click.option(
    "--authorised",
    type=OUT,
    metavar="FILE",
    help="Authorisation record (TOML) that allows the sweep.",
)
@click.option(
    "--rate",
    type=float,
    default=sweeping.RATE,
    show_default=True,
    metavar="N",
    help=f"Connections a second of the sweep, {sweeping.FASTEST:g} at most.",
)
@click.option(
    "--port",
    "ports",
    type=int,
    multiple=True,
    default=sweeping.PORTS,
    show_default=True,
    help="Ports at which the sweep knocks.",
)
@click.option(
    "--log",
    type=OUT,
    help="Record of all that was sent and came back.  [default of a sweep: discover-TIME.jsonl]",
)
@click.option(
    "--template",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_template,
    help="Print an authorisation record to fill in, and exit.",
)
def discover(
    hosts: tuple[str, ...],
    output: Path | None,
    json_file: Path | None,
    log: Path | None,
    **options: Unpack[DiscoverOptions],
) -> int:
    """Look for cameras and recorders on the network, and write a device list.

    Exits 0, or 3 when nothing was found.
    """
    permission = _permission(options)
    prepare_json(json_file, [options["authorised"]] if options["authorised"] else [])
    if output:
        discovered.check_list(output)
    if permission and not log:
        log = Path(f"discover-{datetime.now(UTC):%Y%m%d-%H%M%S}.jsonl")
    heard: list[Heard] = []
    opened: list[OpenPort] = []
    with contextlib.ExitStack() as ending:
        transcript = ending.enter_context(Transcript(log, "discovery")) if log else None
        try:
            _search(hosts, options, transcript, heard.append)
            opened = list(_swept(permission, options, transcript, opened.append))
        except BaseException:
            if opened or any(each.answers for each in heard):
                _told(heard, opened, output, json_file)
            raise
        found = _told(heard, opened, output, json_file)
    return 0 if found else 3


def _told(
    searches: Sequence[Heard],
    opened: Sequence[OpenPort],
    output: Path | None,
    json_file: Path | None,
) -> bool:
    """Print and write what was found; return whether there is anything."""
    heard = searches[0] if searches else None
    found = discovered.devices(heard.answers if heard else (), opened)
    _print(found, heard)
    if output:
        _write_list(found, output)
    if json_file:
        write_json(_content(found, heard), json_file)
    return bool(found)


def _write_list(found: tuple[DiscoveredDevice, ...], output: Path) -> None:
    if not any(map(discovered.source, found)):
        terminal.say(tr("Nothing answers ONVIF or RTSP: no device list was written"), "yellow")
        return
    sentence = tr_count(
        "{count} device written to {file}: check kind and name, then: acceptance new {file}",
        "{count} devices written to {file}: check kinds and names, then: acceptance new {file}",
        discovered.write(found, output), file=output,
    )  # fmt: skip
    terminal.say(sentence)


def _permission(options: DiscoverOptions) -> Authorisation | None:
    """Read the record that a sweep needs, and refuse at once what it does not allow.

    Raises UsageError without it, PlanError where wrong.
    """
    if options["network"] is None:
        return None
    if options["authorised"] is None:
        hint = authorisation.print_a_template()
        raise UsageError(tr("a sweep needs an authorisation record (--authorised)"), hint=hint)
    permission = authorisation.load(options["authorised"])
    network = authorisation.network_of(options["network"], "--sweep")
    sweeping.require(network, permission, ports=options["ports"], rate=options["rate"])
    return permission


def _search(
    hosts: tuple[str, ...],
    options: DiscoverOptions,
    transcript: Transcript | None,
    keep: Callable[[Heard], object],
) -> None:
    if options["unicast_only"] and not hosts and options["network"]:
        return
    chosen = () if options["unicast_only"] else options["interfaces"] or None
    discovery.search(
        hosts, interfaces=chosen, seconds=options["seconds"], transcript=transcript, keep=keep
    )


def _swept(
    permission: Authorisation | None,
    options: DiscoverOptions,
    transcript: Transcript | None,
    keep: Callable[[OpenPort], object],
) -> tuple[OpenPort, ...]:
    if permission is None or transcript is None:
        return ()
    network = authorisation.network_of(options["network"], "--sweep")
    ports, rate = options["ports"], options["rate"]
    seconds = sweeping.planned_seconds(network, ports, rate)
    sentence = tr(
        "Sweep of {network}: {count} ports of each address, {rate:g} connections a second, about "
        "{seconds:.0f} s, and up to {reply:g} s for each open port. Allowed by {by} until {end}. "
        "Everything is written to {file}. Ctrl-C stops at once.",
        network=network, count=len(ports), rate=rate, seconds=seconds, reply=sweeping.REPLY,
        by=permission.authorised_by, end=permission.valid_until.isoformat(), file=transcript.path,
    )  # fmt: skip
    terminal.errors.print(sentence, markup=False)
    with terminal.progress() as show:
        tell = functools.partial(show, str(network))
        return sweeping.sweep(
            network, permission, transcript, ports=ports, rate=rate, tell=tell, keep=keep
        )


def _print(found: tuple[DiscoveredDevice, ...], heard: Heard | None) -> None:
    columns = (
        tr("address"), tr("name"), tr("model"), tr("kind"), tr("location"), tr("source"),
        tr("open ports"), tr("remarks"),
    )  # fmt: skip
    title = tr_count("{count} device found", "{count} devices found", len(found))
    terminal.table(title, columns, [_row(device) for device in found])
    if not heard:
        return
    terminal.say(tr("asked: {names}", names=", ".join(heard.asked)))
    for name, why in heard.silent.items():
        terminal.say(tr("{name}: could not be asked ({why})", name=name, why=why), "yellow")
    for sender, why in heard.unreadable.items():
        terminal.say(f"{sender}: {why}", "yellow")


def _row(device: DiscoveredDevice) -> tuple[str, ...]:
    ports = (f"{port.port} {port.service}".strip() for port in device.open_ports)
    return (
        "\n".join((device.address, *device.other_addresses)),
        device.name,
        device.hardware,
        device.kind,
        device.location,
        discovered.source(device),
        ", ".join(ports),
        "\n".join(device.remarks),
    )


def _content(found: tuple[DiscoveredDevice, ...], heard: Heard | None) -> dict[str, object]:
    return {
        "devices": [asdict(device) | {"source": discovered.source(device)} for device in found],
        "asked": heard.asked if heard else (),
        "silent": heard.silent if heard else {},
        "unreadable": heard.unreadable if heard else {},
    }
