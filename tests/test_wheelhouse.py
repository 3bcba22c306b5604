"""Collecting wheels for an offline installation, from an index of tiny wheels made here.

``scripts/try-wheelhouse`` collects the real ones and installs them where there is no network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import subprocess
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest
from marks import slow

ROOT = Path(__file__).resolve().parents[1]
ANY, WINDOWS, LINUX = "py3-none-any", "cp311-cp311-win_amd64", "cp311-abi3-manylinux_2_28_x86_64"
PYTHON = "3.11"


def script() -> Any:
    """Load the script, whose name has no ending."""
    loader = SourceFileLoader("wheelhouse", str(ROOT / "scripts" / "wheelhouse"))
    spec = importlib.util.spec_from_loader("wheelhouse", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["wheelhouse"] = module  # data classes look themselves up
    loader.exec_module(module)
    return module


wheelhouse = script()


def wheel(folder: Path, name: str, tag: str = ANY, *needs: str) -> str:
    """Make a wheel of version 1.0; return its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    place, info = folder / f"{name}-1.0-{tag}.whl", f"{name}-1.0.dist-info"
    said = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0", *needs]
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", "\nRequires-Dist: ".join(said) + "\n\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(place.read_bytes()).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Fill an index that pip is told of by the environment; return the lock of it."""
    folder = tmp_path / "index"
    hashes = {
        "uv": [wheel(folder, "uv")],
        "alpha": [wheel(folder, "alpha", ANY, "beta[fast]", 'gamma; sys_platform == "win32"')],
        "beta": [wheel(folder, "beta", tag, 'delta; extra == "fast"') for tag in (WINDOWS, LINUX)],
        "gamma": [wheel(folder, "gamma", WINDOWS)],
        "delta": [wheel(folder, "delta")],
        "unused": [wheel(folder, "unused")],
    }
    wheel(tmp_path / "out" / "common", "db50_acceptance", ANY, "alpha")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    lines = [
        f"{name}==1.0 \\\n" + " \\\n".join(f"    --hash=sha256:{value}" for value in values)
        for name, values in hashes.items()
    ]
    (tmp_path / "lock").write_text("\n".join(["# made by hand", *lines, ""]))
    locked: dict[str, Any] = wheelhouse.lock(tmp_path / "lock")
    return locked


def names(folder: Path) -> set[str]:
    """Return the names of the packages in a folder."""
    return {path.name.partition("-")[0] for path in folder.glob("*.whl")}


def test_each_system_gets_what_it_needs_by_its_own_markers_and_nothing_else(
    index: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for system in ("linux-x86_64", "windows-amd64"):
        wheelhouse.collect(system, out, index, PYTHON)
    assert names(out / "linux-x86_64") == {"beta"}
    assert names(out / "windows-amd64") == {"beta", "gamma"}
    assert names(out / "common") == {"uv", "alpha", "delta", "db50_acceptance"}
    assert [path.name for path in out.glob(".*")] == []


def test_a_package_without_a_wheel_for_a_system_is_named(
    index: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(wheelhouse.Missing, match=r"no wheel of beta==1\.0 for it"):
        wheelhouse.collect("macos-arm64", tmp_path / "out", index, PYTHON)
    assert "alpha" in names(tmp_path / "out" / "common"), "what could be had is kept"


def test_a_package_that_the_lock_does_not_name_is_named(
    index: dict[str, Any], tmp_path: Path
) -> None:
    del index["delta"]
    with pytest.raises(wheelhouse.Missing, match="does not name delta: run make lock"):
        wheelhouse.collect("linux-x86_64", tmp_path / "out", index, PYTHON)


def test_what_is_there_is_kept_and_what_was_changed_is_fetched_again(
    index: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    wheelhouse.collect("linux-x86_64", out, index, PYTHON)
    asked: list[str] = []
    monkeypatch.setattr(wheelhouse, "fetch", lambda packages, *_: asked.extend(packages))
    wheelhouse.collect("linux-x86_64", out, index, PYTHON)
    assert asked == []
    monkeypatch.undo()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    [changed] = out.glob("common/alpha-*")
    whole = changed.read_bytes()
    changed.write_bytes(whole[:-10])
    wheelhouse.collect("linux-x86_64", out, index, PYTHON)
    assert changed.read_bytes() == whole


def test_a_file_that_is_not_the_one_of_the_lock_is_left_out(
    index: dict[str, Any], tmp_path: Path
) -> None:
    wheel(tmp_path / "index", "delta", ANY, "unused")
    with pytest.raises(wheelhouse.Missing, match="not the one that the lock names"):
        wheelhouse.collect("linux-x86_64", tmp_path / "out", index, PYTHON)
    assert "delta" not in names(tmp_path / "out" / "common")


def test_without_a_connection_one_sentence_says_so(
    index: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens at that port of this machine."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(wheelhouse.Missing, match="there is no connection"):
        wheelhouse.collect("linux-x86_64", tmp_path / "out", index, PYTHON)


def furnished(tmp_path: Path) -> Path:
    """Return a folder to install from, whose wheels are empty shells, for this machine."""
    out = tmp_path / "house"
    here = ".".join(platform.python_version_tuple()[:2])
    system = f"linux-{platform.machine()}"
    for shelf, name in (("common", "alpha"), (system, "beta")):
        wheel(out / shelf, name)
    wheelhouse.furnish(out, here, [system])
    return out


def install(house: Path, target: Path) -> str:
    """Run the installer, which has to refuse; return what it says."""
    command = ["sh", str(house / "install.sh"), str(target)]
    environment = {"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize("what", ["changed", slow("taken"), "added"])
def test_the_installer_refuses_wheels_that_are_not_as_listed(tmp_path: Path, what: str) -> None:
    house = furnished(tmp_path)
    [listed] = (house / "common").glob("alpha-*")
    if what == "changed":
        listed.write_bytes(listed.read_bytes() + b"x")
    elif what == "taken":
        listed.unlink()
    else:
        listed = listed.with_name("evil-1.0-py3-none-any.whl")
        listed.write_bytes(b"")
    said = install(house, tmp_path / "target")
    assert f"Missing, changed or not listed: {listed.name}" in said
    assert "请重新复制" in said
    assert not (tmp_path / "target").exists()


def test_the_installer_never_installs_over_what_is_there(tmp_path: Path) -> None:
    house, target = furnished(tmp_path), tmp_path / "我的文件"
    target.mkdir()
    (target / "letter.txt").write_text("dear")
    assert "is there already: name another folder" in install(house, target)
    assert (target / "letter.txt").read_text() == "dear"


def test_the_installer_says_which_python_it_needs(tmp_path: Path) -> None:
    house = furnished(tmp_path)
    program = house / "install.py"
    here = ".".join(platform.python_version_tuple()[:2])
    program.write_text(program.read_text("utf-8").replace(f'"{here}"', '"3.9"'), "utf-8")
    assert "These wheels are for Python 3.9" in install(house, tmp_path / "target")


def test_hashes_can_be_checked_by_the_usual_program_and_no_place_holder_is_left(
    tmp_path: Path,
) -> None:
    house = furnished(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=house, check=True)
    for name in ("install.py", "install.sh", "install.bat", "README.md"):
        assert "@" not in (house / name).read_text("utf-8").replace("@echo off", "").replace(
            '"$@"', ""
        )
    assert b"\r\n" in (house / "install.bat").read_bytes()
