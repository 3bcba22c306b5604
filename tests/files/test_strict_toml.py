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
@pytest.mark.parametrize("content", [b"a = ", 'a = "大门"'.encode("gbk")])
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
