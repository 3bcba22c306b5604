"""Input by somebody who means harm: pipes and devices, paths, sizes, and what is not seen."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import unicodedata
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest

from acceptance import api, messages, metrics, wording
from acceptance.batch import cache, record
from acceptance.charts import definition
from acceptance.checks import pack, resources
from acceptance.cli import failures, options, terminal
from acceptance.errors import (
    AcceptanceError,
    ChartError,
    KeyFileError,
    PackError,
    PlanError,
    SessionError,
)
from acceptance.files import regular, spreadsheet, strict_toml
from acceptance.footage import container as container_of_film
from acceptance.forms import devices
from acceptance.messages import tr, visible
from acceptance.model import Answer, Plan, Subject, SubjectKind, basics
from acceptance.model.basics import CHINA
from acceptance.recorder import file_names, listing
from acceptance.report import export_tables, render, typesetting
from acceptance.session import intake, log_book, new_plan, plan, store
from acceptance.signing import issuing

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import fuzz
import intact_files

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = re.compile(r"lies outside|cannot be the path of a file")
AS_NONE = {"entry.measured", "batch.jsonl"}  # what is wrong with these counts as nothing there
READ_WHOLE = sorted({*fuzz.READERS} - {*intact_files.SESSION_FILES, "names.txt"} - AS_NONE)
PLAN = '[[subjects]]\nid = "gate"\nkind = "fixed"\n'
SHOT = PLAN + '[[shots]]\nid = "one"\nsubject = "gate"\nclip = "a.mp4"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    intact_files.made(made)
    return made


@pytest.mark.parametrize("name", READ_WHOLE)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_only_a_regular_file_is_read(name: str, kind: str, folder: Path) -> None:
    """A pipe would wait for ever, and /dev/zero would never end."""
    path = folder / kind / name
    path.parent.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with fuzz.limited(), pytest.raises(AcceptanceError):
        fuzz.READERS[name](path)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_record_and_an_entry_of_a_batch_that_are_no_files_count_as_none(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    kept = cache.Cache(tmp_path)
    entry = kept.path("key")
    entry.parent.mkdir()
    make(tmp_path / record.FILE)
    make(entry)
    with fuzz.limited():
        assert record.Record(tmp_path).sessions() == {}
        with pytest.raises(cache.Damaged):
            kept.find("key")
        with pytest.raises(AcceptanceError):
            record.Record(tmp_path).begin()


def test_a_log_without_end_is_refused(tmp_path: Path) -> None:
    with (tmp_path / log_book.LOG).open("wb") as file:
        file.truncate(20 << 30)
    with pytest.raises(SessionError, match="cannot be read"):
        log_book.LogBook(tmp_path).read()


def test_a_file_that_grows_or_has_no_size_is_read_to_its_bound() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        regular.content(Path("/proc/cpuinfo"), most=10)
    assert regular.content(Path("/proc/cpuinfo"))


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/passwd", "a/../../b", "C:\\a", "a\\u0000b", "con"]
)
@pytest.mark.parametrize(
    "text",
    [
        'device_list = "{}"\n' + PLAN,
        'answer_files = ["{}"]\n' + PLAN,
        'score_files = ["{}"]\n' + PLAN,
        SHOT.replace("a.mp4", "{}"),
        SHOT + 'arrivals = "{}"\n',
        SHOT + 'screen_log = "{}"\n',
        SHOT + 'packets = "{}"\n',
        SHOT + 'stream_record = "{}"\n',
        SHOT + 'drive = "{}"\n',
        SHOT + 'reference = "{}"\n',
        SHOT + 'chart_copy = "{}.toml"\n',
        PLAN + '[[recordings]]\nid = "r"\nsubject = "gate"\nsource = "{}"\n',
        PLAN + '[[answers]]\nsubject = "gate"\nrequirement = "a#b"\nby = "x"\nwhen = "2026-11-24"\n'
        'yes = true\nevidence = ["{}"]\n',
    ],
)
def test_no_field_of_a_plan_names_a_file_elsewhere(text: str, name: str, tmp_path: Path) -> None:
    escaped = name if "u0000" in name else name.replace("\\", "\\\\")
    (tmp_path / "plan.toml").write_text(text.replace("{}", escaped), "utf-8")
    with pytest.raises(PlanError, match=REFUSED):
        plan.read(tmp_path / "plan.toml")


def test_evidence_is_never_kept_outside_the_session(tmp_path: Path) -> None:
    """Even where the path leads back into the plan's folder, as ``../plans/photo.jpg`` does."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "photo.jpg").touch()
    answer = Answer(
        subject="gate", requirement="a#b", by="x", when="2026-11-24", yes=True,
        evidence=("../plans/photo.jpg",),
    )  # fmt: skip
    asked = Plan(subjects=(Subject(id="gate", kind=SubjectKind.FIXED),), answers=(answer,))
    before = {*tmp_path.rglob("*")}
    for refusing in (
        lambda: plan.check(asked, tmp_path / "plans", "plan"),
        lambda: intake.check(asked, tmp_path / "plans"),
        lambda: intake.keep(asked, [], tmp_path / "plans", tmp_path / "work"),
    ):
        with pytest.raises((PlanError, ValueError), match=r"lies outside|zip\(\)"):
            refusing()
    assert not [*(tmp_path / "work").rglob("photo.jpg")]
    assert {path for path in {*tmp_path.rglob("*")} - before if path.name == "photo.jpg"} == set()


