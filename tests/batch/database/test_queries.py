"""What is asked of the database is what the sessions say, counted here by hand."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import hypothesis
import numpy as np
import pytest
from hypothesis import strategies
from in_process import called
from sample_session import pack_of_db50, session_of
from sqlalchemy import text

from acceptance.batch.database import damage, queries, schema
from acceptance.batch.database.results import Origin, Results
from acceptance.errors import InputError, OutputError, PlanError
from acceptance.model import Session, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SESSION = session_of(pack_of_db50())
DOCS = Path(__file__).resolve().parents[3] / "docs" / "database.md"
SQL = re.findall(r"^```sql\n(.*?)^```$", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def session(
    number: str, finished: str, verdicts: Sequence[Verdict] = (), snr: float = 38.0, u: float = 0.1
) -> Session:
    """Change verdicts of the first findings, and what the S/N of cam1 is."""
    findings = [
        replace(one, verdict=verdict)
        for one, verdict in zip(SESSION.findings, verdicts, strict=False)
    ]
    measured = tuple(
        replace(one, value=snr, uncertainty=u, k=2.0)
        if (one.subject, one.quantity) == ("cam1", "noise.snr") else one
        for one in SESSION.measurements
    )  # fmt: skip
    shots = tuple(replace(one, sha256=f"{number}{one.id}") for one in SESSION.shots)
    return replace(
        SESSION, id=number, finished=finished, measurements=measured, shots=shots,
        findings=(*findings, *SESSION.findings[len(findings) :]),
    )  # fmt: skip


def add(results: Results, made: Session) -> None:
    results.add(made, Origin(sha256=made.id))


@pytest.fixture
def results(url: str) -> Iterator[Results]:
    with Results(url) as opened:
        yield opened


@hypothesis.settings(max_examples=12, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@hypothesis.given(data=strategies.data())
def test_failures_are_those_that_the_sessions_hold(
    data: strategies.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the verdicts are, for every clause and from every day on."""
    some = strategies.lists(strategies.sampled_from([*Verdict]), min_size=6, max_size=18)
    days = ["2026-01-31", "2026-02-01", "2026-11-25"]
    made = [session(day, f"{day}T08:00:00+08:00", data.draw(some)) for day in days]
    with Results(str(tmp_path_factory.mktemp("db") / "x.db")) as results:
        for held in made:
            add(results, held)
        with results.database.reading() as reading:
            for clause in {one.clause for one in SESSION.findings}:
                for since in ("", "2026-02-01", "2027-01-01"):
                    found = queries.failed(reading, clause, since=since)
                    expected = [
                        (one.id, finding.subject, finding.requirement, str(finding.verdict))
                        for one in reversed(made)
                        for finding in one.findings
                        if finding.clause == clause and one.finished >= since
                        and finding.verdict in {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}
                    ]  # fmt: skip
                    assert [
                        (row["session"], row["subject"], row["requirement"], row["verdict"])
                        for row in found
                    ] == expected


def test_a_requirement_is_asked_by_its_id_or_with_its_pack(results: Results) -> None:
    add(results, SESSION)
    with results.database.reading() as reading:
        by_id = queries.failed(reading, "resolution-colour")
        assert by_id == queries.failed(reading, "db50_216_2006#resolution-colour")
        assert [row["subject"] for row in by_id] == ["cam2"]
        assert by_id[0]["U"] == pytest.approx(1.99 * 4.87)


def test_drift_is_told_beside_the_uncertainty_of_both(results: Results) -> None:
    """U of each is 0.2 dB, of both 0.283 dB: 0.25 dB is within, 0.3 dB beyond."""
    for day, snr in (("2026-01-01", 38.0), ("2026-02-01", 38.25), ("2026-03-01", 37.7)):
        add(results, session(day, f"{day}T08:00:00+08:00", snr=snr))
    with results.database.reading() as reading:
        by_serial = queries.drift(reading, device="SN0001", quantity="noise")
        assert by_serial == queries.drift(reading, device="cam1", quantity="noise.snr")
        of_model = queries.drift(reading, model="IPC-2000")
    assert [row["change"] for row in by_serial] == pytest.approx([0, 0.25, -0.3])
    assert [row["U_change"] for row in by_serial] == pytest.approx([math.hypot(0.2, 0.2)] * 3)
    assert [row["beyond"] for row in by_serial] == [False, False, True]
    assert len(of_model) == 3 * sum(one.subject == "cam1" for one in SESSION.measurements)
    assert sum(row["beyond"] for row in of_model) == 1


