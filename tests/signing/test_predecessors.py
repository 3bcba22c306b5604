"""What rests on an older session says who answers for that; a new signature hides nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from issued_session import CLIP, PACK, details, issue, issued, judged
from sample_pdf import blank_pdf

from acceptance.cli import verbs
from acceptance.errors import SessionError
from acceptance.model import Precedence, Predecessor, Verdict, Vouched
from acceptance.report import render
from acceptance.session import evidence, runner, store
from acceptance.signing import pades, predecessors
from acceptance.signing.chains import make_demo_chain
from acceptance.signing.signatures import State
from acceptance.signing.steps import Examined
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.model import Session
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")


AGAIN, BASELINE = Precedence.JUDGED_AGAIN, Precedence.BASELINE


@pytest.fixture
def signed(tmp_path: Path, chain: DemoChain) -> Path:
    """Issue a session, signed by the demo chain."""
    return issued(tmp_path / "20260602-X1", chain, [CLIP])


def unsigned(folder: Path) -> Path:
    """Take the signature away, as whoever knows of the manifests can; the report stays."""
    content, report = store.load(folder), folder / "report.pdf"
    attached = dict(pades.attachments(report.read_bytes())) | {store.FILE: store.dumps(content)}
    report.write_bytes(
        blank_pdf(**{name.replace(".", "_"): file for name, file in attached.items()})
    )
    evidence.seal(folder, content)
    return folder


def forged(folder: Path) -> Path:
    """Make every verdict follow from better figures, without a key."""
    content = store.load(folder)
    better = tuple(replace(one, value=one.value * 2) for one in content.measurements)
    made = judged(folder, better)
    follows = {name: getattr(made, name) for name in ("findings", "bottom_line", "warnings")}
    store.save(replace(content, measurements=better, **follows), folder)
    return unsigned(folder)


@dataclass(frozen=True)
class Examining:
    """Examines old sessions as a real issue does, and writes no report."""

    trust: tuple[Path, ...] = ()

    def ready(self) -> None:
        """Nothing is needed."""

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Examine."""
        return predecessors.examine(folder, role, self.trust)

    def __call__(self, folder: Path) -> None:
        """Write nothing."""


def again(folder: Path, *trust: Path) -> tuple[Session, Path]:
    """Judge a session again by its own pack."""
    pack = str(folder / "data" / "packs" / f"{PACK}.toml")
    out, issue = folder.parent / "out", Examining(trust)
    return runner.judge_again(folder, [pack], out, why="x", by="y", issue=issue)


def lines(done: Session) -> list[str]:
    """Word the bottom line in both languages."""
    return [render.bottom_line(done, lang) for lang in ("zh", "en")]


def test_a_forged_session_judged_again_says_that_nobody_signed_it(
    signed: Path, chain: DemoChain
) -> None:
    """It passes, as the forger wants, and page 1 says what that is worth, also with a root."""
    for trust in ((), (chain.root,)):
        done, _ = again(forged(signed), *trust)
        [earlier] = done.predecessors
        assert done.verdict is Verdict.PASS
        assert (earlier.id, earlier.role, earlier.signature) == (signed.name, AGAIN, "unsigned")
        assert (earlier.sha256, earlier.signers) == (evidence.hash_file(signed / store.FILE), ())
        zh, en = lines(done)
        assert f"检验 {signed.name}（本次据其数据重新判定）没有签名：无人对其数据负责。" in zh
        assert f"Nobody signed session {signed.name} (judged again here)" in en
        [entry] = [one for one in done.log if one.what == "judged_again"]
        assert entry.details["signature"] == "unsigned"


def test_who_signed_the_old_session_is_recorded(signed: Path, chain: DemoChain) -> None:
    """Checked against a root, or as the report says; the bottom line names what is not checked."""
    (signature,) = predecessors.Examined(signed, [chain.root]).signatures.signatures
    for trust, state in (((chain.root,), "signed"), ((), "not_checked")):
        done, place = again(signed, *trust)
        [earlier] = done.predecessors
        assert earlier.signature == state
        [signer] = earlier.signers
        assert (signer.name, signer.certificate) == (signature.name, signature.certificate)
        assert ["未经核验" in lines(done)[0], "was not checked" in lines(done)[1]] == [
            not trust
        ] * 2
        [entry] = [one for one in done.log if one.what == "judged_again"]
        assert signature.certificate in str(entry.details["signers"])
        assert store.load(place) == done
        assert signature.certificate in render.html(done, (), place, "zh") or not trust


def test_what_an_unsigned_session_rested_on_is_not_laundered_by_signing_in_between(
    signed: Path, chain: DemoChain
) -> None:
    """Unsigned, judged again and signed, judged again: the last one still says so."""
    middle, place = again(unsigned(signed))
    issue(place, middle, chain)
    last, _ = again(place, chain.root)
    assert [(one.id, one.signature) for one in last.predecessors] == [
        (signed.name, Vouched.UNSIGNED),
        (middle.id, Vouched.SIGNED),
    ]
    assert f"Nobody signed session {signed.name}" in lines(last)[1]


