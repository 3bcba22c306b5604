"""Lists of devices: CSV in any usual encoding and XLSX are read, and each mistake is named."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from acceptance.errors import PlanError
from acceptance.forms import devices, vocabulary
from acceptance.model import Subject, SubjectKind
from acceptance.session import plan

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = """编号,类型,名称,上级,厂家,型号,序列号,地址,图像,重要部位,楼层
cam-1,枪机,北门,site,某厂,IPC-1,0001,192.0.2.11,彩色,是,1
nvr-1,NVR,一号录像机,,某厂,NVR-9,,,,,
"""
ENGLISH = """Kind;ID;Name;Picture;Serial Number
fixed;cam-1;North gate;monochrome;0001
"""
SITE = Subject(id="site", kind=SubjectKind.SITE)
CAMERA = Subject(
    id="cam-1",
    kind=SubjectKind.FIXED,
    name="北门",
    parent="site",
    manufacturer="某厂",
    model="IPC-1",
    serial="0001",
    address="192.0.2.11",
    facts={"picture": "colour", "place": "important", "楼层": "1"},
)


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "devices.csv") -> Path:
    """Write a list."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, *rows: list[object]) -> Path:
    """Write a list as XLSX."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "devices.xlsx")
    return folder / "devices.xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_chinese_list_is_understood_in_every_usual_encoding(
    tmp_path: Path, encoding: str
) -> None:
    camera, recorder = devices.read(written(tmp_path, CHINESE, encoding), (SITE,))
    assert camera == CAMERA
    assert (recorder.kind, recorder.parent, recorder.facts) == (SubjectKind.RECORDER, "site", {})


@pytest.mark.parametrize(
    ("cells", "place"), [("是,", "important"), ("否,", "other"), ("否,train", "train"), (",", None)]
)
def test_an_important_place_is_the_place_that_packs_ask_for(
    tmp_path: Path, cells: str, place: str | None
) -> None:
    """``place = "important"`` selects demands; a fact of another name would select none."""
    [device] = devices.read(written(tmp_path, f"编号,类型,重要部位,场所\na,枪机,{cells}\n"))
    assert device.facts.get("place") == place
    assert "important" not in device.facts


def test_english_headings_in_any_order_with_semicolons(tmp_path: Path) -> None:
    [camera] = devices.read(written(tmp_path, ENGLISH))
    assert camera == Subject(
        id="cam-1",
        kind=SubjectKind.FIXED,
        name="North gate",
        serial="0001",
        facts={"picture": "monochrome"},
    )


def test_a_workbook_gives_the_same_devices(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(line.split(",")) for line in CHINESE.splitlines()]
    rows[1][-1] = 1  # a number in its cell
    assert devices.read(workbook(tmp_path, *rows), (SITE,))[0] == CAMERA


def test_a_parent_may_stand_further_down(tmp_path: Path) -> None:
    child, _ = devices.read(written(tmp_path, "id,kind,parent\na,fixed,b\nb,system,\n"))
    assert child.parent == "b"


def test_every_word_for_a_kind_is_understood(tmp_path: Path) -> None:
    words = [word for ones in vocabulary.MORE["kind"].values() for word in ones]
    text = "编号,类型\n" + "".join(f"d{number},{word}\n" for number, word in enumerate(words))
    kinds = [device.kind for device in devices.read(written(tmp_path, text))]
    assert kinds == [kind for kind, ones in vocabulary.MORE["kind"].items() for _ in ones]
    assert {*kinds, SubjectKind.SYSTEM} == set(SubjectKind)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (",,\n,,\n", "is empty"),
        ("id,kind\n", "lists no device"),
        (
            "id,name\na,b\n",
            "row 1, kind: there is no such column. Add one of: kind, type, 类型, 设备类型, 类别",
        ),
        ("类型,名称\n枪机,b\n", "row 1, id: there is no such column"),
        ("id,kind,型号,model\na,fixed,1,2\n", "row 1: duplicate column 'model'"),
        ("id,kind,楼层,楼层\na,fixed,1,2\n", "row 1: duplicate column '楼层'"),
        ("id,kind\na,fixed\n\na,dome\n", "row 4, id: duplicate id 'a'"),
        ("id,kind\nsite,fixed\n", "row 2, id: duplicate id 'site'"),
        ("id,kind\n,fixed\n", "row 2, id: is empty"),
        ("id,kind\na b,fixed\n", "row 2, id: the id 'a b' may contain only"),
        (
            f"id,kind\n{'a' * 65},fixed\n",
            "may contain only letters, digits, '_', '-' and '.', at most 64",
        ),
        (
            "id,kind\na,camera\n",
            ("row 2, kind: unknown kind 'camera'. Kinds: site 现场, system 系统, fixed 固定摄像机"),
        ),
        ("id,kind\na,\n", "row 2, kind: unknown kind ''"),
        ("id,kind,重要部位\na,fixed,★\n", "row 2, important: '★' is not an answer"),
        (
            "id,kind,重要部位,场所\na,fixed,是,train\n",
            "row 2, place: the place is 'train' and an important one",
        ),
        ("id,kind,parent\na,fixed,\nb,fixed,c\n", "row 3, parent: there is no parent 'c'"),
        (
            "id,kind,地址\na,fixed,rtsp://admin:secret@192.0.2.1/1\n",
            "row 2, address: the address holds a user or password",
        ),
        (
            "id,kind,码流地址\na,fixed,rtsp://admin:secret@192.0.2.1/1\n",
            "row 2, source: the source holds a password",
        ),
        ("id,kind,source\na,fixed,admin:secret@192.0.2.1\n", "row 2, source: is no source"),
        ("id,kind,source\na,fixed,http://192.0.2.1/1\n", "row 2, source: is no source"),
        ("id,kind,source\na,fixed,a b\n", "row 2, source: is no source of a stream"),
        ("id,kind\na,fixed,b\n", "row 2, column 3: 'b' has no heading"),
        (
            'id,kind,name\na,fixed,"Gate\nb,fixed,Yard\n',
            "row 2: opens a quotation mark that nothing closes",
        ),
        ('id,kind,name\na,fixed,"Gate" b\n', "row 2: has text behind a quotation mark"),
        (
            f"id,kind,name\na,fixed,{'x' * 131_073}\n",
            "row 2: holds a cell of more than 131072 characters",
        ),
        ('id,kind,name\na,fixed,"Gate\nb,fixed,"Yard"\n', "Look for a quotation mark"),
        (
            'id,kind,serial\na,fixed,"=""0012"""\n',
            'row 2, serial: holds a formula (="0012"). Paste it as a value.',
        ),
    ],
)
def test_what_is_wrong_is_named_with_file_row_and_column(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(PlanError) as caught:
        devices.read(written(tmp_path, text), (SITE,))
    assert words in str(caught.value)
    assert "devices.csv" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "source", ["rtsp://192.0.2.1:8554/live?a=1", "RTSPS://[2001:db8::1]/1", "192.0.2.1:8000",
               "camera.example", "2001:db8::1", "rtsp://admin@192.0.2.1/live", ""]
)  # fmt: skip
def test_where_a_stream_is_has_a_column_of_its_own(tmp_path: Path, source: str) -> None:
    text = f"id,kind,取流地址\na,fixed,{source}\n"
    [device] = devices.read(written(tmp_path, text), ())
    assert device.source == source


