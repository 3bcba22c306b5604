"""When it was signed, by the signers' own clocks: after the session, and one after the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pki
import pytest
from issued_session import CLIP, details, issued
from sample_pdf import blank_pdf

from acceptance.signing import appearances, pades, policy, roles
from acceptance.signing.chains import DemoChain, make_practice_chain
from acceptance.signing.shown_steps import ShownSteps
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.now(UTC).replace(microsecond=0)


def signed_at(*moments: datetime) -> bytes:
    """Sign in as many roles, each by a clock of its own."""
    pdf, root = blank_pdf(session_json=b"{}"), pki.authority("某机构")
    for role, moment in zip(roles.ORDER, moments, strict=False):
        signer = pki.holder(f"某{role}", root, days=(-30, 30)).signer()
        with patch.object(appearances, "now", return_value=moment):
            pdf = pades.sign(pdf, signer, role=role)
    return pdf


@pytest.mark.parametrize(
    ("minutes", "said"),
    [((0, 1), ""), ((0, -4), ""), ((0, -6), "reviewer: signed before inspector")],
)
def test_who_signs_over_another_signs_later(minutes: tuple[int, ...], said: str) -> None:
    """Two clocks may be five minutes apart."""
    pdf = signed_at(*(NOW - timedelta(hours=1) + timedelta(minutes=each) for each in minutes))
    found = [each for each in verify_pdf(pdf, []).problems if each.code == "backwards"]
    assert [each.state for each in found] == [State.INDETERMINATE] * bool(said)
    assert all(each.detail.startswith(said) for each in found)


@pytest.mark.usefixtures("_plain_pages")
def test_nothing_is_begun_of_a_session_that_is_broken(
    chain: DemoChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a sound one the pages are begun before the verdicts are looked at."""
    begun: list[ShownSteps] = []
    begin = ShownSteps.begin_pages

    def seen(steps: ShownSteps) -> None:
        begun.append(steps)
        begin(steps)

    monkeypatch.setattr(ShownSteps, "begin_pages", seen)
    folder = issued(tmp_path / "20260602-X1", chain, [CLIP])
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
    assert len(begun) == 1
    (folder / CLIP).write_bytes(b"another film")
    assert verify(folder, [chain.root]).exit_code == 1
    assert len(begun) == 1


def test_a_policy_takes_a_hash_as_programs_print_it(tmp_path: Path) -> None:
    """In capitals, with colons."""
    office = make_practice_chain(tmp_path / "keys")
    digest = "ab" * 32
    shown = ":".join(digest[place : place + 2] for place in range(0, 64, 2)).upper()
    file = office.policy.with_name("own.toml")
    file.write_text(f'[[roles]]\nrole = "主检"\nsigners = ["{shown}"]\n', "utf-8")
    assert policy.read(file).rules[0].signers == {digest}