def test_a_session_of_an_earlier_version_that_was_judged_again_rests_on_one_not_checked(
    signed: Path, chain: DemoChain
) -> None:
    """Up to 0.5 nothing was recorded but an entry in the log."""
    middle, place = again(signed, chain.root)
    issue(place, replace(middle, predecessors=()), chain)
    last, _ = again(place, chain.root)
    assert [(one.id, one.signature) for one in last.predecessors] == [
        (signed.name, Vouched.NOT_CHECKED),
        (middle.id, Vouched.SIGNED),
    ]
    assert last.predecessors[0].sha256 == evidence.hash_file(signed / store.FILE)


def another_root(signed: Path, _: DemoChain) -> Path:
    return make_demo_chain(signed.parent / "other").root


def broken(signed: Path, chain: DemoChain) -> Path:
    """Flip a bit of the signed report, and seal again."""
    pdf = bytearray((signed / "report.pdf").read_bytes())
    pdf[pdf.index(b"/MediaBox") + 12] ^= 1
    (signed / "report.pdf").write_bytes(pdf)
    evidence.seal(signed, store.load(signed))
    return chain.root


def another_session(signed: Path, chain: DemoChain) -> Path:
    """Forge the session, and leave the report as it was signed."""
    store.save(replace(store.load(signed), operator="李"), signed)
    return chain.root


@pytest.mark.parametrize(
    ("act", "says", "without"),
    [
        (another_root, "leads to none of the given root certificates", False),
        (broken, "the signed bytes were changed", True),
        (another_session, "but '' was signed", True),
    ],
)
def test_an_old_session_whose_signature_is_not_what_it_should_be_is_refused(
    signed: Path,
    chain: DemoChain,
    act: Callable[[Path, DemoChain], Path],
    says: str,
    without: bool,  # noqa: FBT001 -- of the table
) -> None:
    """By all that build on one; a broken one also where no root is given."""
    root = act(signed, chain)
    for trust in ((root,), ()) if without else ((root,),):
        for build in (
            lambda trust: again(signed, *trust),
            lambda trust: predecessors.compare(signed, signed, trust),
            lambda trust: predecessors.examine(signed, Precedence.RETEST, trust),
        ):
            with pytest.raises(SessionError) as caught:
                build(trust)
            assert says in str(caught.value)
            assert caught.value.hint
    if not without:
        assert again(signed)[0].predecessors[0].signature is Vouched.NOT_CHECKED


def test_a_comparison_says_who_answers_for_each_session(
    signed: Path,
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, place = again(signed)

    def diff(*options: object) -> str:
        command = ["acceptance", "diff", *map(str, (signed, place, *options))]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit):
            verbs.main()
        return capsys.readouterr().out

    shown = diff()
    assert f"The signature of session {signed.name} (compared) was not checked" in shown
    assert f"Nobody signed session {place.name} (compared)" in shown
    assert f"Session {signed.name} (compared) was signed by DEMO" in diff("--trust", chain.root)
    rows: dict[str, Any] = json.loads(diff("--trust", chain.root, "--json", "-"))
    assert [one["signature"] for one in rows["sessions"]] == ["signed", "unsigned"]
    assert [one["id"] for one in rows["sessions"]] == [signed.name, place.name]


def test_a_session_that_says_whom_it_rests_on_verifies(signed: Path, chain: DemoChain) -> None:
    """And whoever takes that out of it, without the key, is found."""
    done, place = again(unsigned(signed))
    issue(place, done, chain)
    assert verify(place, [chain.root]).exit_code == 0
    store.save(replace(done, predecessors=()), place)
    assert verify(place, [chain.root]).exit_code == 1


def test_a_root_that_the_operator_made_vouches_for_nothing(
    signed: Path, chain: DemoChain, tmp_path: Path
) -> None:
    """A forged session, signed by a chain of the forger's and judged again under its root."""
    own = make_demo_chain(tmp_path / "own")
    issue(signed, store.load(signed), own)
    done, place = again(signed, own.root)
    issue(place, done, chain)
    result = verify(place, [chain.root])
    assert {step.name: str(step.state) for step in result.steps if step.state != "ok"} == {
        "predecessors": "indeterminate"
    }
    assert f"{signed.name} was checked against roots that are not yours" in details(result)
    assert verify(place, [chain.root, own.root]).exit_code == 0


def test_an_amended_report_names_the_session_that_the_log_names(
    signed: Path, chain: DemoChain
) -> None:
    """Whoever holds a key lets the report replace another one, or another state of it."""
    done, place = again(signed, chain.root)
    [earlier] = done.predecessors
    step = Examined(place, [chain.root]).predecessors
    assert step()[0] is State.OK
    for forged in (
        replace(done, predecessors=()),
        replace(done, predecessors=(replace(earlier, sha256="0" * 64),)),
        replace(done, predecessors=(replace(earlier, id="20250101-X9"),)),
        replace(done, supersedes="20250101-X9"),
    ):
        store.save(forged, place)
        state, details = Examined(place, [chain.root]).predecessors()
        assert state is State.BROKEN
        assert details == ("the log tells of another session that was judged again",)
