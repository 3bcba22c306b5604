"""Whoever holds no key can change nothing in a session folder that ``verify`` does not name.

The table is ``tamperings.TAMPERINGS``; how long an answer takes is measured by
``benchmarks/verifying.py``.
"""

from __future__ import annotations

import itertools
import shutil
import zlib
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import plain_pages
import pytest
import second_verifier
from asn1crypto import x509 as asn1_x509
from beside_the_pages import BESIDE_THE_PAGES, LITTLE
from cryptography.x509 import Name, NameAttribute
from cryptography.x509.oid import NameOID
from forgeries import FORGERIES, Forgery, changing, forge, passing
from hidden_places import HIDDEN_PLACES
from institute import PASSWORD
from issued_session import CLIP, details, issue, issued
from marks import slow
from more_tamperings import MORE_FORGERIES, MORE_TAMPERINGS, anew
from pyhanko.sign.signers import pdf_byterange
from pypdf.generic import NameObject, StreamObject
from sample_pdf import blank_pdf
from second_signers import OF_FIELDS, SECOND_SIGNERS, SecondSigner
from shown_otherwise import (
    BEHIND_THE_FIRST,
    OF_SIGNATURES,
    PASS,
    SHOWN_OTHERWISE,
    begun,
    entries,
)
from tamperings import CAFE, TAMPERINGS, TWINS, Tampering, words

from acceptance.report import page_paints, page_words
from acceptance.session import evidence, store
from acceptance.signing import levels, pades, signature_entries
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import DemoChain, PracticeChain
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from institute import Institute

MOST_READ = 6  # files of which is kept what was read of them


