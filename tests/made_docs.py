"""What the documents print of the program and the packs: `make docs` writes it, tests compare it.

Help texts, the coverage matrix, the tables of the database, the indexes of decisions, benchmarks
and what tests share, the picture of the packages, the catalogues of messages (``made_messages``),
the JSON Schemas (``made_schemas``).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import made_messages
import made_schemas
from click import Group
from click.testing import CliRunner
from test_architecture import RANK, RANKS, arrows

from acceptance import metrics, model, wording
from acceptance.batch.database import schema
from acceptance.checks import clause_table, pack
from acceptance.cli import verbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DATABASE = DOCS / "database.md"
CLI, MATRIX = DOCS / "cli.md", DOCS / "coverage_matrix.md"
DECISIONS = DOCS / "decisions"
WIDTH = 96
HELP = re.compile(
    r"^#+ acceptance ?([^\n]*)\n((?:(?!^#)[^\n]*\n)*?)^```text\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = {str(verb.name): verb.loaded() for verb in verbs.VERBS}
VERBS = sorted(COMMANDS)
BELOW = sorted(
    f"{verb} {name}"
    for verb, group in COMMANDS.items()
    if isinstance(group, Group)
    for name in group.commands
)
QUANTITIES = metrics.quantities()


# --- docs/cli.md


def help_of(verb: str) -> str:
    """Return what ``acceptance VERB --help`` prints at a fixed width.

    The empty verb is the program itself.
    """
    arguments = [*verb.split(), "--help"]
    runner = CliRunner()
    done = runner.invoke(
        verbs.cli, arguments, prog_name="acceptance", terminal_width=WIDTH, max_content_width=WIDTH
    )
    assert done.exit_code == 0, done.output
    return done.output


def cli_page() -> str:
    """Return docs/cli.md with today's help texts in it."""

    def renewed(match: re.Match[str]) -> str:
        return match[0].replace(f"```text\n{match[3]}```", f"```text\n{help_of(match[1])}```")

    return HELP.sub(renewed, CLI.read_text("utf-8"))


# --- docs/coverage_matrix.md

COVERED = {
    "measurement": "measured",
    "not_in_toolkit": "to be measured, not by this toolkit",
    "question": "asked of people",
    "nothing": "nothing: content not seen",
}
MATRIX_HEAD = """# Coverage matrix

Written by `make docs` from the packs; `acceptance clauses --all` prints the same, `--json -` more.
Levels of evidence: [standards.md](standards.md). ★: mandatory; ?: not stated by the source, which
counts as mandatory. What is measured is named by its quantity, what is asked of people by its text.
*Known* is how well the figure is known; where a pack borrows it, also its assignment to the clause.
"""


def coverage_matrix() -> str:
    """Return the page: what covers how much of each pack, then every clause."""
    packs = pack.load_all(pack.names(), QUANTITIES)
    rows = {standard.id: list(clause_table.rows(standard, QUANTITIES)) for standard in packs}
    head = [
        f"| Pack | clauses | {' | '.join(COVERED.values())} |",
        "|---" * (2 + len(COVERED)) + "|",
    ]
    counts = [counted(standard, rows[standard.id]) for standard in packs]
    tables = [
        part
        for standard in packs
        for part in (
            f"\n## {standard.id}\n",
            f"{standard.number} {standard.title_en}\n",
            *matrix_table(rows[standard.id]),
        )
    ]
    return "\n".join([MATRIX_HEAD, *head, *counts, *tables]) + "\n"


def counted(standard: model.Pack, rows: list[dict[str, Any]]) -> str:
    """Return the row of a pack in the table of contents."""
    numbers = [str(sum(row["covered_by"] == kind for row in rows)) for kind in COVERED]
    return (
        f"| [{standard.number}](#{standard.id}) | {len(standard.clauses)} | {' | '.join(numbers)} |"
    )


