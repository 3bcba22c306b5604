"""The verifier of one file in ``examples``, which shares no code with the toolkit."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = Path(__file__).parent.parent / "examples" / "independent_check.py"


def loaded() -> Any:
    """Import the file."""
    spec = importlib.util.spec_from_file_location(PATH.stem, PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def problems(folder: Path, trust: Sequence[Path]) -> list[str]:
    """Return what it finds wrong with a session folder, as its command would print it."""
    try:
        loaded().check(folder, trust)
    except Exception as error:  # noqa: BLE001 -- as its command does
        return [repr(error)]
    return []
