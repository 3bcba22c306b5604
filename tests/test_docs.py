"""The documents agree with the code: help texts, fields, quantities, links, examples.

``make docs`` (``python tests/test_docs.py --write``) writes the current help texts into
``docs/cli.md``, and the packs into ``docs/coverage_matrix.md``.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from test_architecture import RANK, SOURCES, module_of

import acceptance
from acceptance import metrics, model, wording
from acceptance.charts import definition
from acceptance.checks import clause_table, judge, pack
from acceptance.cli import verbs
from acceptance.session import plan

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README, README_ZH = ROOT / "README.md", ROOT / "README.zh-CN.md"
CLI, FORMATS, MATRIX = DOCS / "cli.md", DOCS / "formats.md", DOCS / "coverage_matrix.md"
PLAN = ROOT / "examples" / "plan.toml"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("test_charts/*.md")])
WIDTH = 96
HELP = re.compile(r"^#+ acceptance ?([^\n]*)\n(.*?)^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VERBS = sorted(verbs.cli.commands)
BELOW = sorted(
    f"{verb} {name}"
    for verb, group in verbs.cli.commands.items()
    if isinstance(group, click.Group)
    for name in group.commands
)
NOUNS = {name: noun for name, noun in vars(model).items() if dataclasses.is_dataclass(noun)}
SETS = {
    name: kind
    for name, kind in vars(model).items()
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum
}
QUANTITIES = metrics.quantities()


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


def sections(text: str) -> dict[str, str]:
    """Return what stands under each heading, of whatever level, up to the next one."""
    parts = re.split(r"^#+ (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_column(text: str) -> list[str]:
    """Return the code words that stand in the first column of the tables of a section."""
    cells = re.findall(r"^\| (`[^|]*?) \|", text, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def slug(heading: str) -> str:
    """Return the anchor that a heading gets on the web."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page."""
    text = FENCE.sub("", page.read_text("utf-8"))
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


# --- docs/cli.md


@pytest.mark.parametrize("verb", ["", *VERBS, *BELOW])
def test_the_help_in_the_documents_is_what_the_program_prints(verb: str) -> None:
    """Where this fails: python tests/test_docs.py --write."""
    shown = {name: text for name, _, text in HELP.findall(CLI.read_text("utf-8"))}
    assert verb in shown, f"docs/cli.md has no section '## acceptance {verb}'"
    assert shown[verb] == help_of(verb)


def test_no_verb_is_described_that_does_not_exist() -> None:
    assert {name for name, _, _ in HELP.findall(CLI.read_text("utf-8"))} == {"", *VERBS, *BELOW}


# --- docs/formats.md


@pytest.mark.parametrize("noun", NOUNS)
def test_every_field_of_every_noun_is_described_and_no_other(noun: str) -> None:
    found = sections(FORMATS.read_text("utf-8"))
    assert noun in found, f"docs/formats.md has no heading '### {noun}'"
    assert first_column(found[noun]) == [field.name for field in dataclasses.fields(NOUNS[noun])]


@pytest.mark.parametrize("name", SETS)
def test_every_value_of_every_closed_set_is_described(name: str) -> None:
    [row] = re.findall(rf"^\| {name} \|(.*)$", FORMATS.read_text("utf-8"), re.MULTILINE)
    assert re.findall(r"`([^`]+)`", row) == [str(value) for value in SETS[name]]


def test_every_field_of_clauses_json_is_described() -> None:
    row = next(clause_table.rows(pack.load("db50_216_2006", QUANTITIES), QUANTITIES))
    assert first_column(sections(FORMATS.read_text("utf-8"))["clauses --json"]) == list(row)


def test_every_kind_of_region_is_described_with_what_is_printed_there() -> None:
    section = sections(FORMATS.read_text("utf-8"))["Regions"]
    described = {
        kind: re.findall(r"`([^`]+)`", cell)
        for kind, cell in re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, re.MULTILINE)
    }
    assert described == {kind: list(fields) for kind, fields in definition.PRINTED.items()}


