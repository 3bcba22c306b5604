"""What the database holds is what the sessions say, once each, whatever happens on the way."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sample_session import pack_of_db50, session_of
from sqlalchemy import func, inspect, select, text

from acceptance.batch.database import connection, rows, schema
from acceptance.batch.database.results import Origin, Results
from acceptance.errors import InputError, OutputError, SessionError
from acceptance.model import Session, Vouched
from acceptance.session import store

if TYPE_CHECKING:
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
PACK = pack_of_db50()
SESSION = session_of(PACK)


def count(results: Results, table: str) -> int:
    with results.database.reading() as reading:
        return int(reading.scalar(select(func.count()).select_from(schema.TABLES.tables[table])))


def whole(results: Results) -> dict[str, list[tuple[object, ...]]]:
    """Return all that a database holds, but for numbers of rows and the time of adding."""
    left_out = {"id", "added", "session", "subject", "requirement", "device"}
    with results.database.reading() as reading:
        return {
            table.name: sorted(
                (tuple(row) for row in reading.execute(
                    select(*(one for one in table.c if one.name not in left_out or
                             (table.name, one.name) == ("subjects", "subject")))
                )), key=repr,
            )
            for table in schema.TABLES.tables.values()
            if set(table.c.keys()) - left_out
        }  # fmt: skip


FINDINGS = """
SELECT s.subject, p.pack, r.clause, r.requirement, f.verdict, f.value, f.u, f.k, f.expanded,
       f.at_least, f.at_most, f.unit, f.reason, f.parameters, f.provisional, f.mandatory
