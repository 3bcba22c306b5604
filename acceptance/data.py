"""Where charts and templates lie.

Inside the package when installed from a wheel, beside it in a checkout.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the data folder ``name`` (``test_charts`` or ``report_templates``)."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name
