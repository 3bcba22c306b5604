"""The transcript of a conversation keeps what was written, whatever ends it."""

from pathlib import Path

import pytest

from acceptance.errors import OutputError, SessionError
from acceptance.live import transcript
from acceptance.live.credentials import Credentials, Mask


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    with transcript.Transcript(tmp_path / "a.jsonl", "probe") as written:
        written.write("call", reply=b"<a>\n\xe4\xb8\xad</a>", raw=b"\xff", status=200)
    (line,) = transcript.read(tmp_path / "a.jsonl", "probe")
    assert (line["event"], line["reply"], line["status"]) == ("call", "<a>\n中</a>", 200)
    assert line["raw"] == {"base64": "/w=="}


def test_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with transcript.Transcript(path, "probe") as written:
        written.write("one")
        written.write("two")
    path.write_bytes(path.read_bytes()[:-5])
    assert [line["event"] for line in transcript.read(path, "probe")] == ["one"]


def test_no_password_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with transcript.Transcript(path, "probe", Mask(Credentials("admin", 's3"cret'))) as written:
        written.write("call", request=b'<p>s3"cret</p>', url="rtsp://admin:s3%22cret@host/")
    assert "cret" not in path.read_text()


def test_an_older_transcript_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(OutputError):
        transcript.Transcript(tmp_path / "a.jsonl", "probe")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]\n",
        "null\n",
        '{"event": "transcript", "kind": "audit", "format": 1}\n',
        "{" * 9000 + "\n",
    ],
)
def test_what_is_no_transcript_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(SessionError, match="no transcript"):
        transcript.read(tmp_path / "a.jsonl", "probe")
