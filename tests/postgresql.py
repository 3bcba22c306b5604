"""PostgreSQL from Debian, started for the tests on a socket: no network, no password."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = "postgres"  # it refuses to run as root


def programs() -> Path:
    """Find the newest version's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    assert found, "PostgreSQL is missing: scripts/system-packages --tests"
    return found[-1]


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server in a folder of its own; yield the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # short, for the socket
    user = OWNER if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    name = user or pwd.getpwuid(os.getuid()).pw_name

    def do(program: str, *arguments: str) -> None:
        command = [programs() / program, "-D", folder / "data", *arguments]
        plain = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        silent = subprocess.DEVNULL
        subprocess.run(command, check=True, user=user, stdout=silent, cwd="/", env=plain)

    try:
        do("initdb", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        do("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        try:
            yield f"postgresql://{name}@/postgres?host={folder}"
        finally:
            do("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
