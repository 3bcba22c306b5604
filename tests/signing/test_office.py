"""A report signed as offices do it: four signatures, each in its role, its turn and its place."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pki
import pytest
from archive_rules import broken
from issued_session import CLIP, details, issued
from marks import slow
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader
from sample_pdf import updated

from acceptance import messages
from acceptance.errors import InputError, KeyFileError, PlanError, SessionError, UsageError
from acceptance.report import render, typesetting
from acceptance.session import evidence, store
from acceptance.signing import (
    appearances,
    explaining,
    issuing,
    levels,
    pades,
    policy,
    roles,
    seal_server,
    updates,
)
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import PracticeChain, make_practice_chain
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.certificates import Signer
    from acceptance.signing.chains import DemoChain


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> PracticeChain:
    """Make a chain to practise with: four signers, a policy, and one that stamps times."""
    folder = tmp_path_factory.mktemp("office") / "keys"
    return make_practice_chain(folder, {"inspector": "张三", "seal": "某检验所"}, authority=True)


def key(office: PracticeChain, role: str) -> Signer:
    """Open the key of a role."""
    return load_signer(office.signers[role], office.password.read_text().strip())


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Make a session whose report nobody signed."""
    folder = issued(tmp_path_factory.mktemp("out") / "20260602-X1", chain, [CLIP])
    (folder / "report.pdf").unlink()
    evidence.seal(folder, store.load(folder))
    issuing.issue(folder)
    return folder


