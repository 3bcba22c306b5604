"""Databases of both kinds, each test's own; a terminal of one width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import postgresql
import pytest
from batch_site import Here
from sqlalchemy import create_engine, text

from acceptance.batch import child
from acceptance.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _as_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print wide tables, whoever imported the terminal first, and where."""
    monkeypatch.setattr(terminal.console, "width", 180)


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "ergebnisse 结果.db")
    server = request.getfixturevalue("_server")
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    return str(server)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """Answer in this process; count what is measured."""
    answers = Here()
    monkeypatch.setattr(child, "answer", answers)
    return answers