@pytest.mark.parametrize(
    "name", ["../own.toml", "/srv/own.toml", "..\\\\own.toml", "nul.toml", "../x"]
)
def test_a_pack_extends_none_outside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "own.toml").write_text('id = "own"\n', "utf-8")
    (tmp_path / "below" / "a.toml").write_text(f'id = "a"\nextends = "{name}"\n', "utf-8")
    with pytest.raises(PackError, match=REFUSED):
        pack.load(str(tmp_path / "below" / "a.toml"), metrics.quantities())


@pytest.mark.parametrize("name", ["../own", "/etc/passwd", "a\0b", "..\\own"])
def test_a_pack_or_chart_is_named_by_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        pack.load(name, metrics.quantities(), folder=tmp_path)
    text = 'name = "a"\ntitle = "a"\ntitle_en = "a"\nbased_on = "{}"\ncodes = []\n'
    quoted = name.replace("\\", "\\\\").replace("\0", "\\u0000")
    (tmp_path / "chart.toml").write_text(text.format(quoted), "utf-8")
    with pytest.raises(ChartError, match=REFUSED):
        definition.load(str(tmp_path / "chart.toml"))


def test_a_session_reads_packs_from_its_own_folder_only(tmp_path: Path) -> None:
    elsewhere = tmp_path / "own.toml"
    elsewhere.write_text('id = "own"\n', "utf-8")
    (tmp_path / "packs").mkdir()
    with pytest.raises(PackError, match="there is no such pack"):
        store.load_packs(Plan(packs=(str(elsewhere),)), tmp_path / "packs")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a = " + b"9" * 10_000, "not readable as TOML"),
        (b"a = " + b"[" * 100_000, "not readable as TOML"),
        (b"a" * (strict_toml.MOST_BYTES + 1), "File too large"),
        (b'operator = "' + b"x" * 5000 + b'"', "5000 characters; 1000 at most"),
        (SHOT.replace("a.mp4", "x" * 900).encode(), "a part of it has more than 255 bytes"),
    ],
)
def test_a_plan_of_absurd_size_or_depth_is_refused(text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(text)
    with pytest.raises(PlanError, match=said):
        plan.read(tmp_path / "plan.toml")


def test_a_session_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(AcceptanceError, match="this is not a session"):
        store.parse(b"[" * 100_000, "session.json")


def test_rows_cells_and_bytes_of_a_table_are_bounded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,kind\n" + b"\n" * 100_000)
    assert len(spreadsheet.rows(tmp_path / "a.csv")) == 1
    (tmp_path / "a.csv").write_bytes(b"id,kind\n" * 30)
    monkeypatch.setattr(spreadsheet, "MOST_CELLS", 50)
    with pytest.raises(PlanError, match="row 26: 52 cells; 50 at most"):
        spreadsheet.rows(tmp_path / "a.csv")


# --- patterns of names


def plain(pattern: str) -> re.Pattern[str]:
    """Turn a pattern into the expression that tries every place of every ``*``."""
    parts = enumerate(re.split(r"(\{\w+\}|\*)", pattern))
    known = file_names.PLACEHOLDERS
    return re.compile("".join(known[p.strip("{}")] if n % 2 else re.escape(p) for n, p in parts))


@pytest.mark.parametrize(
    "pattern",
    [
        "*{channel}*{start}*", "{channel}_{start}*", "*_{channel}_{start}-{end}.mp4", "**{start}",
        "a*b*{start}*c", "{start}*{end}*", "*/{channel}/*{start}*.mp4", "{channel}*{channel",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "name",
    [
        "a/cam 1_20261125083000-20261125084000.mp4", "x_cam_20261125083000.mp4", "ab" * 9, "none",
        "aab20261125083000xxc", "20261125083000123-20261125084000", "a/b/ch1/x20261125083000y.mp4",
    ],
)  # fmt: skip
def test_a_pattern_finds_what_the_slow_expression_finds(pattern: str, name: str) -> None:
    if "{start}" not in pattern:
        with pytest.raises(PlanError):
            file_names.read(name, pattern)
        return
    fast, slow = file_names.compiled(pattern).fullmatch(name), plain(pattern).fullmatch(name)
    assert (fast and fast.groupdict()) == (slow and slow.groupdict())


def test_a_pattern_of_many_wildcards_is_answered_at_once() -> None:
    pattern = "*a" * 200 + "*{channel}*{start}*x"
    with fuzz.limited():
        for name in ("a" * 4000, "ab" * 2000 + "c", "20261125083000_" * 270):
            assert file_names.read(name, pattern) == file_names.Named(channel="")
        found = file_names.read("a" * 4000 + "20261125083000x", pattern)
    assert found.start == datetime(2026, 11, 25, 8, 30)  # noqa: DTZ001 -- no zone either


# --- what is not seen


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202egp4.mp4", "a\\u202egp4.mp4"),
        ("\u2066a\u2069\u200b\ufeff", "\\u2066a\\u2069\\u200b\\ufeff"),
        ("a\U000e0041", "a\\U000e0041"),
        ("\x1b[2J\x07\x9b", "\\x1b[2J\\x07\\x9b"),
        ("a\nb\u2028c", "a\\nb\\u2028c".replace("\\n", "\\x0a")),
        ("\ud800", "\\ud800"),
        ("a\u200db\ufe0f", "a\\u200db\\ufe0f"),
        ("ㅤ", "\\u3164"),
    ],
)
def test_what_hides_or_turns_text_around_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "门口 1（东）", "葛\U000e0100飾", "👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈",
        "👩🏽\u200d⚕\ufe0f ❤\ufe0f 1\ufe0f\u20e3 ©\ufe0f", "Größe ±0.5 µm", "שלום", "مرحبا", "ไทย",
    ],
)  # fmt: skip
def test_words_in_any_script_and_joined_pictures_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b", "\u3164", "a\u200d", "a\ufe0f", "\U000e0001"])
def test_a_page_hides_no_more_than_a_line_does(hidden: str) -> None:
    page = "门口 👨\u200d👩 1\ufe0f\n" * messages.LONG
    assert visible(page, lines=True) == page
    assert visible(f"{page}{hidden}{page}", lines=True) == f"{page}{visible(hidden)}{page}"