def matrix_table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the table of one pack, without what demands nothing."""
    lines = ["| Clause | How | By | Limit | Known |", "|---|---|---|---|---|"]
    for row in rows:
        if row["covered_by"] == "no_demand":
            continue
        mark = {True: " ★", False: "", None: " ?"}[row["mandatory"]]
        modality = "" if row["modality"] in {None, "shall"} else f" ({row['modality']})"
        limit = wording.limit(model.Limit(**row["limit"]), "en") if row["limit"] else ""
        cells = (row["clause"] + mark, row["how"] + modality, by(row), limit, known(row))
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return lines


def by(row: dict[str, Any]) -> str:
    """Say by what a row is covered.

    Quantity and text, text of the question, or the clause's note.
    """
    if row["how"] != "measured":
        return str(row["text_en"])
    lacking = " (not by this toolkit)" if row["covered_by"] == "not_in_toolkit" else ""
    return f"`{row['quantity']}`{lacking}: {row['text_en']}"


def known(row: dict[str, Any]) -> str:
    """Say how well the figure is known, and where it is borrowed how well its place is."""
    figure, assignment = row["provenance"]["figure"], row["provenance"]["assignment"]
    levels = [f"{figure['level']} ({figure['source']})"] if figure else []
    return "; ".join([*levels, *([str(assignment["level"])] if row["borrows"] else [])])


# --- docs/database.md


def database_page() -> str:
    """Return docs/database.md with today's tables at its end."""
    page = DATABASE.read_text("utf-8")
    start = page.index("## Tables\n")
    head = (
        "## Tables\n\nWritten by `make docs` from `acceptance/batch/database/schema.py`. "
        f"Version of the tables: {schema.VERSION}.\n"
    )
    tables = [
        "\n".join(
            [
                f"\n### {table.name}\n\n{table.comment}\n\n| column | |\n|---|---|",
                *(
                    f"| `{column.name}` | {column.comment}{_leads_to(column)} |"
                    for column in table.c
                ),
            ]
        )
        for table in schema.TABLES.tables.values()
    ]
    return page[:start] + "\n".join([head.rstrip("\n"), *tables]) + "\n"


def _leads_to(column: Column[Any]) -> str:
    to = sorted({key.target_fullname for key in column.foreign_keys if key.column.name == "id"})
    return "".join(f" `{name}`." for name in to)


# --- docs/decisions


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision: its file, number, title, date and status."""

    path: Path
    number: int
    title: str
    date: str
    status: str


def decisions() -> list[Decision]:
    """Read the head of every decision, in order."""
    return [_decision(path) for path in sorted(DECISIONS.glob("[0-9]*.md"))]


def _decision(path: Path) -> Decision:
    head = re.match(
        r"# (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: (.+)\.\n", path.read_text("utf-8")
    )
    assert head, f"{path.name} does not begin with title, date and status"
    title, date, status = head.groups()
    return Decision(path=path, number=int(path.name[:3]), title=title, date=date, status=status)


def index_of_decisions() -> str:
    """Return the page that lists all decisions."""
    rows = [
        f"| {decision.number} | [{decision.title}]({decision.path.name}) | {decision.date} "
        f"| {decision.status} |"
        for decision in decisions()
    ]
    return "\n".join([DECISIONS_HEAD, *rows]) + "\n"


DECISIONS_HEAD = """# Decisions

What was decided, when and why: one file for each decision. A decision that no longer holds keeps
its file, and its status names what replaced it.
Written by `make docs` from the files.

| | decision | date | status |
|---|---|---|---|"""


# --- benchmarks/README.md, tests/README.md

BENCHMARKS_HEAD = """# Benchmarks

What each script measures or makes, by the first lines of its file; most say there how to run them.
`make test-slow` runs them, as small as possible (`tests/test_benchmarks.py`).
Written by `make docs` from the files.
"""
TESTS_HEAD = """# Tests

