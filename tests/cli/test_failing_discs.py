"""What is said of a disc that fails where nobody expects it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest
from lxml import etree

from acceptance.cli import failures
from acceptance.cli.standard_output import StandardOutput, StandardStream
from acceptance.files import spreadsheet


@pytest.mark.parametrize("number", sorted(failures.DISC))
def test_a_disc_that_fails_where_nobody_expects_it_is_no_fault_of_the_toolkit(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """For instance that of the folder for temporary files, while a database is checked."""
    assert failures.tell(OSError(number, os.strerror(number), "/volume/x")) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert f"/volume/x: cannot be written ({os.strerror(number)})" in said
    assert "TMPDIR (Windows: TEMP)" in said


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


def test_a_full_folder_for_temporary_files_is_no_fault_while_a_workbook_is_written() -> None:
    """That is how lxml tells it; another error of its own stays one."""
    with pytest.raises(OSError, match="No space left") as caught, spreadsheet._disc_told():
        raise etree.SerialisationError("IO_ENOSPC")
    assert failures.tell(caught.value) == 2
    with pytest.raises(etree.SerialisationError), spreadsheet._disc_told():
        raise etree.SerialisationError("unknown error")


@pytest.mark.parametrize("kind", [StandardOutput, StandardStream])
def test_a_reader_that_goes_away_ends_no_work_and_changes_no_exit_code(
    kind: type[StandardStream],
) -> None:
    """``run ... | head``: it ended with 1 or 0, which a build takes for a verdict."""
    reading, writing = os.pipe()
    os.close(reading)
    with kind(os.fdopen(writing, "wb"), "utf-8", line_buffering=True) as stream:
        assert stream.write("合格\n") == 3
        print("x" * 100_000, file=stream)
        stream.flush()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_errors_that_cannot_be_written_end_no_work_and_change_no_exit_code() -> None:
    """``run ... 2> log`` on a full disc: it ended with 1, as where a device fails."""
    with StandardStream(Path("/dev/full").open("wb"), "utf-8", line_buffering=True) as stream:
        assert stream.write("合格\n") == 3
        stream.flush()