FROM findings f JOIN subjects s ON s.id = f.subject JOIN requirements r ON r.id = f.requirement
JOIN packs p ON p.id = r.pack ORDER BY f.position
"""


def test_every_finding_is_there_as_the_session_says_it(url: str) -> None:
    with Results(url) as results:
        results.add(SESSION)
        with results.database.reading() as reading:
            found = [tuple(row) for row in reading.execute(text(FINDINGS))]
    expected = [
        (
            one.subject, one.pack, one.clause, one.requirement, str(one.verdict), one.value,
            one.uncertainty, one.k,
            None if one.k is None or one.uncertainty is None else one.k * one.uncertainty,
            one.limit.at_least if one.limit else None, one.limit.at_most if one.limit else None,
            one.unit, one.reason.code, json.dumps(dict(one.reason.parameters), ensure_ascii=False),
            one.provisional, one.mandatory,
        )
        for one in SESSION.findings
    ]  # fmt: skip
    assert found == expected


def test_every_measurement_is_there_with_u_and_its_shot(url: str) -> None:
    query = """SELECT s.subject, m.quantity, m.value, m.u, m.k, m.expanded, m.region, t.shot
    FROM measurements m JOIN subjects s ON s.id = m.subject
    LEFT JOIN shots t ON t.session = m.session AND t.position = m.shot ORDER BY m.position"""
    with Results(url) as results:
        results.add(SESSION)
        with results.database.reading() as reading:
            found = [tuple(row) for row in reading.execute(text(query))]
    shots = {shot.id for shot in SESSION.shots}
    assert found == [
        (
            one.subject, one.quantity, one.value, one.uncertainty, one.k, one.expanded, one.region,
            one.shot if one.shot in shots else None,
        )
        for one in SESSION.measurements
    ]  # fmt: skip


def test_a_session_added_twice_is_there_once(url: str) -> None:
    with Results(url) as results:
        results.add(SESSION, Origin(packs=(PACK,)))
        once = whole(results)
        results.add(SESSION, Origin(packs=(PACK,)))
        assert whole(results) == once
        assert count(results, "findings") == len(SESSION.findings)
        assert count(results, "instruments") == len(SESSION.plan.instruments)


def test_another_session_of_the_same_number_is_refused_and_changes_nothing(url: str) -> None:
    with Results(url) as results:
        results.add(SESSION)
        before = whole(results)
        with pytest.raises(SessionError, match="another session of this number"):
            results.add(replace(SESSION, operator="somebody else"))
        assert whole(results) == before


def test_a_device_is_the_same_one_by_its_serial_number_only(url: str) -> None:
    """Here cam1 and cam2 state one, the recorder none, but a project: all three are known again."""
    nameless = replace(
        SESSION,
        id="third",
        plan=replace(SESSION.plan, project=type(SESSION.plan.project)()),
    )
    with Results(url) as results:
        results.add(SESSION)
        results.add(replace(SESSION, id="second"))
        assert count(results, "devices") == 3
        results.add(nameless)
        assert count(results, "devices") == 4


def hostile(name: str) -> Session:
    plan = SESSION.plan
    subjects = tuple(
        replace(one, name=name, model=name, serial=name, facts={name: name})
        for one in plan.subjects
    )
    people = tuple(replace(one, name=name) for one in plan.people)
    instruments = tuple(replace(one, name=name, due=name) for one in plan.instruments)
    project = replace(plan.project, title=name, customer=name)
    plan = replace(plan, subjects=subjects, people=people, instruments=instruments, project=project)
    findings = tuple(replace(one, requirement=f"db50_216_2006#{name}") for one in SESSION.findings)
    return replace(SESSION, plan=plan, operator=name, findings=findings)


@pytest.mark.parametrize(
    "name",
    ["'; DROP TABLE findings; --", '"quoted" `so` [or so]', "a\0b", "\u202egnp.exe", "长" * 5000,
     "\ud800 half", "%s :name ?", "\\x00", ""],
    ids=["injection", "quotes", "nul", "turned", "long", "surrogate", "markers", "escape", "empty"],
)  # fmt: skip
def test_hostile_names_come_back_as_they_are(url: str, name: str) -> None:
    """But for what no database can hold, which is shown as an escape."""
    with Results(url) as results:
        results.add(hostile(name), Origin(sha256="00"))
        with results.database.reading() as reading:
            found = set(reading.scalars(select(schema.subjects.c.name)))
            people = set(reading.scalars(select(schema.people.c.name)))
            asked = set(reading.scalars(select(schema.requirements.c.requirement)))
    assert found == people == {rows.text(name)}
    assert asked == {f"db50_216_2006#{rows.text(name)}"}
    assert rows.text("重庆 \u202e ok") == "重庆 \u202e ok"


@pytest.mark.parametrize(
    "spoilt", [{"samples": 1 << 90}, {"value": float("nan")}], ids=["huge", "no number"]
)
def test_what_no_database_holds_is_refused_alone(url: str, spoilt: dict[str, Any]) -> None:
    """No such session can be written by ``run``; the database stays as it was, and goes on."""
    wrong = replace(SESSION.measurements[0], **spoilt)
    with Results(url) as results:
        if "samples" in spoilt or results.database.engine.name == "sqlite":
            with pytest.raises(SessionError, match="no database can"):
                results.add(replace(SESSION, measurements=(wrong,)), Origin(sha256="1"))
        assert count(results, "sessions") == 0
        results.add(SESSION)


WRITER = """
import sys
from dataclasses import replace
from sample_session import pack_of_db50, session_of
from acceptance.batch.database.results import Origin, Results
session = session_of(pack_of_db50())
with Results(sys.argv[1]) as results:
    for number in range(int(sys.argv[3])):
        one = replace(session, id=f"{sys.argv[2]}-{number}")
        results.add(one, Origin(sha256=one.id))
        print(number, flush=True)
