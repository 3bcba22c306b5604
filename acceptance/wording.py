"""Words and numbers for people: phrases by code, figures rounded together with their uncertainty.

The phrase files ``report_templates/zh.toml`` and ``en.toml`` hold every sentence; nothing here is
in any language. A code without a phrase comes out as the code itself with its parameters, so that
no new code stops a report.
"""

from __future__ import annotations

import math
import re
import string
import tomllib
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from acceptance import data
from acceptance.errors import InputError
from acceptance.messages import tr
from acceptance.model import RuleKind
from acceptance.model.basics import in_china

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model import (
        BottomLine,
        Conclusion,
        DecisionRule,
        Finding,
        Limit,
        Measurement,
        Reason,
        Value,
    )

COMPLETE = ("zh", "en")  # any other language falls back on English where it has no phrase


def _languages() -> tuple[str, ...]:
    """Every language that has a phrase file, the complete ones first."""
    files = data.folder("report_templates").glob("*.toml")
    return (*COMPLETE, *sorted({path.stem for path in files} - set(COMPLETE)))


LANGUAGES = _languages()
# A narrow space that holds together, and a thin one where a long result may break.
MINUS, NARROW, THIN, DASH = "\u2212", "\u202f", "\u2009", "—"
# of a value, or of one unit: what lies below is the computer's rounding and no uncertainty
NO_DOUBT = 1e-12
MOST_DIGITS = 6  # of a value beside its U
LONG_WORD = 16  # characters, by which a text may be cut earlier so that its last word is whole
LEAST_SHOWN = 1e-6  # contributions below it are not written out

# The section of the phrase file that words what a reason's parameter of this name holds.
PARAMETER_SECTIONS = {
    "quantity": "quantity",
    "condition": "condition",
    "tap": "tap",
    "path": "path",
    "scope": "scope",
    "kinds": "kind",
    "kind": "region",
    "names": "patch",
    "directions": "direction",
    "unit": "unit",
    "level": "level",
    "fact": "fact",
    "copy": "copy",
    "value": "fact_value",
    "needed": "fact_value",
    "verdict": "verdict_overall",
    "deviation": "deviation",
    "fields": "weaker",
    "trouble": "trouble",
    "signature": "signature_state",
}


@lru_cache
def phrases(lang: str) -> dict[str, Any]:
    """Return the phrases of a language: section -> code -> phrase.

    Raises InputError for a language that has no phrase file.
    """
    if lang not in LANGUAGES:
        hint = tr("Languages: {languages}", languages=", ".join(LANGUAGES))
        raise InputError(tr("no phrases in this language"), where=lang, hint=hint)
    path = data.folder("report_templates") / f"{lang}.toml"
    own = tomllib.loads(path.read_text(encoding="utf-8"))
    return own if lang in COMPLETE else _over(phrases("en"), own)


