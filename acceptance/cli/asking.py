"""Questions at the terminal, in the language asked for; standard output is left alone.

On a terminal they are asked on standard error. Elsewhere the lines of standard input are the
answers, in order; once they end, and with ``defaults``, each default is taken and said.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.cli import terminal
from acceptance.errors import AcceptanceError, PlanError
from acceptance.forms import vocabulary
from acceptance.messages import tr, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HELP, NOTHING = "?", "-"
NO_WORDS: Mapping[str, str] = MappingProxyType({})


class Asker:
    """Asks questions by their codes in the phrase files; a wrong answer is asked again."""

    def __init__(self, lang: str, *, defaults: bool) -> None:
        self.lang, self.defaults = lang, defaults
        if sys.stdin.isatty() and not defaults:
            with contextlib.suppress(ImportError):  # line editing, where the system has it
                importlib.import_module("readline")
        self.say("begin_defaults" if defaults else "begin")

    def say(self, code: str, **parameters: object) -> None:
        """Say a sentence of the phrase files on standard error."""
        self._print(self._phrase("plan_said", code).format(**parameters))

    def text(
        self,
        code: str,
        default: str = "",
        check: Callable[[str], object] | None = None,
        **parameters: object,
    ) -> str:
        """Ask for any text; ``check`` raises for one that will not do."""

        def read(line: str) -> str:
            if line == NOTHING:
                return ""
            if check:
                check(line)
            return line

        return self.ask(code, default, read, {}, **parameters)

    def choice(
        self,
        code: str,
        choices: Mapping[str, str],
        default: str = "",
        section: str = "",
        **parameters: object,
    ) -> str:
        """Ask for one of the choices: label by code. Number, code and label are understood.

        So are the words of either language that lists may use in a ``section`` of the vocabulary.
        """
        words = vocabulary.names(section) if section else {}
        return self.ask(
            code, default, lambda line: self.chosen(line, choices, words), choices, **parameters
        )

    def yes(self, code: str, *, default: bool = True, **parameters: object) -> bool:
        """Ask a question of yes or no."""
        choices = {name: wording.word(name, "fact_value", self.lang) for name in ("yes", "no")}
        usual = "yes" if default else "no"
        return self.choice(code, choices, usual, "fact_value", **parameters) == "yes"

    def chosen(
        self, line: str, choices: Mapping[str, str], words: Mapping[str, str] = NO_WORDS
    ) -> str:
        """Return the choice that a line names, by the beginning of its code too; empty for none.

        ``words``: other words for the codes, ``vocabulary.plain``. Raises ValueError.
        """
        if line in {"", NOTHING}:
            return ""
        codes, word = list(choices), line.casefold()
        if line.isdecimal() and 1 <= int(line) <= len(codes):
            return codes[int(line) - 1]
        meant = [code for code in codes if word in {code.casefold(), choices[code].casefold()}]
        meant = meant or [code for code in codes if code == words.get(vocabulary.plain(line))]
        meant = meant or [code for code in codes if code.casefold().startswith(word)]
        if len(meant) == 1:
            return meant[0]
        raise self.wrong("no_choice", answer=line)

    def wrong(self, code: str, **parameters: object) -> ValueError:
        """Make the error that says in a sentence of the phrase files why an answer is wrong."""
        sentence = self._phrase("plan_said", code).format(**parameters)
        return ValueError(sentence)

    def ask(
        self,
        code: str,
        default: str,
        read: Callable[[str], str],
        choices: Mapping[str, str],
        **parameters: object,
    ) -> str:
        """Ask until ``read`` takes the answer; it raises ValueError or AcceptanceError."""
        shown = _choice(default, choices) or self._phrase("plan_said", "nothing")
        question = visible(f"{self._phrase('plan_ask', code).format(**parameters)} [{shown}]")
        if self.defaults:
            self._print(question)
            return default
        self._print(f"\n{question}\n  {self._phrase('plan_why', code)}")
        for number, choice in enumerate(choices, start=1):
            self._print(f"  {number}) {_choice(choice, choices)}")
        while line := self._line():
            try:
                if line != HELP:
                    return read(line)
                self._print(f"  {self._phrase('plan_help', code)}\n{question}")
            except (ValueError, AcceptanceError) as error:
                self._print(f"  {error}\n{question}")
        return default

    def _line(self) -> str:
        """Read a line without blanks around it, empty also where the input has ended.

        A full-width question mark, hyphen or number is as good as a plain one.
        """
        on_terminal = sys.stdin.isatty()
        try:
            line = input("> " if on_terminal and sys.stdout.isatty() else "")
        except EOFError:
            if on_terminal:
                raise KeyboardInterrupt from None
            self.defaults = True
            self.say("ended")
            return ""
        except UnicodeDecodeError as error:
            hint = tr("Write the answers in UTF-8")
            raise PlanError(tr("an answer is not UTF-8"), hint=hint) from error
        plain = unicodedata.normalize("NFKC", line.strip())
        return plain if plain in {HELP, NOTHING} or plain.isdecimal() else line.strip()

    def _phrase(self, section: str, code: str) -> str:
        return wording.word(code, section, self.lang)

    def _print(self, text: str) -> None:
        terminal.errors.print(text, markup=False)


def _choice(code: str, choices: Mapping[str, str]) -> str:
    label = choices.get(code, code)
    return code if code == label else f"{code} {label}"