@pytest.fixture(scope="module")
def revisions(
    unsigned: Path, office: PracticeChain, tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """Sign in all four roles; return the folder after each signature."""
    made: list[Path] = []
    before = unsigned
    for role in roles.ORDER:
        folder = tmp_path_factory.mktemp(role) / unsigned.name
        shutil.copytree(before, folder)
        if before is unsigned:
            issuing.sign(folder, key(office, role), role=role)
        else:  # as issuing.sign does, which sets all pages again each time
            report = folder / "report.pdf"
            report.write_bytes(pades.sign(report.read_bytes(), key(office, role), role=role))
            evidence.seal(folder, store.load(folder))
        made.append(before := folder)
    return made


@pytest.fixture(scope="module")
def signed(revisions: list[Path]) -> bytes:
    """Read the report with four signatures."""
    return (revisions[-1] / "report.pdf").read_bytes()


def found(pdf: bytes, office: PracticeChain, **asked: object) -> dict[str, State]:
    """Verify signatures by the office's policy; return codes and states of the problems."""
    held = policy.read(office.policy)
    report = verify_pdf(pdf, [], policy=replace(held, **asked) if asked else held)  # type: ignore[arg-type]
    return {problem.code: problem.state for problem in report.problems}


def test_four_signatures_verify_by_the_policy_and_as_a_folder(
    revisions: list[Path], office: PracticeChain
) -> None:
    """Complete, in order, by whom the policy names; without the last one it is incomplete."""
    held = policy.read(office.policy)
    result = verify(revisions[-1], policy=held)
    assert result.exit_code == 0, details(result)
    assert [signature.role for signature in result.signatures] == list(roles.ORDER)
    assert all(signature.of_test_chain for signature in result.signatures)
    lacking = verify_pdf((revisions[-2] / "report.pdf").read_bytes(), [], policy=held)
    assert [problem.detail for problem in lacking.problems] == ["the signature of seal is missing"]
    assert lacking.state is State.INCOMPLETE


def test_each_signature_shows_role_name_and_beijing_time_in_its_place(signed: bytes) -> None:
    """The stamps lie where the pages name their places, in SC typefaces, on page 1."""
    reader = PdfReader(io.BytesIO(signed))
    fields = [each.get_object() for each in reader.trailer["/Root"]["/AcroForm"]["/Fields"]]
    places = appearances.places(PdfFileReader(io.BytesIO(signed)))
    assert [*places] == list(roles.ORDER)
    for field in fields:
        place = places[str(field["/T"])]
        assert place.page == 0
        assert [*map(float, field["/Rect"])] == pytest.approx(place.box, abs=0.01)
        fonts = field["/AP"]["/N"]["/Resources"]["/Font"].get_object().values()
        assert all("-Sans-CJK-SC" in font.get_object()["/BaseFont"] for font in fonts)
    seal = fields[-1]["/V"].get_object()
    assert str(seal["/M"]).endswith("+08'00'")
    words = appearances._words(
        PdfFileReader(io.BytesIO(signed)).root["/AcroForm"]["/Fields"][3]["/AP"]["/N"]
    )
    shown = words[0].words
    assert shown.startswith("公章TEST某检验所")
    assert re.search(r"20\d\d-\d\d-\d\d\d\d:\d\d:\d\d\+08:00", shown)
    assert "测试证书，无法律效力" in shown


def test_a_signed_report_stays_what_pdf_a_3_and_pdf_ua_allow(
    unsigned: Path, revisions: list[Path], office: PracticeChain
) -> None:
    """After each signature, and with what B-LTA adds: no rule broken, fonts of stamps embedded."""
    reports = [(folder / "report.pdf").read_bytes() for folder in (unsigned, *revisions)]
    authority = levels.stamping(
        str(office.authority), "B-LTA", office.password.read_text("utf-8").strip()
    )
    reports.append(pades.sign(reports[0], key(office, "inspector"), stamping=authority))
    assert [[*dict.fromkeys(broken(report))] for report in reports] == [[]] * len(reports)
    last = PdfFileReader(io.BytesIO(reports[-1]))
    assert [*updates.beyond_signatures(last)] == []
    for report in reports:
        fields = PdfReader(io.BytesIO(report)).trailer["/Root"]["/AcroForm"]["/Fields"]
        assert [str(each.get_object()["/T"]) for each in fields][:4] == [*roles.ORDER]
    signed = PdfReader(io.BytesIO(reports[-2])).trailer["/Root"]["/AcroForm"]["/Fields"]
    for field in (each.get_object() for each in signed):
        fonts = field["/AP"]["/N"]["/Resources"]["/Font"].get_object().values()
        for font in (each.get_object()["/DescendantFonts"][0].get_object() for each in fonts):
            assert "/FontFile3" in font["/FontDescriptor"].get_object()


@pytest.mark.skipif(not shutil.which("verapdf"), reason="veraPDF is not here")
def test_verapdf_finds_no_rule_broken(revisions: list[Path]) -> None:
    """By the validator of the PDF Association."""
    command = ["verapdf", "--flavour", "3b", "--format", "text", revisions[-1] / "report.pdf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("PASS"), done.stdout


def test_the_report_shows_who_has_not_signed_yet(unsigned: Path, revisions: list[Path]) -> None:
    """The first signature makes a place for each; what it certified lets them be filled only."""
    first = PdfFileReader(io.BytesIO((revisions[0] / "report.pdf").read_bytes()))
    assert [each.field_name for each in first.embedded_signatures] == ["inspector"]
    assert len(first.root["/AcroForm"]["/Fields"]) == len(roles.ORDER)
    assert first.embedded_signatures[0].docmdp_level == pades.MDPPerm.FILL_FORMS
    before = PdfFileReader(io.BytesIO((unsigned / "report.pdf").read_bytes())).root
    assert before["/AcroForm"]["/Fields"] == first.root["/AcroForm"]["/Fields"]


# --- who may sign, and when


@pytest.mark.parametrize(
    ("role", "after", "says"),
    [
        ("审核", 0, "inspector must sign before"),
        slow("批准", 1, "reviewer must sign before"),
        ("公章", 2, "approver must sign before"),
        slow("seal", 1, "reviewer, approver must sign before"),
        ("主检", 1, "has signed already"),
        slow("审核", 3, "has signed already"),
    ],
)
def test_order_is_held(
    revisions: list[Path], unsigned: Path, tmp_path: Path, office: PracticeChain,
    role: str, after: int, says: str,
) -> None:  # fmt: skip
    """The seal before 批准, a role before its turn or a second time: refused, nothing changed."""
    folder = shutil.copytree([unsigned, *revisions][after], tmp_path / unsigned.name)
    before = (folder / "report.pdf").read_bytes()
    with pytest.raises(SessionError, match=says):
        issuing.sign(folder, key(office, roles.code(role)), role=role)
    assert (folder / "report.pdf").read_bytes() == before


def test_no_signature_is_put_where_the_pages_have_no_place_for_it(
    office: PracticeChain, tmp_path: Path
) -> None:
    """With ``seal = false`` in the institute's file there is no place for a seal: it is refused."""
    names = ("tester", "reviewer", "approver")
    style = "display: block; width: 38mm; height: 11mm"
    places = "".join(f"<a id=sign-{n} href=#sign-{n} style='{style}'></a>" for n in names)
    page = f"<html lang=zh><title>x</title><p>检验</p>{places}"
    pdf = typesetting.archived(page, tmp_path, render.EPOCH, {})
    assert [*appearances.places(PdfFileReader(io.BytesIO(pdf)))] == [*roles.ORDER[:-1]]
    with pytest.raises(SessionError, match="no place for it, and nobody would see") as refused:
        pades.sign(pdf, key(office, "seal"), role="seal")
    assert "seal = true" in refused.value.hint
    assert b"/ByteRange" in pades.sign(pdf, key(office, "inspector"), role="inspector")


def test_nobody_signs_in_two_roles(revisions: list[Path], tmp_path: Path) -> None:
    """The same certificate, the same key in another, the same subject with another key."""
    folder = shutil.copytree(revisions[0], tmp_path / revisions[0].name)
    root = pki.authority("某机构")
    reviewer = pki.holder("李四", root)
    issuing.sign(folder, reviewer.signer(), role="审核")
    twins = {
        "the same certificate": reviewer,
        "the same key": pki.holder("李四（续）", root, key=reviewer.key),
        "the same subject": pki.holder("李四", root),
    }
    for says, twin in twins.items():
        with pytest.raises(KeyFileError, match=says):
            issuing.sign(folder, twin.signer(), role="批准")
    issuing.sign(folder, pki.holder("李四 2", root).signer(), role="批准")


def test_one_person_in_two_roles_is_found_whoever_wrote_the_file(case_pdf: bytes) -> None:
    """Another program may let it happen; verifying does not."""
    root = pki.authority("某机构")
    twice = pki.holder("李四", root)
    pdf = pades.sign(pades.sign(case_pdf, twice.signer()), twice.signer(), role="approver")
    report = verify_pdf(pdf, [])
    assert "李四 signed in two roles, inspector and approver (the same certificate)" in {
        problem.detail for problem in report.problems
    }
    assert report.state is State.BROKEN


@pytest.fixture(scope="module")
def case_pdf() -> bytes:
    """One page."""
    from sample_pdf import blank_pdf

    return blank_pdf(session_json=b"{}")


def test_a_policy_says_who_signs_in_which_role(
    revisions: list[Path], office: PracticeChain, tmp_path: Path
) -> None:
    """A valid certificate that is not named, a role that is not there, a stamp that is demanded."""
    folder = shutil.copytree(revisions[0], tmp_path / revisions[0].name)
    held = policy.read(office.policy)
    stranger = pki.holder("李四", pki.authority("某机构")).signer()
    rules = issuing.Rules(policy=held)
    with pytest.raises(KeyFileError, match="none of those that the policy names"):
        issuing.sign(folder, stranger, role="审核", rules=rules)
    with pytest.raises(PlanError, match=r"unknown role '见证'.*主检 \(inspector\)"):
        issuing.sign(folder, stranger, role="见证", rules=rules)
    strict = issuing.Rules(policy=replace(held, level="B-T"))
    with pytest.raises(PlanError, match="asks for level B-T, not B-B"):
        issuing.sign(folder, key(office, "reviewer"), role="审核", rules=strict)


def test_a_policy_without_reviewer_needs_none(
    revisions: list[Path], office: PracticeChain, tmp_path: Path
) -> None:
    """A small institute names its own roles, and certificate fields in place of pins."""
    folder = shutil.copytree(revisions[0], tmp_path / revisions[0].name)
    file = office.policy.parent / "small.toml"
    file.write_text(
        'roots = ["root.pem"]\n[[roles]]\nrole = "主检"\n[[roles]]\nrole = "批准"\n'
        'fields = { O = "acceptance TEST", CN = "TEST 批准 (approver)" }\n',
        encoding="utf-8",
    )
    held = policy.read(file)
    with pytest.raises(KeyFileError, match="its certificate says common_name 'TEST 审核"):
        issuing.sign(folder, key(office, "reviewer"), role="批准", rules=issuing.Rules(policy=held))
    issuing.sign(folder, key(office, "approver"), role="批准", rules=issuing.Rules(policy=held))
    assert verify(folder, policy=held).exit_code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "roles: this field is missing"),
        ("[[roles]]\nrole = ''", "role: this field is missing"),
        (
            "[[roles]]\nrole = '主检'\n[[roles]]\nrole = 'tester'",
            "stands there twice",
        ),
        ("level = 'B-X'\n[[roles]]\nrole = '主检'", "must be one of B-B, B-T, B-LT, B-LTA"),
        ("[[roles]]\nrole = '主检'\nsigner = []", "signer: unknown field"),
        ("[[roles]]\nrole = '主检'\nsigners = ['gone.pem']", "gone.pem: is no certificate"),
        ("[[roles]]\nrole = '主检'\nfields = { X = '1' }", "must be one of common_name, CN"),
        ("roots = ['gone.pem']\n[[roles]]\nrole = '主检'", "gone.pem: cannot be read"),
        ("roles = 1", "roles: must be a list"),
    ],
)
def test_a_policy_that_is_wrong_says_where(tmp_path: Path, text: str, says: str) -> None:
    """File and field are named."""
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        policy.read(tmp_path / "policy.toml")


