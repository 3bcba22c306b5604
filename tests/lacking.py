"""What Python's library lacks on Windows, from the stubs that mypy brings (typeshed)."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import mypy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"


@cache
def on_windows(module: str) -> frozenset[str] | None:
    """Return the names that a module lacks on Windows; None where all of it is missing there.

    Without stubs (a library's module) nothing is missing.
    """
    places = (STUBS / f"{module}.pyi", STUBS / module / "__init__.pyi")
    stub = next((place for place in places if place.is_file()), None)
    if stub is None:
        return frozenset()
    body = ast.parse(stub.read_text("utf-8")).body
    here, there = (set(_names(body, platform)) for platform in ("linux", "win32"))
    own = {name for name in there if not name.startswith("_")} - set(_imported(body))
    return frozenset(here - there) if own or not here - there else None


def absent() -> set[str]:
    """Return the modules that Windows lacks altogether."""
    modules = {path.stem for path in STUBS.glob("[a-z]*.pyi")}
    return {module for module in modules if on_windows(module) is None}


def _names(body: Sequence[ast.stmt], platform: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.If):
            yield from _names(node.body if _holds(node.test, platform) else node.orelse, platform)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def _imported(body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def _holds(test: ast.expr, platform: str) -> bool:
    system = SimpleNamespace(platform=platform, version_info=(3, 11))
    code = compile(ast.Expression(test), "stub", "eval")
    return bool(eval(code, {"sys": system, "TYPE_CHECKING": True}))  # noqa: S307 -- of mypy
