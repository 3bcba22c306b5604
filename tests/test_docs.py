"""The documents agree with the code: help texts, fields, quantities, links, examples.

``make docs`` writes what they print of the program and the packs (``made_docs.py``).
"""

from __future__ import annotations

import dataclasses
import enum
import re
import tomllib
from pathlib import Path

import made_docs
import pytest
from made_docs import BELOW, CLI, HELP, VERBS, help_of
from test_architecture import RANK, SOURCES, module_of

import acceptance
from acceptance import metrics, model, wording
from acceptance.charts import definition
from acceptance.checks import clause_table, judging, pack
from acceptance.session import plan

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README, README_ZH = ROOT / "README.md", ROOT / "README.zh-CN.md"
FORMATS = DOCS / "formats.md"
PLAN = ROOT / "examples" / "plan.toml"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("test_charts/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOUNS = {name: noun for name, noun in vars(model).items() if dataclasses.is_dataclass(noun)}
SETS = {
    name: kind
    for name, kind in vars(model).items()
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum) and kind is not enum.StrEnum
}
QUANTITIES = metrics.quantities()


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
    """Where this fails: make docs."""
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
    judging.check_plan(packs, read)
    findings = judging.judge(
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
    judging.check_plan(packs, read)
    findings = judging.judge(
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
    # what a file holds; ids in place of tables; a file of the office
    not_shown = {"commitments", "register", "institute"}
    fields = {field.name for field in dataclasses.fields(model.Plan)}
    assert set(given) == fields - not_shown


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
def test_the_readme_names_every_family_of_figures_that_reports_name(page: Path) -> None:
    text = page.read_text("utf-8")
    families = {quantity.split(".")[0] for quantity in wording.phrases("en")["quantity"]}
    named = [name for name in metrics.every() if name in families]
    assert [name for name in named if f"docs/metrics/{name}.md" not in text] == []


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
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        wanted = set(
            re.findall(r"^ *(?:\$ )?make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
        )
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
            {re.sub(r"(README|tutorial)\.zh-CN\.md", r"\1.md", link) for link in LINK.findall(text)}
        )
        return levels, commands, links, len(re.findall(r"^\|", text, re.MULTILINE))

    assert shape(README) == shape(README_ZH)


# --- docs/glossary.md


def test_every_chinese_term_of_the_glossary_is_one_that_reports_or_pages_use() -> None:
    """A row whose term they do not use says so: (not in reports)."""
    places = (ROOT / "report_templates" / "zh.toml", README_ZH, DOCS / "tutorial.zh-CN.md")
    words = "".join(place.read_text("utf-8") for place in places)
    four = re.compile(r"^\|" + r" ([^|\n]+) \|" * 4 + "$", re.MULTILINE)
    rows = four.findall((DOCS / "glossary.md").read_text("utf-8"))
    terms = [term for _, term, _, _ in rows if term != "中文" and set(term) != {"-"}]
    assert len(terms) > 70
    assert len(set(terms)) == len(terms)
    assert [term for term in terms if term not in words and "(not in reports)" not in term] == []


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_table_is_split_by_a_blank_line(page: Path) -> None:
    """What follows it would be shown as text; a table of its own has a line of dashes."""
    lines = FENCE.sub("", page.read_text("utf-8")).splitlines()
    split = [
        line
        for before, blank, line, after in zip(
            lines, lines[1:], lines[2:], [*lines[3:], ""], strict=False
        )
        if before.startswith("|") and not blank and line.startswith("|")
        if not re.match(r"\|\s*:?-", after)
    ]
    assert split == []


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


# --- what `make docs` writes


@pytest.mark.parametrize("path", made_docs.PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_written_by_make_docs_is_up_to_date(path: Path) -> None:
    """Where this fails: make docs."""
    assert path.read_text("utf-8") == made_docs.PAGES[path](), (
        f"{path.name} is out of date: make docs"
    )


def test_every_decision_has_a_date_and_a_status() -> None:
    decisions = made_docs.decisions()
    assert decisions
    assert [decision.number for decision in decisions] == list(range(1, len(decisions) + 1))
    assert {decision.status.split()[0] for decision in decisions} <= {"holds", "replaced"}


def test_the_catalogue_holds_what_the_code_says_and_what_help_says() -> None:
    catalogue = (ROOT / "acceptance" / "locale" / "acceptance.pot").read_text("utf-8")
    assert 'msgid "the file does not exist"' in catalogue
    assert 'msgid "Who measures."' in catalogue
