"""Time stamps as witnesses of a commitment, by an authority made here; checked offline."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID
from signing_authority import Authority

from acceptance.errors import InputError
from acceptance.signing import time_stamps
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from pathlib import Path

COMMITMENT = hashlib.sha256(b"a list").hexdigest()
NOW, DAY = datetime.now(UTC).replace(microsecond=0), timedelta(days=1)
BOTH = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION
OTHER = hashlib.sha256(b"another list").hexdigest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def answer(authority: Authority) -> bytes:
    return authority.stamp(time_stamps.request(COMMITMENT))


def test_a_time_stamp_of_the_commitment_gives_a_seed_and_its_token_gives_it_too(
    authority: Authority, answer: bytes
) -> None:
    stamp = time_stamps.check(answer, COMMITMENT, [authority.root])
    assert stamp.authority == "Stamp office"
    assert stamp.seed == hashlib.sha256(stamp.info).hexdigest()
    assert time_stamps.check(stamp.token, COMMITMENT, [authority.root]) == stamp
    details = {"commitment": COMMITMENT, "seed": stamp.seed, **stamp.details}
    assert time_stamps.again(details, [authority.root])[0] is State.OK


def test_a_time_stamp_of_something_else_or_by_somebody_else_is_refused(
    authority: Authority, answer: bytes, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path)
    for commitment, trust in ((OTHER, [authority.root]), (COMMITMENT, [stranger.root]),
                              (COMMITMENT, [])):  # fmt: skip
        with pytest.raises(InputError):
            time_stamps.check(answer, commitment, trust)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"purposes": [ExtendedKeyUsageOID.CODE_SIGNING]}, "not for time stamps alone"),
        ({"purposes": [*BOTH]}, "not for time stamps alone"),
        ({"critical": False}, "as critical"),
        ({"bits": 1024}, "is too weak"),
        ({"days": (-9, -1)}, "is not valid now"),
        ({"days": (-9, -1), "at": NOW - 3 * DAY}, "is not valid now"),
        ({"at": NOW + DAY}, "still to come"),
    ],
    ids=lambda what: str([*what]) if isinstance(what, dict) else "",
)
def test_an_authority_that_is_none_gives_no_seed(
    what: dict[str, Any], says: str, tmp_path: Path
) -> None:
    """Who could choose time or seed: for other things as well, expired, weak, or ahead of time."""
    other = Authority(tmp_path, **what)
    with pytest.raises(InputError, match=says):
        time_stamps.check(other.stamp(time_stamps.request(COMMITMENT)), COMMITMENT, [other.root])


def test_a_revoked_authority_gives_no_seed_whenever_its_key_was_lost(tmp_path: Path) -> None:
    other = Authority(tmp_path)
    answer, trust = other.stamp(time_stamps.request(COMMITMENT)), [other.root]
    given = [*trust, other.listed(1, ReasonFlags.key_compromise)]
    with pytest.raises(InputError, match="was revoked"):
        time_stamps.check(answer, COMMITMENT, given)
    stamp = time_stamps.check(answer, COMMITMENT, trust)
    details = {"commitment": COMMITMENT, "seed": stamp.seed, **stamp.details}
    assert time_stamps.again(details, given)[0] is State.INDETERMINATE
    later = [*trust, other.listed(1, ReasonFlags.superseded)]
    assert time_stamps.check(answer, COMMITMENT, later) == stamp


@pytest.mark.parametrize("content", [b"", b"\x30", b"not DER", bytes(range(256)) * 40])
def test_what_is_no_time_stamp_is_refused_with_a_sentence(
    authority: Authority, content: bytes
) -> None:
    with pytest.raises(InputError, match="no time stamp"):
        time_stamps.check(content, COMMITMENT, [authority.root])


def test_bytes_around_what_is_signed_change_no_seed(authority: Authority, answer: bytes) -> None:
    """Else somebody could change them until a sample suits."""
    stamp = time_stamps.check(answer, COMMITMENT, [authority.root])
    token = cms.ContentInfo.load(stamp.token)
    attribute = cms.CMSAttribute({"type": "1.2.3.4", "values": [cms.OctetString(b"try 2")]})
    token["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])
    changed = time_stamps.check(token.dump(force=True), COMMITMENT, [authority.root])
    assert changed.token != stamp.token
    assert changed.seed == stamp.seed


def test_every_flipped_byte_is_found_or_changes_no_seed(
    authority: Authority, answer: bytes
) -> None:
    stamp = time_stamps.check(answer, COMMITMENT, [authority.root])
    for place in range(0, len(stamp.token), 23):
        flipped = bytearray(stamp.token)
        flipped[place] ^= 1
        try:
            found = time_stamps.check(bytes(flipped), COMMITMENT, [authority.root])
        except InputError:
            continue
        assert found.seed == stamp.seed


def test_what_is_said_of_a_stamp_and_is_not_in_it_breaks_the_session(
    authority: Authority, answer: bytes
) -> None:
    stamp = time_stamps.check(answer, COMMITMENT, [authority.root])
    said = {"commitment": COMMITMENT, "seed": stamp.seed, **stamp.details}
    assert time_stamps.again(said, [])[0] is State.INDETERMINATE
    for name, value in (("witness", "某局"), ("stamped", "2020-01-01T00:00:00+00:00"),
                        ("commitment", OTHER), ("token", "00"), ("info", "00")):  # fmt: skip
        assert time_stamps.again(said | {name: value}, [authority.root])[0] is State.BROKEN
