"""Sentences that a user can see go through ``tr``, in English that a catalogue can translate."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING

import click
import made_messages
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from rich.cells import cell_len
from test_architecture import PACKAGE, SOURCES, name

from acceptance import messages
from acceptance.cli import running, verbs
from acceptance.cli.help_pages import HelpPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
LETTER = re.compile(r"[A-Za-z]")
RECORD = re.compile(r"METHOD|SOURCE")  # constants that hold methods, or sources of uncertainty
# Where methods and budgets are written; elsewhere such names spare nothing.
RECORDING = ("metrics/", "uncertainty.py", "report/playback.py", "scene/light.py")
MESSAGES = {"tr": 1, "tr_count": 2}  # how many of their arguments are messages
# What is said to a user: all arguments of these calls, but of ``SHOWING`` only the first ones.
SAYING = re.compile(r"(?<!Gap)Error$|^print$")
SHOWN = {"columns", "hint", "what", "where"}  # variables that such calls are given
SHOWING = {"say": 1, "table": 2}  # a sentence and its style; title, columns, rows and styles
# Help is collected by walking the verbs, not by reading the code.
COLLECTED = {"command.help", "parameter.help"}
# What reads like a sentence and is none for users; every entry has its reason.
NO_SENTENCES: dict[str, tuple[str, ...]] = {
    "cli/demo.py": ("# Written by `acceptance demo`",),  # a plan, in TOML
    "cli/recordings.py": ("channels as recorded",),  # in an answer, which is data
    "cli/doctor.py": ("apt-get install", "pip install"),  # commands to type
    "signing/chains.py": ("no legal value",),  # names in the demo's certificates
    "report/own_typefaces.py": ("unsigned int",),  # a type of C
    # HTML and its styles
    "report/whole_page.py": ("class=", 'id="', 'style="', "@page", "height:", "<div", "</div>"),
    # what names say, looked for by patterns
    "checks/warned/parties.py": ("test plans?", "other than", "not involved"),
    "checks/verdict_words.py": ("complies with", "failures", "all|both|each"),
    # what the system's loader says
    "files/shortage.py": (
        "failed to map segment",
        "cannot allocate memory",
        "can't start new thread",
        "too many open files",
    ),
    # headings and words of tables that people fill in: a file format
    "forms/answers.py": ("basically conforms", "does not conform"),
    "laboratories/result_form.py": (
        *("serial number", "what is measured", "expanded uncertainty", "coverage factor"),
    ),
    "forms/vocabulary.py": (
        *("serial number", "black and white", "colour mode", "gain control"),
        "color temperature",
    ),  # what people write
    "recorder/listing.py": ("start time", "begin time", "end time", "stop time", "file name"),
    "forms/item_code.py": ("<svg xmlns", "><path stroke="),  # SVG
    "charts/clock_qr.py": (": at most ",),  # ValueError to a programmer, never shown to a user
    "cli/options.py": ("command line",),  # where a condition comes from, kept in the session
    "charts/copy_template.py": (  # comments of a TOML file that its user fills in
        "# A printed copy of the chart",
        "# Neutral regions, all of them",
        "# Distances between the centres",
        "# Colours, all of them",
    ),
    "batch/database/schema.py": (
        " ",
    ),  # comments of columns: the documents of the database, in English
    "batch/database/connection.py": (
        "lock timeout",
        "not a database",
        "SELECT pg_",
        "BEGIN ",
        "PRAGMA ",
    ),  # SQL
    "files/spreadsheet.py": ("unexpected end", "field limit"),  # words of Python's reader
    "files/toml_slip.py": ("at line",),  # words of Python's parser
    "charts/drawing.py": ("font-family=", "<polygon points=", "<rect width=", "xmlns="),  # SVG
    "live/gb28181/bodies.py": ("<?xml version=",),  # XML
    "live/gb28181/registrar.py": ("Digest realm=",),  # SIP
    "live/gb28181/replies.py": ("Bad Request", "Method Not Allowed", "Call/Transaction"),  # SIP
    "report/before_after.py": (
        "now tested",  # values of JSON, the same in every language
        "no longer tested",
        "only before",
        "only after",
    ),
    "report/junit_xml.py": ("<?xml version=",),  # XML
    "report/render.py": ('<img alt=""',),  # HTML
    "live/audit/audited.py": ("access policy",),  # the name of a chapter
    "live/audit/operations.py": ("<StreamSetup>",),  # XML
    "live/audit/service_access.py": ("FailedAuthentication", "too many "),  # words of devices
    "live/discovery.py": ("<e:Envelope ",),  # XML
    "live/soap_request.py": ("<s:Envelope ", "<s:Header>"),  # XML
    "live/sweep.py": ("OPTIONS rtsp:",),  # RTSP
    "report/svg.py": ("<polyline points=", "<circle cx="),  # SVG
    "report/typesetting.py": (
        "apt-get install",  # commands to type
        "brew install",
        "No fonts|FontConfig cannot",  # warnings of WeasyPrint
        "const char *hb_version_string(void);",
    ),
}

# Literals with letters in what users see that are no words; every entry has its reason.
NO_WORDS: dict[str, tuple[str, ...]] = {
    "charts/clock_qr.py": (": at most ", " of "),  # ValueError to a programmer
    "checks/resources.py": ("operator",),  # a field of the plan
    "cli/demo.py": ("keys", "demo-root.pem"),  # a path
    "live/discovery.py": ("WS-Discovery",),  # the name of a protocol
    "recorder/capacity.py": ("--disc",),  # an option
    "signing/certificates.py": ("signer",),  # a parameter
}


@lru_cache(maxsize=1)
def parsed(source: str) -> ast.Module:
    """Parse a module, once for tests that follow each other."""
    return ast.parse(source)


@lru_cache(maxsize=1)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return all nodes of a tree."""
    return tuple(ast.walk(tree))


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """Every docstring, those of fields included: expressions that are nothing but a string."""
    return {
        node.value
        for node in nodes(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def called(node: ast.AST) -> str:
    """Name what a call calls, without what it belongs to; empty for all else."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def messages_of(node: ast.Call) -> list[ast.expr]:
    """Return the messages of a call of ``tr`` or ``tr_count``; its parameters are none."""
    return node.args[: MESSAGES.get(called(node), 0)]


def translated(tree: ast.AST) -> set[ast.AST]:
    """Every message in a call of ``tr``, without its parameters."""
    return {
        inner
        for node in nodes(tree)
        if isinstance(node, ast.Call)
        for message in messages_of(node)
        for inner in ast.walk(message)
    }


def codes(tree: ast.AST) -> set[ast.AST]:
    """Codes of errors, styles, keys of tables and formats of numbers: no words."""
    return {
        inner
        for node in nodes(tree)
        for part in (
            node.value if isinstance(node, ast.keyword) and node.arg in {"code", "style"} else None,
            node.slice if isinstance(node, ast.Subscript) else None,
            node.format_spec if isinstance(node, ast.FormattedValue) else None,
        )
        if part is not None
        for inner in ast.walk(part)
    }


def shown(node: ast.Assign) -> bool:
    """Whether an assignment, to one name or several, is of what a user sees."""
    names = {inner.id for inner in ast.walk(node.targets[0]) if isinstance(inner, ast.Name)}
    return isinstance(node.targets[0], ast.Name | ast.Tuple) and bool(names & SHOWN)


def pieces(value: ast.expr) -> Iterator[ast.AST]:
    """Every part of an expression that is not inside a call, a comparison or a dictionary."""
    if not isinstance(value, ast.Call | ast.Compare | ast.Dict):
        inner = [child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)]
        yield from () if inner else (value,)
        for child in inner:
            yield from pieces(child)


def said(tree: ast.Module) -> Iterator[ast.AST]:
    """Every part of a call that a user gets to see, parameters of messages included."""
    for node in nodes(tree):
        if isinstance(node, ast.Assign) and shown(node):
            yield from pieces(node.value)
        if not isinstance(node, ast.Call):
            continue
        name_of = called(node)
        if name_of in SHOWING and ast.unparse(node.func) in {name_of, f"terminal.{name_of}"}:
            yield from node.args[: SHOWING[name_of]]
        elif name_of in MESSAGES or SAYING.search(name_of):
            yield from [*node.args[MESSAGES.get(name_of, 0) :], *node.keywords]


def words(source: str) -> list[tuple[int, str]]:
    """Every literal with a letter, even a single word, that a user sees and nobody translates."""
    tree = parsed(source)
    spared = translated(tree) | codes(tree)
    found = {
        node: None
        for part in said(tree)
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in spared
    }
    return [(node.lineno, node.value) for node in found if LETTER.search(node.value)]


def helps(tree: ast.Module) -> set[ast.AST]:
    """Help of verbs and options: plain English in place, translated before a verb runs."""
    return {
        inner
        for node in nodes(tree)
        if called(node) in {"option", "language_option", "sessions_option", "Verb"}
        and isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"click.option", "language_option", "sessions_option", "Verb"}
        for keyword in node.keywords
        if keyword.arg == "help"
        for inner in ast.walk(keyword)
    }


def records(tree: ast.Module) -> set[ast.AST]:
    """Methods and sources of uncertainty: data of a record, the same in every language."""
    return {
        inner
        for node in nodes(tree)
        if (isinstance(node, ast.keyword) and node.arg in {"method", "source"})
        or (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and RECORD.search(
                ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            )
        )
        for inner in ast.walk(node)
    }


def sentences(source: str, *, recording: bool = False) -> Iterator[tuple[int, str]]:
    """Every string of a module that reads like a sentence and is not translated."""
    tree = parsed(source)
    spared = docstrings(tree) | translated(tree) | helps(tree)
    spared |= records(tree) if recording else set()
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in spared:
            yield from [(node.lineno, node.value)] * bool(SENTENCE.search(node.value))


def untranslatable(source: str) -> Iterator[tuple[int, str]]:
    """Every call of ``tr`` whose message is put together: no catalogue can hold it."""
    for node in nodes(parsed(source)):
        if isinstance(node, ast.Call):
            for argument in map(ast.unparse, messages_of(node)):
                if not argument.startswith(("'", '"')) and argument not in COLLECTED:
                    yield node.lineno, argument


@pytest.mark.parametrize("path", SOURCES, ids=name, scope="module")  # a file's tests in turn
def test_every_sentence_that_a_user_can_see_can_be_translated(path: Path) -> None:
    known = NO_SENTENCES.get(name(path), ())
    recording = name(path).startswith(RECORDING)
    found = [
        f"acceptance/{name(path)}:{line} {text!r}"
        for line, text in sentences(path.read_text("utf-8"), recording=recording)
        if not any(piece in text for piece in known)
    ]
    assert found == [], (
        "wrap it in tr(...), or name it in NO_SENTENCES of this test with its reason"
    )


@pytest.mark.parametrize("path", SOURCES, ids=name, scope="module")  # a file's tests in turn
def test_every_word_of_an_error_or_a_table_can_be_translated(path: Path) -> None:
    known = NO_WORDS.get(name(path), ())
    found = [
        f"acceptance/{name(path)}:{line} {text!r}"
        for line, text in words(path.read_text("utf-8"))
        if text not in known
    ]
    assert found == [], "wrap it in tr(...), or name it in NO_WORDS of this test with its reason"


@pytest.mark.parametrize("path", SOURCES, ids=name, scope="module")  # a file's tests in turn
def test_every_message_stands_whole_where_it_is_raised(path: Path) -> None:
    found = [
        f"acceptance/{name(path)}:{line} {text}"
        for line, text in untranslatable(path.read_text("utf-8"))
    ]
    assert found == [], "a message is one literal with {named} parameters"


def test_what_is_exempt_is_there() -> None:
    gone = [
        (file, piece)
        for file, pieces in [*NO_SENTENCES.items(), *NO_WORDS.items()]
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
        ('METHOD = "mean over all frames"', True),
    ],
)
def test_the_search_finds_a_sentence(source: str, *, found: bool) -> None:
    """A search that never finds anything would hold nothing."""
    assert any(sentences(source)) is found
    assert len(list(untranslatable('tr(f"a {b}")'))) == 1


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise PlanError("missing")', ["missing"]),
        ('raise PlanError(what, where=f"{path}, row {row}")', [", row "]),
        ('raise PlanError(tr("{n} x", n="apples"), hint=tr("Correct it"))', ["apples"]),
        ('raise PlanError(what, code="clip_missing")', []),
        ('raise GapError("no_clock", kind="bits")', []),
        ('raise click.UsageError(f"{option} is wrong")', [" is wrong"]),
        ('terminal.say(tr("all is well"), "yellow")', []),
        ('terminal.say(f"{count} of {total}")', [" of "]),
        ('table(tr("Charts"), ("name", tr("size")), rows, ["green"])', ["name"]),
        ('print("done")', ["done"]),
        ('tr_count("{count} {x}", "{count} {x}s", 3, x=names["clip"], y="clip")', ["clip"]),
        ('where = f"{path}, row {row:02d}"', [", row "]),
        ('what, hint = tr("empty"), "Fill it in"', ["Fill it in"]),
        ('columns = (tr("name"), "size")', ["size"]),
    ],
)
def test_the_search_finds_a_word(source: str, found: list[str]) -> None:
    assert [text for _, text in words(source)] == found


def test_methods_and_sources_are_spared_only_where_records_are_written() -> None:
    for source in ('METHOD = "mean over all frames"', 'f(source="chart copy of the lens")'):
        assert list(sentences(source))
        assert not list(sentences(source, recording=True))


def test_every_message_has_its_chinese() -> None:
    """What lacks it: `make docs`, then fill in what is empty in acceptance.po."""
    there = {message.id: message.string for message in made_messages.translated() if message.id}
    assert {text for text in there.values() if not text or text == ("",)} == set()
    assert there.keys() == {message.id for message in made_messages.template() if message.id}


def test_what_a_program_reads_is_made_from_the_catalogue() -> None:
    assert made_messages.COMPILED.read_bytes() == made_messages.compiled()


def test_a_translation_fills_in_the_same_parameters() -> None:
    def fields(text: str) -> set[str]:
        return {field for _, field, _, _ in Formatter().parse(text) if field}

    wrong = []
    for message in made_messages.translated():
        if "{" in str(message.id) and "python-brace-format" in message.flags:
            english = [message.id] if isinstance(message.id, str) else list(message.id)
            chinese = [message.string] if isinstance(message.string, str) else message.string
            if any(fields(text) != fields(english[-1]) for text in chinese):
                wrong.append((message.id, message.string))
    assert wrong == []


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8", "LANGUAGE": "zh"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_US:zh_CN"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "ACCEPTANCE_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.GB18030", "ACCEPTANCE_LANG": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "ACCEPTANCE_LANG": ""}, "zh"),
    ],
)
def test_the_language_is_the_one_chosen_or_that_of_the_locale(
    variables: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name_of in ("ACCEPTANCE_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name_of, raising=False)
    for name_of, value in variables.items():
        monkeypatch.setenv(name_of, value)
    assert messages.language() == lang


def test_the_program_speaks_chinese_when_asked_click_included() -> None:
    """In a process of its own: the choice holds for all of it."""
    program = [sys.executable, "-m", "acceptance", "--lang", "zh"]
    helped = subprocess.run([*program, "--help"], capture_output=True, check=True)
    page = helped.stdout.decode()
    assert "选项" in page
    assert "显示本说明并退出" in page
    assert not re.search(r"^  \w+ +[A-Z][a-z]+ [a-z]+", page, re.MULTILINE)  # a verb in English
    assert max(cell_len(line) for line in page.splitlines()) <= 100
    wrong = subprocess.run([*program, "measure"], capture_output=True, check=False)
    assert wrong.returncode == 64
    assert "错误：缺少参数" in wrong.stderr.decode()
    assert not re.search("Usage|Error|Missing|Try", wrong.stderr.decode())


def test_lines_of_a_paragraph_join_without_a_space_in_chinese() -> None:
    page = HelpPage(width=30)
    page.write_text("测量录像并判定，\n写出报告。See --plan\nand more.")
    assert page.getvalue() == "测量录像并判定，写出报告。See\n--plan and more.\n"


def test_no_line_begins_with_a_mark_or_is_left_empty_in_chinese() -> None:
    page = HelpPage(width=20)
    page.indent()
    page.write_text("测量录像并判定写报告，判定。")
    assert page.getvalue() == "  测量录像并判定写报\n  告，判定。\n"
    page = HelpPage(width=25)
    page.indent()
    page.write_text("测量录像并判定写出报告。")
    assert page.getvalue() == "  测量录像并判定写出报告。\n"


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
    monkeypatch.setattr("acceptance.data.folder", lambda _: tmp_path)
    monkeypatch.setenv("ACCEPTANCE_LANG", "zh")
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


def test_help_is_looked_up_as_every_version_of_python_keeps_it() -> None:
    """Python 3.13 takes the indentation out of docstrings; 3.11 does not."""
    verb = click.Command("verb", help="Measure nothing.\n\n    Nothing at all.\n    ")
    verbs.translate_help(verb)
    assert verb.help == "Measure nothing.\n\nNothing at all."


@pytest.mark.usefixtures("chinese")
def test_a_verb_is_translated_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    option = next(one for one in running.run.params if one.name == "operator")
    assert isinstance(option, click.Option)
    monkeypatch.setattr(option, "help", option.help)
    next(verb for verb in verbs.VERBS if verb.name == "run").loaded()
    assert option.help == "测量人员。"
