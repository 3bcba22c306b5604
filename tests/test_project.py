"""The project as delivered: its wheel, its lock, its version, its set-up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import acceptance
from acceptance.cli import doctor

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINS = {match[1]: match[2] for match in re.finditer(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE)}
# In pieces, so that this file may be tracked too.
HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
REGISTRIES = [".".join(parts) for parts in HOSTS]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build a wheel from a copy of the tree with the virtual environment's tools, offline."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    for name in ("acceptance", "test_charts", "report_templates", "schemas"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    command = [*build, "--outdir", str(folder), str(tree)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.parametrize("folder", ["acceptance", "test_charts", "report_templates", "schemas"])
def test_the_wheel_holds_every_file_of_code_and_data(wheel: zipfile.ZipFile, folder: str) -> None:
    """Packs, charts and templates are data that a wheel easily forgets."""
    files = (
        path
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    inside = "" if folder == "acceptance" else "acceptance/"
    wanted = {f"{inside}{path.relative_to(ROOT)}" for path in files}
    assert any(name.endswith((".toml", ".html", ".json")) for name in wanted)
    assert wanted <= set(wheel.namelist())


def test_the_wheel_offers_the_command_and_the_pytest_plugin(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    offered = wheel.read(name).decode()
    assert "[console_scripts]\nacceptance = acceptance.__main__:main\n" in offered
    assert "[pytest11]\nacceptance = acceptance.pytest_plugin\n" in offered


def test_the_wheel_holds_no_test_and_no_result(wheel: zipfile.ZipFile) -> None:
    """Only the package and its papers."""
    assert {name.partition("/")[0] for name in wheel.namelist()} == {
        "acceptance",
        f"db50_acceptance-{acceptance.__version__}.dist-info",
    }


def test_the_changelog_opens_with_the_version_that_the_package_names() -> None:
    """The version is defined in acceptance/__init__.py only, and described in CHANGELOG.md."""
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[?([^\s\]]+)", changes, re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    assert acceptance.__version__ in released[:1]


def test_every_dependency_is_pinned_at_a_version_that_the_project_accepts() -> None:
    """A dependency added to pyproject.toml without `make lock` is reported here."""
    for requirement in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]:
        [(name, least)] = re.findall(r"^([\w-]+)(?:\[.*\])?>=([\d.]+)$", requirement)
        pinned = PINS.get(name.lower().replace("_", "-"))
        assert pinned, f"requirements.lock lacks {name}: run make lock"
        assert numbers(pinned) >= numbers(least), (
            f"requirements.lock holds {name} {pinned}: run make lock"
        )


def numbers(version: str) -> tuple[int, ...]:
    """Read a plain version for comparison."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_one_lock_serves_every_python() -> None:
    """The same versions on 3.11, 3.12 and 3.13: no figure depends on the interpreter.

    What only Dask wants, and only before 3.12, no figure passes through.
    """
    names = re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE)
    only_older = re.findall(r"^([\w.-]+)==.*python_(?:full_)?version", LOCK, re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(only_older) == {"importlib-metadata", "lazy-importer", "zipp"}


def test_every_pin_has_a_hash_and_no_address_is_recorded() -> None:
    """The machine decides where packages come from; the lock decides what they are."""
    pins = re.split(r"\n(?=[a-z])", LOCK.partition("\n\n")[0])
    assert all("--hash=sha256:" in pin for pin in pins if not pin.startswith("#"))
    assert not re.search(r"://|^-|index-url", LOCK, re.MULTILINE)


def test_there_is_one_opencv() -> None:
    """Two packages that both bring cv2 overwrite each other."""
    assert [name for name in PINS if name.startswith("opencv")] == ["opencv-python"]


def test_no_tracked_file_names_a_package_registry() -> None:
    """The project is set up from whatever registry the machine is configured for."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in tracked.stdout.split("\0") if (ROOT / name).is_file()]
    hosts = [host.encode() for host in REGISTRIES]
    assert [path for path in files if any(host in path.read_bytes() for host in hosts)] == []


def program(folder: Path, name: str, script: str) -> None:
    """Put a replacement for a system program into ``folder``."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


def system_packages(tmp_path: Path, present: str, user: int) -> subprocess.CompletedProcess[str]:
    """Run the check on a machine where dpkg-query, id, sudo and apt-get are replaced."""
    program(tmp_path, "dpkg-query", f"printf '{present}'")
    program(tmp_path, "id", f"echo {user}")
    program(tmp_path, "sudo", "exit 1")
    note = f'echo "$*" >> {tmp_path}/apt'
    fail = f'[ "$1" = update ] || [ -e {tmp_path}/second ] || exit 100'
    program(tmp_path, "apt-get", f"{note}\n{fail}")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": sys.executable}
    script = ROOT / "scripts" / "system-packages"
    return subprocess.run(
        [str(script), "--tests"], env=environment, capture_output=True, text=True, check=False
    )


NAMES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk",
         "fontconfig", "libgl1"]  # fmt: skip
SCRIPT = (ROOT / "scripts" / "system-packages").read_text("utf-8")
PEERS = " ".join(re.findall(r"  peers=\(([^)]*)\)", SCRIPT)).split()
ALL_BUT_GLIB = "".join(
    f"installed {name} \\n" for name in [*NAMES, *PEERS, "poppler-utils", "chromium", "postgresql"]
)


def test_nothing_is_done_where_every_system_package_is_installed(tmp_path: Path) -> None:
    """GLib counts under the name that provides it."""
    done = system_packages(
        tmp_path, f"{ALL_BUT_GLIB}installed libglib2.0-0t64 libglib2.0-0 (= 2.84)\\n", user=1000
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_removed_package_counts_as_missing_and_its_command_is_printed(tmp_path: Path) -> None:
    """Without root and sudo the set-up stops and says what to type."""
    done = system_packages(
        tmp_path, f"{ALL_BUT_GLIB}config-files libglib2.0-0t64 libglib2.0-0 (= 2.84)\\n", user=1000
    )
    assert done.returncode == 1
    assert "sudo apt-get install --yes --no-install-recommends libglib2.0-0\n" in done.stderr
    assert not (tmp_path / "apt").exists()


def test_root_installs_and_asks_for_fresh_lists_only_when_the_old_ones_fail(tmp_path: Path) -> None:
    """The replaced apt-get fails once, as with empty lists."""
    done = system_packages(tmp_path, ALL_BUT_GLIB, user=0)
    assert done.returncode == 100
    asked = [line.split()[0] for line in (tmp_path / "apt").read_text("utf-8").splitlines()]
    assert asked == ["install", "update", "install"]
    (tmp_path / "apt").unlink()
    (tmp_path / "second").touch()
    done = system_packages(tmp_path, ALL_BUT_GLIB, user=0)
    assert done.returncode == 0
    assert (tmp_path / "apt").read_text("utf-8").splitlines() == [
        "install --yes --no-install-recommends libglib2.0-0"
    ]


def test_the_set_up_and_doctor_know_the_same_system_packages() -> None:
    """What the set-up installs, doctor can miss; but for what only tests talk to."""
    remedies = " ".join(check.remedy for check in doctor.checks())
    listed = " ".join(re.findall(r"packages\+?=\(([^)]*)\)", SCRIPT)).split()
    assert set(NAMES) < set(listed)
    assert [package for package in listed if package not in remedies] == []
