"""Templates that are kept compiled: the same pages, and none of an older template."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from jinja2.bccache import Bucket

from acceptance import data
from acceptance.report import compiled_templates, templates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of templates of which nothing is kept yet; Python keeps modules."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    for words in data.folder("report_templates").glob("*.toml"):
        shutil.copy(words, tmp_path)
    monkeypatch.setattr(data, "folder", lambda _: tmp_path)
    (tmp_path / "page.html").write_text("<p>{{ 'noise.snr' | quantity }}</p>", "utf-8")
    return tmp_path


def made(lang: str) -> str:
    templates._environment.cache_clear()
    try:
        return templates.template("page.html", lang).render()
    finally:
        templates._environment.cache_clear()


def kept(folder: Path) -> list[Path]:
    return [*(folder / "__pycache__").glob("*.pyc")]


def test_a_template_that_was_kept_makes_the_same_in_either_language(folder: Path) -> None:
    first = [made(lang) for lang in ("zh", "en")]
    assert len({*first}) == 2
    assert len(kept(folder)) == 1
    assert [made(lang) for lang in ("zh", "en")] == first


@pytest.mark.usefixtures("folder")
def test_what_is_kept_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made("en")
    monkeypatch.setattr(templates.Environment, "compile", None)
    assert made("en") == first


def test_a_changed_template_is_compiled_again(folder: Path) -> None:
    first = made("en")
    (folder / "page.html").write_text("<p>{{ 'grey_scale.steps' | quantity }}</p>", "utf-8")
    assert made("en") != first


def test_what_is_damaged_is_compiled_again(folder: Path) -> None:
    first = made("en")
    for content in (b"", kept(folder)[0].read_bytes()[:60], b"\x80\x05K\x01."):
        kept(folder)[0].write_bytes(content)
        assert made("en") == first


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made("en")
    assert kept(folder) == []


def test_where_nothing_can_be_kept_pages_are_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(**_: object) -> None:
        raise OSError

    monkeypatch.setattr(compiled_templates.tempfile, "mkstemp", no_room)
    assert "noise" in made("en")
    assert kept(folder) == []


def test_what_cannot_be_written_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Bucket, "write_bytecode", full)
    assert "noise" in made("en")
    assert [*(folder / "__pycache__").iterdir()] == []


def test_what_is_kept_can_be_read_by_every_user(folder: Path) -> None:
    made("en")
    assert kept(folder)[0].stat().st_mode & 0o444 == 0o444


@pytest.mark.parametrize("kind", ["jinja2", "toolkit", "options"])
def test_what_another_jinja_or_version_or_other_options_compiled_is_not_taken(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("en")
    if kind == "jinja2":
        monkeypatch.setattr(compiled_templates.jinja2, "__version__", "0")
    elif kind == "toolkit":
        monkeypatch.setattr(compiled_templates, "__version__", "0")
    else:
        keep = compiled_templates.CompiledTemplates
        monkeypatch.setattr(templates, "CompiledTemplates", lambda by: keep(by + "other"))
    made("en")
    assert len(kept(folder)) == 2
