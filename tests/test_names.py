"""Names say what a thing is, and every field of a noun is described."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("acceptance", "tests", "benchmarks", "examples")
WRITTEN = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
NOUNS = sorted((ROOT / "acceptance" / "model").glob("*.py"))
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
TEMPLATES = sorted((ROOT / "report_templates").glob("*.html"))
EMPTY = {"one", "ones", "told"}
# What stands behind a name to which something is given: most files have such words in texts only.
GIVEN = re.compile(rf"\b(?:{'|'.join(EMPTY)})\b\s*(?:[-+*/%&|^@<>=:,)\]\\#]|in\b)")
PUBLISHED = {"acceptance/cli/written.py": {"told"}}  # fields of JSON that others read
MOST_ANY = 5  # arguments and results of any type in the whole package


def name(path: Path) -> str:
    """Name a test case."""
    return str(path.relative_to(ROOT))


def bound(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that is given to something, with its line; not those of comprehensions."""
    inside: set[ast.AST] = set()
    given: list[tuple[ast.AST, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, COMPREHENSIONS):
            inside.update(inner for loop in node.generators for inner in ast.walk(loop.target))
        elif isinstance(node, ast.arg):
            given.append((node, node.lineno, node.arg))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given.append((node, node.lineno, node.id))
    return ((line, what) for node, line, what in given if node not in inside)


def empty(source: str) -> list[str]:
    """Every empty name that a module gives to something outside comprehensions."""
    if not GIVEN.search(source):
        return []
    names = bound(ast.parse(source))
    return [f"{line}: {what}" for line, what in names if what in EMPTY]


def empty_in_template(text: str) -> list[str]:
    """Every empty name that a template binds: in a loop, by ``set`` or as a macro's parameter."""
    statements = re.findall(r"\{%-?\s*(?:for|set|macro)\b.*?(?:\bin\b|=|%\})", text)
    words = (word for statement in statements for word in re.findall(r"\w+", statement))
    return [word for word in words if word in EMPTY]


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_a_variable_is_called_what_it_is(path: Path) -> None:
    empties = empty(path.read_text("utf-8"))
    kept = PUBLISHED.get(name(path), set())
    found = [place for place in empties if place.partition(": ")[2] not in kept]
    assert found == [], "finding, answer, edge: say what it is"


def test_the_search_for_empty_names_finds_them() -> None:
    assert empty("for one in findings: pass") == ["1: one"]
    assert empty("def f(one): pass") == ["1: one"]
    assert empty("told = {}") == ["1: told"]
    assert empty("ones = [pair[1] for pair in found]") == ["1: ones"]
    assert empty("x = [one.id for one in findings]") == []
    assert empty("first, (one, *ones) = told") == ["1: one", "1: ones"]
    assert empty("with a() as one:\n    one += 1\n") == ["1: one", "2: one"]
    assert empty("def f(*, one: int = 3): (told := 1)") == ["1: one", "1: told"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_variable_of_a_template_is_called_what_it_is(path: Path) -> None:
    assert empty_in_template(path.read_text("utf-8")) == []


def test_the_search_for_empty_names_in_templates_finds_them() -> None:
    assert empty_in_template("{% for one in notes %}") == ["one"]
    assert empty_in_template("{%- for name, ones in pairs -%}") == ["ones"]
    assert empty_in_template("{% set told = {} %}") == ["told"]
    assert empty_in_template("{% macro clause(one) %}") == ["one"]
    assert empty_in_template("{% for note in notes %}one{% endfor %}") == []


def fields(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every field of every class, and whether a docstring follows it."""
    for noun in ast.walk(tree):
        if isinstance(noun, ast.ClassDef):
            for statement, after in zip(noun.body, [*noun.body[1:], None], strict=True):
                if isinstance(statement, ast.AnnAssign):
                    below = after.value if isinstance(after, ast.Expr) else None
                    field = f"{noun.name}.{ast.unparse(statement.target)}"
                    yield field, isinstance(below, ast.Constant)


@pytest.mark.parametrize("path", NOUNS, ids=name)
def test_every_field_of_every_noun_is_described_under_it(path: Path) -> None:
    undocumented = [what for what, known in fields(ast.parse(path.read_text("utf-8"))) if not known]
    assert undocumented == []


def test_the_nouns_are_all_there() -> None:
    assert sum(len(list(fields(ast.parse(path.read_text("utf-8"))))) for path in NOUNS) >= 362


def test_the_type_checker_sees_nearly_everything() -> None:
    """``Any`` as argument or result switches it off; a library may require it in five places."""
    spared = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "acceptance").rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "ANN401" in line
    ]
    assert len(spared) <= MOST_ANY, "\n".join(spared)


def test_nouns_are_named_once() -> None:
    """The same class name in two files would mean two things."""
    named: dict[str, list[str]] = {}
    for path in sorted((ROOT / "acceptance").rglob("*.py")):
        for noun in re.findall(r"(?m)^\s*class ([^\W_]\w*)", path.read_text("utf-8")):
            named.setdefault(noun, []).append(name(path))
    twice = {noun: places for noun, places in named.items() if len(places) > 1}
    assert twice == {}


def near(first: str, second: str) -> bool:
    """Whether two names differ in one letter only: one more, one fewer or another."""
    short, long = sorted((first, second), key=len)
    if len(long) == len(short):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


# Different words of the field that happen to be near, and a verb that is named for its package.
NEAR = {
    ("batch", "watch"),
    ("chart", "charts"),
    ("cli", "clip"),
    ("edge", "wedge"),
    ("edge_figures", "wedge_figures"),
    ("files", "films"),
    ("pace", "pack"),
    ("pace", "page"),
}


def test_no_two_modules_differ_in_a_letter() -> None:
    package = ROOT / "acceptance"
    names = sorted(
        {path.stem for path in package.rglob("*.py")}
        | {p.name for p in package.iterdir() if p.is_dir()}
    )
    pairs = {(a, b) for a, b in itertools.combinations(names, 2) if near(a, b)}
    assert pairs - NEAR == set()
    assert near("gray", "grey")
    assert near("session", "sessions")