"""


def writer(url: str, name: str, sessions: int) -> subprocess.Popen[str]:
    tests = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(tests), str(tests.parent)])
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, str(sessions)], text=True,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip


def test_two_writers_at_once_lose_nothing(url: str) -> None:
    """They also make the database at once."""
    both = [writer(url, name, 12) for name in ("a", "b")]
    for process in both:
        process.communicate(timeout=120)
    assert [one.returncode for one in both] == [0, 0]
    with Results(url) as results:
        assert count(results, "sessions") == 24
        assert count(results, "findings") == 24 * len(SESSION.findings)
        assert count(results, "devices") == 3


def test_a_writer_that_is_killed_leaves_whole_sessions_only(url: str) -> None:
    killed = writer(url, "a", 100_000)
    assert killed.stdout is not None
    announced = 0
    while announced < 5:
        announced = int(killed.stdout.readline()) + 1
    time.sleep(0.003)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    with Results(url) as results:
        kept = count(results, "sessions")
        assert kept >= announced
        for table, held in (("findings", SESSION.findings), ("measurements", SESSION.measurements)):
            assert count(results, table) == kept * len(held)
        results.add(SESSION)


def test_a_locked_database_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "results.db"
    with Results(str(file), patience=0.05) as results:
        results.add(SESSION)
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match=r"locked.*Another program is writing") as error:
            results.add(replace(SESSION, id="second"))
        assert str(file) in str(error.value)
        other.close()
        results.add(replace(SESSION, id="second"))
        assert count(results, "sessions") == 2


def test_a_full_disc_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    with Results(str(tmp_path / "results.db")) as results:
        results.add(SESSION)
        with results.database.engine.connect() as held:
            held.exec_driver_sql("PRAGMA max_page_count = 1")  # none more than there are
        more = (replace(SESSION, id=f"more-{number}") for number in range(50))
        with pytest.raises(OutputError, match=r"full.*Make room"):
            deque(map(results.add, more), maxlen=0)
        kept = count(results, "sessions")
        assert 1 <= kept < 51
        assert count(results, "findings") == kept * len(SESSION.findings)


@pytest.mark.parametrize("times", [1, 40])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, times: int) -> None:
    """SQLite takes a small one, such as a plan of a few lines, for an empty database."""
    content = b"this is no database, but a text of some length" * times
    file = tmp_path / "letter.db"
    file.write_bytes(content)
    with pytest.raises(InputError, match="is no database"):
        Results(str(file))
    assert file.read_bytes() == content


def test_the_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "photos.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(InputError, match="another program"):
        Results(str(file))
    assert file.read_bytes() == before
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize("version", ["x", "-1", "0"])
def test_tables_of_no_version_are_those_of_another_program(tmp_path: Path, version: str) -> None:
    file = str(tmp_path / "results.db")
    Results(file).close()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE schema_version SET version = ?", (version,))
        other.commit()
    with pytest.raises(InputError, match="another program"):
        Results(file)


def test_a_file_that_is_damaged_all_over_is_one_sentence(tmp_path: Path) -> None:
    """SQLite names a table in its error, in bytes that are no text any more."""
    file = tmp_path / "results.db"
    Results(str(file)).close()
    content = file.read_bytes()
    torn = {at: content[at] ^ 0xFF for at in range(111, len(content), 37)}
    file.write_bytes(bytes(torn.get(at, byte) for at, byte in enumerate(content)))
    with pytest.raises(OutputError, match=r"cannot be used .*Delete the file and add"):
        Results(str(file))


def test_readers_and_a_writer_work_side_by_side(tmp_path: Path) -> None:
    file = str(tmp_path / "results.db")
    with Results(file) as writer_of, Results(file) as reader:
        writer_of.add(SESSION)
        with writer_of.database.writing() as writing:
            writing.execute(schema.people.delete().where(schema.people.c.name == "nobody"))
            assert count(reader, "sessions") == 1


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("nowhere/at/all.db", OutputError, "unable to open"),
        ("mysql://user:geheim@x/y", InputError, "no address"),
        ("nosuch://host/name", InputError, "no address"),
        ("sqlite://", InputError, "no address"),  # in memory: what is added would be gone
        (":memory:", InputError, "no address"),
        ("sqlite:///:memory:", InputError, "no address"),
        ("sqlite+pysqlite:///:memory:", InputError, "no address"),
        ("sqlite:///file:s.db?uri=true", InputError, "no address"),
        ("sqlite:///s.db?uri=true", InputError, "no address"),
        ("sqlite:///file::memory:", InputError, "no address"),
        ("file:s.db", InputError, "no address"),
        ("://", InputError, "no address"),
        ("a\0b.db", InputError, "no address"),
        ("", InputError, "no address"),
        ("postgresql://user:geheim@/x?host=/nowhere", OutputError, "cannot be used"),
        ("postgresql://user:geheim@localhost:port/x", InputError, "no address"),
    ],
)
def test_a_wrong_address_is_one_sentence_without_the_password(
    url: str, kind: type[Exception], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=words) as error:
        Results(url)
    assert "geheim" not in str(error.value)
    assert "Traceback" not in str(error.value)


def test_to_ask_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no database here.*acceptance database add"):
        Results(str(tmp_path / "results.db"), create=False)
    assert [*tmp_path.iterdir()] == []


def test_a_newer_version_is_refused_with_a_sentence(url: str) -> None:
    with Results(url) as results:
        results.add(SESSION)
        with results.database.writing() as writing:
            writing.execute(schema.schema_version.update().values(version=schema.VERSION + 1))
    with pytest.raises(InputError, match=rf"of version {schema.VERSION + 1}.*newer version"):
        Results(url)


def test_an_older_version_is_upgraded_and_keeps_its_rows(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Results(url) as results:
        results.add(SESSION)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    step = ["ALTER TABLE people ADD COLUMN born TEXT", "UPDATE people SET born = 'unknown'"]
    monkeypatch.setitem(connection.UPGRADES, schema.VERSION - 1, step)
    with Results(url) as results, results.database.reading() as reading:
        assert set(reading.scalars(text("SELECT born FROM people"))) == {"unknown"}
        assert reading.scalar(select(schema.schema_version.c.version)) == schema.VERSION
        assert reading.scalar(text("SELECT count(*) FROM findings")) == len(SESSION.findings)


def test_an_upgrade_that_fails_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Results(url) as results:
        results.add(SESSION)
        before = whole(results)
    old = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", old + 1)
    step = ["ALTER TABLE people ADD COLUMN born TEXT", "UPDATE nothing SET born = 'unknown'"]
    monkeypatch.setitem(connection.UPGRADES, old, step)
    with pytest.raises(OutputError, match="nothing"):
        Results(url)
    monkeypatch.setattr(schema, "VERSION", old)
    with Results(url) as results:
        assert whole(results) == before
        columns = inspect(results.database.engine).get_columns("people")
        assert "born" not in {column["name"] for column in columns}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Make a signed session folder; tests leave it as it is."""
    import issued_session

    return issued_session.issued(
        tmp_path_factory.mktemp("out") / "20260602-080000-abcdef", chain, ["data/clips/门口 1.mp4"]
    )