def test_every_control_and_format_character_that_this_python_knows_is_shown() -> None:
    unseen = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    kept = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in unseen and visible(chr(code)) == chr(code)
    ]
    assert kept == []


def test_messages_tables_and_errors_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\u202eb\x1b[2J\nPASS"
    assert "\u202e" not in tr("{file} missing", file=hostile)
    assert str(PlanError("x", where=hostile)) == "a\\u202eb\\x1b[2J\\x0aPASS: x."
    terminal.say(hostile)
    terminal.table("t", ["c"], [[hostile]])
    terminal.table("t", ["c"], [[hostile]] * (terminal.MOST_RULED + 1))
    terminal.aligned("t", [[hostile, "b"]])
    assert not {"\u202e", "\x1b"} & {*capsys.readouterr().out}


def test_a_name_too_long_for_the_system_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert fuzz.by_command(["measure", "x" * 5000 + ".mp4"]) == 2
    assert failures.tell(OSError(errno.ENAMETOOLONG, "too long", "x\u202e.mp4")) == 2
    assert "x\\u202e.mp4: the name is too long for this system" in capsys.readouterr().err


# --- the report's fetcher


def test_the_fetcher_takes_files_of_its_folder_and_nothing_else(tmp_path: Path) -> None:
    own, secret = tmp_path / "session", tmp_path / "secret.txt"
    own.mkdir()
    secret.write_text("secret")
    (own / "a b.txt").write_text("own")
    (own / "link.txt").symlink_to(secret)
    os.mkfifo(own / "pipe")
    fetcher, base = typesetting.fetcher(own), own.as_uri()
    assert fetcher.fetch(f"{base}/a%20b.txt?x#y").read() == b"own"
    assert fetcher.fetch("DATA:text/plain,own").read() == b"own"
    up = base.removeprefix("file://")
    for address in (
        secret.as_uri(), secret.as_uri().replace("file:", "FILE:"), f"{base}/../secret.txt",
        f"{base}/%2e%2e/secret.txt", f"{base}/%2E%2E%2Fsecret.txt", f"{base}/link.txt",
        f"{base}/pipe", base, f"file://localhost{up}/a%20b.txt", f"file://host{up}/a%20b.txt",
        f"ftp://localhost{up}/a", "HTTP://localhost/x", "https://localhost/x", f"jar:{base}/a",
        "javascript:1", "/etc/passwd", f"{base}/a%00b",
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"outside|disallowed|absolute|null|unknown"):
            fetcher.fetch(address)
    with pytest.raises(ValueError, match="outside"):
        typesetting.fetcher().fetch(f"{base}/a%20b.txt")


def test_neither_a_style_sheet_nor_a_drawing_in_a_page_reads_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """WeasyPrint asks the same fetcher for what a drawing or a style sheet refers to."""
    names = ("a.css", "b.png", "c.png", "d.png")
    style, ground, drawn, shown = ((tmp_path / f"secret-{name}").as_uri() for name in names)
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{drawn}' width='9' height='9'/>"
    page = (
        f"<style>@import url('{style}'); p {{ background: url('{ground}') }}</style>"
        f"<p>text {svg}</svg><img src='{shown}'>"
    )
    asked: list[str] = []
    whole = typesetting.fetcher

    def watched(folder: Path | None = None) -> Any:
        fetcher = whole(folder)
        fetch = fetcher.fetch

        def told(address: str, headers: Any = None) -> Any:
            asked.append(address)
            with pytest.raises(ValueError, match="outside"):
                fetch(address, headers)
            raise ValueError(address)

        monkeypatch.setattr(fetcher, "fetch", told)
        return fetcher

    monkeypatch.setattr(typesetting, "fetcher", watched)
    assert b"secret" not in typesetting.typeset(page, render.EPOCH)
    assert {*asked} == {style, ground, drawn, shown}


# --- tables for spreadsheets, and what a program hands over


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("\uff1dcmd|' /C calc'!A0", "'\uff1dcmd|' /C calc'!A0"),  # wide signs count in East Asia
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1+2", "'\uff0d1+2"),
        ("\uff20SUM(1)", "'\uff20SUM(1)"),
        ("a;=1+1", '"a;=1+1"'),  # where cells are separated by semicolons
        ("a\t=1+1", '"a\t=1+1"'),
        ("a,=1+1", '"a,=1+1"'),
        ("a\n=1+1", '"a\n=1+1"'),
        ('a";=1+1', '"a"";=1+1"'),
        ("-3.5", "-3.5"),
    ],
)
def test_no_cell_of_a_table_is_calculated_wherever_it_is_opened(
    cell: str, written: str, tmp_path: Path
) -> None:
    content = spreadsheet.csv_of([["name", "other"], [cell, "x"]])
    assert content.decode("utf-8-sig") == f"name,other\r\n{written},x\r\n"
    (tmp_path / "a.csv").write_bytes(content)
    if not cell.startswith("="):  # people's own formulas are refused
        assert spreadsheet.rows(tmp_path / "a.csv")[1] == [cell, "x"]


