"""What is said of a disc that fails where nobody expects it."""

from __future__ import annotations

import errno
import os
import tempfile

import pytest
from lxml import etree
from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from acceptance.cli import failures
from acceptance.files import spreadsheet


@pytest.mark.parametrize("number", sorted(failures.DISC))
def test_a_disc_that_fails_where_nobody_expects_it_is_no_fault_of_the_toolkit(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """For instance that of the folder for temporary files, while a database is checked."""
    assert failures.tell(OSError(number, os.strerror(number), "/volume/x")) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"/volume/x: cannot be written ({os.strerror(number)})" in said
    assert "TMPDIR" in said


def test_no_folder_for_temporary_files_is_said_and_another_lost_file_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as here:
        here.setattr(tempfile, "tempdir", None)
        here.setattr(tempfile, "_candidate_tempdir_list", list)
        with pytest.raises(FileNotFoundError) as caught:
            tempfile.gettempdir()
    assert failures.tell(caught.value) == 2
    assert "TMPDIR" in capsys.readouterr().err
    assert failures.tell(FileNotFoundError(errno.ENOENT, "No such file")) == failures.FAULT


@pytest.mark.parametrize("at", ["append", "save"])
def test_a_full_folder_for_temporary_files_is_no_fault_while_a_workbook_is_written(
    monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """That is how lxml tells it."""

    def full(*_: object) -> None:
        raise etree.SerialisationError("IO_ENOSPC")

    place = WriteOnlyWorksheet if at == "append" else Workbook
    monkeypatch.setattr(place, at, full)
    with pytest.raises(OSError, match="No space left") as caught:
        spreadsheet.tables_of({"sheet": [["a"]]})
    assert failures.tell(caught.value) == 2
