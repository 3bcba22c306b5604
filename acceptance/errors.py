"""The error tree. A message says what is wrong, where, and what to do next.

::

    AcceptanceError
    ├── InputError            no session can be made (exit 2)
    │   ├── ClipError         a clip or still cannot be read
    │   ├── PlanError         a plan or an option is wrong
    │   ├── PackError         a pack is wrong: file, clause and field are named
    │   ├── ChartError        a chart definition is unknown or wrong
    │   ├── KeyFileError      a signing key cannot be used
    │   ├── OutputError       the output cannot be written
    │   ├── SessionError      a session folder cannot be read
    │   └── SetupError        something on this machine is missing
    └── GapError              a figure cannot be had: the reason of the findings that it leaves open (exit 3)

``code`` and ``parameters`` are what the phrase files word; ``str(error)`` is English, for the
terminal.
"""

from __future__ import annotations

Parameter = str | int | float | bool


class AcceptanceError(Exception):
    """The root. ``what`` is a sentence without full stop, ``where`` a file or field, ``hint`` what to do next."""

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        hint: str = "",
        code: str = "error",
        **parameters: Parameter,
    ) -> None:
        self.what, self.where, self.hint, self.code, self.parameters = (
            what,
            where,
            hint,
            code,
            parameters,
        )
        super().__init__(what)

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}. {self.hint}." if self.hint else f"{sentence}."


class InputError(AcceptanceError):
    """No session can be made."""


class ClipError(InputError):
    """A clip or still cannot be read."""


class PlanError(InputError):
    """A plan or an option is wrong."""


class PackError(InputError):
    """A pack is wrong."""


class ChartError(InputError):
    """A chart definition is unknown or wrong."""


class KeyFileError(InputError):
    """A signing key cannot be used."""


class OutputError(InputError):
    """The output cannot be written."""


class SessionError(InputError):
    """A session folder cannot be read."""


class SetupError(InputError):
    """Something on this machine is missing."""


class GapError(AcceptanceError):
    """A figure cannot be obtained from this footage.

    ``code`` is that of its reason in the phrase files, for instance ``chart_not_found``, and
    ``parameters`` are what the phrase names: they word it, in every language, and nothing else does.
    """

    exit_code = 3

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code, code=code)
        self.parameters = parameters

    def __str__(self) -> str:
        return " ".join(
            [self.code, *(f"{name} = {value}" for name, value in self.parameters.items())]
        )
