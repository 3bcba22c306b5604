"""The authorisation record: who allowed whom to examine which addresses, from when until when.

A TOML file that the owner of the network has agreed to. What knocks where nobody gave a login (a
sweep, an audit) calls ``Authorisation.require`` first; what is done with a login that somebody gave
needs none (``docs/decisions/130-what-an-authorisation-record-allows.md``).
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from acceptance.errors import DeviceError, PlanError
from acceptance.files import regular, strict_toml, wrong_field
from acceptance.live.reaching import Patience
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.live.transcript import Transcript

MOST_BYTES = 64 << 10
MOST_RANGES = 64
SHORTEST = {4: 16, 6: 64}  # prefix of a range, by version of IP; of IPv6 one network segment
LONGEST = timedelta(days=366)
LOOK_UP = 10.0  # s for the resolver

Kind = TypeVar("Kind")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class Action(StrEnum):
    """What may be allowed."""

    SWEEP = "sweep"
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """An authorisation as it was read."""

    authorised_by: str
    """Who allows it."""

    authorised: tuple[str, ...]
    """Who may do it."""

    reference: str
    """Number of the order or letter; empty: none stated."""

    ranges: tuple[IPNetwork, ...]
    """Addresses that may be contacted."""

    valid_from: datetime
    """First moment, with its zone."""

    valid_until: datetime
    """Last moment, with its zone."""

    actions: frozenset[Action]
    """What is allowed."""

    where: str
    """The file, for messages."""

    text: str
    """The file as it was."""

    sha256: str
    """Of the file, in hexadecimal."""

    def require(
        self, action: Action, addresses: Iterable[IPAddress], now: datetime | None = None
    ) -> None:
        """Refuse what is not allowed, by PlanError: the action, the moment, or any address.

        ``now``: of this machine's clock where it is None.
        """
        self._require_action(action)
        self._require_moment(now or datetime.now(UTC))
        for address in addresses:
            self._require_inside(address)

    def require_network(
        self, action: Action, network: IPNetwork, now: datetime | None = None
    ) -> None:
        """Refuse a network of which any address lies outside the ranges; else as ``require``."""
        self.require(action, (network[0], network[-1]), now)
        if not any(_covers(held, network) for held in self.ranges):
            raise self._refused(
                tr("does not allow all of {network}", network=network),
                tr("Ranges: {ranges}", ranges=", ".join(map(str, self.ranges))),
            )

    def write(self, transcript: Transcript) -> None:
        """Freeze the record into what is written of the work. Raises OutputError."""
        transcript.write("authorisation", sha256=self.sha256, text=self.text)

    def _require_action(self, action: Action) -> None:
        if action not in self.actions:
            raise self._refused(
                tr("does not allow {action!r}", action=str(action)),
                tr("It must be among the actions that were agreed to"),
            )

    def _require_moment(self, now: datetime) -> None:
        hint = tr("Ask for a new one; check the clock of this machine")
        if now < self.valid_from:
            begin = self.valid_from.isoformat()
            raise self._refused(tr("is valid only from {begin}", begin=begin), hint)
        if now > self.valid_until:
            end = self.valid_until.isoformat()
            raise self._refused(tr("expired at {end}", end=end), hint)

    def _require_inside(self, address: IPAddress) -> None:
        plain = _plain(address)
        if not any(plain.version == held.version and plain in held for held in self.ranges):
            raise self._refused(
                tr("does not allow {address}", address=address),
                tr("Ranges: {ranges}", ranges=", ".join(map(str, self.ranges))),
            )

    def _refused(self, what: str, hint: str) -> PlanError:
        return PlanError(what, where=self.where, hint=hint, code="not_authorised")


def template() -> str:
    """Return a record to fill in, with what each field means."""
    text = tr(
        """\
# Authorisation to examine devices on a network: to be filled in and agreed to by whoever answers
# for the network. The toolkit writes this text and its SHA-256 into the record of what it did.

authorised_by = ""    # who allows it: name, office, organisation
authorised = [""]     # who may do it: names, or a testing body
reference = ""        # number of the order or letter; may stay empty

# Addresses that may be contacted: networks or single addresses, each at most a /{ipv4}, of IPv6
# a /{ipv6}.
ranges = ["192.0.2.0/24"]

# From when until when, with the zone of the clock; at most {days} days.
valid_from = 2026-12-01T08:00:00+08:00
valid_until = 2026-12-05T18:00:00+08:00