@pytest.mark.parametrize("title", ["某小区监控点位表,,\n", "某小区监控点位表\n"])
def test_a_title_above_the_headings_is_named_with_what_to_do(tmp_path: Path, title: str) -> None:
    text = f"{title}编号,类型,名称\nC01,枪机,大门\n"
    with pytest.raises(PlanError, match=r"row 1 holds a title .*Delete the rows above"):
        devices.read(written(tmp_path, text))


def test_a_merged_title_of_a_workbook_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["监控点位表", None, None], ["编号", "类型", "名称"])
    with pytest.raises(PlanError, match="row 1 holds a title"):
        devices.read(path)


def test_inches_in_a_cell_open_no_quotation(tmp_path: Path) -> None:
    found = devices.read(written(tmp_path, 'id,kind,name\na,screen,19" wall\nb,fixed,"a ""b"""\n'))
    assert [device.name for device in found] == ['19" wall', 'a "b"']


@pytest.mark.parametrize("heading", ["序号", "No."])
def test_a_running_number_is_no_id(tmp_path: Path, heading: str) -> None:
    text = f"{heading},类型,名称\n1,枪机,大门\n"
    with pytest.raises(PlanError, match=rf"{heading} counts the rows.*Add a column 编号"):
        devices.read(written(tmp_path, text))


def test_a_list_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "devices.csv"
    path.write_bytes(b"id,kind\na\xff\xff,fixed\n")
    with pytest.raises(PlanError, match="is neither UTF-8 nor GBK"):
        devices.read(path)


def test_a_formula_in_a_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"devices\.xlsx, row 2, serial: holds a formula"):
        devices.read(workbook(tmp_path, ["id", "kind", "serial"], ["a", "fixed", "=1+1"]))


def test_a_day_in_a_workbook_is_a_day_without_a_time(tmp_path: Path) -> None:
    row = ["a", "fixed", date(2026, 11, 25)]
    [device] = devices.read(workbook(tmp_path, ["id", "kind", "安装日期"], row))
    assert device.facts == {"安装日期": "2026-11-25"}


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"devices\.xlsx: is not a workbook"):
        devices.read(written(tmp_path, CHINESE, name="devices.xlsx"))


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_workbook_is_refused_or_read_as_it_was_and_never_a_fault_of_the_toolkit(
    tmp_path: Path, seed: int
) -> None:
    """Bytes changed anywhere: in the directory of the archive, in packed data, in XML."""
    path = workbook(tmp_path, ["id", "kind"], ["a", "fixed"])
    sound = devices.read(path)
    whole, random = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(10):
        damaged = np.frombuffer(whole, np.uint8).copy()
        damaged[random.integers(len(whole), size=4)] = random.integers(256, size=4)
        path.write_bytes(damaged.tobytes())
        with contextlib.suppress(PlanError):
            assert devices.read(path) == sound


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"devices\.xlsx: is empty"):
        devices.read(workbook(tmp_path))


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"devices\.csv: cannot be read"):
        devices.read(tmp_path / "devices.csv")


def test_a_plan_takes_the_devices_beside_its_own_subjects(tmp_path: Path) -> None:
    written(tmp_path, CHINESE, "gbk")
    text = 'device_list = "devices.csv"\n[[subjects]]\nid = "site"\nkind = "site"\n'
    read = plan.read(written(tmp_path, text, name="plan.toml"))
    assert [subject.id for subject in read.subjects] == ["site", "cam-1", "nvr-1"]
    assert read.device_list == "devices.csv"


def test_a_plan_with_nothing_under_test_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="add subjects or a device_list"):
        plan.read(written(tmp_path, "", name="plan.toml"))


def test_a_list_outside_the_plans_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path, "id,kind\na,fixed\n")
    with pytest.raises(PlanError, match="lies outside the plan's folder"):
        plan.read(written(tmp_path / "in", 'device_list = "../devices.csv"\n', name="plan.toml"))
