"""What doctor reports when something is missing: the consequence and the remedy."""

from __future__ import annotations

import ctypes.util
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.cli import doctor

if TYPE_CHECKING:
    from collections.abc import Callable

# Required by the project's user; only imported for cameras on the network.
ROOT = Path(__file__).resolve().parents[2]


def by_name(found: tuple[doctor.Check, ...]) -> dict[str, doctor.Check]:
    """Index checks by their names."""
    return {check.name: check for check in found}


def raising(error: Exception) -> Callable[..., Any]:
    """Make a function that always raises this error."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_the_machine_that_runs_the_tests_is_ready() -> None:
    """Tests need what the tool needs, so nothing needed may be missing here."""
    found = doctor.checks()
    missing = [check for check in found if check.needed and not check.present]
    assert doctor.ready(found), "\n".join(f"{check.name}: {check.remedy}" for check in missing)


def test_names_are_unique_and_every_check_says_cost_and_remedy() -> None:
    """A row without a remedy does not help its reader."""
    found = doctor.checks()
    assert len(by_name(found)) == len(found)
    assert all(check.costs and check.remedy for check in found)


def test_every_dependency_of_the_project_has_its_row() -> None:
    """The table of libraries follows pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}

    used = names(project["dependencies"])
    assert {library.package for library in doctor.NEEDED} == used
    extras = project["optional-dependencies"]
    assert {(each.extra, each.package) for each in doctor.OPTIONAL} == {
        (extra, package)
        for extra, wanted in extras.items()
        if extra != "dev"
        for package in names(wanted)
    }


def test_a_package_that_is_not_installed_is_missing_with_the_command_to_install_it() -> None:
    """No such module, no such distribution."""
    check = doctor.library(
        doctor.Library(module="no_such_module", package="no-such-package", costs="a figure")
    )
    assert not check.present
    assert check.needed
    assert "no_such_module" in check.found
    assert check.remedy == "pip install no-such-package"


def test_a_package_whose_system_library_does_not_load_points_at_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """WeasyPrint raises OSError, not ImportError, when Pango is missing."""
    monkeypatch.setattr(
        importlib, "import_module", raising(OSError("cannot load library 'libpango-1.0-0'"))
    )
    check = doctor.library(
        doctor.Library(module="weasyprint", package="weasyprint", costs="no PDF report")
    )
    assert not check.present
    assert "libpango" in check.found
    assert "system libraries" in check.remedy


@pytest.mark.parametrize(
    ("package", "needed"), [("libpango-1.0-0", True), ("libharfbuzz-subset0", False)]
)
def test_a_missing_system_library_names_its_debian_package(
    monkeypatch: pytest.MonkeyPatch, package: str, *, needed: bool
) -> None:
    """Without Pango there is no report, without the HarfBuzz subsetter only a slow one."""
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    [row] = [row for row in doctor.SYSTEM_LIBRARIES if row[1] == package]
    check = doctor.system_library(*row)
    assert (check.present, check.needed, check.found) == (False, needed, "")
    assert check.remedy == f"apt-get install {package}"


@pytest.mark.parametrize(
    "listing",
    [
        raising(FileNotFoundError("fc-list")),
        raising(subprocess.TimeoutExpired("fc-list", 60)),
        lambda *_, **__: SimpleNamespace(stdout=""),
    ],
    ids=["no fontconfig", "fontconfig hangs", "no font"],
)
def test_without_a_chinese_font_nothing_is_ready(
    monkeypatch: pytest.MonkeyPatch, listing: Callable[..., Any]
) -> None:
    """Empty boxes in a signed report are worse than no report."""
    monkeypatch.setattr(subprocess, "run", listing)
    check = doctor.chinese_font()
    assert not check.present
    assert not doctor.ready((check,))
    assert "empty box" in check.costs


def test_the_chinese_font_found_is_named_by_its_first_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A face may list its family in several languages."""
    lines = "Source Han Sans SC,思源黑体\nNoto Sans CJK SC\n"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=lines))
    assert doctor.chinese_font().found == "Noto Sans CJK SC"


def test_an_old_python_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """3.10 is too old."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 12, "final", 0))
    check = doctor.python()
    assert (check.present, check.found) == (False, "3.10.12")


def test_an_encoder_that_this_pyav_lacks_is_missing() -> None:
    """No such codec; and a decoder is no encoder."""
    check = doctor.encoder("no_such_codec", needed=True, costs="no demo")
    assert (check.present, check.found) == (False, "")


def test_an_optional_package_is_looked_for_without_being_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Missing extras leave the tool ready and name the extra to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(importlib, "import_module", raising(AssertionError("imported")))
    check = doctor.optional(doctor.OPTIONAL[0])
    assert not check.present
    assert doctor.ready((check,))
    assert "[vmaf]" in check.remedy


def test_a_folder_that_cannot_be_written_and_a_full_disc_are_distinguished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first stops the work, the second only may stop it."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=12_000_000))
    folder, disc = doctor.places(tmp_path)
    assert (folder.present, folder.needed, folder.found) == (False, True, str(tmp_path))
    assert (disc.present, disc.needed, disc.found) == (False, False, "0.0 GB free")


def test_a_folder_that_does_not_exist_is_reported_and_not_raised(tmp_path: Path) -> None:
    """A check never fails."""
    assert [check.present for check in doctor.places(tmp_path / "nowhere")] == [False, False]


def test_a_coarse_clock_costs_certainty_of_latency(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that steps by 15.6 ms, like that of some systems."""
    monkeypatch.setattr(time, "get_clock_info", lambda _: SimpleNamespace(resolution=0.0156))
    check = doctor.clock()
    assert (check.present, check.needed) == (False, False)
    assert "latency" in check.costs


def test_a_missing_program_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the tests need Poppler."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    check = doctor.program("pdftotext", "poppler-utils", "some tests are skipped")
    assert not check.present
    assert doctor.ready((check,))