def test_a_figure_that_is_a_bound_is_never_beyond(results: Results) -> None:
    """At least 30 dB, after 38 dB, says nothing of a change."""
    first, later = (
        session(day, f"{day}T08:00:00+08:00", snr=snr)
        for day, snr in (("2026-01-01", 38.0), ("2026-02-01", 30.0))
    )
    bounds = tuple(
        replace(each, lower_bound=each.quantity == "noise.snr") for each in later.measurements
    )
    for held in (first, replace(later, measurements=bounds)):
        add(results, held)
    with results.database.reading() as reading:
        rows = queries.drift(reading, device="SN0001", quantity="noise.snr")
    assert [(row["change"], row["beyond"]) for row in rows] == [(0, False), (-8, False)]


def test_a_figure_of_one_session_only_is_no_drift(results: Results) -> None:
    add(results, SESSION)
    with results.database.reading() as reading:
        assert queries.drift(reading, device="SN0001") == []


def test_calibrations_are_due_by_the_last_one_of_an_instrument(results: Results) -> None:
    """The phone's ended in 2025; in a later session it has a new one."""
    add(results, SESSION)
    with results.database.reading() as reading:
        assert [row["id"] for row in queries.due(reading, "2026-01-01")] == ["手机-01"]
        assert queries.due(reading, "2025-12-31") == [], "the last day still counts"
        both = queries.due(reading, "2028-01-01")
        assert [(row["id"], row["due"]) for row in both] == [
            ("手机-01", "2025-12-31"), ("卡-03", "2027-05-01"),
        ]  # fmt: skip
        assert both[0]["last_used"] == SESSION.finished[:10]
    renewed = tuple(replace(one, due="2029-01-01") for one in SESSION.plan.instruments)
    add(results, replace(SESSION, id="later", plan=replace(SESSION.plan, instruments=renewed)))
    with results.database.reading() as reading:
        assert queries.due(reading, "2028-01-01") == []


def test_copies_of_two_charts_with_one_serial_number_are_due_each_by_itself(
    results: Results,
) -> None:
    """Whoever prints a chart numbers its copies from 1; the later day hid the earlier one."""
    with results.database.writing() as connection:
        for chart, day in (("acceptance", "2026-02-28"), ("oecf", "2028-02-29")):
            row = {"key": chart, "chart": chart, "serial": "1", "due": day}
            empty = {"measured_on": "", "measured_by": ""}
            connection.execute(schema.chart_copies.insert().values(row | empty))
    with results.database.reading() as reading:
        last, after, later = (
            queries.due(reading, day) for day in ("2026-02-28", "2026-03-01", "2028-03-01")
        )
    assert last == []
    assert [row["name"] for row in after] == ["acceptance"]
    assert [row["name"] for row in later] == ["acceptance", "oecf"]


def test_what_was_filmed_again_is_told_with_reasons_and_verdicts(results: Results) -> None:
    add(results, SESSION)
    with results.database.reading() as reading:
        assert queries.retakes(reading) == [], "the same clip under two names is one clip"
    later = session("later", "2026-12-01T08:00:00+08:00")
    why = replace(later.shots[0], retaken="灯坏了")
    add(results, replace(later, shots=(why, *later.shots[1:])))
    with results.database.reading() as reading:
        first, second = queries.retakes(reading)
    assert (first["subject"], first["clips"], first["sessions"]) == ("cam1", 3, 2)
    assert first["reasons"] == "灯坏了"
    assert first["verdicts"] == "fail, fail"
    assert (second["subject"], second["reasons"]) == ("cam2", "")


