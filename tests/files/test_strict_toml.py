"""TOML is read in one place: with a byte order mark too, and refused as whoever reads it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.errors import InputError, PackError, PlanError
from acceptance.files import strict_toml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_does_no_harm(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.toml").write_text('name = "大门"\n', encoding=encoding)
    assert strict_toml.load(tmp_path / "a.toml") == {"name": "大门"}


@pytest.mark.parametrize("kind", [PlanError, PackError])
@pytest.mark.parametrize("content", [b"a = ", b'a = "\xff\xff"'])
def test_what_is_not_toml_is_refused_by_the_readers_own_error(
    tmp_path: Path, kind: type[InputError], content: bytes
) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(kind, match=r"^a\.toml: not readable as TOML.*\. Correct the file\.$"):
        strict_toml.load(tmp_path / "a.toml", "a.toml", kind=kind)


def test_a_file_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"a\.toml: cannot be read \(No such file .*\. Make one\."):
        strict_toml.load(tmp_path / "a.toml", hint="Make one")


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 200_000 + " = 1",
        "[" + "a." * 200_000 + "a]",
        "x = { " + '"a" . ' * 200_000 + "a = 1 }",
        "'a'" + ".'a'" * 200_000 + " = 1",
    ],
)
def test_a_key_of_endless_parts_is_refused_before_it_is_parsed(text: str) -> None:
    with pytest.raises(PlanError, match="more than 64 parts"):
        strict_toml.loads(text.encode(), "plan.toml")


def test_a_key_of_few_parts_and_texts_with_dots_are_read() -> None:
    text = 'a.b."c d" = "1.2.3.4/5"\nlong = "' + "." * 900 + '"\nn = [' + "1.5, " * 900 + "]\n"
    assert strict_toml.loads(text.encode(), "plan.toml")["a"] == {"b": {"c d": "1.2.3.4/5"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = “x”\n", 'line 2: “ is a sign of the Chinese keyboard; write "'),
        ('b = "x”\n', 'line 1: ” is a sign of the Chinese keyboard; write "'),
        ('b ＝ "x"\n', "line 1: ＝ is a sign of the Chinese keyboard; write ="),
        ('b： "x"\n', "line 1: ： is a sign of the Chinese keyboard; write ="),
        ('b = ["x"，"y"]\n', "line 1: ， is a sign of the Chinese keyboard; write ,"),
        ('b = ["x"、"y"]\n', "line 1: 、 is a sign of the Chinese keyboard; write ,"),
        ("［shots］\n", "line 1: ［ is a sign of the Chinese keyboard; write ["),
        ("【shots】\n", "line 1: 【 is a sign of the Chinese keyboard; write ["),
        ("b = ６\n", "line 1: ６ is a sign of the Chinese keyboard; write 6"),
        ("b = 1\u3000\n", "is a sign of the Chinese keyboard; write a blank"),
        ('操作员 = "x"\n', "操作员 is no name of a field: they are English (did you mean 'b'?)"),
        ('天气 = "x"\n', "天气 is no name of a field: they are English. Correct the file."),
    ],
)
def test_what_a_chinese_keyboard_writes_is_named_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        strict_toml.loads(text.encode(), "plan.toml", names={"操作员": "b"})
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ['a = "“大门”，１２：［x］"', "# 说明：“x”，\na = 1"])
def test_chinese_signs_within_a_text_or_a_comment_are_read(text: str) -> None:
    assert "a" in strict_toml.loads(text.encode(), "plan.toml")


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_a_file_in_another_encoding_is_named_with_how_to_save_it(encoding: str, name: str) -> None:
    with pytest.raises(PlanError, match=rf"written in {name}, not in UTF-8\. Save it as UTF-8"):
        strict_toml.loads('a = "大门"'.encode(encoding), "plan.toml")
