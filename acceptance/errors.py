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
    │   ├── SetupError        something on this machine is missing
    │   └── DeviceError       a device or its network does not answer, or refuses
    ├── UsageError            a function or verb is asked for what it cannot do (exit 64)
    └── GapError              a result is not obtained: the reason of findings left open (exit 3)

``code`` and ``parameters`` are what the phrase files word; ``str(error)`` is for the terminal, in
the user's language (``messages``).
"""

from __future__ import annotations

from acceptance.messages import tr

Parameter = str | int | float | bool
# Codes of the errors where no pages can be set here, which go on elsewhere: all else is written.
NO_PANGO, NO_FONT, OTHER_FONT = "pango_missing", "font_missing", "font_replaced"
NO_PAGES = frozenset({NO_PANGO, NO_FONT, OTHER_FONT})


class AcceptanceError(Exception):
    """The root: ``what`` is wrong, ``where`` (file or field), ``hint``: what to do next.

    ``what`` and ``hint`` are translated sentences without full stop.
    """

    exit_code = 2
    others: tuple[AcceptanceError, ...] = ()
    """What else is wrong, where all of it was looked for; not in ``str(error)``."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        hint: str = "",
        code: str = "error",
        **parameters: Parameter,
    ) -> None:
        self.what, self.where, self.hint = what, where, hint
        self.code, self.parameters = code, parameters
        super().__init__(what)

    def __str__(self) -> str:
        sentence = self.what
        if self.where:
            sentence = tr("{where}: {what}", where=self.where, what=self.what)
        if self.hint:
            return tr("{sentence}. {hint}.", sentence=sentence, hint=self.hint)
        return tr("{sentence}.", sentence=sentence)


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


class NewerSessionError(SessionError):
    """A session by a newer version, which this one cannot read: it may be sound."""


class SetupError(InputError):
    """Something on this machine is missing."""


class DeviceError(InputError):
    """A device or its network does not answer, answers nonsense, or refuses."""


class UsageError(AcceptanceError):
    """An argument is wrong, whatever the files hold."""

    exit_code = 64


class GapError(AcceptanceError):
    """A result cannot be obtained from this footage.

    ``code`` is that of its reason in the phrase files, for instance ``chart_not_found``;
    ``parameters`` are what the phrase names. Nothing else words it, in any language.
    """

    exit_code = 3

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code, code=code)
        self.parameters = parameters

    def __str__(self) -> str:
        return " ".join(
            [self.code, *(f"{name} = {value}" for name, value in self.parameters.items())]
        )