The folders are those of `acceptance/`, and `test_X.py` tests its module `X`; the tests right here
are of the whole project. The kinds of test, and how to write one:
[docs/architecture.md](../docs/architecture.md#tests). What tests share is in these files.
Written by `make docs` from the files.
"""


def page_of_modules(head: str, folder: str) -> str:
    """Return the page that lists the modules of a folder that are no tests."""
    rows = [
        f"| [{path.stem}]({path.name}) | {says(path)} |"
        for path in sorted((ROOT / folder).glob("*.py"))
        if not path.name.startswith("test_")
    ]
    return "\n".join([head, "| file | what it is for |", "|---|---|", *rows]) + "\n"


def says(path: Path) -> str:
    """Return the first paragraph of a module's docstring, in Markdown."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].replace("``", "`").split()).replace("|", "\\|")


# --- docs/pictures/packages.svg

BOX, GAP, HEIGHT, ROW = 104, 14, 30, 74


def packages_picture() -> str:
    """Draw the packages, a row a line of the table, with the imports that no other path implies."""
    graph = package_imports()
    rows = [[name for name in line.split() if name in graph] for line in RANKS]
    rows = [row for row in rows if row]
    width = max(len(row) for row in rows) * (BOX + GAP) + GAP
    places = {
        name: ((width - len(row) * (BOX + GAP) + GAP) / 2 + column * (BOX + GAP), ROW * line + 12)
        for line, row in enumerate(rows)
        for column, name in enumerate(row)
    }
    lines = [_arrow(places[here], places[there]) for here, there in sorted(direct(graph))]
    boxes = [_box(name, *place) for name, place in places.items()]
    height = ROW * (len(rows) - 1) + HEIGHT + 24
    return "\n".join([PICTURE_HEAD.format(width=width, height=height), *lines, *boxes, "</svg>\n"])


PICTURE_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
    'font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="white"/>'
)


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    """Draw an import, from the package that imports (lower) to the one that is imported."""
    (x1, y1), (x2, y2) = (above[0] + BOX / 2, above[1]), (below[0] + BOX / 2, below[1] + HEIGHT)
    return (
        f'<path d="M{x1:g} {y1:g} C{x1:g} {y1 - 24:g} {x2:g} {y2 + 24:g} {x2:g} {y2:g}" '
        'fill="none" stroke="#8a8a8a"/>'
    )


def _box(name: str, x: float, y: float) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX}" height="{HEIGHT}" rx="5" fill="#eef3f8" '
        f'stroke="#4a6785"/><text x="{x + BOX / 2:g}" y="{y + 20:g}" text-anchor="middle">'
        f"{name}</text>"
    )


def package_imports() -> dict[str, set[str]]:
    """Return for every package those that it imports, from the code."""
    graph: dict[str, set[str]] = {}
    for importer, imported in arrows().items():
        here = importer.partition(".")[0]
        if here in RANK:
            graph.setdefault(here, set()).update(there.partition(".")[0] for there in imported)
    return {
        here: {there for there in seen if there in graph and there != here}
        for here, seen in graph.items()
    }


def direct(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Return the imports that do not follow from others (the transitive reduction)."""

    def reached(start: str) -> set[str]:
        return {end for there in graph[start] for end in {there} | reached(there)}

    return {
        (here, there)
        for here, imported in graph.items()
        for there in imported
        if not any(there in reached(other) for other in imported - {there})
    }


PAGES: dict[Path, Callable[[], str]] = {
    CLI: cli_page,
    MATRIX: coverage_matrix,
    DATABASE: database_page,
    DECISIONS / "README.md": index_of_decisions,
    ROOT / "benchmarks" / "README.md": partial(page_of_modules, BENCHMARKS_HEAD, "benchmarks"),
    ROOT / "tests" / "README.md": partial(page_of_modules, TESTS_HEAD, "tests"),
    DOCS / "pictures" / "packages.svg": packages_picture,
    **made_messages.PAGES,
    **made_schemas.PAGES,
}

if __name__ == "__main__":
    for page, made in PAGES.items():
        page.parent.mkdir(exist_ok=True)
        page.write_text(made(), "utf-8")
    made_messages.COMPILED.write_bytes(made_messages.compiled())
