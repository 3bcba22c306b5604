"""Install the acceptance toolkit from the wheels beside this file, without a network.

    python install.py [FOLDER]      default: the folder `acceptance` in the current one

Run it by install.sh (Linux, macOS) or install.bat (Windows). It needs Python @PYTHON@ and nothing
else: uv, which installs, is one of the wheels.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = "@PYTHON@"
SYSTEMS = {
    ("Linux", "x86_64"): "linux-x86_64",
    ("Linux", "aarch64"): "linux-aarch64",
    ("Windows", "AMD64"): "windows-amd64",
    ("Darwin", "arm64"): "macos-arm64",
}


def main() -> None:
    """Check, install, and let the toolkit say what the machine lacks."""
    here = ".".join(platform.python_version_tuple()[:2])
    if here != PYTHON:
        sys.exit(
            f"These wheels are for Python {PYTHON}; this is {here}.\n"
            f"这些安装包适用于 Python {PYTHON}，当前是 {here}。"
        )
    target = Path(sys.argv[1] if sys.argv[1:] else "acceptance").resolve()
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        sys.exit(
            f"{target} is there already: name another folder, or remove it.\n"
            f"{target} 已存在：请另选文件夹，或先将其删除。"
        )
    folders = [HERE / "common", HERE / system()]
    check(folders)
    install(folders, target)
    program = target / ("Scripts/acceptance.exe" if os.name == "nt" else "bin/acceptance")
    missing = subprocess.run([program, "doctor"], check=False).returncode
    if missing:
        print("\nInstalled. The table says what is missing, what that costs and what to do.")
        print("已安装。上表列出缺少的内容、影响和处理办法。")
    print(f"\n{program} --help")


def system() -> str:
    """Name the folder of this machine's wheels."""
    kind = platform.system(), platform.machine()
    name = SYSTEMS.get(kind, "")
    if not (name and (HERE / name).is_dir()):
        sys.exit(
            f"There are no wheels for {' '.join(kind)} here.\n"
            f"此处没有适用于 {' '.join(kind)} 的安装包。"
        )
    return name


def check(folders: list[Path]) -> None:
    """Compare the wheels with their hashes: a stick may be worn out, or in wrong hands."""
    lines = (HERE / "SHA256SUMS").read_text("utf-8").splitlines()
    wanted = {HERE / name: value for value, name in (line.split("  ", 1) for line in lines)}
    listed = {path for path in wanted if path.parent in folders}
    found = {path for folder in folders for path in folder.iterdir()}
    wrong = {path for path in listed & found if digest(path) != wanted[path]}
    if bad := sorted(path.name for path in wrong | (listed ^ found)):
        names = ", ".join(bad)
        sys.exit(
            f"Missing, changed or not listed: {names}. Copy the folder again.\n"
            f"缺失、被改动或未列出：{names}。请重新复制整个文件夹。"
        )


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(folders: list[Path], target: Path) -> None:
    """Make a virtual environment and install into it, by uv from its own wheel."""
    links = [word for folder in folders for word in ("--find-links", str(folder))]
    own = ["--offline", "--no-config", "--no-cache", "--link-mode", "copy"]
    with tempfile.TemporaryDirectory() as unpacked:
        uv = str(unpack(folders, Path(unpacked)))
        run([uv, "venv", "--offline", "--no-config", "--python", sys.executable, target])
        python = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        words = ["--python", python, "--no-index", *links, "db50-acceptance"]
        run([uv, "pip", "install", *own, *words])


def unpack(folders: list[Path], folder: Path) -> Path:
    """Take uv out of its wheel."""
    [wheel] = [path for shelf in folders for path in shelf.glob("uv-*.whl")]
    with zipfile.ZipFile(wheel) as archive:
        endings = (".data/scripts/uv", ".data/scripts/uv.exe")
        [name] = [name for name in archive.namelist() if name.endswith(endings)]
        program = Path(archive.extract(name, folder))
    program.chmod(0o755)
    return program


def run(command: list[object]) -> None:
    """Run a command; end with its words where it fails."""
    if subprocess.run([str(word) for word in command], check=False).returncode:
        sys.exit("The installation failed; nothing outside the folder was changed. 安装失败。")


if __name__ == "__main__":
    main()
