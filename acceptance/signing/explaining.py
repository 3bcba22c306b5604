"""What a verification found, on one page of plain words: for a judge who never saw such a report.

It says what was checked, by which keys, what was found, and what nobody can know from the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance import __version__
from acceptance.errors import UsageError
from acceptance.files.output import put
from acceptance.messages import language, tr, visible
from acceptance.model.basics import CHINA
from acceptance.report import render
from acceptance.report.templates import style, template
from acceptance.signing import roles
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.signing.signatures import Signature
    from acceptance.signing.verification import Step, Verification

TEMPLATE = "explanation.html"
MOST_DETAILS, MOST_ROOTS = 3, 4  # of one step, of one page
LONGEST_NAME = 80  # characters
QUOTES = str.maketrans("“”", "''")
LONGEST = 300  # characters of a sentence that the verification gives


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and what stands under it."""

    title: str
    sentences: tuple[str, ...]


def write(result: Verification, target: Path, file: Path) -> None:
    """Write the page: text, HTML or PDF, by the name of the ``file``.

    Raises UsageError for another name, SetupError where no PDF can be made, and OutputError.
    """
    kind = file.suffix.lower()
    if kind == ".pdf":
        content = render.form(TEMPLATE, language(), **_parameters(result, target))
    elif kind in {".html", ".htm"}:
        page = template(TEMPLATE, language())
        made = page.render(style=style("forms.css"), **_parameters(result, target))
        content = visible(made, lines=True).encode()
    elif kind in {".txt", ""}:
        content = f"{text(result, target)}\n".encode()
    else:
        what = tr("unknown kind of file {kind!r}", kind=kind)
        raise UsageError(what, where=str(file), hint=tr("Name it .txt, .html or .pdf"))
    put(file, content)


def text(result: Verification, target: Path) -> str:
    """Return the page as plain text."""
    lines = [title(), "", *_head(result, target)]
    for section in sections(result):
        lines += ["", section.title, *(f"  {sentence}" for sentence in section.sentences)]
    return visible("\n".join(lines), lines=True)


def _parameters(result: Verification, target: Path) -> dict[str, object]:
    return {
        "title": title(),
        "head": _head(result, target),
        "answer": answer(result.state),
        "mark": result.state,
        "of_test": _of_test(result),
        "sections": sections(result),
    }


def _of_test(result: Verification) -> str:
    if not any(signature.of_test_chain for signature in result.signatures):
        return ""
    return tr("SIGNED WITH TEST CERTIFICATES: they have no legal value, and prove nothing")


def title() -> str:
    """Return the page's title."""
    return tr("What the check of this report shows")


def _head(result: Verification, target: Path) -> list[str]:
    """Say of what the page is, and when it was made."""
    now = datetime.now(CHINA)
    lines = [
        tr("Report number: {number}", number=result.number or "-"),
        tr("Checked: {target}", target=target.name or str(target)),
        tr(
            "On {when:%Y-%m-%d %H:%M %z}, without a network, by the program acceptance, version "
            "{version}",
            when=now, version=__version__,
        ),
    ]  # fmt: skip
    if result.report:
        lines.append(tr("SHA-256 of the report: {digest}", digest=result.report))
    return lines


def answer(state: State) -> str:
    """Say the result in one sentence."""
    return {
        State.OK: tr("The report is as it was signed, whole, and by keys that you trust."),
        State.BROKEN: tr(
            "The report did not pass verification, for the reasons below. Do not rely on it."
        ),
        State.INCOMPLETE: tr("What is there is right, but something is missing."),
        State.INDETERMINATE: tr(
            "Nothing was found to be changed, but it cannot be decided who signed or judged."
        ),
    }[state]


def sections(result: Verification) -> list[Section]:
    """Return the page, heading by heading."""
    made = (
        (
            tr("Result"),
            [*filter(None, [_of_test(result)]), answer(result.state), *_conclusion(result)],
        ),
        (tr("What was found"), [*_found(result)]),
        (tr("Who signed, and with which key"), [*_signers(result)]),
        (tr("What was checked"), [*_checked(result)]),
        (tr("What this does not prove"), [*_unproven(result)]),
        (tr("How to check it yourself"), [*_again(result)]),
    )
    return [Section(title=title, sentences=tuple(held)) for title, held in made if held]


def _conclusion(result: Verification) -> Iterator[str]:
    if result.conclusion:
        yield tr("The session in it concludes: {text}", text=result.conclusion)


