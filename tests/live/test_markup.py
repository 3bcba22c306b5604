"""XML as devices send it."""

from __future__ import annotations

import time

import pytest

from acceptance.errors import DeviceError
from acceptance.live import markup

LEVELS = zip("abcdefgh", "bcdefghi", strict=True)
NESTED = (
    '<!DOCTYPE l [<!ENTITY a "x">'
    + "".join(f'<!ENTITY {name} "{10 * f"&{before};"}">' for before, name in LEVELS)
    + "]><l>&i;</l>"
)


@pytest.mark.parametrize(
    "content",
    [
        NESTED.encode(),
        NESTED.encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>',
    ],
)
def test_a_document_type_is_not_read_at_all(content: bytes) -> None:
    started = time.process_time()
    with pytest.raises(DeviceError, match="document type"):
        markup.mended(content, "camera")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no XML"),
        (b"Not found", "no XML"),
        (bytes(100), "no XML"),
        (b"<html><body>Welcome</body></html>", "a web page"),
        (bytes(markup.MOST_BYTES + 1), "more than 4194304 bytes"),
    ],
)
def test_what_is_no_xml_is_said(content: bytes, words: str) -> None:
    with pytest.raises(DeviceError, match=words):
        markup.mended(content, "camera")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"<a><x:b>1</x:b></a>", "Namespace prefix x"),
        (b"<a><b>1</b>", "Premature end"),
        (b"<a>&foo;<b>1</b></a>", "Entity 'foo' not defined"),
        (b"<x:a>&foo;<x:b>1</x:b></x:a>", "Namespace prefix x"),
        (b"<a><b>1</b></a>\x00\x00", ""),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a><b> 1\n</b></a>', ""),
        (b'<a xmlns="urn:x"><!-- c --><?p i?><b>1</b></a>', ""),
    ],
)
def test_what_can_be_mended_is_read_and_told(content: bytes, wrong: str) -> None:
    root, told_wrong = markup.mended(content, "camera")
    assert markup.text(root, ".//b") == "1"
    assert told_wrong.startswith(wrong)
    assert bool(wrong) == bool(told_wrong)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
@pytest.mark.parametrize("labelled", [True, False])
def test_chinese_is_read_in_every_usual_encoding(encoding: str, *, labelled: bool) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if labelled else ""
    root, wrong = markup.mended(f"{declaration}<a><b>北门</b></a>".encode(encoding), "camera")
    assert (markup.text(root, ".//b"), wrong) == ("北门", "")


def test_depth_is_bounded() -> None:
    root, wrong = markup.mended(b"<a>" * 100_000, "camera")
    assert "depth" in wrong
    assert sum(1 for _ in root.iter()) <= 300


@pytest.mark.parametrize(
    ("written", "value"),
    [("12.5", 12.5), (" -3 ", -3.0), ("4_6", None), ("NaN", None), ("INF", None), ("", None)],
)
def test_a_number_is_one_that_xml_knows_and_finite(written: str, value: float | None) -> None:
    root, _ = markup.mended(f"<a><b>{written}</b></a>".encode(), "camera")
    assert markup.number(root, "b") == value
