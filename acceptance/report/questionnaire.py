"""What people have to answer: the sheet to print, the table to fill in, the items of a panel."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.errors import UsageError
from acceptance.files import spreadsheet
from acceptance.files.output import copy, put, put_new, require_ending, require_new
from acceptance.forms import item_code, panel_key, scores
from acceptance.forms.answers import COLUMNS, GRADES, SHOWN, YES
from acceptance.forms.item_count import check_items
from acceptance.forms.panel_key import PanelClip, PanelItem
from acceptance.messages import tr
from acceptance.model import Scale
from acceptance.report import render
from acceptance.report.names import in_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.checks.questions import Question
    from acceptance.forms.panel_key import Key
    from acceptance.model import Pack, Plan, Requirement, Shot, SignalPath

# Columns of the table to fill in, with their widths in characters.
TABLE: Mapping[str, int] = {
    "name": 16, "part": 8, "clause": 12, "text": 44, "limit": 12, "sampling": 30, "form": 14,
    "grade": 10, "yes": 8, "value": 10, "unit": 7, "uncertainty": 11, "instrument": 11,
    "conditions": 18, "by": 10, "when": 17, "note": 30, "evidence": 24, "subject": 14,
    "requirement": 30,
}  # fmt: skip
FIELDS = tuple(COLUMNS)
FILLS = (".xlsx", ".csv", ".toml")
TABLE_FILE, KEY = "panel.csv", panel_key.key_name("panel.csv")  # of a panel
MOST_IN_A_FILE = 500  # items of a sheet in one PDF


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item of a sheet in words; ``code`` is its QR code as SVG."""

    number: int
    question: Question
    subject: str
    part: str
    clause: str
    text: str
    limit: str
    sampling: str
    form: str
    code: str


def lines(
    questions: Sequence[Question], packs: Sequence[Pack], plan: Plan, lang: str
) -> list[Line]:
    """Put questions in words, by subject in the plan's order and by part.

    Raises PlanError for more than ``MOST_ITEMS``.
    """
    check_items(len(questions), tr("sheet"))
    order = {subject.id: place for place, subject in enumerate(plan.subjects)}
    ordered = sorted(
        questions, key=lambda asked: (order[asked.subject.id], asked.requirement.part or "~")
    )
    return [_line(number, asked, packs, lang) for number, asked in enumerate(ordered, start=1)]


def _line(number: int, question: Question, packs: Sequence[Pack], lang: str) -> Line:
    demand, subject = question.requirement, question.subject
    return Line(
        number=number,
        question=question,
        subject=subject.name or subject.id,
        part=wording.word(demand.part, "part", lang) if demand.part else "",
        clause=f"{question.pack.number} {question.clause.number}",
        text=_asked(demand, lang),
        limit=wording.limit(demand.limit, lang) if demand.limit else "",
        sampling=_sampling(question, packs, lang),
        form=wording.word(f"form_{question.form}", "sheet", lang),
        code=item_code.svg(item_code.text(question.reference, subject.id)),
    )


def _asked(demand: Requirement, lang: str) -> str:
    """Word a requirement, with the evidence and the conditions that go with an answer."""
    words = wording.phrases(lang)["sheet"]
    sentences = [in_language(demand, "text", lang)]
    if demand.evidence:
        sentences.append(words["evidence_needed"])
    if demand.conditions:
        names = (wording.word(name, "condition", lang) for name in demand.conditions)
        conditions = words["comma"].join(names)
        sentences.append(words["conditions_needed"].format(conditions=conditions))
    return str(words["space"].join(sentences))


def _sampling(question: Question, packs: Sequence[Pack], lang: str) -> str:
    """Say of how many devices it is asked, with the clause that says so."""
    name, own = question.requirement.sampling, question.pack
    pack, _, identity = name.rpartition("#")
    lender = next((each for each in packs if each.id == (pack or own.id)), own)
    rule = next((each for each in lender.samplings if each.id == identity), None)
    if rule is None:
        return name
    text = (rule.text or rule.text_en) if lang == "zh" else (rule.text_en or rule.text)
    beside: str = wording.phrases(lang)["report"]["beside"]
    return text + beside.format(beside=f"{lender.number} {rule.clause}")


