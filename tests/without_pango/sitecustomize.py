"""Python loads this first: no library whose name contains pango can be loaded."""

from __future__ import annotations

from typing import Any

import cffi

real_dlopen = cffi.FFI.dlopen


def _dlopen(ffi: cffi.FFI, name: str, flags: int = 0) -> Any:
    if "pango" in name:
        raise OSError(f"cannot load library {name!r}")
    return real_dlopen(ffi, name, flags)


cffi.FFI.dlopen = _dlopen