@pytest.mark.parametrize("number", range(len(SQL)))
def test_the_sql_in_the_documents_runs(results: Results, number: int) -> None:
    for day, snr in (("2026-01-01", 38.0), ("2026-02-01", 39.0)):
        add(results, session(day, f"{day}T08:00:00+08:00", snr=snr))
    with results.database.reading() as reading:
        assert reading.execute(text(SQL[number].replace(":", r"\:"))).fetchall()


def test_the_command_answers_as_table_json_and_csv(tmp_path: Path) -> None:
    file = tmp_path / "结果 1.db"
    with Results(str(file)) as results:
        add(results, SESSION)
    asked = ("query", "failed", "5.2", "--db", file)
    code, said = called(*asked)
    assert (code, "cam2" in said) == (0, True)
    _, said = called(*asked, "--json", "-")
    [row] = json.loads(said)
    assert (row["subject"], row["value"], row["at_least"]) == ("cam2", 210.31, 270.0)
    called(*asked, "--csv", tmp_path / "failed.csv")
    heading, line, *_ = (tmp_path / "failed.csv").read_text("utf-8-sig").splitlines()
    assert heading.startswith("subject,name,manufacturer,model,serial,clause")
    assert "210.31" in line
    _, said = called("query", "failed", "5.2", "--since", "2999-01-01", "--db", file)
    assert "Rows: 0" in said


@pytest.mark.parametrize(
    "asked",
    [
        ("failed", "9.9"), ("failed", ""), ("failed", "5.2", "--pack", "db50"),
        ("failed", "%"), ("failed", "' or 1=1 --"),
        ("drift", "cam9"), ("drift", "cam1", "--quantity", "nois"), ("drift", "--model", "%"),
    ],
)  # fmt: skip
def test_what_the_database_never_heard_of_is_no_answer_without_rows(
    tmp_path: Path, asked: tuple[str, ...]
) -> None:
    """Nobody may read a slip of the pen as: no device failed, nothing drifted."""
    with Results(str(tmp_path / "results.db")) as results:
        add(results, SESSION)
    with pytest.raises(PlanError, match=r"no session (has|was judged by) this"):
        called("query", *asked, "--db", tmp_path / "results.db")


def altered(tmp_path: Path, change: str) -> Path:
    """Make a database of one session, changed by SQLite, which asks for no keys."""
    file = tmp_path / "results.db"
    with Results(str(file)) as results:
        add(results, SESSION)
    with closing(sqlite3.connect(file)) as other, other:
        other.execute(change)
    return file


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE findings SET at_least = 'much'", "findings.at_least"),
        ("UPDATE findings SET verdict = 'perfect'", "findings.verdict"),
        ("UPDATE findings SET severity = 99", "findings.severity"),
        ("UPDATE findings SET unit = x'ff00', value = 'x'", "findings.value"),
    ],
)
def test_a_database_that_somebody_changed_is_one_sentence(
    tmp_path: Path, change: str, where: str
) -> None:
    file = altered(tmp_path, change)
    with pytest.raises(InputError, match=re.escape(f"holds what no session gave it ({where})")):
        called("compare", "--db", file, "--json", tmp_path / "compared.json")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE subjects SET device = 999", "subjects.device"),
        ("UPDATE sessions SET provisional = 7", "sessions.provisional"),
        ("UPDATE measurements SET shot = 999", "measurements.shot"),
        ("UPDATE sessions SET number = number", ""),
    ],
)
def test_every_kind_of_damage_is_found_where_it_is(tmp_path: Path, change: str, where: str) -> None:
    file = altered(tmp_path, change)
    with Results(str(file)) as results, results.database.reading() as reading:
        assert damage.found(reading) == where


@pytest.mark.parametrize(
    ("column", "changed"),
    [("severity", "-1"), ("severity", "'worst'"), ("requirement", "requirement + 1000")],
)
def test_a_finding_that_no_session_has_is_never_counted_as_another(
    tmp_path: Path, column: str, changed: str
) -> None:
    file = altered(tmp_path, f"UPDATE findings SET {column} = {changed} WHERE decides")  # noqa: S608
    where = re.escape(f"(findings.{column})")
    with Results(str(file)) as results, pytest.raises(InputError, match=where):
        results.database.asked(queries.matrix)