def test_every_toml_example_can_be_read_as_what_it_says_it_is(tmp_path: Path) -> None:
    """An example of a pack or chart says so in its first line; any other is a piece of a plan."""
    examples = [text for kind, text in FENCE.findall(FORMATS.read_text("utf-8")) if kind == "toml"]
    assert len(examples) >= 3
    for number, text in enumerate(examples):
        path = tmp_path / f"example{number}.toml"
        path.write_text(text, "utf-8")
        if text.startswith("# A pack"):
            assert pack.load(str(path), QUANTITIES).requirements
        elif text.startswith("# A chart"):
            assert definition.load(str(path)).regions
        else:
            assert set(tomllib.loads(text)) <= {
                field.name for field in dataclasses.fields(model.Plan)
            }


def test_the_example_of_a_plan_is_a_plan_that_its_packs_accept() -> None:
    read = plan.read(PLAN)
    packs = pack.load_all(read.packs, QUANTITIES)
    judge.check_plan(packs, read)
    findings = judge.judge(
        packs, read, (), (), read.shots, today="2026-12-01", quantities=QUANTITIES
    )
    answered = {finding.answer for finding in findings} - {None}
    assert answered == set(range(len(read.answers))), "an answer stands where nothing asks for it"


@pytest.mark.parametrize("page", ["tutorial.md", "tutorial.zh-CN.md"])
def test_the_plan_of_the_tutorial_is_a_plan_that_its_packs_accept(
    page: str, tmp_path: Path
) -> None:
    [text] = [
        text for kind, text in FENCE.findall((DOCS / page).read_text("utf-8")) if kind == "toml"
    ]
    (tmp_path / "plan.toml").write_text(text, "utf-8")
    read = plan.read(tmp_path / "plan.toml")
    packs = pack.load_all(read.packs, QUANTITIES)
    judge.check_plan(packs, read)
    findings = judge.judge(
        packs, read, (), (), read.shots, today="2026-12-01", quantities=QUANTITIES
    )
    asked = [
        one
        for one in findings
        if one.modality is model.Modality.SHALL and one.quantity.startswith("resolution.")
    ]
    assert asked
    assert "fact_missing" not in {one.reason.code for one in asked}


def test_the_example_of_a_plan_shows_every_part_that_a_plan_can_have() -> None:
    given = tomllib.loads(PLAN.read_text("utf-8"))
    assert set(given) == {field.name for field in dataclasses.fields(model.Plan)}


# --- metrics


@pytest.mark.parametrize("name", metrics.every())
def test_every_metric_has_a_page_that_names_its_quantities_and_their_units(name: str) -> None:
    page = DOCS / "metrics" / f"{name}.md"
    assert page.is_file(), f"docs/metrics/{name}.md is missing"
    text = page.read_text("utf-8")
    for quantity, unit in metrics.every()[name].QUANTITIES.items():
        assert f"`{quantity}`" in text, f"docs/metrics/{name}.md does not name {quantity}"
        assert unit in text, f"docs/metrics/{name}.md does not give the unit of {quantity}"


