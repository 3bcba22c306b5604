"""The words of a plan's file, in Chinese or English, become the names by which they are known.

It happens before the fields are read: what is no table or no text is left for that to refuse.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from acceptance import model
from acceptance.errors import PlanError
from acceptance.files import written_unit, wrong_field
from acceptance.forms import vocabulary
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Raw = dict[str, Any]

WITH_CONDITIONS = ("shots", "recordings", "device_records", "answers")


def known(raw: Mapping[str, object]) -> Raw:
    """Return a plan's tables with kinds, facts, taps, paths, regions and conditions as known."""
    named = dict(raw)
    for table, change in (("subjects", _subject), ("shots", _shot), ("matrix", _matrix)):
        named = _each(named, table, change)
    for table in WITH_CONDITIONS:
        named = _each(named, table, lambda noun: _each(noun, "conditions", condition))
    return named


def _each(noun: Raw, key: str, change: Callable[[Raw], Raw]) -> Raw:
    """Return a noun with each of its tables ``key`` changed."""
    held = noun.get(key)
    if not isinstance(held, list):
        return noun
    return noun | {key: [change(one) if isinstance(one, dict) else one for one in held]}


def _subject(subject: Raw) -> Raw:
    renamed: Raw = {}
    for key, value in subject.items():
        renamed.setdefault(vocabulary.meant(key, "field"), value)
    if len(renamed) < len(subject):  # a field is given twice: it is refused under its own name
        renamed = subject
    facts = renamed.get("facts")
    named = {"facts": _facts(facts)} if isinstance(facts, dict) else {}
    return _word(renamed, "kind", "kind") | named


def _facts(facts: Raw) -> Raw:
    named = {vocabulary.meant(name, "fact"): word for name, word in facts.items()}
    if len(named) < len(facts):
        named = facts
    return {name: _fact(name, word) for name, word in named.items()}


def _fact(name: str, word: object) -> object:
    """Return the word of a fact that packs may ask; that of any other stays as it is."""
    stated = isinstance(word, str) and name in vocabulary.names("fact").values()
    return vocabulary.meant(word, "fact_value") if stated else word  # type: ignore[arg-type]


def _shot(shot: Raw) -> Raw:
    regions = shot.get("regions")
    named = (
        {vocabulary.region(name): box for name, box in regions.items()}
        if isinstance(regions, dict)
        else {}
    )
    whole = isinstance(regions, dict) and len(named) == len(regions)
    kept = {"regions": named} if whole else {}
    return _word(_word(shot, "tap", "tap"), "path", "path") | kept


def _matrix(matrix: Raw) -> Raw:
    named: Raw = {}
    for key, section in (("kinds", "kind"), ("paths", "path"), ("light", "fact_value")):
        if isinstance(words := matrix.get(key), list):
            named[key] = [
                vocabulary.meant(word, section) if isinstance(word, str) else word for word in words
            ]
    return matrix | named


def _word(noun: Raw, key: str, section: str) -> Raw:
    word = noun.get(key)
    return noun | {key: vocabulary.meant(word, section)} if isinstance(word, str) else noun


def condition(stated: Raw) -> Raw:
    """Return a condition with its known name; ``480lx``, or 0.48 klx, as 480 with the unit lx."""
    named = _word(stated, "name", "condition")
    wanted = vocabulary.MEASURED.get(str(named.get("name")))
    value, unit = named.get("value"), named.get("unit", "")
    if wanted is None or not isinstance(unit, str) or isinstance(value, bool):
        return named
    found = vocabulary.figure(value) if isinstance(value, str) else None
    if isinstance(value, int | float):
        found = float(value), ""
    if found is None or not (found[1] or unit):
        return named
    number = written_unit.in_unit(found[0], found[1] or unit, wanted)
    if number is None or (found[1] and unit and written_unit.in_unit(1, unit, wanted) is None):
        return named
    return named | {"value": number, "unit": wanted}


def as_known(stated: model.Condition) -> model.Condition:
    """Return a condition as ``condition`` does."""
    return replace(stated, **condition(vars(stated)))


def with_guess(error: Mapping[str, Any], sentence: str) -> str:
    """Add to the sentence on a wrong field what was perhaps meant."""
    near = guess(error)
    return tr("{what} (did you mean {guess!r}?)", what=sentence, guess=near) if near else sentence


def guess(error: Mapping[str, Any]) -> str:
    """Return the field or word that was perhaps meant by a wrong one; empty: nobody knows."""
    place, value = [str(part) for part in error["loc"]], error["input"]
    choices = {"kind": "kind", "kinds": "kind", "tap": "tap", "path": "path", "paths": "path"}
    section = next((choices[part] for part in reversed(place) if part in choices), "")
    if error["type"] == "enum" and section and isinstance(value, str):
        near = vocabulary.close(value, vocabulary.names(section))
        return vocabulary.names(section)[near] if near else ""
    if error["type"] in wrong_field.UNKNOWN:
        return in_chinese().get(place[-1], "") or vocabulary.close(place[-1], _fields(place))
    return ""


def in_chinese() -> Mapping[str, str]:
    """Return the fields of a plan by what they are called in Chinese."""
    return {
        word: name
        for section in ("plan_field", "field")
        for word, name in vocabulary.names(section).items()
        if not word.isascii()
    }


def _fields(place: list[str]) -> Collection[str]:
    """Names of the fields that a table of the plan may have."""
    nouns: Mapping[str, type] = {
        "subjects": model.Subject, "shots": model.Shot, "answers": model.Answer,
        "instruments": model.Instrument, "people": model.Person, "draws": model.Draw,
        "recordings": model.Recordings, "concessions": model.Concession, "matrix": model.Matrix,
        "project": model.Project, "deviations": model.Deviation, "conditions": model.Condition,
        "out_of_scope": model.OutOfScope, "device_records": model.DeviceRecord,
    }  # fmt: skip
    held = next((nouns[part] for part in reversed(place[:-1]) if part in nouns), model.Plan)
    return {field.name for field in fields(held)}


def wrong(where: str, what: str) -> PlanError:
    """Make the error of a plan that says something wrong at a place."""
    hint = tr("Correct the plan; docs/formats.md describes every field")
    return PlanError(what, where=where, hint=hint)