def _found(result: Verification) -> Iterator[str]:
    """Say what is not in order, the worst first."""
    for state in (State.BROKEN, State.INCOMPLETE, State.INDETERMINATE):
        for step in result.steps:
            if step.state is state:
                for detail in step.details[:MOST_DETAILS]:
                    yield _cut(detail)


def _cut(sentence: str, most: int = LONGEST) -> str:
    return sentence if len(sentence) <= most else f"{sentence[: most - 1]}…"


def _signers(result: Verification) -> Iterator[str]:
    if not result.signatures:
        yield tr("Nobody signed, or the signatures cannot be read.")
    for signature in result.signatures:
        yield _signer(signature)
    for root in result.roots[:MOST_ROOTS]:
        yield tr("Trusted root certificate (SHA-256): {root}", root=root)
    if result.signatures and not result.roots:
        yield tr("No root certificate was given, so the names above are not proven.")


def _signer(signature: Signature) -> str:
    parts = {"role": roles.word(signature.role), "name": _quoted(signature.name)}
    if signature.when:
        said = tr(
            "{role}: {name}, on {when:%Y-%m-%d %H:%M %z} by the signer's own clock",
            when=signature.when.astimezone(CHINA), **parts,
        )  # fmt: skip
    else:
        said = tr("{role}: {name}, who does not say when", **parts)
    if signature.stamped:
        proof = tr(
            "{authority} proves that the signature was there on {when:%Y-%m-%d %H:%M %z}",
            authority=_quoted(signature.authority), when=signature.stamped.astimezone(CHINA),
        )  # fmt: skip
    else:
        proof = tr("no third party proves the time")
    number = tr("certificate {digest}", digest=signature.certificate)
    return tr("{said}; {proof}; {number}.", said=said, proof=proof, number=number)


def _quoted(name: str) -> str:
    """Set a name apart: a certificate may call its holder whatever its issuer lets it."""
    return f"“{_cut(name.translate(QUOTES), LONGEST_NAME)}”"


def _checked(result: Verification) -> Iterator[str]:
    """Say what was checked and is in order, and what could not be checked."""
    meanings = _meanings()
    for step in result.steps:
        if step.name in meanings and step.state is State.OK:
            yield tr("Yes: {what}", what=meanings[step.name])
        elif step.name in meanings and step.state is State.SKIPPED:
            yield tr("Not checked: {what}", what=meanings[step.name])


def _meanings() -> dict[str, str]:
    """Step of a verification -> what it means that it holds."""
    return {
        "signature": tr("not one byte of the report was changed after the signatures."),
        "attachment": tr("the data of the test are in the report, under the same signatures."),
        "evidence": tr("every film, picture and list is the one whose hash was signed."),
        "log": tr("the log of the work has no entry taken out or changed."),
        "verdicts": tr("the verdicts follow from the measured values and the stated limits."),
        "pages": tr("the printed pages, made again, show what was signed and nothing else."),
        "measurements": tr("the measured values come out again when the films are measured again."),
        "beside": tr("no film in it stands for another device in the other sessions."),
    }


def _unproven(result: Verification) -> Iterator[str]:
    """Say what no file can show."""
    if any(signature.stamped is None for signature in result.signatures):
        yield tr(
            "When it was signed: a signer's clock can be set to any time. Only a time stamp of a "
            "third party proves one."
        )
    yield tr(
        "Who held the key: the certificate names a person, and whoever has that person's key and "
        "password signs as that person."
    )
    yield tr(
        "That the root certificate is the institute's own: it must come from the institute itself, "
        "not together with the report."
    )
    yield tr(
        "What was in front of the camera, and that answers given by people are true: no file can "
        "show that."
    )
    if not _has(result, "measurements"):
        yield tr("That the films give these values: they were not measured again (--remeasure).")
    if not result.signatures or len(result.signatures) < len(roles.ORDER):
        yield tr(
            "That nobody else had to sign: only a signing policy (--policy) says who must sign."
        )


def _has(result: Verification, name: str) -> bool:
    held: list[Step] = [step for step in result.steps if step.name == name]
    return bool(held) and held[0].state is not State.SKIPPED


def _again(result: Verification) -> Iterator[str]:
    yield tr(
        "acceptance verify FOLDER --trust root.pem, with the root certificate that you obtained "
        "yourself; or without this program, as docs/verify.md describes (pdfsig, openssl)."
    )
    if result.report:
        yield tr(
            "The same report has the same SHA-256 as above: sha256sum report.pdf, or certutil "
            "-hashfile report.pdf SHA256."
        )
