"""The published JSON Schemas: made of the nouns, and met by everything that is written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tarfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import made_schemas
import pytest
from click.testing import CliRunner
from issued_session import CLIP, PACK, issued
from marks import slow
from sample_session import pack_of_db50, session_of
from test_docs import FORMATS, first_column, sections

from acceptance.cli import verbs, written
from acceptance.model import BudgetLine, Finding, Measurement, Plan, Session, SignalPath
from acceptance.report import playback
from acceptance.session import plan, store
from acceptance.signing import verification

if TYPE_CHECKING:
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
ROOT = Path(__file__).resolve().parent.parent
ARCHIVES = ROOT / "tests" / "sessions_of_0_4_0"
PLANS = sorted(path for path in ROOT.glob("examples/**/*plan.toml"))


def check(name: str, content: object) -> None:
    """Refuse what is not as the schema of this name says."""
    import jsonschema  # late: it builds grammars

    schema = json.loads((made_schemas.FOLDER / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(content)))


@pytest.mark.parametrize("name", made_schemas.NOUNS)
def test_every_schema_is_one(name: str) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(made_schemas.made(name)))


def published() -> list[list[str]]:
    """Return hash and name of every schema that was published."""
    lines = (made_schemas.FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()
    return [line.split() for line in lines]


def test_what_was_published_stays_as_it_was() -> None:
    """Where this fails: raise the number in ``made_schemas.NOUNS``, and restore the old file."""
    for digest, name in published():
        assert hashlib.sha256((made_schemas.FOLDER / name).read_bytes()).hexdigest() == digest


def test_there_is_a_file_for_every_schema_and_none_besides() -> None:
    """Files of older numbers are those that were published."""
    files = {path.name for path in made_schemas.FOLDER.glob("*.json")}
    due = {f"{name}.json" for name in made_schemas.NOUNS}
    assert files == due | {name for _, name in published()}


@pytest.mark.parametrize("name", ["measure-1", "run-1", "verify-1"])
def test_every_field_of_an_output_is_described(name: str) -> None:
    noun, _ = made_schemas.NOUNS[name]
    heading = f"{name.partition('-')[0]} --json"
    described = first_column(sections(FORMATS.read_text("utf-8"))[heading])
    assert described == [field.name for field in dataclasses.fields(noun)]


@pytest.mark.parametrize("name", made_schemas.NOUNS)
def test_another_field_makes_another_schema(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noun, mode = made_schemas.NOUNS[name]
    more = dataclasses.make_dataclass(
        noun.__name__, [("brand_new", str, "")], bases=(noun,), kw_only=True, frozen=True
    )
    before = made_schemas.made(name)
    monkeypatch.setitem(made_schemas.NOUNS, name, (more, mode))
    assert "brand_new" in made_schemas.made(name)
    assert made_schemas.made(name) != before


@pytest.mark.parametrize(
    "archive", ["demo-good", "demo-faulty", "panel", slow("overlay"), slow("site")]
)
def test_sessions_of_0_4_0_and_their_plans_meet_the_schema(archive: str) -> None:
    with tarfile.open(ARCHIVES / f"{archive}.tar.xz") as kept:
        for member in kept.getmembers():
            if member.name.endswith(("/session.json", "/data/plan.json")):
                file = kept.extractfile(member)
                assert file
                name = "plan-1" if member.name.endswith("plan.json") else "session-1"
                check(name, json.load(file))


def test_a_session_with_every_verdict_meets_the_schema() -> None:
    done = session_of(pack_of_db50())
    check("session-1", json.loads(store.dumps(done)))
    check("plan-1", json.loads(store.dump_plan(done.plan)))
    check("run-1", written.of_run(done, Path("out/1"), 1))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_of_plans_meet_the_schema_as_written_and_as_kept(path: Path) -> None:
    check("plan-1", tomllib.loads(path.read_text("utf-8")))
    check("plan-1", json.loads(store.dump_plan(plan.read(path))))


def test_a_plan_that_names_entries_of_a_register_meets_the_schema() -> None:
    whole = {"id": "lux-2", "name": "照度计"}
    names = {"instruments": ["lux-1", whole], "people": ["王工"], "register": "../register.toml"}
    check("plan-1", names)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan-1", {"subject": []}),
        ("plan-1", {"subjects": [{"id": "a", "kind": "lorry"}]}),
        ("plan-1", {"shots": [{"id": "a", "clip": "a.mp4"}]}),
        ("session-1", {"id": "1"}),
        ("verify-1", {"schema": "verify-2"}),
    ],
)
def test_what_is_refused_when_it_is_read_does_not_meet_the_schema(
    name: str, content: dict[str, Any]
) -> None:
    from jsonschema import ValidationError

    with pytest.raises(ValidationError):
        check(name, content)


def test_figures_and_differences_of_a_playback_meet_the_schema() -> None:
    done = session_of(pack_of_db50())
    budget = (BudgetLine(source="x", contribution=1.0),)
    figures = [
        dataclasses.replace(done.measurements[0], shot=shot, quantity=name, budget=budget)
        for shot, name in (("live", "a.b"), ("again", "a.b"), ("live", "a.c"))
    ]
    live, again = (dataclasses.replace(done.shots[0], id=name) for name in ("live", "again"))
    again = dataclasses.replace(again, path=SignalPath.PLAYBACK, live="live")
    pairs = playback.pairs([live, again], figures)
    content = written.of_measuring(done.measurements, done.notes, pairs)
    assert [row["told"] for row in content["differences"]] == ["within", "lost"]
    check("measure-1", content)


def test_verify_writes_what_its_schema_says_whether_valid_or_broken(
    tmp_path: Path, chain: DemoChain
) -> None:
    folder = issued(tmp_path / "s", chain, [CLIP])
    for code in (0, 1):
        result = CliRunner().invoke(
            verbs.cli,
            ["verify", str(folder), "--trust", str(chain.root), "--json", str(tmp_path / "v.json")],
            standalone_mode=False,
        )
        content = json.loads((tmp_path / "v.json").read_text("utf-8"))
        check("verify-1", content)
        assert result.return_value == content["exit_code"] == code
        (folder / "data" / "packs" / f"{PACK}.toml").write_text("changed")
    [signature] = content["signatures"]
    assert signature["role"] == "inspector"
    assert signature["reason"] == content["session"]
    assert next(one for one in content["steps"] if one["name"] == "evidence")["state"] == "broken"


def test_json_of_verify_does_not_go_into_the_session_folder(
    tmp_path: Path, chain: DemoChain
) -> None:
    folder = issued(tmp_path / "s", chain, [CLIP])
    asked = ["verify", str(folder), "--json", str(folder / "new" / "v.json")]
    result = CliRunner().invoke(verbs.cli, asked, standalone_mode=False)
    assert "lies inside the session folder" in str(result.exception)
    assert not (folder / "new").exists()
    assert verification.verify(folder, [chain.root]).exit_code == 0


def test_the_verb_prints_the_newest_of_a_name_and_lists_all() -> None:
    printed = CliRunner().invoke(verbs.cli, ["schema", "session"]).output
    assert printed == (made_schemas.FOLDER / "session-1.json").read_text("utf-8")
    listed = CliRunner().invoke(verbs.cli, ["schema"]).output.split()
    assert listed == sorted(path.stem for path in made_schemas.FOLDER.glob("*.json"))
    refused = CliRunner().invoke(verbs.cli, ["schema", "../README"])
    assert refused.exit_code == 2  # click's own; the program makes 64 of it
    assert "there is no schema" in refused.output


def test_the_schemas_describe_every_field() -> None:
    for noun in (Session, Plan, Finding, Measurement):
        schema = json.loads((made_schemas.FOLDER / "session-1.json").read_text("utf-8"))
        for name, field in schema["$defs"][noun.__name__]["properties"].items():
            assert field.get("description"), f"{noun.__name__}.{name}"