# sweep: connect to every address of a range, slowly (discover --sweep)
# audit: calls without a login; for each named user one random password, once in ONVIF and once in
#   RTSP, which may lock that user (probe --audit)
actions = ["sweep", "audit"]
"""
    )
    return text.format(ipv4=SHORTEST[4], ipv6=SHORTEST[6], days=LONGEST.days)  # lines stay


def print_a_template() -> str:
    """Say where a record to fill in comes from."""
    return tr("Print a template with: acceptance discover --template")


def load(path: Path) -> Authorisation:
    """Read a record strictly.

    Raises PlanError naming file and field: unknown, missing or empty fields, moments without a
    zone, a duration above ``LONGEST``, networks with bits of a host, multicast, or of a prefix
    below ``SHORTEST``, an unknown action.
    """
    hint = print_a_template()
    return parse(regular.read(path, PlanError, hint, most=MOST_BYTES), str(path), hint=hint)


def parse(content: bytes, where: str, *, hint: str = "") -> Authorisation:
    """Read the content of a record as ``load`` does; ``where`` names it in messages."""
    fields = strict_toml.loads(content, where, hint=hint)
    try:
        return _record(fields, content, where)
    except PlanError as error:
        raise PlanError(error.what, where=error.where, hint=error.hint or hint) from error


def _record(fields: dict[str, object], content: bytes, where: str) -> Authorisation:
    record = Authorisation(
        authorised_by=_filled(
            _take(fields, "authorised_by", str, where), f"{where}: authorised_by"
        ),
        authorised=_names(_take(fields, "authorised", list, where), f"{where}: authorised"),
        reference=_take(fields, "reference", str, where) if "reference" in fields else "",
        ranges=_ranges(_take(fields, "ranges", list, where), f"{where}: ranges"),
        valid_from=_moment(fields, "valid_from", where),
        valid_until=_moment(fields, "valid_until", where),
        actions=_actions(_take(fields, "actions", list, where), f"{where}: actions"),
        where=where,
        text=content.decode("utf-8-sig"),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    for name in fields:
        raise _wrong(f"{where}: {name}", tr("unknown field"))
    _check_duration(record)
    return record


def resolved(host: str) -> IPAddress:
    """Return the address of a host, asked of the system's resolver where it is a name.

    What is checked is then what is contacted: nobody asks the resolver a second time. Raises
    DeviceError where the name is unknown.
    """
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host)
    try:
        found = Patience(LOOK_UP).look_up(host, 0)
    except (OSError, UnicodeError) as error:
        what, hint = tr("this name is not known"), tr("Give the IP address")
        raise DeviceError(what, where=host, hint=hint) from error
    return ipaddress.ip_address(str(found[0][4][0]))


def _plain(address: IPAddress) -> IPAddress:
    """Take an IPv4 address out of its IPv6 form: it would be contacted as IPv4."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _covers(held: IPNetwork, asked: IPNetwork) -> bool:
    if isinstance(held, ipaddress.IPv4Network):
        return isinstance(asked, ipaddress.IPv4Network) and asked.subnet_of(held)
    return isinstance(asked, ipaddress.IPv6Network) and asked.subnet_of(held)


def _take(fields: dict[str, object], name: str, kind: type[Kind], where: str) -> Kind:
    if name not in fields:
        raise _wrong(f"{where}: {name}", tr("this field is missing"))
    value = fields.pop(name)
    if not isinstance(value, kind):
        sentence = wrong_field.sentence({"type": strict_toml.TYPES[kind], "input": value})
        raise _wrong(f"{where}: {name}", sentence)
    return value


def _filled(text: object, where: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise _wrong(where, tr("must be filled in"))
    return text.strip()


def _names(given: list[object], where: str) -> tuple[str, ...]:
    names = tuple(_filled(name, where) for name in given)
    if not names:
        raise _wrong(where, tr("must be filled in"))
    return names


def _moment(fields: dict[str, object], name: str, where: str) -> datetime:
    if name not in fields:
        raise _wrong(f"{where}: {name}", tr("this field is missing"))
    moment = fields.pop(name)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        what = tr("must be a date and time with its zone, such as 2026-12-01T08:00:00+08:00")
        raise _wrong(f"{where}: {name}", what)
    return moment


def _check_duration(record: Authorisation) -> None:
    duration = record.valid_until - record.valid_from
    if not timedelta(0) < duration <= LONGEST:
        what = tr("must lie after valid_from, by {days} days at most", days=LONGEST.days)
        raise _wrong(f"{record.where}: valid_until", what)


def _ranges(given: list[object], where: str) -> tuple[IPNetwork, ...]:
    if not 1 <= len(given) <= MOST_RANGES:
        raise _wrong(where, tr("must have 1 to {most} entries", most=MOST_RANGES))
    return tuple(_range(text, where) for text in given)


def _range(text: object, where: str) -> IPNetwork:
    network = network_of(text, where)
    if network.prefixlen < SHORTEST[network.version]:
        what = tr(
            "{network} is too large: at most a /{ipv4}, of IPv6 a /{ipv6}",
            network=network, ipv4=SHORTEST[4], ipv6=SHORTEST[6],
        )  # fmt: skip
        raise _wrong(where, what)
    if network.is_multicast or network.is_unspecified:
        raise _wrong(where, tr("{network} is no network of devices", network=network))
    return network


def network_of(text: object, where: str) -> IPNetwork:
    """Read a network such as ``192.0.2.0/24``, or an address. Raises PlanError."""
    with contextlib.suppress(ValueError):  # a number would be an address
        if isinstance(text, str):
            return ipaddress.ip_network(text)
    what = tr("{text!r:.60} is no network such as 192.0.2.0/24", text=text)
    hint = tr("Give the first address of the network and the length of its prefix")
    raise PlanError(what, where=where, hint=hint)


def _actions(given: list[object], where: str) -> frozenset[Action]:
    known = {str(action): action for action in Action}
    for name in given:
        if name not in known:
            what = tr("must be one of {choices}, not {value}", choices=", ".join(known),
                      value=repr(name)[:60])  # fmt: skip
            raise _wrong(where, what)
    if not given:
        raise _wrong(where, tr("must be filled in"))
    return frozenset(known[str(name)] for name in given)


def _wrong(where: str, what: str) -> PlanError:
    return PlanError(what, where=where)
