"""The authorisation record: what it allows, and everything else is refused."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import DeviceError, PlanError
from acceptance.live import authorisation
from acceptance.live.authorisation import Action
from acceptance.live.transcript import Transcript, read

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
authorised_by = "Li Hong, head of security, Example Bank"
authorised = ["Testing Institute"]
reference = "2026-118"
ranges = ["192.0.2.0/24", "198.51.100.7", "2001:db8::/64"]
valid_from = 2026-12-01T08:00:00+08:00
valid_until = 2026-12-05T18:00:00+08:00
actions = ["sweep", "audit"]
"""
DURING = datetime(2026, 12, 2, tzinfo=UTC)


def written(folder: Path, text: str) -> Path:
    path = folder / "authorisation.toml"
    path.write_text(text, "utf-8")
    return path


def address(text: str) -> authorisation.IPAddress:
    return ipaddress.ip_address(text)


@pytest.fixture
def record(tmp_path: Path) -> authorisation.Authorisation:
    return authorisation.load(written(tmp_path, GOOD))


@pytest.mark.parametrize("text", ["192.0.2.1", "198.51.100.7", "2001:db8::9", "::ffff:192.0.2.1"])
def test_what_is_named_is_allowed(record: authorisation.Authorisation, text: str) -> None:
    record.require(Action.AUDIT, [address(text)], DURING)


@pytest.mark.parametrize(
    "text", ["192.0.3.1", "198.51.100.8", "2001:db8:0:1::9", "::ffff:192.0.3.1", "127.0.0.1"]
)
def test_any_address_outside_the_ranges_is_refused(
    record: authorisation.Authorisation, text: str
) -> None:
    inside = address("192.0.2.1")
    with pytest.raises(PlanError, match="does not allow") as caught:
        record.require(Action.AUDIT, [inside, address(text)], DURING)
    assert caught.value.code == "not_authorised"


def test_an_action_that_is_not_named_is_refused(tmp_path: Path) -> None:
    record = authorisation.load(written(tmp_path, GOOD.replace('"sweep", ', "")))
    with pytest.raises(PlanError, match="does not allow 'sweep'"):
        record.require(Action.SWEEP, [], DURING)


@pytest.mark.parametrize("word", ["actuate", "load"])
def test_a_word_that_no_function_would_ask_for_cannot_be_allowed(word: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="must be one of sweep, audit, not"):
        authorisation.load(written(tmp_path, GOOD.replace("sweep", word)))


def test_before_and_after_its_time_it_allows_nothing(record: authorisation.Authorisation) -> None:
    second = timedelta(seconds=1)
    for moment, words in (
        (record.valid_from - second, "is valid only from 2026-12-01T08:00:00"),
        (record.valid_until + second, "expired at 2026-12-05T18:00:00"),
    ):
        with pytest.raises(PlanError, match=words):
            record.require(Action.AUDIT, [address("192.0.2.1")], moment)
    record.require(Action.AUDIT, [], record.valid_until)


def test_a_network_must_lie_in_one_range_as_a_whole(record: authorisation.Authorisation) -> None:
    for text in ("192.0.2.0/24", "192.0.2.64/26", "2001:db8::/120"):
        record.require_network(Action.SWEEP, ipaddress.ip_network(text), DURING)
    for text in ("192.0.2.0/23", "0.0.0.0/0", "2001:db8::/48"):
        with pytest.raises(PlanError, match="does not allow"):
            record.require_network(Action.SWEEP, ipaddress.ip_network(text), DURING)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"Li Hong, head of security, Example Bank"', '" "', "authorised_by: must be filled in"),
        ('["Testing Institute"]', "[]", "authorised: must be filled in"),
        ('["Testing Institute"]', '"Testing Institute"', "authorised: must be a list"),
        ("authorised_by", "authorized_by", "authorised_by: this field is missing"),
        ('reference = "2026-118"', "referrence = 1", "referrence: unknown field"),
        ("192.0.2.0/24", "192.0.2.5/24", "'192.0.2.5/24' is no network"),
        ("192.0.2.0/24", "0.0.0.0/0", "0.0.0.0/0 is too large"),
        ("192.0.2.0/24", "10.0.0.0/15", "10.0.0.0/15 is too large"),
        ("192.0.2.0/24", "239.255.0.0/16", "is no network of devices"),
        ("2001:db8::/64", "2001:db8::/32", "2001:db8::/32 is too large"),
        ('"198.51.100.7"', "3325256711", "3325256711 is no network"),
        ("T18:00:00+08:00", "T18:00:00", "valid_until: must be a date and time with its zone"),
        ("T18:00:00+08:00", "", "valid_until: must be a date and time with its zone"),
        ("2026-12-05", "2028-12-05", "valid_until: must lie after valid_from, by 366 days"),
        ("2026-12-05", "2026-11-05", "valid_until: must lie after valid_from"),
        ('"sweep", "audit"', '"attack"', "must be one of sweep, audit"),
        ('"sweep", "audit"', "", "actions: must be filled in"),
        ("ranges", "[[ranges]]\nx", "ranges"),
    ],
)
def test_a_record_is_read_strictly(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(PlanError) as caught:
        authorisation.load(written(tmp_path, GOOD.replace(old, new, 1)))
    assert words in str(caught.value)
    assert caught.value.hint


def test_the_template_is_a_record_once_it_is_filled_in(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="authorised_by: must be filled in"):
        authorisation.load(written(tmp_path, authorisation.template()))
    filled = authorisation.template().replace('""', '"x"')
    assert authorisation.load(written(tmp_path, filled)).actions == {Action.SWEEP, Action.AUDIT}


def test_its_text_and_hash_are_frozen_into_the_record_of_the_work(
    tmp_path: Path, record: authorisation.Authorisation
) -> None:
    with Transcript(tmp_path / "log.jsonl", "audit") as log:
        record.write(log)
    [line] = read(tmp_path / "log.jsonl", "audit")
    assert line["text"] == GOOD
    assert line["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_name_is_resolved_once_and_an_unknown_one_is_said() -> None:
    assert str(authorisation.resolved("localhost")) in {"127.0.0.1", "::1"}
    with pytest.raises(DeviceError, match=r"no-such-host\.invalid: this name is not known"):
        authorisation.resolved("no-such-host.invalid")