def test_a_fault_of_ours_is_not_told_as_a_bad_database(tmp_path: Path) -> None:
    with Results(str(tmp_path / "results.db")) as results:
        add(results, SESSION)
        with pytest.raises(KeyError, match="no such column of ours"):
            results.database.asked(lambda _: {}["no such column of ours"])


def test_numbers_of_rows_that_lie_far_apart_cost_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "results.db"
    with Results(str(file)) as results:
        add(results, SESSION)
        before = results.database.asked(queries.matrix)
    far = "UPDATE {} SET {} = {} + 1000000000000"
    with sqlite3.connect(file) as other:
        other.execute(far.format("findings", "requirement", "requirement"))
        other.execute(far.format("requirements", "id", "id"))
    with Results(str(file)) as results:
        after = results.database.asked(queries.matrix)
    assert np.array_equal(before.severity, after.severity)
    assert before.clauses == after.clauses


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_requirements_of_high_numbers_fit_into_a_column_with_their_severities(
    results: Results,
) -> None:
    """A column of PostgreSQL holds 31 bits."""
    add(results, SESSION)
    before = results.database.asked(queries.matrix)
    with results.database.writing() as writing:
        writing.execute(text("SET LOCAL session_replication_role = replica"))  # asks for no keys
        writing.execute(text("UPDATE findings SET requirement = requirement + 300000000"))
        writing.execute(text("UPDATE requirements SET id = id + 300000000"))
    after = results.database.asked(queries.matrix)
    assert before.severity.size
    assert np.array_equal(before.severity, after.severity)


@pytest.mark.parametrize("address", ["{file}", "sqlite:///{file}"])
@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_an_answer_is_never_written_over_the_database(
    tmp_path: Path, option: str, address: str
) -> None:
    file = tmp_path / "results.db"
    with Results(str(file)) as results:
        add(results, SESSION)
    before = file.read_bytes()
    with pytest.raises(OutputError, match="would be lost"):
        called("query", "retakes", "--db", address.format(file=file), option, file)
    assert file.read_bytes() == before


def test_a_database_without_sessions_is_said(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(InputError, match="no session in it"):
        called("query", "retakes", "--db", tmp_path / "empty.db")


@pytest.mark.parametrize("day", ["30.11.2026", "20261130", "2026-13-01", "gestern"])
def test_what_is_no_day_is_refused(tmp_path: Path, day: str) -> None:
    with pytest.raises(click.UsageError, match="is no day"):
        called("query", "failed", "5.2", "--since", day, "--db", tmp_path / "x.db")


def test_the_matrix_holds_the_worst_verdict_of_each_clause_in_the_last_session(
    results: Results,
) -> None:
    """Counted once more, finding by finding."""
    order = [*Verdict]
    rank = [Verdict.NOT_APPLICABLE, Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.NOT_TESTED,
            Verdict.INCONCLUSIVE, Verdict.CONDITIONAL_FAIL, Verdict.FAIL]  # fmt: skip
    made = [
        session(f"{number}", f"2026-0{number}-01T08:00:00+08:00", order[number:] + order)
        for number in (1, 3, 2)
    ]
    for held in made:
        add(results, held)
    with results.database.reading() as reading:
        found = queries.matrix(reading)
        none = queries.matrix(reading, model="no such model")
    last = made[1]
    assert [row["subject"] for row in found.devices] == ["recorder", "cam2", "cam1"]
    assert {row["session"] for row in found.devices} == {"3"}
    for row, device in enumerate(found.devices):
        for column, place in enumerate(found.clauses):
            verdicts = [
                finding.verdict
                for finding in last.findings
                if (finding.pack, finding.clause) == place
                and finding.subject == device["subject"]
                and finding.decides
            ]
            assert found.verdict(row, column) == max(verdicts, key=rank.index, default=None)
    assert none.severity.shape[0] == 0
