"""Packets and record of a capture are read within bounds, whoever wrote them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.errors import PlanError
from acceptance.live import stream_tables, transcript
from acceptance.live.rtsp import side_files
from acceptance.simulate import packets

if TYPE_CHECKING:
    from pathlib import Path

HEAD = f"{side_files.HEADING}\n"
ROW = "0,41207,3105498712,1795617283.120431,1795617283.120502,1400,0,0\n"
EVENT = '{"event": "transcript", "kind": "stream", "format": 1}\n'


def test_what_a_capture_wrote_is_read_again(tmp_path: Path) -> None:
    sent = packets.write(tmp_path / "a.mp4", packets.Stream(seconds=6.0, reconnects={50: 1.0}))
    read = stream_tables.packets(tmp_path / "a.packets.csv")
    for name, column in vars(sent.table).items():
        np.testing.assert_allclose(getattr(read, name), column, rtol=0, atol=1e-6)
    record = stream_tables.record(tmp_path / "a.stream.jsonl")
    assert [each.connection for each in record.connections] == [0, 1]
    assert (record.transport, record.clock_rate, record.own_drops) == ("udp", 90000, 0)
    assert record.sdp_bit_rate == 4096
    assert len(record.reports.ntp) == 2


@pytest.mark.parametrize("other", ["clip", "packets"])
def test_a_record_of_another_capture_is_refused(tmp_path: Path, other: str) -> None:
    clip, path = tmp_path / "a.mp4", tmp_path / "a.jsonl"
    clip.write_bytes(b"picture")
    path.write_text(EVENT + '{"event": "finished", "packets": 2, "clip_bytes": 7}\n')
    (tmp_path / "a.csv").write_text(HEAD + 2 * ROW)
    record, table = stream_tables.record(path), stream_tables.packets(tmp_path / "a.csv")
    stream_tables.require_together(path, record, table, clip)
    stream_tables.require_together(path, record, None, clip)
    if other == "clip":
        clip.write_bytes(b"picture of another")
    else:
        (tmp_path / "a.csv").write_text(HEAD + 3 * ROW)
        table = stream_tables.packets(tmp_path / "a.csv")
    with pytest.raises(PlanError, match=r"is of (an)?other"):
        stream_tables.require_together(path, record, table, clip)


EDITS = {
    "a gap closed": lambda text: text.replace(",41209,", ",41208,"),
    "an arrival moved": lambda text: text.replace("7283.120431", "7283.120430"),
    "of a frame after all": lambda text: text.replace(",0,-1\n", ",0,0\n"),
    "larger": lambda text: text.replace(",1400,", ",1500,", 1),
    "another order": lambda text: HEAD + "".join(text.removeprefix(HEAD).splitlines(True)[::-1]),
    "the same numbers, written otherwise": lambda text: text.replace(",1400,", ",1400.0,"),
    "ends of lines": lambda text: text.replace("\n", "\r\n"),
    "half a line more": lambda text: f"{text}0,4121",
}


@pytest.mark.parametrize("size", [7, None])
@pytest.mark.parametrize("edit", EDITS)
def test_packets_that_were_edited_since_are_refused(
    tmp_path: Path, edit: str, size: int | None
) -> None:
    """As many lines as before, so that their number says nothing; no size: the disc was full."""
    clip, path, table = tmp_path / "a.mp4", tmp_path / "a.jsonl", tmp_path / "a.packets.csv"
    clip.write_bytes(b"picture")
    text = HEAD + ROW + ROW.replace("41207", "41209").replace(",0,0\n", ",0,-1\n")
    table.write_bytes(text.encode())
    ended = {"event": "finished", "packets": 2, "clip_bytes": size}
    path.write_text(EVENT + json.dumps(ended | {"packets_sha256": side_files.sha256(clip)}) + "\n")
    record = stream_tables.record(path)
    stream_tables.require_together(path, record, stream_tables.packets(table), clip, table)
    table.write_bytes(EDITS[edit](text).encode())
    with pytest.raises(PlanError, match="is of other packets"):
        stream_tables.require_together(path, record, stream_tables.packets(table), clip, table)


@pytest.mark.parametrize(
    ("changed", "said"), [(".mp4", "another clip"), (side_files.ARRIVALS, "other arrivals")]
)
def test_what_was_put_in_place_of_a_captured_file_is_refused(
    tmp_path: Path, changed: str, said: str
) -> None:
    """Of the same size: pictures of another camera, arrivals a tenth of a second earlier."""
    clip, path = tmp_path / "a.mp4", tmp_path / "a.jsonl"
    arrivals = side_files.beside(clip, side_files.ARRIVALS)
    clip.write_bytes(b"picture")
    arrivals.write_text("frame,arrival_s\n0,1795617283.420431\n")
    with transcript.Transcript(path, "stream") as written:
        side_files.finish(written, clip, full=False, packets=2)
    record = stream_tables.record(path)
    stream_tables.require_together(path, record, None, clip, arrivals=arrivals)
    file = side_files.beside(clip, changed)
    file.write_bytes(file.read_bytes().replace(b"p", b"P").replace(b"283.42", b"283.32"))
    with pytest.raises(PlanError, match=f"is of {said}"):
        stream_tables.require_together(path, record, None, clip, arrivals=arrivals)


def test_arrivals_that_run_backwards_by_small_steps_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [ROW.replace("7283.1204", f"{7283.1204 - step / 2:.4f}") for step in range(4)]
    path.write_text(HEAD + "".join(rows))
    with pytest.raises(PlanError, match="not in order"):
        stream_tables.packets(path)


def test_what_onvif_stated_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    stated = {
        "profile": "main", "name": "Main", "media": 2, "codec": "H265", "width": 1920,
        "height": 1080, "rate": 25.0, "bit_rate": None, "key_interval": 50,
        "codec_profile": "Main", "address": "rtsp://192.0.2.1/main", "moves": False,
    }  # fmt: skip
    path = tmp_path / "a.stream.jsonl"
    for wrong in ({}, {"rate": "fast"}, {"rate": -1}, {"width": 1e400}, {"codec": "H" * 9999}):
        path.write_text(EVENT + json.dumps({"event": "encoder_setting", **stated, **wrong}) + "\n")
        read = stream_tables.record(path).encoder
        assert (read and (read.width, read.rate)) == (None if wrong else (1920, 25.0))


def test_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + ROW + ROW[:30])
    assert stream_tables.packets(path).sequence.tolist() == [41207]


@pytest.mark.parametrize(
    "text",
    [
        "", HEAD, ROW, HEAD + "a,b\n", HEAD + ROW + "1,2\n", HEAD + "1,2,3\n", "frame\n0\n",
        HEAD + ROW.replace("41207", "65536"), HEAD + ROW.replace("41207", "4.5"),
        HEAD + ROW.replace("41207", "-1"), HEAD + ROW.replace("41207", "nan"),
        HEAD + ROW.replace("1795617283.120431", "inf"), HEAD + ROW.replace(",1400,", ",1e9,"),
        HEAD + "1" + ROW[1:] + ROW, HEAD + ROW + ROW.replace("1795617283.12", "1795617200.12"),
        HEAD + ROW.replace("3105498712", "4294967296"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_by_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(PlanError, match=r"a\.csv: .*\. Give the file as the toolkit wrote it\."):
        stream_tables.packets(path)


@pytest.mark.parametrize("read", [stream_tables.packets, stream_tables.record])
def test_only_a_regular_file_is_read(tmp_path: Path, read: object) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "device", "folder", "absent"):
        with pytest.raises(PlanError):
            read(tmp_path / name)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "[]\n", EVENT.replace("stream", "probe"), "[" * 99999 + "\n"])
def test_a_record_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(PlanError, match="is no transcript of the kind stream"):
        stream_tables.record(path)


@pytest.mark.parametrize("value", ["x", None, [], {}, True, -1, 1e300])
def test_fields_that_are_no_sound_numbers_count_as_not_stated(
    tmp_path: Path, value: object
) -> None:
    names = ("connection", "clock_rate", "sdp_frame_rate", "start_up_s", "count", "arrival_s")
    lines = [
        {"event": event, **dict.fromkeys(names, value), **dict.fromkeys(("ntp_s", "sdp"), value)}
        for event in ("described", "connected", "sender_report", "own_drops", "finished")
    ]
    lines.append({**lines[1], "connection": 0})
    path = tmp_path / "a.jsonl"
    path.write_text(EVENT + "".join(f"{json.dumps(line)}\n" for line in lines))
    record = stream_tables.record(path)
    assert [(each.clock_rate, each.start_up) for each in record.connections] == [(90000, None)]
    assert record.own_drops is None
    assert record.reports.ntp.size == 0


def test_a_record_beyond_its_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text(EVENT + "{}\n")
    monkeypatch.setattr(stream_tables, "MOST_RECORD", 10)
    with pytest.raises(PlanError, match="is too large"):
        stream_tables.record(tmp_path / "a.jsonl")
