"""Others that draw letters of our typefaces: pages would not say what their words say."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from marks import slow

from acceptance import wording
from acceptance.errors import SetupError
from acceptance.model import Verdict
from acceptance.report import own_styles, own_typefaces, typesetting

ROOT = Path(__file__).resolve().parents[2]
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
MOMENT = datetime(2026, 6, 2, tzinfo=UTC)
OGHAM = "\u1681"  # a letter that ours do not hold
OURS = own_typefaces.SANS
PROGRAM = f"""
import sys
from datetime import UTC, datetime
from acceptance.errors import SetupError
from acceptance.report import typesetting
style = sys.argv[1]
try:
    typesetting.check_fonts()
    page = f"<p style=\\"font-family:'{OURS}';{{style}}\\">FAIL</p>"
    typesetting.typeset(page, datetime(2026, 6, 2, tzinfo=UTC))
    print("made")
except SetupError as error:
    print(error)
"""


@cache
def exchanged(name: str = "Other", weight: int = 400, more: str = OGHAM) -> bytes:
    """Make a typeface that draws A for I, I for A, and F for more letters."""
    if not DEJAVU.exists():
        pytest.skip("there is no other typeface on this machine to make one of")
    font = TTFont(DEJAVU)
    options = subset.Options()
    options.name_IDs = ["*"]
    taken = subset.Subsetter(options)
    taken.populate(unicodes=range(0x20, 0x180))  # one that lacks letters of English comes last
    taken.subset(font)
    for table in font["cmap"].tables:
        held = table.cmap
        held[ord("A")], held[ord("I")] = held[ord("I")], held[ord("A")]
        held.update({ord(letter): held[ord("F")] for letter in more})
    font["OS/2"].usWeightClass = weight
    for named in font["name"].names:
        if named.nameID in {1, 4, 6, 16}:
            named.string = name
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def page(words: str, asked: str = f"'{OURS}'") -> str:
    """Write words with the typeface called Other before those asked for."""
    source = base64.b64encode(exchanged()).decode()
    face = f"@font-face {{ font-family: 'Other'; src: url(data:font/ttf;base64,{source}) }}"
    return f"<style>{face} p {{ font-family: 'Other', {asked} }}</style><p>检验 {words}</p>"


def test_letters_of_ours_that_another_typeface_draws_are_refused() -> None:
    with pytest.raises(SetupError, match="other typefaces draw letters of the report: Other"):
        typesetting.typeset(page("FAIL"), MOMENT)


def test_another_file_that_bears_the_name_of_ours_is_none_of_ours() -> None:
    document = typesetting._html()(string=f"<p style=\"font-family:'{OURS}'\">FAIL</p>").render()
    document.write_pdf()
    fonts, known = document.fonts.values(), typesetting._probe().heads
    held = typesetting._held
    assert own_typefaces.strangers(fonts, known, held) == []
    assert own_typefaces.strangers(fonts, dict.fromkeys(known, b"another file"), held) == [OURS]


def test_letters_that_ours_do_not_hold_may_be_of_any_typeface() -> None:
    assert typesetting.typeset(page(OGHAM), MOMENT)


@pytest.mark.parametrize(
    ("letter", "lacking", "holding"),
    [
        ("\u9ff0", own_typefaces.SANS, own_typefaces.SERIF),
        ("\U00020024", own_typefaces.SERIF, own_typefaces.SANS),
    ],
)
def test_a_letter_that_one_of_ours_lacks_may_be_of_any_typeface(
    letter: str, lacking: str, holding: str
) -> None:
    """Names hold such letters, and the other of ours stands on the same page."""
    drawn = f"<p style=\"font-family:'{lacking}'\">{letter}门</p>"
    assert typesetting.typeset(f"<p style=\"font-family:'{holding}'\">检</p>{drawn}", MOMENT)


def test_a_page_that_does_not_ask_for_ours_is_set_in_any() -> None:
    """Drawings of others, and forms of institutes."""
    assert typesetting.typeset(page("FAIL", asked="serif"), MOMENT)


def test_without_ours_they_are_missing_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = typesetting._Probe(heads={}, strangers=[])
    monkeypatch.setattr(typesetting, "_probe", lambda: bare)
    with pytest.raises(SetupError, match="are not installed"):
        typesetting.typeset(f"<p style=\"font-family:'{OURS}'\">检验</p>", MOMENT)


def test_the_remedy_names_the_rules_of_the_system_where_they_have_that_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for system, named in (("linux", True), ("win32", False), ("darwin", False)):
        monkeypatch.setattr("sys.platform", system)
        assert ("/etc/fonts" in own_typefaces.remedy()) is named


def test_the_renderer_is_told_by_the_files_of_its_typefaces_whatever_letters_are_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = typesetting._probe().heads
    monkeypatch.setattr(own_typefaces, "probed", lambda: "东门")
    typesetting._probe.cache_clear()
    try:
        assert typesetting._probe().heads == before
    finally:
        typesetting._probe.cache_clear()
    assert {family for family, _ in before} == {own_typefaces.SANS, own_typefaces.SERIF}
    assert len(set(before.values())) == len(before)


def test_every_letter_of_a_verdict_is_looked_at_before_anything_is_measured() -> None:
    for lang in wording.COMPLETE:
        said = "".join(wording.phrases(lang)["verdict"][verdict] for verdict in Verdict)
        assert {letter for letter in said if letter.isalpha()} <= set(own_typefaces.probed())


def test_a_file_of_our_name_that_calls_itself_black_is_none_of_ours(tmp_path: Path) -> None:
    """Whatever letters it holds."""
    given = rules(tmp_path, exchanged(OURS, 900, OGHAM + "检"))
    assert f"draw letters of the report: {OURS}." in said("font-weight:900", given)


@pytest.mark.parametrize("weight", ["100", "500", "600", "900", "Bolder", "lighter"])
def test_an_institute_s_page_asks_for_no_weight_of_which_a_desk_may_have_another_file(
    weight: str, tmp_path: Path
) -> None:
    styles = own_styles.scoped(f"b {{ font-weight: {weight}; color: red }}", ".own", "x")
    heavy = weight in {"600", "900", "Bolder"}
    assert styles == f".own b {{ font-weight: {'bold' if heavy else 'normal'}; color: red }}"
    if weight == "900":
        given = rules(tmp_path, exchanged(OURS, 900))
        assert said(styles.partition("{ ")[2].removesuffix(" }"), given) == "made\n"


@pytest.mark.parametrize(
    ("rule", "size", "says"),
    [
        ("", "9pt", "other typefaces draw letters of the report: Other"),
        slow('<test name="size" compare="more"><double>17</double></test>', "26pt", "draw letters"),
        slow('<test name="size" compare="more"><double>17</double></test>', "9pt", "made"),
    ],
)
def test_a_rule_of_fontconfig_that_puts_another_before_ours_is_told(
    rule: str, size: str, says: str, tmp_path: Path
) -> None:
    """Also where it holds for large letters alone, as those of a verdict are."""
    put_before = (
        f'<match target="pattern"><test name="family"><string>{OURS}</string></test>{rule}'
        '<edit name="family" mode="prepend" binding="strong"><string>Other</string></edit></match>'
    )
    assert says in said(f"font-size:{size}", rules(tmp_path, exchanged(), put_before))


def rules(folder: Path, typeface: bytes, rule: str = "") -> dict[str, str]:
    """Install a typeface beside those of the system; return the environment that knows it."""
    (folder / "other.ttf").write_bytes(typeface)
    (folder / "fonts.conf").write_text(
        f"<fontconfig><include>/etc/fonts/fonts.conf</include><dir>{folder}</dir>"
        f"<cachedir>{folder}/cache</cachedir>{rule}</fontconfig>"
    )
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "PYTHONPATH": str(ROOT)}


def said(style: str, given: dict[str, str]) -> str:
    """Set a page by a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, style], env=os.environ | given,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout
