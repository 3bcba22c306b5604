"""A report in volumes: each whole by itself, and every link between them leads somewhere."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdf
import pytest
from sample_session import draw_still, pack_of_db50, session_of

from acceptance import wording
from acceptance.model import Condition, Verdict
from acceptance.report import export_tables, papers, render
from acceptance.report.book import Book
from acceptance.report.file_names import ANNEXES, REPORT, beside
from acceptance.report.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.model import Pack, Session

MAIN = "east.pdf"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return pack_of_db50()


@pytest.fixture(scope="module")
def session(pack: Pack) -> Session:
    return session_of(pack)


@pytest.fixture(scope="module")
def written(
    session: Session, pack: Pack, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Set all volumes of a report that is called otherwise, by the names that they will have."""
    folder = tmp_path_factory.mktemp("session")
    for shot in session.shots[:1]:
        (folder / shot.still).parent.mkdir(parents=True)
        draw_still(folder / shot.still, (192, 108))
    volumes = render.volumes(session, [pack], folder, "zh", main=MAIN)
    annexes = dict(volumes.annexes())
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in annexes.items()}
    named = {beside(MAIN, name): content for name, content in annexes.items()}
    return {MAIN: volumes.report(hashes, {}), **named}


@pytest.fixture(scope="module")
def readers(written: dict[str, bytes]) -> dict[str, pypdf.PdfReader]:
    return {name: pypdf.PdfReader(io.BytesIO(content)) for name, content in written.items()}


def links(reader: pypdf.PdfReader) -> Iterator[tuple[str, str]]:
    """Give the file ("" is the same) and the anchor of every link, and refuse any other action."""
    for page in reader.pages:
        for note in (each.get_object() for each in page.get("/Annots", ())):
            if note["/Subtype"] == "/Widget":
                continue  # a field for a signature
            if "/Dest" in note:
                yield "", str(note["/Dest"])
            else:
                assert note["/A"]["/S"] == "/GoToR"
                yield str(note["/A"]["/F"]), str(note["/A"]["/D"])


def test_every_link_in_and_between_the_files_leads_to_a_place_that_there_is(
    readers: dict[str, pypdf.PdfReader],
) -> None:
    places = {name: set(reader.named_destinations) for name, reader in readers.items()}
    led = {(name, file or name) for name in readers for file, _ in links(readers[name])}
    for name, reader in readers.items():
        for file, anchor in links(reader):
            assert anchor in places[file or name], f"{name}: {file}#{anchor}"
    for annex in readers.keys() - {MAIN}:
        assert (MAIN, annex) in led
        assert (annex, MAIN) in led


