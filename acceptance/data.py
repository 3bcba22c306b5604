"""Where charts, templates and catalogues are: in a wheel's package, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the data folder ``name`` (``test_charts``, ``report_templates``, ``schemas`` ...)."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name
