"""Whatever interrupts a change of a session folder, the folder is as before or as after it."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from interrupting import calls, defective, full, interrupted, killed, points, started
from issued_session import CLIP, details, issued
from marks import slow

from acceptance.errors import OutputError, SessionError
from acceptance.report import render
from acceptance.session import evidence, journal, log_book, store
from acceptance.session.evidence import hash_files, hash_session
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing, pades, seal_server
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import make_practice_chain
from acceptance.signing.verification import require_intact, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from pathlib import Path

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")


class Noon(datetime):
    """A clock that stands still, so that what is written twice is the same."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Noon:  # type: ignore[override]
        """Return noon."""
        return cls(2099, 1, 1, 12, tzinfo=tz)


@pytest.fixture
def folder(tmp_path: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a session whose report is not signed yet; pages and signature are made once."""
    made = issued(tmp_path / "20260602-X1", chain, [CLIP])
    done, packs = store.load(made), store.load_packs(store.load(made).plan, made / store.PACKS)
    page = render.html(done, packs, made, "zh")
    monkeypatch.setattr(log_book, "datetime", Noon)
    monkeypatch.setattr(render, "html", lambda *_: page)
    for path in (*made.glob("report.*"), *made.glob("annex-*.pdf")):
        path.unlink()
    evidence.seal(made, done)
    issuing.issue(made)
    report = (made / "report.pdf").read_bytes()
    signed = pades.sign(report, load_signer(chain.signer, chain.password))
    monkeypatch.setattr(issuing.ReportSigner, "signed", lambda *_: signed)
    return made


@dataclass(frozen=True)
class Trial:
    """A verb and the folder that it changes."""

    act: Callable[[Path], object]
    folder: Path

    def copy(self, name: object) -> Path:
        """Copy the folder into one of its own, so that it keeps its name."""
        return shutil.copytree(self.folder, self.folder.parent / f"{name}" / self.folder.name)

    def done(self) -> tuple[Path, int]:
        """Do it undisturbed; return the folder, and how many calls it took."""
        after = self.copy("after")
        return after, len(calls(lambda: self.act(after)))


def reseal(folder: Path) -> None:
    """Seal a folder for a session that ended on another day."""
    evidence.seal(folder, replace(store.load(folder), finished="2026-06-03T08:00:00+08:00"))


def by_another(
    folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], object]:
    """Sign as the inspector; return what signs as the reviewer, by another key of the chain."""
    issuing.sign(folder, load_signer(chain.signer, chain.password))
    report = (folder / "report.pdf").read_bytes()
    office = make_practice_chain(folder.parent / "office")
    signer = load_signer(office.signers["reviewer"], office.password.read_text().strip())
    signed = pades.sign(report, signer, role="reviewer", reason=folder.name)
    monkeypatch.setattr(issuing.ReportSigner, "signed", lambda *_: signed)
    return lambda folder: issuing.sign(folder, signer, role="reviewer")


def by_a_server(folder: Path, chain: DemoChain) -> Callable[[Path], object]:
    """Export the digest; return what puts the container of a server into the report."""
    file, container = folder.parent / "digest.json", folder.parent / "seal.cms"
    key = load_signer(chain.signer, chain.password)
    made = seal_server.export(folder, file, key, role="inspector")
    signing = key.key.async_sign(bytes.fromhex(made.digest), "sha256", use_pades=True)
    container.write_bytes(asyncio.run(signing).dump())
    return lambda folder: seal_server.import_cms(folder, file, container)


@pytest.fixture(params=["sign", slow("report"), "seal", slow("second"), slow("server")])
def trial(
    request: pytest.FixtureRequest,
    folder: Path,
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
) -> Trial:
    """Return each verb that changes a session folder, and that."""
    signer = load_signer(chain.signer, chain.password)
    acts: dict[str, Callable[[], Callable[[Path], object]]] = {
        "sign": lambda: lambda folder: issuing.sign(folder, signer),
        "report": lambda: issuing.issue,
        "seal": lambda: reseal,
        "second": lambda: by_another(folder, chain, monkeypatch),
        "server": lambda: by_a_server(folder, chain),
    }
    return Trial(acts[request.param](), folder)


def seen(folder: Path) -> dict[str, str]:
    """Return the hashes that ``verify`` finds."""
    return hash_session(folder, store.load(folder))


def settle(folder: Path) -> None:
    """Begin a change that changes nothing, as the next writing verb does."""
    with journal.changing(folder):
        pass


def test_a_fault_at_any_write_fsync_or_rename_leaves_the_folder_as_before_or_as_after(
    trial: Trial,
) -> None:
    done, count = trial.done()
    before, after = hash_files(trial.folder), hash_files(done)
    assert before != after
    met = set()
    for at, fault in zip(range(count), itertools.cycle((full, defective)), strict=False):
        copy = trial.copy(at)
        with pytest.raises(OutputError, match="run") as caught, interrupted(at, fault):
            trial.act(copy)
        assert str(copy) == caught.value.where
        state = seen(copy)
        assert state in (before, after), at
        met.add((state == after, journal.interrupted(copy)))
        settle(copy)
        assert hash_files(copy) == state, at
    assert met == {(False, False), (True, True), (True, False)}


@pytest.mark.parametrize("put", ["link", "folder", "nothing"])
def test_what_is_put_in_place_of_a_folder_while_it_is_changed_is_left_alone(
    tmp_path: Path, put: str
) -> None:
    place, other, moved = (tmp_path / name for name in ("session", "other", "moved"))
    for made in (place, other):
        made.mkdir()
        (made / "report.html").write_bytes(b"before")

    def act() -> None:
        with journal.changing(place) as change:
            change.files["report.html"] = b"after"
            place.rename(moved)
            if put == "link":
                place.symlink_to(other)
            elif put == "folder":
                shutil.copytree(other, place)

    with pytest.raises(OutputError, match=r"put in its place|No such file"):
        act()
    for kept in {other, moved, place} if put == "folder" else {other, moved}:
        assert hash_files(kept) == hash_files(other)
        assert [path.name for path in kept.iterdir()] == ["report.html"]
    assert (other / "report.html").read_bytes() == b"before"


def test_a_kill_leaves_a_folder_that_verifies_as_before_or_as_after_or_says_interrupted(
    trial: Trial, chain: DemoChain
) -> None:
    done, count = trial.done()
    trust = [chain.root, *trial.folder.parent.glob("office/root.pem")]
    states = [(hash_files(each), verify(each, trust)) for each in (trial.folder, done)]
    for number, at in enumerate(points(count)):
        copy = trial.copy(number)
        assert killed(partial(trial.act, copy), at)
        result = verify(copy, trust)
        due = next(verified for hashes, verified in states if hashes == seen(copy))
        if journal.interrupted(copy):
            assert "interrupted: a change was made" in details(result)
            assert result.exit_code == (due.exit_code or 2)
        else:
            assert result.exit_code == due.exit_code, details(result)
        settle(copy)
        assert verify(copy, trust) == due


def test_of_three_who_sign_at_once_one_wins_and_two_say_so(
    folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who holds the lock signs when the other two have been refused."""
    signer = load_signer(chain.signer, chain.password)
    waiting, refused = os.pipe()
    signature = issuing.ReportSigner.signed

    def patient(*given: object) -> bytes:
        while len(os.read(waiting, 1) + os.read(waiting, 1)) < 2:
            pass
        return signature(*given)  # type: ignore[arg-type]

    def sign() -> None:
        try:
            issuing.sign(folder, signer)
        except OutputError as error:
            os.write(refused, b"1")
            os._exit(2 if "another command is changing this session" in str(error) else 1)

    monkeypatch.setattr(issuing.ReportSigner, "signed", patient)
    children = [started(sign) for _ in range(3)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(codes) == [0, 2, 2]
    assert verify(folder, [chain.root]).exit_code == 0


def test_who_signs_after_an_interrupted_signature_is_told_of_it_first(
    folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody signs twice, and nobody signs what another has signed meanwhile without seeing it."""
    signer = load_signer(chain.signer, chain.password)
    with monkeypatch.context() as here:
        here.setattr(journal, "_roll_forward", lambda _: full())
        with pytest.raises(OutputError):
            issuing.sign(folder, signer)
    with pytest.raises(SessionError, match="finished just now"):
        issuing.sign(folder, signer)
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
    assert LogBook(folder).read()[-1].what == "reported_and_signed"


def test_nothing_beside_the_parts_of_a_change_may_lie_in_its_folder(
    folder: Path, chain: DemoChain
) -> None:
    """A page that was never signed is named, also where such a folder may be."""
    staging = folder / journal.STAGING
    staging.mkdir()
    (staging / "0").write_bytes(b"half a file")
    result = verify(folder, [chain.root])
    assert result.exit_code == verify_without(folder, chain)
    assert ".changes was left by a change that was interrupted before it was made" in details(
        result
    )
    for name in ("report.pdf", "0.pdf", "0000", "index.html"):
        (staging / name).write_bytes(b"%PDF")
        broken = verify(folder, [chain.root])
        assert broken.exit_code == 1
        assert f".changes/{name} added" in details(broken)
        with pytest.raises(SessionError, match="changed after it was sealed"):
            require_intact(folder)
        (staging / name).unlink()


def verify_without(folder: Path, chain: DemoChain) -> int:
    """Return the exit code of the same folder without what an interrupted change left."""
    copy = shutil.copytree(folder, folder.parent / "clean" / folder.name)
    settle(copy)
    assert not (copy / journal.STAGING).exists()
    return verify(copy, [chain.root]).exit_code