def volumes(asked: Sequence[Line]) -> list[list[Line]]:
    """Divide the items of a sheet between devices into files of at most ``MOST_IN_A_FILE``.

    The items of one device stay together. Laying out a page takes the memory of all before it.
    """
    found: list[list[Line]] = [[]]
    for _, group in itertools.groupby(asked, key=lambda line: line.question.subject.id):
        together = list(group)
        if found[-1] and len(found[-1]) + len(together) > MOST_IN_A_FILE:
            found.append([])
        found[-1] += together
    return found


def volume_files(path: Path, count: int) -> list[Path]:
    """Name the files of a sheet: the path itself, or ``NAME-1.pdf`` ... of several."""
    numbers = [f"-{number}" for number in range(1, count + 1)] if count > 1 else [""]
    return [path.with_name(f"{path.stem}{number}{path.suffix}") for number in numbers]


def sheet(asked: Sequence[Line], plan: Plan, lang: str) -> bytes:
    """Return the sheet to print.

    It goes by subject and part; each item has its QR code and room for the answer.
    """
    groups: dict[str, dict[str, list[Line]]] = {}
    for line in asked:
        groups.setdefault(line.question.subject.id, {}).setdefault(line.part, []).append(line)
    return render.form("sheet.html", lang, groups=groups, plan=plan, grades=GRADES)


def table(asked: Sequence[Line], lang: str) -> list[list[str]]:
    """Return the table to fill in; what a panel scores is not in it."""
    names = {**COLUMNS, **SHOWN}
    heading = [names[field][0 if lang == "zh" else -1] for field in TABLE]
    return [heading, *([_cell(line, field) for field in TABLE] for line in _to_fill(asked))]


def _to_fill(asked: Sequence[Line]) -> list[Line]:
    return [line for line in asked if line.question.form != "scores"]


def _cell(line: Line, field: str) -> str:
    question, limit = line.question, line.question.requirement.limit
    cells = {
        "name": line.subject,
        "subject": question.subject.id,
        "requirement": question.reference,
        "unit": limit.unit if limit and question.form == "value" else "",
    }
    if field in cells:
        return cells[field]
    return str(getattr(line, field)) if field in SHOWN else ""


def fill_csv(asked: Sequence[Line], lang: str) -> bytes:
    """Return the table to fill in as CSV."""
    return spreadsheet.csv_of(table(asked, lang))


def fill_workbook(asked: Sequence[Line], lang: str) -> bytes:
    """Return it as an XLSX workbook, with lists of the words that are understood."""
    place = list(TABLE).index
    words = 0 if lang == "zh" else -1
    choices = {
        place("grade"): [grade[words] for grade in GRADES.values()],
        place("yes"): ["是", "否"] if lang == "zh" else list(YES),
    }
    return spreadsheet.workbook_of(table(asked, lang), widths=list(TABLE.values()), choices=choices)


def fill_toml(asked: Sequence[Line]) -> bytes:
    """Return it as TOML: an ``[[answers]]`` table an item, what is asked as comments."""
    return "\n".join(line for each in _to_fill(asked) for line in _toml(each)).encode()


def _toml(line: Line) -> Iterator[str]:
    asked = f"{line.number}. {line.subject}: {line.text}"
    for text in (asked, f"{line.clause} {line.limit}".strip(), line.sampling, line.form):
        if text:
            yield f"# {' '.join(text.split())}"
    yield "[[answers]]"
    for field in FIELDS:
        yield f"{field} = {json.dumps(_cell(line, field), ensure_ascii=False)}"
    yield ""


def rated(questions: Sequence[Question], plan: Plan, lang: str) -> list[PanelClip]:
    """Return what a panel scores: a clip for each subject and path, with its items.

    What two standards ask of one picture, the one borrowing from the other, is scored once.
    """
    clips: dict[tuple[str, SignalPath | None], dict[str, list[Question]]] = {}
    for question in questions:
        demand = question.requirement
        if question.form == "scores":
            items = clips.setdefault((question.subject.id, demand.path), {})
            items.setdefault(demand.borrows or question.reference, []).append(question)
    shots: dict[str, list[Shot]] = defaultdict(list)
    for shot in plan.shots:
        shots[shot.subject].append(shot)
    return [
        PanelClip(
            subject=subject,
            items=tuple(_item(alike, lang) for alike in items.values()),
            files=_files(shots[subject], path),
        )
        for (subject, path), items in clips.items()
    ]


