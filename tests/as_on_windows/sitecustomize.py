"""Python loads this first: modules of the toolkit see what Windows has, libraries what is there.

The environment says what Windows lacks (``lacking.py``). Besides, ``os.open`` opens no folder, and
nothing but the null device as text; ``msvcrt`` locks. This shows that no name is missed on Windows,
not that everything works there.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import importlib
import json
import os
import types
from pathlib import Path
from typing import Any

LACKING: dict[str, list[str]] = json.loads(os.environ["ACCEPTANCE_LACKING"])
ABSENT = {name for name, names in LACKING.items() if not names}
BINARY = 1 << 40
real_import = builtins.__import__


class Seen(types.ModuleType):
    """A module as Windows has it."""

    def __init__(self, real: types.ModuleType, own: dict[str, Any]) -> None:
        super().__init__(real.__name__)
        vars(self)["_real"], vars(self)["_own"] = real, own

    def __getattr__(self, name: str) -> Any:
        if name in LACKING[self.__name__]:
            raise AttributeError(f"Windows has no {self.__name__}.{name}")
        return self._own[name] if name in self._own else getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


def _open(path: str, flags: int, mode: int = 0o777) -> int:
    if Path(path).is_dir():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    if not flags & BINARY and path != os.devnull:
        raise AssertionError(f"{path} is opened as text")
    return os.open(path, flags & ~BINARY, mode)


def _locking(handle: int, mode: int, _count: int) -> None:
    assert mode == 2
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from error


OWN: dict[str, dict[str, Any]] = {
    "os": {"open": _open, "O_BINARY": BINARY},
    "sys": {"platform": "win32"},
}
msvcrt = types.ModuleType("msvcrt")  # not for libraries, which tell Windows by it
vars(msvcrt).update(locking=_locking, LK_NBLCK=2)
SEEN: dict[str, types.ModuleType] = {
    name: Seen(importlib.import_module(name), OWN.get(name, {})) for name in LACKING.keys() - ABSENT
} | {"msvcrt": msvcrt}


def _import(name: str, *given: Any, **named: Any) -> Any:
    within = dict(zip(("globals", "locals", "fromlist", "level"), given, strict=False)) | named
    importer = (within.get("globals") or {}).get("__name__", "")
    if importer.partition(".")[0] != "acceptance" or within.get("level"):
        return real_import(name, *given, **named)
    if name in ABSENT:
        raise ModuleNotFoundError(f"Windows has no module {name}", name=name)
    return SEEN[name] if name in SEEN else real_import(name, *given, **named)


builtins.__import__ = _import
