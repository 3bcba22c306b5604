"""What is left to people, made ready to be asked.

The sheet to print, the table to fill in, the items of a panel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.files import spreadsheet
from acceptance.forms import item_code
from acceptance.forms.answers import COLUMNS, GRADES, SHOWN, YES
from acceptance.forms.scores import PanelClip, PanelItem
from acceptance.model import Scale
from acceptance.report import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.checks.questions import Question
    from acceptance.forms.scores import Key
    from acceptance.model import Clause, Pack, Plan, Requirement, SignalPath

# Columns of the table to fill in, with their widths in characters.
TABLE: Mapping[str, int] = {
    "name": 16, "part": 8, "clause": 12, "text": 44, "limit": 12, "sampling": 30, "form": 14,
    "grade": 10, "yes": 8, "value": 10, "unit": 7, "uncertainty": 11, "instrument": 11, "conditions": 18,
    "by": 10, "when": 17, "note": 30, "evidence": 24, "subject": 14, "requirement": 30,
}  # fmt: skip
FIELDS = tuple(COLUMNS)


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
    """Put questions in words, by subject in the plan's order and by part."""
    order = {one.id: place for place, one in enumerate(plan.subjects)}
    ordered = sorted(
        questions, key=lambda one: (order[one.subject.id], one.requirement.part or "~")
    )
    return [_line(number, one, packs, lang) for number, one in enumerate(ordered, start=1)]


def _line(number: int, one: Question, packs: Sequence[Pack], lang: str) -> Line:
    words = wording.phrases(lang)["sheet"]
    demand = one.requirement
    content = item_code.text(one.reference, one.subject.id)
    asked = [_both(demand, "text", lang)]
    if demand.evidence:
        asked.append(words["evidence_needed"])
    if demand.conditions:
        named = words["comma"].join(
            wording.word(name, "condition", lang) for name in demand.conditions
        )
        asked.append(words["conditions_needed"].format(conditions=named))
    return Line(
        number=number,
        question=one,
        subject=one.subject.name or one.subject.id,
        part=wording.word(demand.part, "part", lang) if demand.part else "",
        clause=f"{one.pack.number} {one.clause.number}",
        text=words["space"].join(asked),
        limit=wording.limit(demand.limit, lang) if demand.limit else "",
        sampling=_sampling(one, packs, lang),
        form=words[f"form_{one.form}"],
        code=item_code.svg(content),
    )


def _both(noun: Requirement | Clause, field: str, lang: str) -> str:
    chinese, english = getattr(noun, field), getattr(noun, f"{field}_en")
    return str((english or chinese) if lang == "en" else (chinese or english))


def _sampling(one: Question, packs: Sequence[Pack], lang: str) -> str:
    """Tell of how many devices it is asked, with the clause that says so."""
    name = one.requirement.sampling
    pack, _, identity = name.rpartition("#")
    lender = next((each for each in packs if each.id == (pack or one.pack.id)), one.pack)
    rule = next((each for each in lender.samplings if each.id == identity), None)
    if rule is None:
        return name
    text = (rule.text_en or rule.text) if lang == "en" else (rule.text or rule.text_en)
    return f"{text} ({lender.number} {rule.clause})"


def sheet(told: Sequence[Line], plan: Plan, lang: str) -> bytes:
    """Return the sheet to print.

    By subject and part, each item with its QR code and room for the answer.
    """
    groups: dict[str, dict[str, list[Line]]] = {}
    for one in told:
        groups.setdefault(one.question.subject.id, {}).setdefault(one.part, []).append(one)
    return render.form("sheet.html", lang, groups=groups, plan=plan, grades=GRADES)


def table(told: Sequence[Line], lang: str) -> list[list[str]]:
    """Return the table to fill in; what a panel scores is not in it."""
    names = {**COLUMNS, **SHOWN}
    heading = [names[field][0 if lang == "zh" else -1] for field in TABLE]
    return [heading, *([_cell(one, field) for field in TABLE] for one in _filled(told))]


def _filled(told: Sequence[Line]) -> list[Line]:
    return [one for one in told if one.question.form != "scores"]


def _cell(one: Line, field: str) -> str:
    if field == "name":
        return one.subject
    if field == "subject":
        return one.question.subject.id
    if field == "requirement":
        return one.question.reference
    if field == "unit":
        limit = one.question.requirement.limit
        return limit.unit if limit and one.question.form == "value" else ""
    return str(getattr(one, field)) if field in SHOWN else ""


def fill_csv(told: Sequence[Line], lang: str) -> bytes:
    """Return the table to fill in as CSV."""
    return spreadsheet.csv_of(table(told, lang))


def fill_workbook(told: Sequence[Line], lang: str) -> bytes:
    """Return it as an XLSX workbook, with lists of the words that are understood."""
    place = list(TABLE).index
    words = 0 if lang == "zh" else -1
    choices = {
        place("grade"): [known[words] for known in GRADES.values()],
        place("yes"): ["是", "否"] if lang == "zh" else list(YES),
    }
    return spreadsheet.workbook_of(table(told, lang), widths=list(TABLE.values()), choices=choices)


def fill_toml(told: Sequence[Line]) -> bytes:
    """Return it as TOML: an ``[[answers]]`` table an item, what is asked as comments."""
    return "\n".join(line for one in _filled(told) for line in _toml(one)).encode()


def _toml(one: Line) -> Iterator[str]:
    for text in (
        f"{one.number}. {one.subject}: {one.text}",
        f"{one.clause} {one.limit}".strip(),
        one.sampling,
        one.form,
    ):
        if text:
            yield f"# {' '.join(text.split())}"
    yield "[[answers]]"
    for field in FIELDS:
        yield f"{field} = {json.dumps(_cell(one, field), ensure_ascii=False)}"
    yield ""


def rated(questions: Sequence[Question], plan: Plan, lang: str) -> list[PanelClip]:
    """Return what a panel scores: a clip for each subject and path, with its items.

    What two standards ask of one picture, the one borrowing from the other, is scored once.
    """
    clips: dict[tuple[str, SignalPath | None], dict[str, list[Question]]] = {}
    for one in questions:
        if one.form == "scores":
            items = clips.setdefault((one.subject.id, one.requirement.path), {})
            items.setdefault(one.requirement.borrows or one.reference, []).append(one)
    return [
        PanelClip(
            subject=subject,
            items=tuple(_item(ones, lang) for ones in items.values()),
            files=_files(subject, path, plan),
        )
        for (subject, path), items in clips.items()
    ]


def _item(ones: Sequence[Question], lang: str) -> PanelItem:
    text = _both(ones[0].requirement, "text", lang).rstrip("。.")
    return PanelItem(text=text, requirements=tuple(one.reference for one in ones))


def _files(subject: str, path: SignalPath | None, plan: Plan) -> tuple[str, ...]:
    shots = (shot for shot in plan.shots if shot.subject == subject and path in {None, shot.path})
    return tuple(dict.fromkeys(shot.clip for shot in shots))


def panel(key: Key, questions: Sequence[Question], plan: Plan, lang: str) -> bytes:
    """Return the forms of a panel to print: pages for each rater, in that rater's own order."""
    scales = {one.requirement.scale or Scale.ANALOGUE for one in questions if one.form == "scores"}
    return render.form("panel.html", lang, key=key, plan=plan, scales=sorted(scales))
