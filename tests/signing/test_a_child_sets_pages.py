"""Pages that a child of its own makes and sets while signatures are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, details, issued

from acceptance.report import set_apart, typesetting
from acceptance.signing import shown_steps
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.chains import DemoChain


@pytest.mark.pages
def test_what_a_child_of_its_own_made_is_compared(
    tmp_path: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process makes no volumes; ``test_pages_ahead`` has the rest, without a process."""
    folder = issued(tmp_path / "20260602-X1", chain, [CLIP])
    monkeypatch.setattr(set_apart, "MANY", 0)
    monkeypatch.setattr(shown_steps, "Volumes", None)
    monkeypatch.setattr(typesetting, "set_here", lambda _: False)
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