def every_twentieth(rows: Sequence[Tampering | Forgery | SecondSigner]) -> list[Any]:
    """Leave the other rows to ``make test-slow``: they repeat what their neighbours show."""
    return [
        pytest.param(row, id=row.name, marks=[pytest.mark.slow] if number % 20 else [])
        for number, row in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def chain(institute: Institute) -> DemoChain:
    """Sign as an inspector of the institute that certomancer serves on the loopback."""
    key = institute.key_file("inspector")
    return DemoChain(
        root=institute.root, signer=key, crl=key.with_suffix(".crl"), password=PASSWORD
    )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Issue one whole session; tests that change it take a copy."""
    clips = [CLIP, CAFE, *(f"data/clips/{letter}.mp4" for letter in TWINS.values())]
    return issued(tmp_path_factory.mktemp("out") / "20260602-X1", chain, clips)


@pytest.fixture(scope="module", autouse=True)
def _read_once() -> Iterator[None]:
    """Read the same PDF once: what other renderers set is compared with the same pages each time.

    A page's paints are read when they are asked for, as ever. Of a typeface the same letters are
    taken once.
    """
    paints, kept = page_paints.read, OrderedDict[bytes, Any]()

    def painted(pdf: bytes) -> Iterator[object]:
        kept[pdf], mine = itertools.tee(kept.pop(pdf) if pdf in kept else paints(pdf))
        if len(kept) > MOST_READ:
            kept.popitem(last=False)
        try:
            yield from mine
        except Exception:  # it would end there the next time, as if nothing were wrong
            kept.pop(pdf, None)
            raise

    with pytest.MonkeyPatch.context() as patch, plain_pages._typefaces_once():
        patch.setattr(page_paints, "read", painted)
        for name in ("read", "about", "spoken"):
            patch.setattr(page_words, name, lru_cache(MOST_READ)(getattr(page_words, name)))
        yield


@pytest.mark.parametrize("tampering", every_twentieth([*LITTLE, *TAMPERINGS, *MORE_TAMPERINGS]))
def test_without_a_key_nothing_changes(
    folder: Path, chain: DemoChain, tampering: Tampering
) -> None:
    """The state is as the table says, and so are the words."""
    content = store.load(folder)
    tampering.act(folder)
    if tampering.sealed_again:
        evidence.seal(folder, content)
    trust = [chain.root, *folder.parent.glob("another-root.pem")]
    result = verify(folder, trust)
    assert result.state is tampering.state, details(result)
    assert tampering.says in details(result)
    found = second_verifier.problems(folder, trust)
    assert bool(found) is (tampering.state is not State.OK), found


@pytest.mark.parametrize(
    "forgery",
    [
        *every_twentieth([*FORGERIES, *MORE_FORGERIES, *HIDDEN_PLACES]),
        *every_twentieth(OF_FIELDS),
        *every_twentieth(SHOWN_OTHERWISE),
        *every_twentieth(BESIDE_THE_PAGES),
    ],
)
def test_with_a_key_nobody_signs_other_pages(
    folder: Path, chain: DemoChain, forgery: Forgery
) -> None:
    """The signature is valid; what it is put under does not follow from the session."""
    forge(folder, chain, forgery)
    result = verify(folder, [chain.root])
    assert result.steps[0].state is not State.BROKEN, details(result)
    assert result.state is forgery.state, details(result)
    assert forgery.says in details(result)
    found = second_verifier.problems(folder, [chain.root])
    assert bool(found) is (forgery.state is not State.OK), found


@pytest.mark.parametrize("forgery", every_twentieth(OF_SIGNATURES))
def test_a_signature_says_nothing_but_who_signed_which_report(
    folder: Path, chain: DemoChain, forgery: Forgery
) -> None:
    """Viewers show its words in a panel of their own."""
    forge(folder, chain, forgery)
    result = verify(folder, [chain.root])
    assert result.steps[0].state is State.BROKEN
    assert forgery.says in details(result)
    if "calls its signer" not in forgery.says:  # names are for ``verify``
        assert second_verifier.problems(folder, [chain.root])


def signed_again(folder: Path, practice: PracticeChain, **levels_of: str) -> None:
    """Sign the report in a folder, whatever it is, in roles and at levels; seal the folder."""
    report, secret = folder / "report.pdf", practice.password.read_text().strip()
    for role, level in levels_of.items():
        stamping = levels.stamping(str(practice.authority), level, secret) if level else None
        signer = load_signer(practice.signers[role], secret)
        report.write_bytes(pades.sign(report.read_bytes(), signer, role=role, stamping=stamping))
    evidence.seal(folder, store.load(folder))


@pytest.mark.parametrize("second", every_twentieth([*SECOND_SIGNERS, *BEHIND_THE_FIRST]))
def test_who_signs_second_changes_nothing_of_what_was_signed(
    folder: Path, chain: DemoChain, practice: PracticeChain, second: SecondSigner
) -> None:
    """All signatures are valid; the first was not put under what is shown."""
    with changing(second.act):
        signed_again(folder, practice, reviewer="")
    trust = [chain.root, practice.root]
    assert verify(folder, trust).state is State.BROKEN
    assert (folder / "report.pdf").read_bytes().count(b"startxref") == 3  # nothing in between
    found = second_verifier.problems(folder, trust)
    assert found
    assert "changed otherwise than by signing" in found[0] or "another document" in found[0]


def test_roles_sign_in_turn_and_their_times_are_stamped(
    folder: Path, chain: DemoChain, practice: PracticeChain
) -> None:
    """Neither verifier finds anything wrong with what only signs."""
    signed_again(folder, practice, reviewer="", approver="B-LTA")
    trust = [chain.root, practice.root]
    result = verify(folder, trust)
    assert result.exit_code == 0, details(result)
    assert second_verifier.problems(folder, trust) == []


def test_a_time_stamp_says_nothing_of_itself(
    folder: Path, chain: DemoChain, practice: PracticeChain
) -> None:
    """Viewers show the reason of one as that of a signature."""
    with entries(pdf_byterange.DocumentTimestamp, Reason=PASS):
        signed_again(folder, practice, reviewer="B-LTA")
    result = verify(folder, [chain.root, practice.root])
    assert result.steps[0].state is State.BROKEN
    assert "holds /Reason," in details(result)
    assert second_verifier.problems(folder, [chain.root, practice.root])


@pytest.mark.parametrize("name", ["王 / 某所", "['王', '某所']"])
def test_a_signer_with_two_common_names_is_called_as_any_version_did(name: str) -> None:
    """Up to 0.11 as Python prints a list."""
    named = [NameAttribute(NameOID.COMMON_NAME, each) for each in ("王", "某所")]
    subject = asn1_x509.Name.load(Name(named).public_bytes())
    signature: Any = SimpleNamespace(
        sig_object={"/Name": name}, sig_object_type="/Sig", field_name="inspector",
        signer_cert=SimpleNamespace(subject=subject), signer_info={"signed_attrs": ()},
    )  # fmt: skip
    assert [*signature_entries.strange(signature)] == []
    signature.sig_object["/Name"] = "王"
    assert [each.code for each in signature_entries.strange(signature)] == ["signature_name"]


def test_a_reason_is_compared_where_the_number_of_the_report_is_known(
    tmp_path: Path, chain: DemoChain
) -> None:
    """Without a session in it, nobody knows the number."""
    report = tmp_path / "report.pdf"
    signer = load_signer(chain.signer, chain.password)
    report.write_bytes(pades.sign(blank_pdf(), signer, reason="20260602-X"))
    result = verify(report, [chain.root])
    assert result.steps[0].state is State.OK, details(result)


def test_the_second_verifier_reads_signatures_of_definite_length_only(
    folder: Path, chain: DemoChain
) -> None:
    """Where the length is left open, other bytes are read than those that were looked at."""
    report = folder / "report.pdf"
    report.write_bytes(report.read_bytes().replace(b"<3082", b"<3080", 1))
    assert "holds no signature" in second_verifier.problems(folder, [chain.root])[0]


def test_the_second_verifier_unpacks_attachments_up_to_a_bound(original: Path) -> None:
    """Two megabytes may hold gigabytes."""
    module = second_verifier.loaded()
    parts = [*module.tables(module.read((original / "report.pdf").read_bytes()).trailer)]
    module.MOST = max(map(len, module.attachments(parts).values()))
    module.attachments(parts)
    module.MOST -= 1
    with pytest.raises(ValueError, match="or too large"):
        module.attachments(parts)


@pytest.mark.parametrize(
    ("key", "value"),
    [("Filter", "/LZWDecode"), ("DecodeParms", "/X"), ("DP", "/X"), ("F", "/X"), ("FFilter", "/X")],
)
def test_the_second_verifier_unpacks_what_viewers_unpack(key: str, value: str) -> None:
    """Whatever else a stream says of its packing, another content may be shown of it."""
    module = second_verifier.loaded()
    stream = StreamObject()
    stream.set_data(zlib.compress(b"x"))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    assert module.unpacked(stream) == b"x"
    stream[NameObject(f"/{key}")] = NameObject(value)
    with pytest.raises(ValueError, match="not packed as the toolkit packs"):
        module.unpacked(stream)


@pytest.mark.parametrize("packed", [zlib.compress(b"x") + b"y", zlib.compress(b"x" * 99)[:-4]])
def test_the_second_verifier_unpacks_whole_streams_only(packed: bytes) -> None:
    """What lies behind, or lacks, is read by some and not by others."""
    stream = StreamObject()
    stream.set_data(packed)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    with pytest.raises(ValueError, match="not packed as the toolkit packs"):
        second_verifier.loaded().unpacked(stream)


@pytest.fixture(scope="module", params=["0.5.9", slow("9.0.0")])
def of_another_version(
    request: pytest.FixtureRequest, original: Path, chain: DemoChain, tmp_path_factory: Any
) -> Path:
    """Issue a session that an older or a newer version judged."""
    other = shutil.copytree(original, tmp_path_factory.mktemp("other") / original.name)
    issue(other, replace(store.load(other), tool_version=request.param), chain)
    return other


def test_what_only_a_newer_version_can_read_is_not_said_to_be_broken(
    of_another_version: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older one wrote, this one can read."""

    def unknown(*_: object) -> None:
        raise ValueError("a field of tomorrow")

    newer = store.load(of_another_version).tool_version == "9.0.0"
    monkeypatch.setattr(store.first_error, "check", unknown)
    result = verify(of_another_version, [chain.root])
    assert result.exit_code == (3 if newer else 1), details(result)
    assert ("made by version 9.0.0" in details(result)) is newer


def test_a_warning_that_an_older_version_did_not_know_breaks_no_sound_session(
    original: Path, chain: DemoChain, tmp_path: Path
) -> None:
    older = shutil.copytree(original, tmp_path / original.name)
    session = store.load(older)
    due, *known = session.warnings or ()
    issue(older, replace(session, warnings=tuple(known), tool_version="0.15.0"), chain)
    result = verify(older, [chain.root])
    assert result.exit_code == 0, details(result)
    assert f"warning {due.code}" in details(result)
    assert "is due, but not stored" in details(result)


@pytest.mark.parametrize(
    "forgery",
    [
        Forgery("pages that pass", "", shown=passing),
        slow(Forgery("words that are not drawn", "", pages=anew(begun(b"3 Tr ")))),
    ],
)
def test_pages_that_another_version_set_must_state_the_conclusion(
    of_another_version: Path, chain: DemoChain, tmp_path: Path, forgery: Forgery
) -> None:
    """Whoever holds a key and says that another version set the pages shows no other verdict."""
    other = shutil.copytree(of_another_version, tmp_path / of_another_version.name)
    forge(other, chain, forgery)
    result = verify(other, [chain.root])
    assert result.exit_code == 3
    assert "the first pages do not state the conclusion" in details(result)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("report.html", "不符合", "符合"),
        ("report.html", "</p>", "</p> "),
        ("report.xml", "<failure", "<x"),
    ],
)
def test_another_version_checks_html_and_junit_by_their_signed_hashes(
    of_another_version: Path, chain: DemoChain, tmp_path: Path, name: str, old: str, new: str
) -> None:
    """It cannot write them again, and need not."""
    other = shutil.copytree(of_another_version, tmp_path / of_another_version.name)
    assert verify(other, [chain.root]).exit_code == 0
    content = store.load(other)
    words(name, old, new)(other)
    evidence.seal(other, content)
    result = verify(other, [chain.root])
    assert result.exit_code == 1
    assert f"renderings broken: {name} changed" in details(result)
