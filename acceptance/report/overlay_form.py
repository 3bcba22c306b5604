"""An overlay to fill in.

Every provisional requirement and every clause of which nothing is known, commented out.
What is not filled in stays a comment and changes nothing. Prose begins with ``##``, what can be
filled in with ``#``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Clause, Pack, Provenance, Requirement

BLANK_RECORD = ("by", "on", "copy")


def form(pack: Pack, extends: str, identity: str, lang: str) -> str:
    """Write the file: ``extends`` is how the base is named from it, ``identity`` its own id."""
    words = wording.phrases(lang)["overlay"]
    lines = [
        f"## {line}" for line in words["form"].format(number=pack.number, pack=pack.id).splitlines()
    ]
    lines += ["", f"id = {_text(identity)}", f"extends = {_text(extends)}"]
    for clause in pack.clauses:
        own = [one for one in pack.requirements if one.clause == clause.number]
        asked = [line for one in own if _provisional(one) for line in _requirement(one, lang)]
        unknown = [*_unknown(pack, clause, lang)] if clause.demands and not own else []
        if asked or unknown:
            lines += [
                "",
                "",
                f"## {'-' * 8} {clause.number} {_title(clause, lang)}",
                *asked,
                *unknown,
            ]
    return "\n".join([*lines, *_others(pack, lang), ""])


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a string of JSON is one of TOML


def _title(clause: Clause, lang: str) -> str:
    return clause.title_en or clause.title if lang == "en" else clause.title


def _provisional(one: Requirement) -> bool:
    return not one.assignment.firm or not (one.figure is None or one.figure.firm)


def _requirement(one: Requirement, lang: str) -> Iterator[str]:
    yield ""
    limit = f" ({wording.limit(one.limit, lang)})" if one.limit else ""
    yield f"## {one.text_en if lang == 'en' else one.text}{limit}"
    for part in ("figure", "assignment"):
        provenance: Provenance | None = getattr(one, part)
        if provenance:
            yield f"## {wording.word(part, 'overlay', lang)}: {_source(provenance, lang)}"
    yield from _confirmation(f"requirement = {_text(one.id)}", 'what = "both"')


def _source(one: Provenance, lang: str) -> str:
    note = one.note_en or one.note if lang == "en" else one.note
    told = f"{one.source} {one.clause}".strip() + f", {wording.word(one.level, 'level', lang)}"
    return f"{told}. {note}".replace("\n", " ") if note else told


def _confirmation(*fields: str) -> Iterator[str]:
    yield "# [[confirmations]]"
    yield from (f"# {field}" for field in fields)
    yield '# level = "seen"'
    yield from (f'# {name} = ""' for name in BLANK_RECORD)


def _unknown(pack: Pack, clause: Clause, lang: str) -> Iterator[str]:
    yield ""
    yield f"## {wording.word('unknown', 'overlay', lang)}"
    record = 'level = "seen", confirmed_by = "", confirmed_on = "", copy = ""'
    yield from (
        "# [[clauses]]",
        f"# number = {_text(clause.number)}",
        f"# title = {_text(clause.title)}",
        f"# mandatory = {'false' if clause.mandatory is False else 'true'}",
        "# [[requirements]]",
        f"# id = {_text(f'{clause.number}/1')}",
        f"# clause = {_text(clause.number)}",
        '# how = "inspected"',
        '# text = ""',
        '# text_en = ""',
        f"# assignment = {{ source = {_text(pack.number)}, clause = {_text(clause.number)}, {record} }}",
    )


def _others(pack: Pack, lang: str) -> Iterator[str]:
    """Give the pack's own samplings, and its scoring, where they are not firm."""
    stated = [(one.text_en if lang == "en" else one.text, one.figure, f"sampling = {_text(one.id)}")
              for one in pack.samplings if "#" not in one.id]  # fmt: skip
    if pack.scoring:
        words = wording.word("scoring", "overlay", lang).format(clause=pack.scoring.clause)
        stated.append((words, pack.scoring.figure, "scoring = true"))
    for words, figure, field in stated:
        if not figure.firm:
            yield from ("", "", f"## {words}", f"## {_source(figure, lang)}", *_confirmation(field))
