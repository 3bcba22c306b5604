"""A database that no longer says what the session folders say is found out."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, issued

from acceptance.batch.database import checking
from acceptance.batch.database.results import Results

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
CHANGES = {
    "a verdict": "UPDATE findings SET verdict = 'pass', severity = 1 WHERE verdict = 'fail'",
    "a figure": "UPDATE measurements SET value = value + 1",
    "whose a finding is": "UPDATE devices SET serial = 'SN2'",
    "a finding taken out": "DELETE FROM findings WHERE position = 0",
    "the day": "UPDATE sessions SET finished = '2020-01-01'",
    "what it was judged by": "UPDATE requirements SET clause = '9'",
    "who signed": "UPDATE signers SET name = 'somebody'",
}


@pytest.fixture
def database(tmp_path: Path, chain: DemoChain) -> Path:
    """Add a signed session to a new database."""
    folder = issued(tmp_path / "out" / "20260602-X1", chain, [CLIP])
    with Results(str(tmp_path / "results.db")) as results:
        results.add_folder(folder)
    return tmp_path / "results.db"


def found(database: Path) -> list[str]:
    with Results(str(database), create=False) as results:
        return [*checking.changed(results)]


def test_what_was_added_is_what_the_folders_say(database: Path) -> None:
    assert found(database) == []


def test_every_changed_row_is_found_out(database: Path, tmp_path: Path) -> None:
    for what, change in CHANGES.items():
        copy = shutil.copy(database, tmp_path / "changed.db")
        with sqlite3.connect(copy) as connection:
            connection.execute(change)
        connection.close()
        [problem] = found(copy)
        assert "20260602-X1: not what its folder says" in problem, what


def test_a_folder_that_was_changed_or_is_gone_is_told(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "20260602-X1"
    clip = folder / CLIP
    clip.write_bytes(b"another film")
    session = folder / "session.json"
    session.write_bytes(session.read_bytes().replace(b"48.0", b"49.0"))
    assert "changed after it was sealed" in found(database)[0]
    shutil.rmtree(folder)
    assert "its folder is not there" in found(database)[0]