def test_from_a_failed_item_lead_ways_to_all_that_it_rests_on_and_back(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    """A figure to result, clause, budget, picture, conditions and clip; an answer to itself."""
    for shot in session.shots[:1]:
        (tmp_path / shot.still).parent.mkdir(parents=True)
        draw_still(tmp_path / shot.still, (192, 108))
    bodies = render.volumes(session, [pack], tmp_path, "zh").bodies
    rows = re.findall(r'<tr id="failed-\d+">.*?</tr>', bodies[""], re.DOTALL)
    ways = [re.findall(r'class="way" href="([a-z.-]*)#([a-z]+)', row) for row in rows]
    reached = {(file, kind) for row in ways for file, kind in row}
    assert reached >= {
        ("annex-a.pdf", "finding"), ("annex-e.pdf", "clause"), ("annex-d.pdf", "budget"),
        ("annex-a.pdf", "shot"), ("annex-f.pdf", "file"), ("annex-a.pdf", "answer"),
    }  # fmt: skip
    assert 'href="annex-c.pdf#still-' in bodies["a"]
    assert 'href="annex-b.pdf#curve-' in bodies["a"]
    for letter in "ade":
        assert f'href="{REPORT}#item-' in bodies[letter] or letter == "d"


def test_the_contents_name_the_pages_on_which_the_sections_begin(
    readers: dict[str, pypdf.PdfReader],
) -> None:
    pages = [page.extract_text() for page in readers[MAIN].pages]
    lines = re.findall(r"^(\S.*?)\s*\.{3,}\s*(\d+)$", pages[1], re.MULTILINE)
    assert len(lines) > 6
    for heading, number in lines:
        assert heading.split()[0] in pages[int(number) - 1]


def test_the_main_report_prints_the_hash_of_every_annex(
    readers: dict[str, pypdf.PdfReader], written: dict[str, bytes]
) -> None:
    text = "".join(page.extract_text() for page in readers[MAIN].pages).replace("\n", "")
    assert len(written) == 1 + len(ANNEXES)
    for name, content in written.items():
        assert name == MAIN or hashlib.sha256(content).hexdigest() in text


def test_each_annex_bears_number_and_letter_on_every_page_and_its_end(
    readers: dict[str, pypdf.PdfReader], session: Session
) -> None:
    for letter, name in ANNEXES.items():
        pages = [page.extract_text() for page in readers[beside(MAIN, name)].pages]
        for number, text in enumerate(pages, 1):
            foot = f"附件 {letter.upper()}第 {number} 页 共 {len(pages)} 页"
            assert foot.replace(" ", "") in re.sub(r"\s", "", text)
            assert session.id in text
        assert f"附件 {letter.upper()} 完" in pages[-1]


def lot(session: Session, devices: int, failing: int) -> Session:
    """Multiply a camera of the session: the first few fail what they all are judged by."""
    camera = next(one for one in session.plan.subjects if one.id == "cam1")
    cameras = [replace(camera, id=f"c{n}", name=f"枪机 {n}") for n in range(devices)]
    judged = next(
        one for one in session.findings if one.subject == "cam1" and one.value is not None
    )
    findings = tuple(
        replace(
            judged, subject=camera.id, value=float(100 + n), measurements=(), answer=None,
            verdict=Verdict.FAIL if n < failing else Verdict.PASS,
        )
        for n, camera in enumerate(cameras)
    )  # fmt: skip
    plan = replace(session.plan, subjects=tuple(cameras))
    return replace(session, plan=plan, findings=findings, shots=(), measurements=(), notes=())


def test_a_table_of_the_failed_of_a_lot_says_how_many_they_are(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    book = Book(session=lot(session, 20, 2), packs=[pack], folder=tmp_path, lang="zh")
    page = Volumes(book=book).printed
    found = re.findall(r"<h3>不符合的设备：\s*\S+ · 固定摄像机 <span class=\"count\">(\d+)<", page)
    assert found == ["2"]


@pytest.mark.parametrize(("devices", "columns"), [(3, 3), (12, 12), (13, 2)])
def test_devices_are_columns_where_they_fit_else_those_that_failed_are(
    session: Session, pack: Pack, tmp_path: Path, devices: int, columns: int
) -> None:
    many = lot(session, devices, 2)
    [table] = Book(session=many, packs=[pack], folder=tmp_path, lang="zh").clauses.tables
    shown = table.devices if not table.is_lot else next(table.parts()).devices
    assert len(shown) == columns
    [row] = table.rows
    assert dict(row.counts) == {Verdict.PASS: devices - 2, Verdict.FAIL: 2}
    assert row.worst
    assert row.worst.finding.value == 100.0
    assert row.median("zh").startswith(f"{100 + (devices - 1) / 2:g}")


def test_rows_are_numbered_from_1_without_a_gap(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    book = Book(session=session, packs=[pack], folder=tmp_path, lang="zh")
    serials = [row.serial for table in book.clauses.tables for row in table.rows]
    assert serials == list(range(1, len(serials) + 1))
    assert sorted(book.results.serials.values()) == list(range(1, len(book.results.serials) + 1))


def test_a_result_has_one_number_in_report_notice_web_page_and_table(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    """Those that do not apply come first here, and have no number."""
    apart = sorted(session.findings, key=lambda each: each.verdict is not Verdict.NOT_APPLICABLE)
    mixed = replace(session, findings=tuple(apart))
    book = Book(session=mixed, packs=[pack], folder=tmp_path, lang="zh")
    printed = numbered(Volumes(book=book).printed, r'id="finding-(\d+)">\s*<td>(\d+)</td>')
    assert printed == book.results.serials
    shown = r'id="finding-(\d+)" data-number="(\d+)"'
    assert numbered(render.html(mixed, [pack], tmp_path), shown) == printed
    heading, *rows = export_tables.tables(mixed, [pack], "zh")["results"]
    at = heading.index("序号")
    assert {n: row[at] for n, row in enumerate(rows, 1) if row[at] is not None} == printed
    failed = [printed[row.number] for row in book.summary.failed]
    page = papers.notice(book, papers.ReportNamed(session_sha256="5e" * 32), None)
    assert sorted(map(int, re.findall(r"<tr><td>(\d+)</td>", page))) == sorted(failed)


def numbered(page: str, row: str) -> dict[int, int]:
    """Read the number that is shown of each finding."""
    return {int(finding): int(number) for finding, number in re.findall(row, page)}


def test_chinese_words_are_parted_by_chinese_signs(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    book = Book(session=session, packs=[pack], folder=tmp_path, lang="zh")
    for page in (Volumes(book=book).printed, render.html(session, [pack], tmp_path)):
        words = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)
        assert len(words) > 10_000
        assert re.findall(r".{0,9}[\u3400-\u9fff）] ?[,;:] .{0,9}", words) == []


def test_a_stream_is_told_with_units_and_what_was_assumed_of_it_in_words(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    stream = session.shots[0].stream | {"bit_rate": 31_240_000.0}
    shots = (replace(session.shots[0], stream=stream), *session.shots[1:])
    page = render.html(replace(session, shots=shots), [pack], tmp_path)
    words = re.sub(r"<[^>]+>", "", page)
    assert "码率：31240 kbit/s" in words
    assert "标称帧率：25 帧/s" in words
    assert "假定项：色彩矩阵、传递函数" in words


def test_conditions_of_a_shot_that_fill_more_than_a_page_may_break_below_their_heading(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    """So many conditions fit in no matrix: the main report says how many it leaves out."""
    many = tuple(Condition(name=f"condition {n}", value=n, unit="lx") for n in range(60))
    shots = (replace(session.shots[0], conditions=many), *session.shots[1:])
    volumes = render.volumes(replace(session, shots=shots), [pack], tmp_path, "zh")
    assert volumes.printed.count('class="shot long"') == 1
    columns = len({condition.name for shot in shots for condition in shot.conditions})
    assert f"另有 {columns - 12} 种条件" in volumes.printed


def test_devices_whose_names_begin_alike_or_are_the_same_are_told_apart(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    long = "重庆市渝北区龙溪街道某某花园小区二期三号楼地下二层机动车库西侧出入口球形网络摄像机"
    for first, second in ((long + "甲", long + "乙"), ("球机", "球机")):
        called = dict(zip(("cam1", "cam2"), (first, second), strict=True))
        subjects = tuple(
            replace(each, name=called.get(each.id, each.name)) for each in session.plan.subjects
        )
        plan = replace(session.plan, subjects=subjects)
        for lang in wording.COMPLETE:
            book = Book(
                session=replace(session, plan=plan), packs=[pack], folder=tmp_path, lang=lang
            )
            for most in (16, 30, 40):
                names = [book.names.short(device, most) for device in called]
                assert len({*names}) == len(names)
                assert all(len(name) <= most for name in names)
            assert book.names.short("site", 40) == book.names.full_name("site")


@pytest.mark.parametrize(("provisional", "marks"), [(3, 1), (1, 1), (0, 0), (2, 2)])
def test_a_mark_of_all_results_of_a_row_stands_once_else_beside_each(
    session: Session, pack: Pack, tmp_path: Path, provisional: int, marks: int
) -> None:
    """Not one provisional result is left without its mark, however the others are."""
    many = lot(session, 3, 0)
    findings = tuple(
        replace(each, provisional=at < provisional) for at, each in enumerate(many.findings)
    )
    done = replace(many, findings=findings)
    page = render.volumes(done, [pack], tmp_path, "en").bodies[""]
    [row] = re.findall(r'<tr id="item-.*?</tr>', page, re.DOTALL)
    assert row.count('<span class="provisional">') == marks


@pytest.mark.parametrize(("devices", "turned"), [(4, False), (6, False), (7, True), (12, True)])
def test_a_table_lies_on_its_side_only_where_its_devices_need_the_width(
    session: Session, pack: Pack, tmp_path: Path, *, devices: int, turned: bool
) -> None:
    [table] = Book(
        session=lot(session, devices, 1), packs=[pack], folder=tmp_path, lang="zh"
    ).clauses.tables
    assert table.is_wide is turned
    assert not table.is_lot


def test_names_of_ten_thousand_characters_are_cut_in_every_volume(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    """Without a break they take the renderer minutes; the whole stands in session.json."""
    long, plan = "W" * 10_000, session.plan
    project = replace(plan.project, **dict.fromkeys(LONG_FIELDS, long))
    subjects = tuple(
        replace(each, name=each.name + long, model=long, serial=long) for each in plan.subjects
    )
    people = tuple(replace(each, name=long, role=each.role + long) for each in plan.people)
    answers = tuple(replace(each, by=long, note=long) for each in plan.answers)
    done = replace(
        session,
        plan=replace(plan, project=project, subjects=subjects, people=people, answers=answers),
    )
    for body in render.volumes(done, [pack], tmp_path, "en").bodies.values():
        assert not re.search("W{3001}", body)


LONG_FIELDS = (
    *("title", "customer", "customer_contact", "designer", "builder", "inspected", "laboratory"),
    *("laboratory_address", "place", "kind", "contract", "description"),
)