def test_a_folder_is_added_with_who_signed_it_and_what_was_checked(
    url: str, folder: Path, chain: DemoChain
) -> None:
    with Results(url) as results:
        assert results.add_folder(folder, [chain.root])
        with results.database.reading() as reading:
            [row] = reading.execute(select(schema.sessions)).mappings()
            signer = reading.scalar(select(schema.signers.c.name))
            texts = set(reading.scalars(select(schema.requirements.c.text_en)))
    assert row["signature"] == Vouched.SIGNED
    assert row["checked"]
    assert row["folder"] == str(folder)
    assert signer
    assert {"Grey steps", "Signal-to-noise ratio"} <= texts


def test_without_a_root_the_row_says_that_the_signature_was_not_checked(
    url: str, folder: Path
) -> None:
    with Results(url) as results:
        assert results.add_folder(folder)
        assert not results.add_folder(folder), "the very same is left as it is"
        with results.database.reading() as reading:
            assert reading.scalar(select(schema.sessions.c.signature)) == Vouched.NOT_CHECKED


def test_a_folder_that_was_changed_is_refused(tmp_path: Path, folder: Path, url: str) -> None:
    import shutil

    changed = tmp_path / folder.name
    shutil.copytree(folder, changed)
    content = json.loads((changed / store.FILE).read_bytes())
    content["findings"][0]["verdict"] = "pass"
    (changed / store.FILE).write_text(json.dumps(content), "utf-8")
    with Results(url) as results:
        with pytest.raises(SessionError, match="changed after it was sealed"):
            results.add_folder(changed)
        assert count(results, "sessions") == 0
