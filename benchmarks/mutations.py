"""Small changes of a module's source, one at a time: what a test ought to notice.

The operators follow mutation testing (R. A. DeMillo, R. J. Lipton, F. G. Sayward, Hints on Test
Data Selection, 1978): comparisons moved by their boundary and turned round, arithmetic and logic
exchanged, conditions negated, numbers raised, truth values turned, results and calls left out.
Annotations, decorators and ``zip(strict=...)`` are left alone.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
LEFT_ALONE = frozenset({"annotation", "returns", "decorator_list", "type_params"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of a module."""

    line: str
    """Source of the line, without its indentation."""

    change: str
    """Expression before and after."""

    function: tuple[str, int] | None
    """Outermost function or method that is changed: name and first line; None: the module."""

    lines: range
    """Lines one of which a test reaches before it can meet the change."""

    compiled: Callable[[], CodeType]
    """Compiles the changed module."""


@dataclass(frozen=True)
class _Site:
    """A place in the tree: what stands there, and where it hangs."""

    node: Any
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    function: Function | None


def mutants(source: str, filename: str) -> Iterator[Mutant]:
    """Yield every mutant of a module's source; ``filename`` is the one that its code shall name."""
    tree, lines = ast.parse(source), source.splitlines()
    for site in list(_sites(tree, tree.body[0], None)):
        before = _words(site)
        for other in _others(site):
            _put(site, other)
            change = f"{before} -> {_words(site, other)}"
            _put(site, site.node)
            compiled = partial(_compiled, tree, site, other, filename)
            yield _mutant(site, lines, change, compiled)


def _compiled(tree: ast.Module, site: _Site, other: ast.AST, filename: str) -> CodeType:
    _put(site, other)
    code: CodeType = compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)
    _put(site, site.node)
    return code


def _mutant(site: _Site, lines: list[str], change: str, compiled: Callable[[], CodeType]) -> Mutant:
    place = site.node if hasattr(site.node, "lineno") else site.parent
    function = site.function
    first = function and min(one.lineno for one in (function, *function.decorator_list))
    return Mutant(
        line=lines[place.lineno - 1].strip(),
        change=change,
        function=(function.name, first or 0) if function else None,
        lines=range(site.statement.lineno, (place.end_lineno or place.lineno) + 1),
        compiled=compiled,
    )


def _sites(node: ast.AST, statement: ast.stmt, function: Function | None) -> Iterator[_Site]:
    """Yield every place below ``node``; ``statement`` and ``function`` are those around it."""
    for field, value in ast.iter_fields(node):
        if field in LEFT_ALONE or (isinstance(node, ast.keyword) and node.arg == "strict"):
            continue
        inside = node if function is None and isinstance(node, Function) else function
        inside = function if field == "args" and isinstance(node, Function) else inside
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _of_types(child):
                continue
            near = child if isinstance(child, ast.stmt) else statement
            place = index if isinstance(value, list) else None
            yield _Site(child, node, field, place, near, inside)
            yield from _sites(child, near, inside)


def _of_types(node: ast.AST) -> bool:
    """Whether this is read by type checkers only."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _others(site: _Site) -> Iterator[ast.AST]:
    """Yield what can stand at this place instead."""
    node = site.node
    yield from (other() for other in OPERATORS.get(type(node), ()))
    match node:
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)
        case ast.Constant(value=float()):
            yield ast.Constant(2 * node.value if node.value else 1.0)
        case ast.Name(id=name) if name in NAMES:
            yield ast.Name(NAMES[name], node.ctx)
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
    if _is_condition(site):
        yield ast.UnaryOp(ast.Not(), node)


def _is_none(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_condition(site: _Site) -> bool:
    """Whether this decides a branch without an operator of its own."""
    plain = (ast.Name, ast.Attribute, ast.Call, ast.NamedExpr, ast.Subscript)
    return site.field in {"test", "ifs"} and isinstance(site.node, plain)


def _put(site: _Site, node: ast.AST) -> None:
    """Hang a node into the tree at the place of ``site``."""
    if site.index is None:
        setattr(site.parent, site.field, node)
    else:
        getattr(site.parent, site.field)[site.index] = node
    if hasattr(site.node, "lineno") and node is not site.node and not hasattr(node, "lineno"):
        ast.copy_location(node, site.node)


def _words(site: _Site, now: ast.AST | None = None) -> str:
    """Write the expression; a number, a name or an operator with what it stands in."""
    alone = isinstance(site.node, (ast.Constant, ast.Name, ast.operator, ast.cmpop, ast.boolop))
    shown = site.parent if alone and not _is_condition(site) else now or site.node
    return ast.unparse(shown) if not isinstance(shown, Function) else shown.name