@pytest.mark.parametrize(
    "typed", ["主检", "主 检", "ｉｎｓｐｅｃｔｏｒ", "Inspector", "tester", "检验"]
)
def test_a_role_is_known_by_every_name_that_people_type(typed: str) -> None:
    """In either language, in full width, with blanks."""
    assert roles.code(typed) == roles.INSPECTOR


# --- four signatures, and what may be done to them


def cut(pdf: bytes, count: int) -> bytes:
    """Cut a report back to its first signatures."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\n", pdf)]
    return pdf[: ends[count]]


@pytest.mark.parametrize("left", [slow(1), slow(2), 3])
def test_each_signature_that_is_cut_off_is_named(
    signed: bytes, office: PracticeChain, left: int
) -> None:
    """What is left is whole; the policy knows who is missing."""
    held = policy.read(office.policy)
    report = verify_pdf(cut(signed, left), [], policy=held)
    assert [problem.detail for problem in report.problems] == [
        f"the signature of {role} is missing" for role in roles.ORDER[left:]
    ]


def resigned(pdf: bytes, *signers: tuple[str, Signer]) -> bytes:
    """Add signatures as any program can."""
    for role, signer in signers:
        pdf = pades.sign(pdf, signer, role=role)
    return pdf


def test_swapped_repeated_and_foreign_signatures_are_named(
    unsigned: Path, office: PracticeChain
) -> None:
    """Out of order; under a second name; by somebody whom the policy does not name."""
    pdf = (unsigned / "report.pdf").read_bytes()
    first, second, third = (key(office, role) for role in roles.ORDER[:3])
    swapped = resigned(pdf, ("inspector", first), ("approver", third), ("reviewer", second))
    assert found(swapped, office)["order"] is State.BROKEN
    repeated = resigned(pdf, ("inspector", first), ("reviewer", second), ("reviewer2", second))
    assert {"strange_role", "two_roles"} <= {*found(repeated, office)}
    wrong = resigned(pdf, ("inspector", first), ("reviewer", third))
    assert found(wrong, office)["another_signer"] is State.BROKEN
    stranger = pki.holder("李审核", pki.authority("某机构")).signer()
    assert "another_signer" in found(
        resigned(pdf, ("inspector", first), ("reviewer", stranger)), office
    )


@pytest.mark.parametrize("tail", [b"\n% a comment\n", slow(b" ")])
def test_a_comment_behind_four_signatures_is_found(
    signed: bytes, office: PracticeChain, tail: bytes
) -> None:
    """Plain validation says valid."""
    assert found(signed + tail, office) == {"appended": State.BROKEN}


def test_a_drawing_behind_or_between_four_signatures_is_found(
    revisions: list[Path], signed: bytes, office: PracticeChain
) -> None:
    """In an update of its own, and in one that the next signature covers."""
    assert "changed_after_signing" in found(updated(signed, "drawing"), office)
    three = (revisions[2] / "report.pdf").read_bytes()
    covered = pades.sign(updated(three, "drawing"), key(office, "seal"), role="seal")
    assert "changed_after_signing" in found(covered, office)


def test_an_expired_certificate_signs_nothing_and_is_named(
    office: PracticeChain, signed: bytes, tmp_path: Path
) -> None:
    """At signing it is refused; a year later nobody knows, without a time stamp."""
    old = make_practice_chain(tmp_path / "old", at=datetime.now(UTC) - timedelta(days=400))
    with pytest.raises(KeyFileError, match="its certificate expired on"):
        key(old, "reviewer")
    later = datetime.now(UTC) + timedelta(days=400)
    report = verify_pdf(signed, [], policy=policy.read(office.policy), at=later)
    assert report.state is State.INDETERMINATE
    assert report.problems[0].detail.startswith("inspector: the certificate of TEST 张三 is only")


@pytest.mark.parametrize("change", ["text", slow("place"), slow("more")])
def test_a_stamp_that_shows_something_else_is_found(
    revisions: list[Path], office: PracticeChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:  # fmt: skip
    """Whoever signs with a program of their own draws what they like: another name, elsewhere."""
    folder = shutil.copytree(revisions[0], tmp_path / revisions[0].name)
    drawn, put = appearances.drawn, appearances._Drawing.apply_appearance
    report = (folder / "report.pdf").read_bytes()
    elsewhere = appearances.places(PdfFileReader(io.BytesIO(report)))["seal"].box

    def moved(drawing: appearances._Drawing, field: generic.DictionaryObject) -> None:
        put(drawing, field)
        field["/Rect"] = generic.ArrayObject(map(generic.FloatObject, elsewhere))

    with monkeypatch.context() as here:
        if change == "text":
            other = pki.holder("合格", pki.authority("某")).signer().key.signing_cert
            here.setattr(
                appearances, "drawn", lambda role, _, when, lang: drawn(role, other, when, lang)
            )
        if change == "place":
            here.setattr(appearances._Drawing, "apply_appearance", moved)
        role = "witness" if change == "more" else "reviewer"
        report = pades.sign(report, key(office, "reviewer"), role=role)
    (folder / "report.pdf").write_bytes(report)
    evidence.seal(folder, store.load(folder))
    result = verify(folder, [office.root])
    if change == "more":  # a field that shows nothing
        assert "pages ok" in details(result)
        return
    assert result.exit_code == 1
    assert re.search(
        "the stamp does not show|more than signatures and their stamps|was changed after",
        details(result),
    )


# --- a seal server, and a page for a judge


def test_a_server_seals_by_digest_alone(
    revisions: list[Path], office: PracticeChain, tmp_path: Path
) -> None:
    """Another certificate, another digest, a changed file and a second use are refused."""
    folder = shutil.copytree(revisions[2], tmp_path / revisions[2].name)
    before = (folder / "report.pdf").read_bytes()
    own = office.signers["seal"].with_suffix(".crt")
    named = seal_server.named([own, office.root, own.with_suffix(".crl")])
    file, container = tmp_path / "digest.json", tmp_path / "seal.cms"
    made = seal_server.export(folder, file, named, role="公章")
    assert (folder / "report.pdf").read_bytes() == before

    def server(role: str, digest: bytes) -> None:
        signing = key(office, role).key.async_sign(digest, "sha256", use_pades=True)
        container.write_bytes(asyncio.run(signing).dump())

    digest = bytes.fromhex(made.digest)
    for role, signed_digest, says in (
        ("approver", digest, "another certificate than was named"),
        ("seal", bytes(32), "another digest than the one that was exported"),
    ):
        server(role, signed_digest)
        with pytest.raises(InputError, match=says):
            seal_server.import_cms(folder, file, container)
    server("seal", digest)
    changed = tmp_path / "changed.json"
    update = base64.b64encode(base64.b64decode(made.update).replace(b"/Sig", b"/Sih", 1)).decode()
    changed.write_text(file.read_text("utf-8").replace(made.update, update), encoding="utf-8")
    with pytest.raises(InputError, match="the digest in it is not that of the report"):
        seal_server.import_cms(folder, changed, container)
    seal_server.import_cms(folder, file, container)
    assert verify(folder, policy=policy.read(office.policy)).exit_code == 0
    with pytest.raises(SessionError, match="the report is not the one that was exported"):
        seal_server.import_cms(folder, file, container)


def test_a_server_may_sign_first_where_the_pages_are_those_that_would_be_written(
    unsigned: Path, office: PracticeChain, tmp_path: Path
) -> None:
    """In its turn only; pages that somebody changed are refused."""
    folder = shutil.copytree(unsigned, tmp_path / unsigned.name)
    file, container = tmp_path / "digest.json", tmp_path / "first.cms"
    own = office.signers["inspector"].with_suffix(".crt")
    named = seal_server.named([own, office.root, own.with_suffix(".crl")])
    with pytest.raises(SessionError, match="must sign before"):
        seal_server.export(folder, file, named, role="公章")
    made = seal_server.export(folder, file, named, role="主检")
    signing = key(office, "inspector").key.async_sign(
        bytes.fromhex(made.digest), "sha256", use_pades=True
    )
    container.write_bytes(asyncio.run(signing).dump())
    seal_server.import_cms(folder, file, container)
    first = verify(folder, [office.root])
    assert [each.role for each in first.signatures] == ["inspector"]
    assert first.exit_code == 0, details(first)
    other = shutil.copytree(unsigned, tmp_path / "other" / unsigned.name)
    (other / "report.pdf").write_bytes(updated((other / "report.pdf").read_bytes(), "drawing"))
    evidence.seal(other, store.load(other))
    with pytest.raises(SessionError, match="cannot be signed after others: the report was updated"):
        seal_server.export(other, file, named, role="主检")


@pytest.mark.parametrize("lang", ["zh", slow("en")])
def test_a_judge_reads_what_was_checked_and_what_is_not_proven(
    revisions: list[Path], office: PracticeChain, tmp_path: Path, lang: str
) -> None:
    """One page, in either language; test certificates are said first."""
    messages.speak(lang)
    try:
        pdf = (revisions[3] / "report.pdf").read_bytes()
        (tmp_path / "report.pdf").write_bytes(pdf)
        result = verify(tmp_path / "report.pdf", policy=policy.read(office.policy))
        said = explaining.text(result, tmp_path / "report.pdf")
        explaining.write(result, tmp_path / "report.pdf", tmp_path / "page.pdf")
    finally:
        messages.speak("en")
    assert hashlib.sha256(pdf).hexdigest() in said
    words = ("测试证书", "签名人的时钟", "主检") if lang == "zh" else ("TEST", "clock", "inspector")
    assert all(word in said for word in words)
    assert "“TEST 张三”" in said  # whatever a certificate says, it is seen to be a name
    assert len(PdfReader(tmp_path / "page.pdf").pages) == 1
    with pytest.raises(UsageError, match=r"\.doc"):
        explaining.write(result, tmp_path, tmp_path / "page.doc")
