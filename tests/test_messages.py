"""Sentences that a user can see go through ``tr``, in English that a catalogue can translate."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from test_architecture import PACKAGE, SOURCES, name

from acceptance import messages
from acceptance.cli import verbs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
RECORD = re.compile(r"METHOD|SOURCE")  # constants that hold methods, or sources of uncertainty
TRANSLATED = {"tr", "tr_count"}
# Help is collected by walking the verbs, not by reading the code.
COLLECTED = {"command.help", "parameter.help"}
# What reads like a sentence and is none for users; every entry has its reason.
NO_SENTENCES: dict[str, tuple[str, ...]] = {
    "cli/demo.py": ("# Written by `acceptance demo`",),  # a plan, in TOML
    "cli/recordings.py": ("channels as recorded",),  # in an answer, which is data
    "cli/doctor.py": ("apt-get install", "pip install"),  # commands to type
    "signing/certificates.py": ("no legal value",),  # names in the demo's certificates
    # headings and words of tables that people fill in: a file format
    "forms/answers.py": ("basically conforms", "does not conform"),
    "forms/devices.py": ("serial number",),
    "recorder/listing.py": ("start time", "begin time", "end time", "stop time", "file name"),
    "forms/item_code.py": ("<svg xmlns",),  # SVG
    "charts/clock_qr.py": (": at most ",),  # ValueError to a programmer, never shown to a user
    "charts/copy_template.py": (  # comments of a TOML file that its user fills in
        "# A printed copy of the chart",
        "# Neutral regions, all of them",
        "# Distances between the centres",
        "# Colours, all of them",
    ),
    "charts/drawing.py": ("font-family=", "<polygon points=", "<rect width=", "xmlns="),  # SVG
    "report/before_after.py": (
        "now tested",  # values of JSON, the same in every language
        "no longer tested",
        "only before",
        "only after",
    ),
    "report/junit_xml.py": ("<?xml version=",),  # XML
    "report/render.py": ('<img alt=""',),  # HTML
    "report/svg.py": ("<polyline points=", "<circle cx="),  # SVG
    "report/typesetting.py": ("No fonts|FontConfig cannot",),  # warnings of WeasyPrint
}


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """Every docstring, those of fields included: expressions that are nothing but a string."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def translated(tree: ast.Module) -> set[ast.AST]:
    """All that stands inside a call of ``tr``."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in TRANSLATED
        for inner in ast.walk(node)
    }


def helps(tree: ast.Module) -> set[ast.AST]:
    """Help of options: plain English in place, translated as a whole before a verb runs."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.option"
        for keyword in node.keywords
        if keyword.arg == "help"
        for inner in ast.walk(keyword)
    }


def records(tree: ast.Module) -> set[ast.AST]:
    """Methods and sources of uncertainty: data of a record, the same in every language."""
    return {
        inner
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg in {"method", "source"})
        or (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and RECORD.search(
                ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            )
        )
        for inner in ast.walk(node)
    }


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module that reads like a sentence and is not translated."""
    tree = ast.parse(source)
    spared = docstrings(tree) | translated(tree) | helps(tree) | records(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in spared:
            yield from [(node.lineno, node.value)] * bool(SENTENCE.search(node.value))


def untranslatable(source: str) -> Iterator[tuple[int, str]]:
    """Every call of ``tr`` whose message is put together: no catalogue can hold it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            wanted = {"tr": 1, "tr_count": 2}.get(node.func.id, 0)
            for argument in map(ast.unparse, node.args[:wanted]):
                if not argument.startswith(("'", '"')) and argument not in COLLECTED:
                    yield node.lineno, argument


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_sentence_that_a_user_can_see_can_be_translated(path: Path) -> None:
    known = NO_SENTENCES.get(name(path), ())
    found = [
        f"acceptance/{name(path)}:{line} {text!r}"
        for line, text in sentences(path.read_text("utf-8"))
        if not any(piece in text for piece in known)
    ]
    assert found == [], (
        "wrap it in tr(...), or name it in NO_SENTENCES of this test with its reason"
    )


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_message_stands_whole_where_it_is_raised(path: Path) -> None:
    found = [
        f"acceptance/{name(path)}:{line} {text}"
        for line, text in untranslatable(path.read_text("utf-8"))
    ]
    assert found == [], "a message is one literal with {named} parameters"


def test_what_is_exempt_is_there() -> None:
    gone = [
        (file, piece)
        for file, pieces in NO_SENTENCES.items()
        for piece in pieces
        if piece not in (PACKAGE / file).read_text("utf-8")
    ]
    assert gone == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise E("the file does not exist")', True),
        ('raise E(f"the file {name} does not exist")', True),
        ('raise E(tr("the file {name} does not exist", name=name))', False),
        ('"""The file does not exist."""\nx = "no_code"', False),
        ('METHOD = "mean over all frames"', False),
    ],
)
def test_the_search_finds_a_sentence(source: str, *, found: bool) -> None:
    """A search that never finds anything would hold nothing."""
    assert any(sentences(source)) is found
    assert len(list(untranslatable('tr(f"a {b}")'))) == 1


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make Chinese the user's language, with a catalogue of three messages."""
    catalogue = Catalog(locale="zh")
    catalogue.add("Who measures.", "测量人员。")
    catalogue.add("unknown metric", "没有这项测量")
    catalogue.add("no file {name}", "没有文件 {nomo}")
    catalogue.add(("{count} clip", "{count} clips"), ("{count} 段样片",))
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "acceptance.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setenv("LANGUAGE", "zh")
    monkeypatch.setattr("acceptance.data.folder", lambda _: tmp_path)
    messages._catalogue.cache_clear()
    yield
    messages._catalogue.cache_clear()


@pytest.mark.usefixtures("chinese")
def test_messages_are_said_in_the_users_language_and_english_is_what_is_left() -> None:
    assert messages.tr("unknown metric") == "没有这项测量"
    assert messages.tr_count("{count} clip", "{count} clips", 3) == "3 段样片"
    assert messages.tr("no file {name}", name="x") == "no file x"


@pytest.mark.usefixtures("chinese")
def test_help_is_translated_by_a_walk_over_the_verbs() -> None:
    option = click.Option(["--operator"], help="Who measures.")
    verb = click.Command("verb", params=[option], help="Measure nothing.")
    verbs.translate_help(click.Group("all", commands={"verb": verb}))
    assert (option.help, verb.help) == ("测量人员。", "Measure nothing.")
