"""What ``sign`` says when it has put a signature under a report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from click.testing import CliRunner

from acceptance.cli import verbs
from acceptance.errors import PlanError
from acceptance.signing import issuing, seal_server

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_container_that_came_back_is_told_like_any_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its role, and where the usual page stands in place of the institute's own."""
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF")
    refused = PlanError("shows no verdict", where="cover.html", hint="Name it")
    monkeypatch.setattr(seal_server, "import_cms", lambda *_, **__: report)
    monkeypatch.setattr(seal_server, "read_digest", lambda _: SimpleNamespace(role="seal"))
    monkeypatch.setattr(issuing, "lack", lambda: None)
    monkeypatch.setattr(issuing, "left_out", lambda *_: [refused])
    done = CliRunner().invoke(
        verbs.cli, ["sign", str(tmp_path), "--import-cms", "seal.json", "seal.p7s"]
    )
    assert done.exit_code == 0, done.output
    assert "(seal)" in done.output.replace("\n", "")
    assert "shows no verdict" in done.output.replace("\n", "")
