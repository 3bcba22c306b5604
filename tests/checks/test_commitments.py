"""What a commitment hashes, and which seed follows from it: by computation of our own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance import metrics
from acceptance.checks import commitments, pack, sampling
from acceptance.model import Draw, LogEntry, Plan, Subject, SubjectKind

if TYPE_CHECKING:
    from acceptance.model import Value

DEVICES = "gb_50348_2004#devices"
PACKS = pack.load_all(("db50_216_2006",), metrics.quantities())
SIZE = ("share", "at_least", "inspection_level", "per_model", "retest_factor")
SITE = Subject(id="站点", kind=SubjectKind.SITE)
GATE = Subject(id="门口", kind=SubjectKind.FIXED, manufacturer="某厂", model="A")


def entry(what: str, sha256: str = "", **details: Value) -> LogEntry:
    """Make an entry of a file of commitments."""
    return LogEntry(when="", what=what, details=details, previous="", sha256=sha256)


def test_the_list_is_hashed_as_utf_8_without_the_site() -> None:
    plan = Plan(subjects=(SITE, GATE), shots=())
    text = '[["门口","fixed","某厂","A",[]]]'
    assert commitments.list_digest(plan) == hashlib.sha256(text.encode()).hexdigest()
    assert commitments.list_digest(replace(plan, subjects=(GATE,))) == commitments.list_digest(plan)


def test_the_rule_is_hashed_with_what_asks_for_it_and_nothing_else() -> None:
    rule = sampling.known(PACKS)[DEVICES]
    asking = sorted(
        [one.id, sorted(one.subjects), sorted(one.when.items())]
        for one in PACKS[0].requirements
        if one.sampling == DEVICES
    )
    assert asking
    content = [[getattr(rule, field) for field in SIZE], asking]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    assert commitments.rule_digest(PACKS, DEVICES) == hashlib.sha256(text.encode()).hexdigest()


def test_a_seed_is_that_of_a_draw_only_where_both_are_so() -> None:
    made = entry("committed", "c1", retest_of="")
    given = entry("seeded", "s1", commitment="c1", seed="5213")
    noted = entry("remark", "r1", commitment="c1", seed="5213")
    draw = Draw(sampling=DEVICES, seed="5213")
    assert [*commitments.seed_entries((made, noted, given), draw)] == [(made, given)]
    assert [*commitments.seed_entries((made, given), replace(draw, seed="1"))] == []


def test_the_devices_that_may_be_drawn_are_counted() -> None:
    plan = Plan(subjects=(SITE, GATE, replace(GATE, id="大厅")), shots=())
    assert commitments.committed_to(plan, PACKS, DEVICES, "")["devices"] == 2
