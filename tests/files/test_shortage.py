"""A shortage of the machine is told as one: no fault of the toolkit, no finding about a file."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from issued_session import CLIP, issued

from acceptance.errors import SetupError
from acceptance.files import shortage
from acceptance.session import contents
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")


def of_opencv() -> Exception:
    """Return what OpenCV raises where it gets no memory."""
    try:
        cv2.resize(np.zeros((2, 2), np.uint8), (2**30, 2**30))
    except cv2.error as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "not enough memory"),
        (ImportError("libaom.so.3: failed to map segment from shared object"), "not enough memory"),
        (RuntimeError("can't start new thread"), "not enough memory"),
        (of_opencv(), "not enough memory"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "too many files are open"),
        (ImportError("av.so: Too many open files"), "too many files are open"),
    ],
)
def test_a_shortage_is_told_from_a_fault(error: Exception, words: str) -> None:
    lack = shortage.of(error)
    assert lack is not None
    assert words in str(lack)
    assert lack.exit_code == 2


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.ENOENT, "x"), ImportError("x")])
def test_a_fault_is_no_shortage(error: Exception) -> None:
    assert shortage.of(error) is None


def test_a_machine_that_lacks_memory_finds_no_session_broken(
    tmp_path: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = issued(tmp_path / "20260602-X1", chain, [CLIP])

    def lacking(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(contents, "check", lacking)
    with pytest.raises(SetupError, match="not enough memory"):
        verify(folder, [chain.root])


def test_too_low_a_limit_is_refused_before_libraries_crash_or_hang_under_it() -> None:
    command = f"ulimit -v 400000; exec {sys.executable} -m acceptance doctor"
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "this process may use 390 MB of memory; 1024 MB are needed" in done.stderr
