"""An overlay to fill in: what is provisional or not known of a pack, commented out.

What is not filled in stays a comment and changes nothing. Prose begins with ``##``, what can be
filled in with ``#``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.pack import file_of, load
from acceptance.errors import UsageError
from acceptance.files.output import put
from acceptance.files.strict_toml import quoted
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Clause, Pack, Provenance, Requirement

BLANK_RECORD = ("by", "on", "copy")


def start(base: str, output: Path, lang: str, quantities: Mapping[str, str]) -> None:
    """Write an overlay of the pack ``base`` to fill in; the file's name becomes its id.

    ``quantities`` is as in ``pack.load``. Raises UsageError for a name that is taken or does not
    end in .toml (small letters, by which a file is known from a shipped name), PackError, and
    OutputError.
    """
    if output.suffix != ".toml":
        wrong = {"name": output.name, "endings": ".toml"}
        raise UsageError(tr("{name}: the name must end in {endings}", **wrong))
    if output.exists() or output.is_symlink():
        what = tr("{file} already exists and may hold confirmations; name another", file=output)
        raise UsageError(what)
    below = load(base, quantities)
    if output.stem == below.id:
        own = {"name": output.name, "pack": below.id}
        what = tr("{name}: {pack} is the pack that it extends; choose another name", **own)
        raise UsageError(what)
    put(output, form(below, _named(base, output), output.stem, lang).encode())


def _named(base: str, output: Path) -> str:
    """Return how the overlay names its base: a pack extends none that lies outside its folder."""
    if not base.endswith(".toml"):
        return base
    # not resolved: the pack may be a link
    file, folder = (
        Path(os.path.normpath(path.absolute())) for path in (file_of(base), output.parent)
    )
    if not file.is_relative_to(folder):
        what = tr("{base} does not lie in the folder of {file} or below it", base=base, file=output)
        raise UsageError(what, hint=tr("Write the overlay beside the pack that it extends"))
    return file.relative_to(folder).as_posix()


def form(pack: Pack, extends: str, identity: str, lang: str) -> str:
    """Write the file: ``extends`` is how the base is named from it, ``identity`` its own id."""
    words = wording.phrases(lang)["overlay"]
    lines = [
        f"## {line}" for line in words["form"].format(number=pack.number, pack=pack.id).splitlines()
    ]
    lines += ["", f"id = {quoted(identity)}", f"extends = {quoted(extends)}"]
    for clause in pack.clauses:
        lines += _clause(pack, clause, lang)
    return "\n".join([*lines, *_others(pack, lang), ""])


def _clause(pack: Pack, clause: Clause, lang: str) -> list[str]:
    """Write what is not firm or not known of a clause; nothing where all is firm."""
    own = [demand for demand in pack.requirements if demand.clause == clause.number]
    asked = [line for demand in own if _provisional(demand) for line in _requirement(demand, lang)]
    unknown = [*_unknown(pack, clause, lang)] if clause.demands and not own else []
    if not asked and not unknown:
        return []
    title = f"## {'-' * 8} {clause.number} {_title(clause, lang)}"
    return ["", "", title, *asked, *unknown]


def _title(clause: Clause, lang: str) -> str:
    return clause.title if lang == "zh" else clause.title_en or clause.title


def _provisional(demand: Requirement) -> bool:
    return not demand.assignment.firm or not (demand.figure is None or demand.figure.firm)


def _requirement(demand: Requirement, lang: str) -> Iterator[str]:
    yield ""
    limit = f" ({wording.limit(demand.limit, lang)})" if demand.limit else ""
    yield f"## {demand.text if lang == 'zh' else demand.text_en}{limit}"
    for part, source in (("figure", demand.figure), ("assignment", demand.assignment)):
        if source:
            yield f"## {wording.word(part, 'overlay', lang)}: {_source(source, lang)}"
    yield from _confirmation(f"requirement = {quoted(demand.id)}", 'what = "both"')


def _source(source: Provenance, lang: str) -> str:
    note = source.note if lang == "zh" else source.note_en or source.note
    level = wording.word(source.level, "level", lang)
    place = f"{source.source} {source.clause}".strip() + f", {level}"
    return f"{place}. {note}".replace("\n", " ") if note else place


def _confirmation(*fields: str) -> Iterator[str]:
    yield "# [[confirmations]]"
    yield from (f"# {field}" for field in fields)
    yield '# level = "seen"'
    yield from (f'# {name} = ""' for name in BLANK_RECORD)


def _unknown(pack: Pack, clause: Clause, lang: str) -> Iterator[str]:
    yield ""
    yield f"## {wording.word('unknown', 'overlay', lang)}"
    place = f"source = {quoted(pack.number)}, clause = {quoted(clause.number)}"
    record = 'level = "seen", confirmed_by = "", confirmed_on = "", copy = ""'
    yield from (
        "# [[clauses]]",
        f"# number = {quoted(clause.number)}",
        f"# title = {quoted(clause.title)}",
        f"# mandatory = {'false' if clause.mandatory is False else 'true'}",
        "# [[requirements]]",
        f"# id = {quoted(f'{clause.number}/1')}",
        f"# clause = {quoted(clause.number)}",
        '# how = "inspected"',
        '# text = ""',
        '# text_en = ""',
        f"# assignment = {{ {place}, {record} }}",
    )


def _others(pack: Pack, lang: str) -> Iterator[str]:
    """Write the pack's own samplings, and its scoring, where they are not firm."""
    for rule in pack.samplings:
        if "#" not in rule.id:
            words = rule.text if lang == "zh" else rule.text_en
            yield from _other(words, rule.figure, f"sampling = {quoted(rule.id)}", lang)
    if pack.scoring:
        words = wording.word("scoring", "overlay", lang).format(clause=pack.scoring.clause)
        yield from _other(words, pack.scoring.figure, "scoring = true", lang)


def _other(words: str, figure: Provenance, field: str, lang: str) -> Iterator[str]:
    if not figure.firm:
        yield from ("", "", f"## {words}", f"## {_source(figure, lang)}", *_confirmation(field))