def _item(alike: Sequence[Question], lang: str) -> PanelItem:
    text = in_language(alike[0].requirement, "text", lang).rstrip("。.")
    return PanelItem(text=text, requirements=tuple(question.reference for question in alike))


def _files(shots: Sequence[Shot], path: SignalPath | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shot.clip for shot in shots if path in {None, shot.path}))


def panel(key: Key, questions: Sequence[Question], plan: Plan, lang: str) -> bytes:
    """Return the forms of a panel to print: pages for each rater, in that rater's own order."""
    scored = (question.requirement for question in questions if question.form == "scores")
    scales = {demand.scale or Scale.ANALOGUE for demand in scored}
    return render.form("panel.html", lang, key=key, plan=plan, scales=sorted(scales))


def begun_seed(folder: Path) -> int | None:
    """Return the seed of a panel whose writing was interrupted; None where there is none.

    Its key is in the folder, and its table, which comes last, is not. Raises PlanError where the
    key is none.
    """
    kept = folder / KEY
    if (folder / TABLE_FILE).exists() or not kept.is_file():
        return None
    return panel_key.loads(kept, str(kept)).seed


def write_panel(
    key: Key,
    questions: Sequence[Question],
    plan: Plan,
    folder: Path,
    lang: str,
    films: Path | None = None,
) -> list[tuple[str, str]]:
    """Write a panel's forms, the table to fill in and the key to its codes into a folder.

    From the folder ``films``, where it is given, what the raters see is copied beside them, under
    names that give nothing away; return what is no single file and was not copied, code and file.
    What was interrupted is finished where it is repeated with the same seed (``begun_seed``): the
    table comes last. Raises UsageError where nobody leads the panel, OutputError where the folder
    holds a table, or another key: they may be filled in, and belong together.
    """
    if not key.leader.strip():
        raise UsageError(tr("say who leads the panel: --leader NAME, or operator in the plan"))
    table, kept, content = folder / TABLE_FILE, folder / KEY, panel_key.dumps(key).encode()
    require_new(table)
    begun = kept.is_file() and kept.read_bytes() == content
    if not begun:
        require_new(kept)
    forms = panel(key, questions, plan, lang)
    if not begun:
        put_new(kept, content, secret=True)
    put(folder / "panel.pdf", forms)
    left_out = _copy(key, films, folder / "clips") if films else []
    put(table, spreadsheet.csv_of(scores.table(key, lang)))
    return left_out


def _copy(key: Key, films: Path, shelf: Path) -> list[tuple[str, str]]:
    """Copy what the raters see by its codes; return what is no single file."""
    left_out = []
    for clip in key.clips:
        for number, name in enumerate(clip.files, start=1):
            if (films / name).is_file():
                copy(films / name, shelf / f"{clip.code}-{number}{PurePath(name).suffix}")
            else:
                left_out.append((clip.code, name))
    return left_out


def require_sheet(file: Path, fill: Path | None) -> None:
    """Refuse names that no sheet, or no table to fill in, can have, and a table that is there.

    Raises UsageError and OutputError.
    """
    require_ending(file, (".pdf",))
    if fill:
        require_ending(fill, FILLS)
        require_new(fill)


def write_sheet(
    asked: Sequence[Line], plan: Plan, file: Path, fill: Path | None, lang: str
) -> list[Path]:
    """Write the sheet to print, and the table to fill in; return the files of the sheet.

    Raises as ``require_sheet`` does.
    """
    require_sheet(file, fill)
    parts = volumes(asked)
    files = volume_files(file, len(parts))
    for part, volume in zip(files, parts, strict=True):
        put(part, sheet(volume, plan, lang))
    if fill:
        put(fill, _filled(fill.suffix.lower(), asked, lang))
    return files


def _filled(ending: str, asked: Sequence[Line], lang: str) -> bytes:
    match ending:
        case ".toml":
            return fill_toml(asked)
        case ".xlsx":
            return fill_workbook(asked, lang)
    return fill_csv(asked, lang)
