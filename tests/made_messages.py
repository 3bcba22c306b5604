"""Catalogues of messages: what the code says, its Chinese, and the file that a program reads.

`make docs` writes them: ``acceptance.pot`` from the code, ``acceptance.po`` with the messages of
today and the Chinese that it has for them, ``acceptance.mo`` from that.
"""

from __future__ import annotations

import inspect
import io
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from acceptance.cli import verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCALE = Path(__file__).resolve().parent.parent / "acceptance" / "locale"
TEMPLATE = LOCALE / "acceptance.pot"
CHINESE = LOCALE / "zh" / "LC_MESSAGES" / "acceptance.po"
COMPILED = CHINESE.with_suffix(".mo")
WIDTH = 100
EPOCH = datetime.fromtimestamp(0, UTC)
OF_CLICK = {"_": None, "ngettext": (1, 2)}
OF_OURS = {"tr": None, "tr_count": (1, 2)}
HEAD = """# {title}
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"{more}

"""


@cache
def template() -> Catalog:
    """Collect all messages: what the code and click say, and the help of the verbs."""
    found = Catalog(charset="utf-8")
    for package, keywords in (("acceptance", OF_OURS), ("click", OF_CLICK)):
        folder = LOCALE.parent if package == "acceptance" else Path(click.__file__).parent
        for file, _, message, _, _ in extract_from_dir(
            folder, [("**.py", "python")], keywords=keywords
        ):
            found.add(message, locations=[(f"{package}/{file}", None)])
    found.add("required", locations=[("click", None)])  # which click keeps in a variable
    commands = [verbs.cli, *(verb.loaded() for verb in verbs.VERBS)]
    for text in sorted(set(chain(*map(help_texts, commands)))):
        found.add(text, locations=[("acceptance/cli", None)])
    return found


def help_texts(command: click.Command) -> Iterator[str]:
    """Every help text below a command; what ``verbs.translate_help`` translates."""
    if command.help:
        yield inspect.cleandoc(command.help)  # which Python 3.13 does itself
    yield from (
        parameter.help
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.help
    )
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from help_texts(below)


def chinese() -> Catalog:
    """Return today's messages with the Chinese that the catalogue has for them."""
    kept, today = translated(), Catalog(locale="zh", charset="utf-8")
    for message in template():
        if message.id:
            there = kept.get(message.id)
            # one form, as Chinese has no plural
            many = ("",) if message.pluralizable else ""
            today.add(message.id, there.string if there else many, flags=message.flags)
    return today


def translated() -> Catalog:
    """Read the Chinese catalogue."""
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh")


def compiled() -> bytes:
    """Return the catalogue as a program reads it."""
    content, catalogue = io.BytesIO(), translated()
    catalogue.creation_date = catalogue.revision_date = EPOCH  # the same bytes whenever made
    write_mo(content, catalogue)
    return content.getvalue()


def page(catalogue: Catalog, head: str, *, places: bool) -> str:
    """Write a catalogue as text, with the ``places`` of messages if wanted."""
    text = io.BytesIO()
    write_po(
        text,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_output=True,
        no_location=not places,
        include_lineno=False,
    )
    return head + text.getvalue().decode("utf-8")


def template_page() -> str:
    """Return ``acceptance.pot``."""
    title = "Messages of acceptance, collected from the code by `make docs`."
    return page(template(), HEAD.format(title=title, more=""), places=True)


def chinese_page() -> str:
    """Return ``acceptance.po``."""
    title = "Messages of acceptance in Chinese: `make docs` adds what is new, people translate it."
    plural = '\n"Language: zh\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"'
    return page(chinese(), HEAD.format(title=title, more=plural), places=False)


PAGES: dict[Path, Callable[[], str]] = {TEMPLATE: template_page, CHINESE: chinese_page}