def _over(english: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a language's own phrases over the English ones, section by section."""
    nested = {
        name: _over(section, own.get(name, {}))
        for name, section in english.items()
        if isinstance(section, dict)
    }
    return {**english, **own, **nested}


def word(code: str, section: str, lang: str) -> str:
    """Return the phrase of a code, or the code itself where the phrase file has none."""
    return str(phrases(lang).get(section, {}).get(code, code))


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which clause 5.9 comes before 5.10, and grey2 before grey10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def quantity(code: str, lang: str) -> str:
    """Name a quantity, for instance ``noise.snr``: 信噪比."""
    return word(code, "quantity", lang)


def unit(code: str, lang: str) -> str:
    """Return the symbol of a unit; the unit 1 has none."""
    return word(code, "unit", lang)


def region(name: str, lang: str) -> str:
    """Name a region by its parts: ``centre.edge_horizontal``, or ``grey3`` with its number."""
    known = phrases(lang)["region"]
    parts = (re.fullmatch(r"(.*?)(\d*)", part, re.DOTALL) for part in name.split("."))
    worded = (
        (known[part[1]] + NARROW * bool(part[2]) + part[2]) if part[1] in known else part[0]
        for part in parts
        if part
    )
    return " ".join(worded)


class _Filler(string.Formatter):
    """Fills a phrase; a parameter of another type is shown as it is, a missing one as ``?``."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
        """Return the parameter, worded where it is a code."""
        del args
        return _parameter(str(key), kwargs.get(str(key), "?"), self.lang)

    def format_field(self, value: object, format_spec: str) -> str:
        """Format a number as the phrase asks, with a true minus sign."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        text = format(value, format_spec) if format_spec else number(value)
        return text.replace("-", MINUS).replace("%", f"{NARROW}%")


def _parameter(name: str, value: Value, lang: str) -> Value:
    if not isinstance(value, str):
        return value
    if name == "region" or (name == "needed" and value not in phrases(lang)["fact_value"]):
        return region(value, lang)
    section = PARAMETER_SECTIONS.get(name)
    if not section:
        return value
    comma = word("comma", "bottom_line", lang)
    return comma.join(word(part, section, lang) for part in value.split(", "))


def reason(why: Reason, lang: str) -> str:
    """Word a reason; one that the phrase file lacks comes out as its code with its parameters."""
    phrase = phrases(lang)["reason"].get(why.code)
    if phrase is None:
        parameters = (f"{name} = {value}" for name, value in why.parameters.items())
        return " ".join([why.code, *parameters])
    return filled(phrase, why.parameters, lang)


def filled(phrase: str, parameters: Mapping[str, Value], lang: str) -> str:
    """Fill a phrase in; parameters that are codes are worded."""
    return _Filler(lang).vformat(phrase, (), parameters)


def limit(bounds: Limit, lang: str) -> str:
    """Word a limit: ``≥ 270 TVL``, or both ends."""
    low, high = bounds.at_least, bounds.at_most
    if low is not None and high is not None:
        text = word("between", "limit", lang).format(low=number(low), high=number(high))
    elif low is not None:
        text = f"≥{NARROW}{number(low)}"
    else:
        text = DASH if high is None else f"≤{NARROW}{number(high)}"
    return _with_unit(text, bounds.unit, lang)


def number(value: float) -> str:
    """Write a number without uncertainty: whole in full, any other to four significant digits."""
    if not math.isfinite(value):
        return DASH
    text = str(int(value)) if float(value).is_integer() else format(Decimal(f"{value:.4g}"), "f")
    return text.replace("-", MINUS)


def small(value: float, unit_code: str, lang: str) -> str:
    """Write a contribution to an uncertainty: two significant digits with the unit."""
    if 0 < value < LEAST_SHOWN:
        return _with_unit(f"<{NARROW}{LEAST_SHOWN:f}", unit_code, lang)
    text = format(Decimal(f"{value:.2g}"), "f") if math.isfinite(value) else DASH
    return _with_unit(text.replace("-", MINUS), unit_code, lang)


def cut(text: str, most: int) -> str:
    """Cut a text after ``most`` characters, at a blank where there is one shortly before."""
    if len(text) <= most:
        return text
    blank = text.rfind(" ", max(most - LONG_WORD, 0), most)
    return f"{text[: blank if blank > 0 else most - 1].rstrip()}…"


def clock_time(text: Value) -> Value:
    """Write an ISO time in China's (UTC+8), without letters; one of no zone is taken as it is.

    What is no such time stays as it is.
    """
    moment = in_china(text) if isinstance(text, str) and "T" in text else None
    return text if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def rounded(value: float, expanded: float) -> tuple[str, str]:
    """Round U to two significant digits and the value to the same place; return both as text.

    Rounding is half to even (GB/T 8170-2008); JCGM 100:2008, 7.2.6 asks for at most two digits. A
    value is written to ``MOST_DIGITS`` at most; a U that is smaller is rounded up to its last.
    """
    exact = Decimal(repr(float(expanded)))
    for _ in range(2):  # twice: 9.96 becomes 10.0 and then 10
        exact = exact.quantize(place := Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_EVEN)
    near = Decimal(repr(float(value)))
    if near and (coarse := Decimal(1).scaleb(near.adjusted() + 1 - MOST_DIGITS)) > place:
        place, exact = coarse, exact.quantize(coarse, ROUND_UP)
    near = near.quantize(place, ROUND_HALF_EVEN)
    return f"{near + 0:f}".replace("-", MINUS), f"{exact:f}"


def figure(
    value: float,
    unit_code: str,
    lang: str,
    *,
    expanded: float | None = None,
    k: float | None = None,
) -> str:
    """Write a result as JCGM 100:2008, 7.2.4 does: ``(398 ± 12) TVL (k = 1.98)``.

    Without U it is the number and its unit.
    """
    if not expanded or not _doubted(value, expanded):
        return _with_unit(number(value), unit_code, lang)
    pair = f"{NARROW}±{NARROW}".join(rounded(value, expanded))
    symbol = unit(unit_code, lang)
    together = f"({pair}){THIN}{symbol}" if symbol else pair
    return together if k is None else f"{together} (k{NARROW}={NARROW}{k:.2f})"


def _doubted(value: float, expanded: float) -> bool:
    finite = math.isfinite(expanded) and math.isfinite(value)
    return finite and expanded >= NO_DOUBT * max(1.0, abs(value))


def bound(measurement: Measurement) -> str:
    """Return the sign before a bound: ≥ where the true value is this or higher, ≤ where lower."""
    sign = "≥" if measurement.lower_bound else "≤" if measurement.upper_bound else ""
    return f"{sign}{NARROW}" if sign else ""


def _with_unit(text: str, unit_code: str, lang: str) -> str:
    symbol = unit(unit_code, lang)
    return f"{text}{NARROW}{symbol}" if symbol else text


def probability(value: float | None) -> str:
    """Write a probability of conformity: ``P = 66.3 %``, and never a certain one."""
    if value is None:
        return DASH
    sign, shown = "=", value
    if value > 0.9995:
        sign, shown = ">", 0.999
    elif value < 0.0005:
        sign, shown = "<", 0.001
    return f"P{NARROW}{sign}{NARROW}{100 * shown:.1f}{NARROW}%"


def per_cent(part: float) -> str:
    """Write a risk (0 to 1) in per cent, to three significant digits."""
    return f"{float(f'{100 * part:.3g}'):g}{NARROW}%"


def degrees(value: float | None) -> str:
    """Write degrees of freedom; None are infinitely many."""
    return "∞" if value is None else number(math.floor(value))


def share(part: float) -> str:
    """Write a share (0 to 1) in whole per cent."""
    return f"{100 * part:.0f}{NARROW}%"


def rule(decision_rule: DecisionRule | None, lang: str) -> str:
    """Name a decision rule with the width of its guard band."""
    if decision_rule is None:
        return DASH
    width = f"{decision_rule.guard:g}{NARROW}U"
    return word(decision_rule.kind, "rule", lang).format(width=width)


def verdict(finding: Finding, lang: str) -> str:
    """Word the verdict on one item: 符合 or 不符合, the four words only by the rule of four."""
    four = finding.decision_rule is not None and finding.decision_rule.kind is RuleKind.FOUR_WORD
    return word(finding.verdict, "verdict" if four else "verdict_item", lang)


def outcome(conclusion: Conclusion, lang: str) -> str:
    """Word what an acceptance group can conclude; no word for a pass by no confirmed limit."""
    if conclusion.for_reference:
        return str(phrases(lang)["bottom_line"]["no_confirmed_limit"])
    return word(conclusion.outcome, "outcome", lang)


def none_confirmed(unconfirmed: tuple[int, int]) -> bool:
    """Whether nobody confirmed any limit behind a pass: there is no word for it then.

    ``unconfirmed``: how many of the limits nobody confirmed, and how many there are.
    """
    count, total = unconfirmed
    return 0 < count == total


def answer(
    line: BottomLine,
    lang: str,
    *,
    four_word: bool = False,
    unconfirmed: tuple[int, int] = (0, 0),
) -> str:
    """Word the verdict of a bottom line, with the marks that go with it; as of ``bottom_line``."""
    table = phrases(lang)["bottom_line"]
    words = word(line.verdict, "verdict" if four_word else "verdict_overall", lang)
    words += table["provisional_mark"] if line.provisional else ""
    words = table["no_confirmed_limit"] if none_confirmed(unconfirmed) else words
    left = len(line.taken_out)
    return words + (table["taken_out_mark"].format(count=left) if left else "")


def bottom_line(
    line: BottomLine,
    clauses: Sequence[str],
    outside: Sequence[str],
    lang: str,
    *,
    four_word: bool = False,
    unconfirmed: tuple[int, int] = (0, 0),
) -> list[str]:
    """Word what the findings add up to, a sentence each: verdict, clauses not tested, 暂定.

    ``clauses`` were due and not tested, ``outside`` are mandatory too but beyond the scope or the
    subjects of the plan. ``unconfirmed``: how many limits behind a pass nobody confirmed, and how
    many there are; where it is all of them, there is no word for a pass.
    """
    table, (count, total) = phrases(lang)["bottom_line"], unconfirmed
    answered = answer(line, lang, four_word=four_word, unconfirmed=unconfirmed)
    sentences = [
        table["verdict"].format(scope=word(line.scope, "scope_long", lang), verdict=answered)
    ]
    if 0 < count < total:
        sentences.append(table["some_provisional"].format(count=count, total=total))
    for phrase, named in (("not_tested", clauses), ("outside", outside)):
        sentences += [table[phrase].format(clauses=table["comma"].join(named))] if named else []
    return sentences + ([table["provisional"]] if line.provisional else [])
