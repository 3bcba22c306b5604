"""Sentences about the parts of a pack, one for each kind: no word is put into another's sentence.

Kinds are those that confirmations and withdrawals name in a pack's TOML (``requirement``,
``sampling``, ``scoring``, ``conflict``); parts are ``figure`` and ``assignment``.
"""

from __future__ import annotations

from acceptance.messages import tr


def confirmation(kind: str, name: str) -> str:
    """Name the place of a confirmation."""
    return {
        "requirement": tr("confirmation of requirement {name}", name=name),
        "sampling": tr("confirmation of sampling {name}", name=name),
        "scoring": tr("confirmation of scoring {name}", name=name),
    }[kind]


def withdrawal(kind: str, name: str) -> str:
    """Name the place of a withdrawal."""
    return {
        "requirement": tr("withdrawal of requirement {name}", name=name),
        "sampling": tr("withdrawal of sampling {name}", name=name),
        "conflict": tr("withdrawal of conflict {name}", name=name),
    }[kind]


def absent(kind: str, name: str) -> str:
    """Say that there is nothing of this name to confirm."""
    return {
        "requirement": tr("there is no requirement {name!r} to confirm", name=name),
        "sampling": tr("there is no sampling {name!r} to confirm", name=name),
        "scoring": tr("there is no scoring {name!r} to confirm", name=name),
    }[kind]


def absent_below(kind: str, name: str, base: str) -> str:
    """Say that the pack that is extended has nothing of this name to withdraw."""
    return {
        "requirement": tr("{pack} has no requirement {name!r}", pack=base, name=name),
        "sampling": tr("{pack} has no sampling {name!r}", pack=base, name=name),
        "conflict": tr("{pack} has no conflict {name!r}", pack=base, name=name),
    }[kind]


def unresolved(kind: str, loan: str, name: str, lender: str) -> str:
    """Say that a reference names what its pack does not have."""
    parameters = {"loan": loan, "pack": lender, "name": name}
    if kind == "sampling":
        return tr("{loan!r} does not resolve: pack {pack!r} has no sampling {name!r}", **parameters)
    return tr("{loan!r} does not resolve: pack {pack!r} has no requirement {name!r}", **parameters)


def confirmed_twice(part: str) -> str:
    """Say that a part of one thing has two confirmations in a file."""
    return {
        "figure": tr("the figure is confirmed twice"),
        "assignment": tr("the assignment is confirmed twice"),
    }[part]


def without(part: str) -> str:
    """Say that what is confirmed has no such part."""
    return {
        "figure": tr("there is no figure to confirm"),
        "assignment": tr("there is no assignment to confirm"),
    }[part]


def unread(part: str, level: object) -> str:
    """Say that a part is confirmed that nobody claims to have seen."""
    return {
        "figure": tr(
            'the figure is {level}; set level = "seen" if it was read in the copy', level=level
        ),
        "assignment": tr(
            'the assignment is {level}; set level = "seen" if it was read in the copy', level=level
        ),
    }[part]
