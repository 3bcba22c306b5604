"""The tables of the results database, described where they stand (``docs/database.md``).

Times and days are ISO 8601 text, as in ``session.json``. Text of any length has no index, which
PostgreSQL refuses where it is long: what has to be found by its text has a ``key``, a hash of it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

VERSION = 1
TABLES = MetaData()


def _text(name: str, comment: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", comment=comment)


def _number(name: str, comment: str) -> Column[float]:
    return Column(name, Float(53), comment=comment)


def _flag(name: str, comment: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, comment=comment)


def _own() -> Column[int]:
    return Column("id", Integer, primary_key=True, comment="Number of the row.")


def _key(of: str) -> Column[str]:
    return Column("key", Text, nullable=False, unique=True, comment=f"SHA-256 of {of}.")


def _position(of: str) -> Column[int]:
    return Column(
        "position", Integer, primary_key=True, autoincrement=False, comment=f"Its place in {of}."
    )


def _session(*, key: bool = True) -> Column[int]:
    owner = ForeignKey("sessions.id", ondelete="CASCADE")
    comment = "The session; its rows go when it goes."
    return Column("session", Integer, owner, primary_key=key, nullable=False, comment=comment)


def _to(table: str, comment: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    other = ForeignKey(f"{table}.id")
    return Column(table[:-1], Integer, other, primary_key=key, nullable=nullable, comment=comment)


schema_version = Table(
    "schema_version",
    TABLES,
    Column("version", Integer, nullable=False, comment="Version of these tables."),
    comment="One row: by which version of the tables this database was made.",
)

sessions = Table(
    "sessions",
    TABLES,
    _own(),
    Column("number", Text, nullable=False, unique=True, comment="Number of session and report."),
    _text("sha256", "SHA-256 of `session.json`."),
    _text("report_sha256", "SHA-256 of `report.pdf`; empty: there was none."),
    _text("folder", "Where the session folder lay; empty: not stated."),
    _text("checked", "When the folder was found intact; empty: nobody checked it."),
    _text("added", "When it was added."),
    _text("started", "When measuring began."),
    _text("finished", "When it was judged."),
    _text("operator", "Who measured."),
    _text("tool_version", "Version of the toolkit that made it."),
    _text("scope", "`device` or `site`."),
    _text("verdict", "Verdict of the bottom line."),
    _flag("provisional", "Something that the bottom line rests on is not confirmed."),
    _text("supersedes", "Number of the session that was judged again; empty: none."),
    _text("signature", "`signed`: checked against roots; `not_checked`; `unsigned`; `absent`."),
    _text("project", "Title of the project."),
    _text("customer", "Who ordered the test."),
    _text("place", "Where it was tested."),
    comment="One row for each session.",
)

signers = Table(
    "signers",
    TABLES,
    _session(),
    _position("the order of signing"),
    _text("name", "Common name in the certificate."),
    _text("certificate", "SHA-256 of the certificate."),
    comment="Who signed the report of a session; where the signature was not checked, who is said "
    "to have.",
)

devices = Table(
    "devices",
    TABLES,
    _own(),
    _key("what makes it one device in all sessions"),
    _text("manufacturer", "As stated; empty: not stated."),
    _text("model", "Maker's designation; empty: not stated."),
    _text("serial", "Serial number; empty: not stated."),
    comment="A device in all sessions: the same manufacturer, model and serial number. Without a "
    "serial number, the same id, model and manufacturer in a project of the same title, customer "
    "and place; where neither is stated, each session has a device of its own.",
)

subjects = Table(
    "subjects",
    TABLES,
    _own(),
    _session(key=False),
    _to("devices", "Which device it is; NULL: a site or a system.", nullable=True),
    _text("subject", "Its id in the plan."),
    _text("kind", "`fixed`, `dome` ... or `site`, `system`."),
    _text("name", "As in the report; empty: the id is printed."),
    _text("parent", "Id of the subject above; empty: none."),
    _text("facts", "Its facts, a JSON object."),
    Index("subjects_of_session", "session"),
    Index("subjects_of_device", "device"),
    comment="What was under test in a session.",
)

packs = Table(
    "packs",
    TABLES,
    _own(),
    _key("id and file of the pack"),
    _text("pack", "Id of the pack."),
    _text("sha256", "SHA-256 of its file in the session; empty: not stated."),
    _text("number", "Number of the standard; empty: not known."),
    _text("title", "Title in Chinese."),
    _text("title_en", "Title in English."),
    _text("edition", "Edition of the standard."),
    comment="Each pack in each wording by which sessions were judged.",
)

session_packs = Table(
    "session_packs",
    TABLES,
    _session(),
    _to("packs", "The pack.", key=True),
    comment="By which packs a session was judged.",
)

requirements = Table(
    "requirements",
    TABLES,
    _own(),
    _key("pack and requirement"),
    _to("packs", "The pack."),
    _text("clause", "Number of its clause."),
    _text("requirement", "`pack#id`, or `pack#clause` for a clause without requirement."),
    _text("text", "The demand in Chinese; empty: not known."),
    _text("text_en", "The demand in English."),
    comment="What was asked, once for each wording of a pack.",
)

findings = Table(
    "findings",
    TABLES,
    _session(),
    _position("the session"),
    _to("subjects", "The subject."),
    _to("requirements", "The requirement."),
    _text("verdict", "`pass`, `conditional_pass`, `not_tested`, `inconclusive`, "
                     "`conditional_fail`, `fail` or `not_applicable`."),
    Column("severity", SmallInteger, nullable=False,
           comment="Place of the verdict in that list: 1 to 6; 0: `not_applicable`."),
    _flag("mandatory", "Its clause is mandatory, or the source does not say."),
    _flag("decides", "It counts for the bottom line."),
    _text("how", "`measured`, `rated`, `inspected`, `read`, `documented` or `unknown`."),
    _text("quantity", "What was judged; empty: no quantity."),
    _number("value", "What was compared with the limit; NULL: nothing was."),
    _text("unit", "Unit of value, u, U and limits."),
    _number("u", "Standard uncertainty; NULL: not known."),
    _number("k", "Coverage factor for 95 %; NULL: not known."),
    _number("expanded", "Expanded uncertainty U = k u; NULL: not known."),
    _number("at_least", "Lowest value that conforms; NULL: no lower limit."),
    _number("at_most", "Highest value that conforms; NULL: no upper limit."),
    _text("rule", "Decision rule: `simple`, `guarded`, `four_word`; empty: no figure was judged."),
    _number("probability", "That the true value conforms, 0 to 1; NULL: not computed."),
    _text("reason", "Code of the reason."),
    _text("parameters", "What the reason names, a JSON object."),
    _flag("provisional", "Limit or assignment is not confirmed."),
    Index("findings_by_requirement", "requirement", "severity"),
    Index("findings_of_subject", "subject", "requirement", "severity", "decides"),
    comment="The verdicts: one row for each requirement and subject of a session.",
    sqlite_with_rowid=False,
)  # fmt: skip

shots = Table(
    "shots",
    TABLES,
    _session(),
    _position("the session, recordings last"),
    _to("subjects", "What was filmed."),
    _text("shot", "Id of the shot, or of the recordings."),
    _text("filmed", "Day of filming; empty: not stated."),
    _text("tap", "Where in the chain."),
    _text("path", "`live` or `playback`."),
    _text("stream", "Condition `profile`: `main`, `sub`; empty: not stated."),
    _text("light", "Condition `day_night`; empty: not stated."),
    _text("sha256", "SHA-256 of the clip, or of the list of recordings."),
    _text("chart_copy", "Printed copy of the chart, as the shot names it."),
    _text("retaken", "Why it was filmed again, as stated; empty: it was not, or nobody says."),
    Index("shots_of_subject", "subject"),
    comment="What was filmed, and the recordings that recorders kept.",
)

measurements = Table(
    "measurements",
    TABLES,
    _session(),
    _position("the session"),
    _to("subjects", "What it is of."),
    Column("shot", Integer, comment="Position of its shot; NULL: of none in the session."),
    _text("quantity", "What was measured."),
    Column("value", Float(53), nullable=False, comment="The result."),
    _text("unit", "Unit of value, u and U; `1`: a count or a ratio."),
    _number("u", "Standard uncertainty."),
    _number("k", "Coverage factor for 95 %."),
    _number("expanded", "Expanded uncertainty U = k u."),
    _number("degrees_of_freedom", "Effective ones; NULL: infinite."),
    Column("samples", BigInteger, comment="Frames, pictures or pairs behind the value."),
    _text("region", "Dotted name of the region; empty: the whole picture."),
    _text("direction", "`horizontal`, `vertical`; empty: none."),
    _text("statistic", "`mean`, `worst` ...; empty: there is only one value."),
    _flag("lower_bound", "The true value is this or higher."),
    _flag("upper_bound", "The true value is this or lower."),
    _text("method", "How it was measured."),
    ForeignKeyConstraint(["session", "shot"], ["shots.session", "shots.position"]),
    Index("measurements_of_subject", "subject"),
    comment="All figures, with their uncertainty.",
    sqlite_with_rowid=False,
)

instruments = Table(
    "instruments",
    TABLES,
    _own(),
    _key("all that is stated of it"),
    _text("instrument", "Its id in plans and in the register."),
    _text("name", "What it is."),
    _text("model", "Maker's designation."),
    _text("serial", "Serial number."),
    _text("certificate", "Number of the calibration certificate."),
    _text("calibrated_on", "Day of the calibration; empty: not stated."),
    _text("due", "Last day of the calibration; empty: not stated."),
    _text("range", "As printed."),
    _text("accuracy", "As printed."),
    comment="Each instrument with each of its calibrations, as sessions and registers state it.",
)

session_instruments = Table(
    "session_instruments",
    TABLES,
    _session(),
    _to("instruments", "The instrument, as it was then.", key=True),
    comment="Which instruments the plan of a session names.",
)

people = Table(
    "people",
    TABLES,
    _own(),
    _key("name, role and methods"),
    _text("name", "Name."),
    _text("role", "Role in the acceptance."),
    _text("methods", "Authorised for, separated by spaces; empty: not stated."),
    comment="Who took part, as sessions and registers state it.",
)

session_people = Table(
    "session_people",
    TABLES,
    _session(),
    Column("person", Integer, ForeignKey("people.id"), primary_key=True, comment="The person."),
    comment="Whom the plan of a session names.",
)

chart_copies = Table(
    "chart_copies",
    TABLES,
    _own(),
    _key("the file"),
    _text("chart", "Name of the chart."),
    _text("serial", "Serial number of the copy."),
    _text("measured_on", "Day on which it was measured; empty: not measured."),
    _text("due", "Day on which it is to be measured again; empty: not stated."),
    _text("measured_by", "Who measured it."),
    comment="Printed copies of charts: each file of one that a session or a register holds.",
)

session_chart_copies = Table(
    "session_chart_copies",
    TABLES,
    _session(),
    Column("chart_copy", Integer, ForeignKey("chart_copies.id"), primary_key=True,
           comment="The copy, as it was then."),
    comment="Which printed copies a session used.",
)  # fmt: skip
