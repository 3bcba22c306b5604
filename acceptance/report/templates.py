"""The templates of ``report_templates`` with what they may call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    nodes,
    pass_context,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from acceptance import data, wording
from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.report.compiled_templates import CompiledTemplates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jinja2 import Template

HEADING = re.compile(r'<h([23]) id="([a-z0-9-]+)">(.*?)</h\1>', re.DOTALL)
MOST_ROWS = 400  # of one table
IN_A_LANGUAGE = (
    wording.word,
    wording.quantity,
    wording.unit,
    wording.region,
    wording.figure,
    wording.small,
    wording.rule,
    wording.verdict,
    wording.reason,
    wording.limit,
)
IN_EVERY_LANGUAGE = (
    wording.probability,
    wording.per_cent,
    wording.degrees,
    wording.number,
    wording.bound,
    wording.clock_time,
)


# What a template from elsewhere may be made of: it calls nothing, and ends after so many steps.
OF_OTHERS = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const),
    *(nodes.If, nodes.For, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand),
)
DEEPEST, MOST_LOOPS = 2, 20  # loops in loops, and all of them
MOST_MADE = 200_000  # characters
MOST_STEPS = 1_000_000  # nodes of the template passed in loops; a second at most
COUNTED = "_counted"  # name of what counts; no template may use it


def template(name: str, lang: str) -> Template:
    """Return a template whose words are those of a language.

    Raises ``InputError`` where the language has no phrases.
    """
    return _environment(lang).get_template(name)


def own_template(text: str, context: Mapping[str, object], where: str) -> str:
    """Fill a template that somebody else wrote.

    It may name what the ``context`` holds, ask and repeat. Raises PlanError, naming ``where`` it
    stands, for anything else, and for what is no template.
    """
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    hint = tr("docs/institute.md says what a template may have")
    try:
        parsed = environment.parse(text)
        _require_plain(parsed, where, hint)
        _count_steps(parsed, environment)
        steps = _Steps(where, hint)
        made = environment.from_string(parsed, {COUNTED: steps.counted})
        return _bounded(made.generate(context), where, hint)
    except (TemplateError, RecursionError, TypeError) as error:
        what = tr("cannot be filled in: {cause}", cause=error)
        raise PlanError(what, where=where, hint=hint) from error


class _Steps:
    """Counts what the loops of one template cost: by steps, not by the clock.

    The same template of the same session must be filled in on every machine, or on none.
    """

    def __init__(self, where: str, hint: str) -> None:
        self.where, self.hint, self.left = where, hint, MOST_STEPS

    def counted(self, repeated: Iterable[object], cost: int) -> Iterator[object]:
        """Yield what a loop is over; each turn costs the nodes of its body. Raises PlanError."""
        for item in repeated:
            self.left -= cost
            if self.left < 0:
                what = tr("its loops take more than {most} steps", most=MOST_STEPS)
                raise PlanError(what, where=self.where, hint=self.hint)
            yield item


def _count_steps(parsed: nodes.Template, environment: Environment) -> None:
    """Let every loop of a template count its turns."""
    for loop in parsed.find_all(nodes.For):
        cost = nodes.Const(1 + sum(1 for _ in loop.find_all(nodes.Node)))
        counting = nodes.Name(COUNTED, "load")
        loop.iter = nodes.Call(counting, [loop.iter, cost], [], None, None)
    parsed.set_environment(environment)


def _bounded(pieces: Iterator[str], where: str, hint: str) -> str:
    whole = ""
    for piece in pieces:
        whole += str(piece)  # as it is: what is safe would escape what is added to it
        if len(whole) > MOST_MADE:
            what = tr("makes more than {most} characters", most=MOST_MADE)
            raise PlanError(what, where=where, hint=hint)
    return whole


def _require_plain(node: nodes.Node, where: str, hint: str, depth: int = 0) -> None:
    loops = sum(1 for _ in node.find_all(nodes.For)) if depth == 0 else 0
    ours = isinstance(node, nodes.Name) and node.name == COUNTED
    if not isinstance(node, OF_OTHERS) or ours or depth > DEEPEST or loops > MOST_LOOPS:
        what = tr("line {line}: {kind} may not stand in a template of an institute",
                  line=node.lineno, kind=type(node).__name__)  # fmt: skip
        raise PlanError(what, where=where, hint=hint)
    for child in node.iter_child_nodes():
        _require_plain(child, where, hint, depth + isinstance(child, nodes.For))


def style(name: str) -> Markup:
    """Return a style sheet of our own, which escaping would break."""
    text = (data.folder("report_templates") / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 -- a file of our own


def drawn(svg: str) -> Markup:
    """Return a drawing, which escaping would break: ``svg.py`` escapes the words in it."""
    return Markup(svg)  # noqa: S704 -- as above


@dataclass(frozen=True, kw_only=True)
class ContentsLine:
    """A line of a table of contents."""

    level: int
    """2 or 3, as of the heading."""

    anchor: str
    heading: str


def contents(page: str) -> list[ContentsLine]:
    """Return the headings of a page that have an anchor, in their order."""
    return [
        ContentsLine(level=int(level), anchor=anchor, heading=Markup(words).striptags())  # noqa: S704 -- read, not shown
        for level, anchor, words in HEADING.findall(page)
    ]


def moment(text: str) -> datetime:
    """Read an ISO time in UTC; one without zone is taken to be in UTC."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _asked_late(word: Callable[..., object]) -> Callable[..., object]:
    """Return a filter that is called when a page is made, never when its template is compiled.

    So what is kept of a template holds no words of a language.
    """
    return pass_context(lambda _, *given, **named: word(*given, **named))


@lru_cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(data.folder("report_templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    options = (environment.autoescape, environment.trim_blocks, environment.lstrip_blocks)
    environment.bytecode_cache = CompiledTemplates(str(options))
    words: dict[str, Callable[..., object]] = {
        word.__name__: partial(word, lang=lang) for word in IN_A_LANGUAGE
    }
    words |= {word.__name__: word for word in IN_EVERY_LANGUAGE}
    # Jinja's own goes back to the last blank, of which Chinese has hardly any
    words |= {"moment": moment, "truncate": wording.cut}
    environment.filters |= {name: _asked_late(word) for name, word in words.items()}
    phrases = wording.phrases(lang)
    environment.globals |= {"p": phrases, "lang": lang, "most": MOST_ROWS}
    environment.globals |= {"comma": phrases["bottom_line"]["comma"], **phrases["punctuation"]}
    return environment
