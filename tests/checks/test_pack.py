"""Packs: what a loaded pack holds, and the sentence that refuses each kind of wrong pack."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance import metrics
from acceptance.checks import pack as packs
from acceptance.errors import PackError
from acceptance.model import Compare, How, Level, Limit

if TYPE_CHECKING:
    from collections.abc import Callable

QUANTITIES = {"noise.snr": "dB", "frame_rate.unique": "frame/s"}

HEAD = """
id = "own"
number = "Q/X 1"
title = "企业标准"
title_en = "Company standard"
edition = "2026"
[[clauses]]
number = "4.1"
title = "信噪比"
"""

SOUND = """
[[requirements]]
id = "snr"
clause = "4.1"
how = "measured"
text = "信噪比。"
text_en = "S/N."
quantity = "noise.snr"
limit = { at_least = 40, unit = "dB" }
figure = { source = "Q/X 1", level = "seen" }
"""

BORROWED = """
[[requirements]]
id = "rate"
clause = "4.1"
borrows = "gb_50395_2007#frame-rate"
assignment = { source = "Q/X 1", level = "seen" }
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Path of a pack that a test writes."""
    return tmp_path / "own.toml"


def load(own: Path, text: str) -> packs.Pack:
    """Write and load a pack."""
    own.write_text(text, encoding="utf-8")
    return packs.load(str(own), QUANTITIES)


def refusal(own: Path, text: str) -> str:
    """Write a pack and return the sentence with which it is refused."""
    with pytest.raises(PackError) as caught:
        load(own, text)
    return str(caught.value)


def test_a_pack_of_ones_own_is_loaded_by_its_path(own: Path) -> None:
    """Where the pack states the figure, its provenance serves for the clause too."""
    pack = load(own, HEAD + SOUND)
    [requirement] = pack.requirements
    assert (pack.id, pack.clauses[0].number) == ("own", "4.1")
    assert requirement.limit == Limit(unit="dB", at_least=40)
    assert requirement.assignment == requirement.figure


def test_borrowing_takes_over_the_number_its_origin_and_the_method(own: Path) -> None:
    """Limit, figure, texts, quantity and how it is judged.

    The provenance keeps naming the standard that states it.
    """
    [requirement] = load(own, HEAD + BORROWED).requirements
    assert requirement.limit == Limit(unit="frame/s", at_least=25)
    assert requirement.figure is not None
    assert (requirement.figure.source, requirement.figure.level) == (
        "GB 50395-2007",
        Level.RECALL_HIGH,
    )
    assert (requirement.how, requirement.compare, requirement.minimum_duration) == (
        How.MEASURED,
        Compare.COUNT,
        60,
    )
    assert requirement.text.startswith("数字系统")
    assert requirement.when == {}


def test_a_borrower_may_say_otherwise_about_anything_but_the_number(own: Path) -> None:
    """A shorter film and words of its own."""
    text = BORROWED + 'minimum_duration = 10\ntext = "帧率。"\n'
    [requirement] = load(own, HEAD + text).requirements
    assert (requirement.minimum_duration, requirement.text) == (10, "帧率。")


def test_a_quantity_that_the_toolkit_does_not_measure_yet_is_allowed(own: Path) -> None:
    """Its requirement comes out as not in the toolkit; a pack may be ahead of it."""
    assert (
        load(own, HEAD + SOUND.replace("noise.snr", "moire.contrast")).requirements[0].quantity
        == "moire.contrast"
    )


@pytest.mark.parametrize(
    ("changed", "into", "message"),
    [
        (
            "at_least = 40",
            "at_lest = 40",
            r"own\.toml, clause 4\.1, requirement snr, field limit\.at_lest: unknown field",
        ),
        ("clause = ", "claus = ", r"clause \?, requirement snr, field (clause|claus)"),
        (
            'unit = "dB"',
            'unit = "1"',
            r"requirement snr, field limit\.unit: noise\.snr is measured in 'dB', not in '1'",
        ),
        ('figure = { source = "Q/X 1", level = "seen" }', "", r"field (figure|assignment)"),
        ("at_least = 40, ", "", r"field limit: needs at_least, at_most or both"),
        (
            "at_least = 40",
            "at_least = 40, at_most = 30",
            r"field limit: at_least 40 is above at_most 30",
        ),
        (
            "at_least = 40",
            'at_least = "forty"',
            r"requirement snr, field limit\.at_least: .*must be a number",
        ),
        ("at_least = 40", "at_least = inf", r"requirement snr, field limit\.at_least: .*finite"),
        ('how = "measured"', 'how = "guessed"', r"requirement snr, field how: .*measured"),
        (
            'clause = "4.1"',
            'clause = "4.2"',
            r"clause 4\.2, requirement snr, field clause: the pack lists no clause 4\.2",
        ),
        ('quantity = "noise.snr"', "", r"field quantity: a measured requirement needs a quantity"),
        (
            'source = "Q/X 1"',
            'source = ""',
            r"field figure\.source: a provenance must name its source",
        ),
        (
            'level = "seen"',
            'level = "seen", confirmed_by = "Li"',
            r"field figure\.confirmed_by: .*when",
        ),
        (
            'how = "measured"',
            'how = "measured"\nminimum_duration = 0',
            r"field minimum_duration: must be more than 0",
        ),
        (
            'how = "measured"',
            'how = "inspected"\ncompare = "count"',
            r"field compare: only what is measured",
        ),
        (
            'how = "measured"',
            'how = "measured"\ncombine = "mean"\ncompare = "count"',
            r"field compare: .*worst",
        ),
        ("at_least = 40", "at_most = 0", r"field decision_rule\.share: no share can be taken"),
    ],
)
def test_a_wrong_requirement_is_refused_with_file_clause_and_field(
    own: Path, changed: str, into: str, message: str
) -> None:
    """Each mistake has its sentence, and each sentence its place."""
    text = SOUND.replace(changed, into)
    if "share" in message:
        text += "decision_rule = { share = 0.3 }\n"
    sentence = refusal(own, HEAD + text)
    assert str(own) in sentence
    with pytest.raises(PackError, match=message):
        load(own, HEAD + text)


def test_a_limit_without_provenance_is_refused(own: Path) -> None:
    """Also where the place in the standard has one."""
    text = SOUND.replace("figure =", "assignment =")
    assert "requirement snr, field figure: a limit without provenance" in refusal(own, HEAD + text)


def test_a_rating_without_limit_is_refused(own: Path) -> None:
    """There would be nothing to compare the mean with."""
    text = SOUND.replace('limit = { at_least = 40, unit = "dB" }', "").replace("measured", "rated")
    expected = "field limit: a rated requirement needs the lowest score that passes"
    assert expected in refusal(own, HEAD + text)


@pytest.mark.parametrize(
    ("borrows", "message"),
    [
        ("gb_0#frame-rate", "does not resolve: there is no pack 'gb_0'"),
        ("gb_50395_2007#none", "does not resolve: pack 'gb_50395_2007' has no requirement 'none'"),
        ("frame-rate", "does not resolve: there is no pack 'frame-rate'"),
        (
            "db50_216_2006#5.2/frame-rate",
            "is itself borrowed; name the pack that states the number",
        ),
    ],
)
def test_a_loan_that_does_not_resolve_is_refused(own: Path, borrows: str, message: str) -> None:
    """The sentence says what is missing."""
    sentence = refusal(own, HEAD + BORROWED.replace("gb_50395_2007#frame-rate", borrows))
    assert f"clause 4.1, requirement rate, field borrows: '{borrows}' {message}" in sentence


def test_a_number_cannot_be_borrowed_and_given(own: Path) -> None:
    """Two packs would hold it."""
    text = BORROWED + 'limit = { at_least = 20, unit = "frame/s" }\n'
    expected = "field limit: is both given and borrowed; a number belongs in one pack only"
    assert expected in refusal(own, HEAD + text)


def test_a_borrower_must_say_why_at_this_clause(own: Path) -> None:
    """The lender's provenance says nothing about the borrower's clause."""
    text = BORROWED[: BORROWED.index("assignment")]
    assert "requirement rate, field assignment" in refusal(own, HEAD + text)


def test_duplicates_are_refused(own: Path) -> None:
    """Of requirement ids and of clauses."""
    assert "field requirements: duplicate id 'snr'" in refusal(own, HEAD + SOUND + SOUND)
    again = '[[clauses]]\nnumber = "4.1"\ntitle = "x"\n'
    assert "field clauses: duplicate clause '4.1'" in refusal(own, HEAD + again + SOUND)


def test_an_ambiguous_pairing_is_refused(own: Path) -> None:
    """Two limits of one clause for the same figure of the same subject."""
    sentence = refusal(own, HEAD + SOUND + SOUND.replace('"snr"', '"second"'))
    assert (
        "clause 4.1, requirement snr, field quantity: ambiguous: noise.snr pairs with the same"
        in sentence
    )
    assert "requirement second" in sentence


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('when = { picture = "colour" }', 'when = { picture = "monochrome" }'),
        ('taps = ["camera"]', 'taps = ["recorder"]'),
        ('path = "live"', 'path = "playback"'),
        ('subjects = ["fixed"]', 'subjects = ["recorder"]'),
        ('region = "centre"', 'region = "upper_left"'),
        ('direction = "horizontal"', 'direction = "vertical"'),
        ('statistic = "worst"', 'statistic = "mean"'),
    ],
)
def test_what_tells_two_requirements_apart_makes_the_pairing_clear(
    own: Path, first: str, second: str
) -> None:
    """Facts, taps, path, kind of subject, region, direction or statistic."""
    text = SOUND + first + SOUND.replace('"snr"', '"second"') + second
    assert len(load(own, HEAD + text).requirements) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('when = { picture = "colour" }', 'when = { system = "digital" }'),
        ('taps = ["camera"]', 'taps = ["recorder", "camera"]'),
        ('path = "live"', ""),
        ('subjects = ["fixed"]', 'subjects = ["fixed", "dome"]'),
    ],
)
def test_what_may_apply_together_stays_ambiguous(own: Path, first: str, second: str) -> None:
    """A digital colour camera meets both."""
    assert "ambiguous" in refusal(
        own, HEAD + SOUND + first + SOUND.replace('"snr"', '"second"') + second
    )


@pytest.mark.parametrize("kind", ["clauses", "requirements", "samplings", "conflicts"])
@pytest.mark.parametrize("value", ['"x"', '["x"]', "3", '[{ id = "x" }, 3]'])
def test_what_is_no_list_of_tables_is_refused_before_anything_looks_into_it(
    own: Path, kind: str, value: str
) -> None:
    """Confirmations of it, for instance."""
    confirmed = '[[confirmations]]\nrequirement = "x"\nby = "a"\non = "2026-01-01"\ncopy = "c"\n'
    text = f'id = "own"\n{kind} = {value}\n{confirmed}'
    assert f"field {kind}: must be tables" in refusal(own, text)


@pytest.mark.parametrize("value", ['"x"', '["x"]', "3"])
def test_a_scoring_that_is_no_table_is_refused_before_it_is_confirmed(
    own: Path, value: str
) -> None:
    confirmed = '[[confirmations]]\nscoring = "x"\nby = "a"\non = "2026-01-01"\ncopy = "c"\n'
    text = f'id = "own"\nscoring = {value}\n{confirmed}'
    assert "field scoring: must be a table" in refusal(own, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id = ", "not readable as TOML"),
        ('id = "own"\nrequirements = "none"\n', "field requirements: must be tables"),
        ('id = "own"\nconflicts = "none"\n', "field conflicts: must be tables"),
        ('id = "own"\nconflicts = ["none"]\n', "field conflicts: must be tables"),
        ('id = "own"\n' + SOUND, "field number: "),
        (HEAD.replace("title_en", "titel_en"), "field titel_en: unknown field|field title_en"),
        (HEAD.replace('title = "信噪比"', 'titel = "信噪比"'), r"clause 4\.1, field (title|titel)"),
    ],
)
def test_a_broken_file_is_refused(own: Path, text: str, message: str) -> None:
    """Broken TOML, a missing or misspelt key, the wrong kind of value."""
    own.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=message):
        packs.load(str(own), QUANTITIES)


def test_a_file_in_another_encoding_is_refused(own: Path) -> None:
    """TOML is UTF-8; an editor on Windows may write GBK."""
    own.write_bytes(HEAD.encode("gbk"))
    with pytest.raises(PackError, match="written in GBK, not in UTF-8"):
        packs.load(str(own), QUANTITIES)


def test_an_unknown_pack_is_refused_with_the_names_of_the_shipped_ones() -> None:
    """By name or by path."""
    with pytest.raises(
        PackError, match=r"gb_1: there is no such pack.*: .*db50_216_2006, .*gb_50198_1994, "
    ):
        packs.load("gb_1", QUANTITIES)
    with pytest.raises(PackError, match=r"nowhere/own\.toml: there is no such pack"):
        packs.load("nowhere/own.toml", QUANTITIES)


def test_two_packs_with_one_id_cannot_be_judged_together(own: Path) -> None:
    """Their findings could not be told apart."""
    own.write_text(HEAD + SOUND, encoding="utf-8")
    with pytest.raises(PackError, match="2 packs have the id 'own'"):
        packs.load_all([str(own), str(own)], QUANTITIES)


def test_another_folder_of_packs_can_be_used(tmp_path: Path) -> None:
    """A session keeps copies of the packs it was judged by, and is judged again from them."""
    for name in packs.names():
        (tmp_path / f"{name}.toml").write_bytes(packs.file_of(name).read_bytes())
    assert packs.names(tmp_path) == packs.names()
    assert packs.load("db50_216_2006", {}, folder=tmp_path) == packs.load("db50_216_2006", {})


def test_a_pack_reads_as_plain_toml() -> None:
    """Any other tool can read what ships."""
    raw = tomllib.loads(packs.file_of("order_196_2006").read_text(encoding="utf-8"))
    assert raw["requirements"][1]["limit"] == {"at_least": 15, "unit": "d"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("minimum_duration = 0.5", ""),
        ("minimum_duration = 0", "minimum_duration: must be more than 0 seconds"),
        ("minimum_raters = 1", ""),
        ("minimum_raters = 0", "at least 1 rater required, not 0"),
        ('decision_rule = { kind = "guarded", guard = 0 }', ""),
        ('decision_rule = { kind = "guarded", guard = 0.5 }', ""),
        ('decision_rule = { kind = "guarded", guard = -0.1 }', "must be 0 or more"),
        ("limit = { at_least = 40, at_most = 40, unit = 'dB' }", ""),
        ("limit = { at_least = 41, at_most = 40, unit = 'dB' }", "41 is above at_most 40"),
    ],
)
def test_the_ends_of_what_a_requirement_may_state(own: Path, lines: str, words: str) -> None:
    """The least that is allowed is allowed, and nothing less."""
    text = (
        SOUND.replace('limit = { at_least = 40, unit = "dB" }\n', "") if "limit" in lines else SOUND
    )
    if words:
        assert words in refusal(own, HEAD + text + lines)
    else:
        assert load(own, HEAD + text + lines).requirements


@pytest.mark.parametrize(
    ("weight", "full", "basic", "words"),
    [
        (0, 1, 0, ""),
        (1, 0.8, 0.8, ""),
        (1.1, 0.8, 0.6, "scoring, field basic_weight: must be from 0 to 1, not 1.1"),
        (0.6, 0.8, -0.1, "scoring, field basic_from: must be from 0 to 1, not -0.1"),
        (0.6, 0.6, 0.8, "0.8 is above pass_from 0.6"),
    ],
)
def test_weights_and_thresholds_of_a_score_are_shares(
    own: Path, weight: float, full: float, basic: float, words: str
) -> None:
    scoring = f"""
