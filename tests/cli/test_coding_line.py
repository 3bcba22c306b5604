"""The line that says how a clip is coded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from acceptance.cli.coding_line import coding_line
from acceptance.messages import CHOICE
from acceptance.model import Coding

if TYPE_CHECKING:
    from acceptance.model import Value

STREAM: dict[str, Value] = {
    "codec": "h264", "pixel_format": "yuv420p", "width": 704, "height": 576,
    "sample_aspect": "12/11", "depth": 8, "range": "limited", "matrix": "bt601",
    "transfer": "bt709", "assumed": "matrix, sample_aspect", "nominal_rate": 25.0,
    "bit_rate": 4_000_400.0, "qp": 24.31, "frames": 99, "packets": 100, "interlaced": True,
    "truncated": True,
}  # fmt: skip
STILL = STREAM | {
    "sample_aspect": "1", "range": "full", "assumed": "", "nominal_rate": 0.0, "bit_rate": 0.0,
    "frames": 1, "packets": 1, "interlaced": False, "truncated": False,
}  # fmt: skip
del STILL["qp"]


@pytest.mark.parametrize(
    ("lang", "stream", "line"),
    [
        (
            "en",
            STREAM,
            (
                "h264, 704 x 576 pixels, pixel aspect 12/11, 8 bit, limited range, matrix bt601, "
                "transfer bt709; 99 frames, 100 packets, nominally 25 frames/s, 4000 kbit/s, "
                "QP 24.3, interlaced, file cut short; not stated, assumed: matrix, "
                "pixel aspect"
            ),
        ),
        (
            "zh",
            STREAM,
            (
                "h264、704 × 576 像素、像素宽高比 12/11、8 位、有限量化范围、矩阵 bt601、"
                "传递函数 bt709；99 帧、数据包 100 个、标称 25 帧/s、4000 kbit/s、QP 24.3、"
                "隔行、文件不完整；视频未注明、为假定：色彩矩阵、像素宽高比"
            ),
        ),
        (
            "en",
            STILL,
            "h264, 704 x 576 pixels, 8 bit, full range, matrix bt601, transfer bt709; 1 frame",
        ),
    ],
)
def test_the_coding_is_told_in_the_users_language(
    lang: str, stream: dict[str, Value], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is as usual, or not known, is left out."""
    monkeypatch.setenv(CHOICE, lang)
    assert coding_line(stream) == line


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_whatever_a_stream_leaves_open_has_a_word(lang: str) -> None:
    catalogue = Path(__file__).parents[2] / "report_templates" / f"{lang}.toml"
    words = tomllib.loads(catalogue.read_text("utf-8"))["stream"]
    assert {*vars(Coding()), "rate", "times", "stamps"} <= words.keys()