def test_what_hides_or_turns_text_around_is_an_escape_in_exported_tables() -> None:
    exported = export_tables.csv([["\u202egnp.exe", None, "a\x00", 1.5]])
    assert exported.decode("utf-8-sig") == "\\u202egnp.exe,,a\\x00,1.5\r\n"


def test_a_list_of_recordings_holds_no_formula_and_is_read_back_as_it_was(tmp_path: Path) -> None:
    text = "channel,start,end,file\nc1,2026-11-01 08:30:00,2026-11-01 09:30:00,a.mp4\n"
    (tmp_path / "a.csv").write_text(text)
    found = listing.read(tmp_path / "a.csv", zone=CHINA, now=fuzz.NOW)
    hostile = replace(found.recordings[0], channel="=cmd|' /C calc'!A0", file="@SUM(1)")
    (tmp_path / "b.csv").write_bytes(listing.write(replace(found, recordings=(hostile,))))
    assert b"\n'=cmd" in (tmp_path / "b.csv").read_bytes()
    [again] = listing.read(tmp_path / "b.csv", zone=CHINA, now=fuzz.NOW).recordings
    assert (again.channel, again.file) == (hostile.channel, hostile.file)


@pytest.mark.parametrize(
    "things", [None, 3, {"noise.snr": 3}, ["noise"], [{"quantity": "noise.snr"}], "abc"]
)
def test_what_is_no_measurement_is_refused_with_a_sentence(things: Any) -> None:
    asked = Plan(subjects=(Subject(id="gate", kind=SubjectKind.FIXED),))
    with pytest.raises(PlanError, match=r"must be a (list of )?Measurement, not"):
        api.judge(asked, things)
    with pytest.raises(PlanError, match=r"must be a (list of )?Note, not"):
        api.judge(asked, [], things)


