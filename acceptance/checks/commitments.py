"""What a sample was committed to before its seed was known, and who gave the seed.

A file of commitments is a log of chained entries (``session.evidence``): ``committed`` holds the
SHA-256 of the list of devices and of the sampling rule, ``seeded`` the seed that somebody else gave
afterwards. All are kept, so that whoever commits again until a sample suits is seen.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from acceptance.checks import sampling
from acceptance.checks.case import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Draw, LogEntry, Pack, Plan, Value

COMMITTED, SEEDED = "committed", "seeded"
SIZE = ("share", "at_least", "inspection_level", "per_model", "retest_factor")


def list_digest(plan: Plan) -> str:
    """SHA-256 of the list of devices in its only form: sorted by id, what settles lots and draw."""
    facts = inherited(plan.subjects)
    devices = [
        [one.id, one.kind.value, one.manufacturer, one.model, sorted(facts[one.id].items())]
        for one in sorted(plan.subjects, key=lambda device: device.id)
        if one.kind not in sampling.NO_DEVICES
    ]
    return _digest(devices)


def rule_digest(packs: Sequence[Pack], name: str) -> str:
    """SHA-256 of how many are drawn, and of which requirements ask for it of which devices."""
    rule = asdict(sampling.known(packs)[name])
    asking = sorted(
        [one.id, sorted(one.subjects), sorted(one.when.items())]
        for pack in packs
        for one in pack.requirements
        if sampling.reference(pack, one.sampling) == name
    )
    return _digest([[rule[field] for field in SIZE], asking])


def _digest(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def committed_to(plan: Plan, packs: Sequence[Pack], name: str, retest_of: str) -> dict[str, Value]:
    """Return what is committed to before the draw by the sampling ``name``."""
    devices = sum(one.kind not in sampling.NO_DEVICES for one in plan.subjects)
    return {
        "sampling": name,
        "list_sha256": list_digest(plan),
        "rule_sha256": rule_digest(packs, name),
        "devices": devices,
        "retest_of": retest_of,
    }


def seed_of_time_stamp(info: str) -> str:
    """Return the seed that a time stamp gives: SHA-256 of what was signed in it (hex digits)."""
    return hashlib.sha256(bytes.fromhex(info)).hexdigest()


def seed_entries(entries: Sequence[LogEntry], draw: Draw) -> Iterator[tuple[LogEntry, LogEntry]]:
    """Pair each commitment with the entry that gave it the seed of a draw."""
    commitments = {entry.sha256: entry for entry in entries if entry.what == COMMITTED}
    for entry in entries:
        commitment = commitments.get(str(entry.details.get("commitment", "")))
        given = entry.what == SEEDED and entry.details.get("seed") == draw.seed
        if given and commitment and commitment.details.get("retest_of", "") == draw.retest_of:
            yield commitment, entry