@pytest.mark.parametrize("page", [README, README_ZH], ids=["en", "zh"])
def test_the_readme_names_every_family_of_figures(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [name for name in metrics.every() if f"docs/metrics/{name}.md" not in text] == []


# --- the two READMEs


def test_the_first_line_of_set_up_says_what_must_be_there() -> None:
    for page in (README, README_ZH):
        prose = [
            line
            for line in page.read_text("utf-8").splitlines()
            if line and not line.startswith(("#", "["))
        ]
        assert all(f"`{word}`" in prose[0] for word in ("make", "git", "python3-venv")), prose[0]


def test_every_make_command_of_the_documents_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        wanted = set(re.findall(r"^ *(?:\$ )?make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
        assert wanted <= targets, page
    assert {"demo", "test"} <= set(
        re.findall(r"^make ([a-z]+)", README.read_text("utf-8"), re.MULTILINE)
    )


def test_both_readmes_have_the_same_sections_commands_and_pictures() -> None:
    """A translation that lags behind is told here."""

    def shape(page: Path) -> tuple[list[str], list[str], list[str], int]:
        text = page.read_text("utf-8")
        levels = re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)
        commands = re.findall(
            r"^(?:make|acceptance|\.venv/bin/acceptance|git) .*$", text, re.MULTILINE
        )
        links = sorted(
            {re.sub(r"README(\.zh-CN)?\.md", "README", link) for link in LINK.findall(text)}
        )
        return levels, commands, links, len(re.findall(r"^\|", text, re.MULTILINE))

    assert shape(README) == shape(README_ZH)


# --- all documents


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        place = (page.parent / target).resolve() if target else page
        assert place.exists(), f"{page.relative_to(ROOT)} links to {target}, which does not exist"
        assert not anchor or anchor in anchors(place), (
            f"{page.relative_to(ROOT)}: {link} has no such heading"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_verb_in_a_command_exists(page: Path) -> None:
    commands = re.findall(
        r"^ *(?:\$ )?(?:\.venv/bin/)?acceptance ([a-z]\S*)", page.read_text("utf-8"), re.MULTILINE
    )
    assert set(commands) <= {*VERBS}, page


def test_the_architecture_names_every_package() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    packages = {module_of(path).partition(".")[0] for path in SOURCES} - {"", "__main__"}
    assert packages - set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set()


def test_the_architecture_shows_every_package_on_the_line_where_the_imports_are_tested() -> None:
    section = sections((DOCS / "architecture.md").read_text("utf-8"))["Who may import whom"]
    shown = {
        package: int(number)
        for number, packages in re.findall(r"^    (\d+) +(\S.*)$", section, re.MULTILINE)
        for package in packages.split()
    }
    built = {module_of(path).partition(".")[0] for path in SOURCES} - {""}
    assert shown == {package: line for package, line in RANK.items() if package in built}


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {acceptance.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_pictures_are_small() -> None:
    pictures = [path for path in (DOCS / "pictures").iterdir() if path.suffix in {".png", ".jpg"}]
    assert pictures
    assert all(path.stat().st_size < 300_000 for path in pictures)


# --- docs/coverage_matrix.md

COVERED = {
    "measurement": "measured",
    "not_in_toolkit": "to be measured, not by this toolkit",
    "question": "asked of people",
    "nothing": "nothing: content not seen",
}
MATRIX_HEAD = """# Coverage matrix

Written by `make docs` from the packs; `acceptance clauses --all` prints the same, with \
`--json -` more of it.
Levels of evidence: [standards.md](standards.md). ★: mandatory; ?: the source does not tell, \
which counts as mandatory.
What is measured is named by its quantity, what is asked of people by its text. *Known* is \
how well the figure is known,
then, where a pack borrows it, how well that it stands at this clause.
"""


def coverage_matrix() -> str:
    """Return the page: how much of each pack is covered by what, then every clause of each."""
    packs = pack.load_all(pack.names(), QUANTITIES)
    rows = {one.id: list(clause_table.rows(one, QUANTITIES)) for one in packs}
    head = [
        f"| Pack | clauses | {' | '.join(COVERED.values())} |",
        "|---" * (2 + len(COVERED)) + "|",
    ]
    counts = [counted(one, rows[one.id]) for one in packs]
    tables = [
        part
        for one in packs
        for part in (
            f"\n## {one.id}\n",
            f"{one.number} {one.title_en}\n",
            *matrix_table(rows[one.id]),
        )
    ]
    return "\n".join([MATRIX_HEAD, *head, *counts, *tables]) + "\n"


def counted(standard: model.Pack, rows: list[dict[str, Any]]) -> str:
    """Return the row of a pack in the table of contents."""
    numbers = [str(sum(row["covered_by"] == kind for row in rows)) for kind in COVERED]
    name = f"[{standard.number}](#{standard.id})"
    return f"| {name} | {len(standard.clauses)} | {' | '.join(numbers)} |"


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
        lines.append(f"| {' | '.join(one.replace('|', '/') for one in cells)} |")
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
    told = [f"{figure['level']} ({figure['source']})"] if figure else []
    return "; ".join([*told, *([str(assignment["level"])] if row["borrows"] else [])])


def test_the_coverage_matrix_is_that_of_the_packs() -> None:
    """Where this fails: make docs."""
    assert MATRIX.read_text("utf-8") == coverage_matrix(), (
        "docs/coverage_matrix.md is out of date: make docs"
    )


def write() -> None:
    """Write the current help texts into ``docs/cli.md``, and the coverage matrix."""

    def renewed(match: re.Match[str]) -> str:
        return match[0].replace(f"```text\n{match[3]}```", f"```text\n{help_of(match[1])}```")

    CLI.write_text(HELP.sub(renewed, CLI.read_text("utf-8")), "utf-8")
    MATRIX.write_text(coverage_matrix(), "utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    write()