@pytest.mark.parametrize("signer", ["key.p12", Path("key.p12"), ("key.p12", "demo")])
def test_the_path_of_a_key_is_no_signer(signer: Any, tmp_path: Path) -> None:
    asked: list[Callable[[], object]] = [
        issuing.Issuing(signer=signer).ready,
        lambda: issuing.sign(tmp_path, signer),
        lambda: issuing.issue(tmp_path, signer=signer),
    ]
    for refusing in asked:
        with pytest.raises(KeyFileError, match=r"is no signer: .*Load the key first"):
            refusing()


def test_a_whole_plan_that_is_none_is_told_without_an_empty_place() -> None:
    with pytest.raises(PlanError) as refused:
        plan.checked({"subjects": 3})  # type: ignore[arg-type]
    assert ": :" not in str(refused.value)


def test_clips_of_one_name_in_two_folders_are_two_devices() -> None:
    assert new_plan.told_apart("cam-1", "b/cam 1.mp4", ["a/cam 1.mp4"]) == "b-cam-1"
    assert new_plan.told_apart("cam-1", "a/cam 1 clock.mp4", ["a/cam 1.mp4"]) == "cam-1"
    assert new_plan.told_apart("cam-1", "clock/cam 1.mp4", ["chart/cam 1.mp4"]) == "cam-1"


def test_a_device_list_of_hostile_names_is_read_and_shown_as_escapes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,kind,name\na,site,x\u202ey\n", "utf-8")
    [device] = devices.as_listed(tmp_path / "a.csv")
    assert (device.name, visible(device.name)) == ("x\u202ey", "x\\u202ey")


AT_THE_ENDS = "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"


@pytest.mark.parametrize("when", AT_THE_ENDS)
def test_an_answer_of_a_day_that_some_zone_does_not_have_is_refused(when: str) -> None:
    """It ended ``run`` with exit 70, and each later look at the session."""
    answer = Answer(subject="gate", requirement="own#look", by="王工", when=when, yes=True)
    with pytest.raises(PlanError, match="does not say by whom and when"):
        resources.check(Plan(subjects=(), answers=(answer,)))


@pytest.mark.parametrize("when", AT_THE_ENDS)
def test_such_a_time_in_a_log_or_a_film_is_shown_as_it_is(when: str, tmp_path: Path) -> None:
    assert basics.in_china(when) is None
    assert wording.clock_time(when) == when
    film = tmp_path / "a.mkv"
    with av.open(film, "w", options={"use_metadata_tags": "1"}) as container:
        container.metadata["creation_time"] = when
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for packet in stream.encode(av.VideoFrame(64, 48, "yuv420p")):
            container.mux(packet)
        container.mux(stream.encode())
    assert container_of_film.day_of(film) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error file=a::passed", r"\x3a:error file=a::passed"),
        ("one\n  ::add-mask::x", "one\n  \\x3a:add-mask::x"),
        ("gate ##vso[task.complete result=Succeeded;]", None),
        ("##TeamCity[testFinished name='a']", r"\x23#TeamCity[testFinished name='a']"),
        ("::1 port 80", "::1 port 80"),
        ("plan.toml::gate::noise", "plan.toml::gate::noise"),
        ("## heading [1]", "## heading [1]"),
    ],
)
def test_a_build_service_obeys_no_name(text: str, shown: str | None) -> None:
    """Azure could end a failing step as a pass by a device's name."""
    expected = text.replace("##", r"\x23#") if shown is None else shown
    assert visible(text, lines=True) == visible(expected, lines=True) == expected


def test_nor_one_in_json_which_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    options.write_json({"a": "###vso[task.complete]"}, Path("-"))
    printed = capsys.readouterr().out
    assert "##" not in printed
    assert json.loads(printed) == {"a": "###vso[task.complete]"}