[scoring]
clause = "4.1"
figure = {{ source = "Q/X 1", level = "seen" }}
basic_weight = {weight}
pass_from = {full}
basic_from = {basic}
"""
    if words:
        assert words in refusal(own, HEAD + SOUND + scoring)
    else:
        assert load(own, HEAD + SOUND + scoring).scoring


def test_a_file_that_cannot_be_read_is_refused_with_the_cause(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_path: Path, _most: int = 0) -> bytes:
        raise PermissionError(13, "Permission denied")

    own.write_text(HEAD, encoding="utf-8")
    monkeypatch.setattr("acceptance.files.regular.content", denied)
    with pytest.raises(PackError, match=r"own\.toml: cannot be read \(Permission denied\)"):
        packs.load(str(own), QUANTITIES)


def test_eight_packs_may_extend_each_the_next_and_nine_may_not(own: Path) -> None:
    load(own, HEAD + SOUND)
    below = "own"
    for number in range(2, 9):
        path = own.parent / f"p{number}.toml"
        path.write_text(f'id = "p{number}"\nextends = "{below}.toml"\n', encoding="utf-8")
        below = path.stem
    longest = packs.load(str(path), QUANTITIES)
    assert longest.extends == ("p7", "p6", "p5", "p4", "p3", "p2", "own")
    ninth = own.parent / "p9.toml"
    ninth.write_text('id = "p9"\nextends = "p8.toml"\n', encoding="utf-8")
    with pytest.raises(PackError, match="field extends: a chain of more than 8 packs"):
        packs.load(str(ninth), QUANTITIES)


def test_the_profile_below_a_pack_is_the_one_that_it_extends_and_none_further_down(
    own: Path,
) -> None:
    load(own, HEAD + SOUND)
    for name, below in (("second", "own"), ("third", "second")):
        path = own.parent / f"{name}.toml"
        path.write_text(f'id = "{name}"\nextends = "{below}.toml"\n', encoding="utf-8")
    assert packs.profiles(packs.load(str(path), QUANTITIES)) == ("second",)


def test_a_pack_with_a_confirmation_can_be_loaded_again(own: Path) -> None:
    """Its tables are parsed once, and a confirmation must not stay in them."""
    record = 'by = "李"\non = "2026-11-20"\ncopy = "12"\n'
    text = HEAD + SOUND + f'[[confirmations]]\nrequirement = "snr"\n{record}'
    first = load(own, text)
    assert [one.figure.confirmed_by for one in first.requirements if one.id == "snr"] == ["李"]
    assert load(own, text) == first


def test_no_conflict_of_other_packs_concerns_one_that_shares_no_requirement(own: Path) -> None:
    assert load(own, HEAD + SOUND).conflicts == ()


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have_is_no_pack(tmp_path: Path, name: str) -> None:
    """The system refuses to look for it."""
    assert packs._is_there(tmp_path / name) is False


def test_a_pack_of_a_folder_is_read_anew_only_when_a_file_of_the_folder_changed(
    tmp_path: Path,
) -> None:
    every = metrics.quantities()
    folder = Path(shutil.copytree(packs.FOLDER, tmp_path / "packs"))
    first = packs.load("db50_216_2006", every, folder=folder)
    assert packs.load("db50_216_2006", every, folder=folder) is first
    lender = folder / "gb_50198_1994.toml"
    lender.write_text(f"{lender.read_text('utf-8')}\n# changed", "utf-8")
    again = packs.load("db50_216_2006", every, folder=folder)
    assert again == first
    assert again is not first


def test_a_pack_is_put_together_once_for_all_folders_that_hold_the_same(tmp_path: Path) -> None:
    """Each session has a copy of its packs: what counts is what they hold."""
    every = metrics.quantities()
    here, there = (
        Path(shutil.copytree(packs.FOLDER, tmp_path / name / "packs")) for name in ("1", "2")
    )
    first = packs.load("db50_216_2006", every, folder=here)
    assert packs.load("db50_216_2006", every, folder=there) is first
    assert packs.load("db50_216_2006", every) is not first
    lender = there / "gb_50198_1994.toml"
    lender.write_text(lender.read_text("utf-8").replace("at_least = 270", "at_least = 271"))
    again = packs.load("db50_216_2006", every, folder=there)
    assert again != first
    assert packs.load("db50_216_2006", every, folder=here) is first


def test_a_pack_that_a_link_leads_to_is_refused_whatever_was_loaded_before(tmp_path: Path) -> None:
    every = metrics.quantities()
    here, there = (
        Path(shutil.copytree(packs.FOLDER, tmp_path / name / "packs")) for name in ("1", "2")
    )
    packs.load("db50_216_2006", every, folder=here)
    for name in ("db50_216_2006", "gb_50198_1994"):
        (there / f"{name}.toml").unlink()
        (there / f"{name}.toml").symlink_to(here / f"{name}.toml")
        with pytest.raises(PackError, match="lies outside the folder of packs"):
            packs.load("db50_216_2006", every, folder=there)
        (there / f"{name}.toml").unlink()
        shutil.copy(here / f"{name}.toml", there)
    assert packs.load("db50_216_2006", every, folder=there)


@pytest.mark.parametrize(
    ("name", "folder", "kept"),
    [
        ("base", None, True),
        ("own.toml", None, False),
        ("base", Path(), True),
        ("own.toml", Path(), True),
    ],
)
def test_packs_are_loaded_once_but_for_ones_own_which_may_be_built_on_any_file(
    name: str, folder: Path | None, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """Those that a session keeps are of its folder alone."""
    how: list[bool] = []

    def loader(*, once: bool) -> Callable[..., Any]:
        return lambda wanted, *_: how.append(once) or SimpleNamespace(id=wanted)

    monkeypatch.setattr(packs, "_loaded", loader(once=True))
    monkeypatch.setattr(packs, "_load", loader(once=False))
    monkeypatch.setattr(packs.pack_folder, "look", lambda *_: object())
    packs.load_all([name], {}, folder=folder)
    monkeypatch.setattr(packs.pack_folder, "look", lambda *_: None)
    packs.load_all([name], {}, folder=folder)
    assert how == [kept, False], "and never where the folder cannot be looked at"
