"""Sessions mirrored in a database: never evidence, only where they are found again.

What a verdict rests on is the session folder with its hashes and signatures; a row says which one
it was made from. Nothing reads verdicts back from a database.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import delete, insert, select

from acceptance.batch.database import rows, schema
from acceptance.batch.database.connection import PATIENCE, Database
from acceptance.checks import resources
from acceptance.errors import InputError, SessionError
from acceptance.forms import register
from acceptance.messages import tr
from acceptance.model import Plan, Precedence, Predecessor
from acceptance.session import contents, evidence, store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, Table

    from acceptance.model import Pack, Session

MOST_VARIABLES = 500  # in one statement


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a session comes from, and what was checked before it was added."""

    folder: str = ""
    """Its folder; empty: not stated."""

    sha256: str = ""
    """SHA-256 of its ``session.json``; empty: that of the session as it would be written."""

    report_sha256: str = ""
    """SHA-256 of its ``report.pdf``; empty: it has none."""

    checked: str = ""
    """ISO time at which the folder was found intact; empty: nobody looked."""

    vouched: Predecessor | None = None
    """Who signed it, and against which roots that was checked; None: nobody looked."""

    packs: tuple[Pack, ...] = ()
    """The packs by which it was judged, for their titles and texts; empty: ids must do."""

    copies: tuple[Mapping[str, str], ...] = ()
    """Printed copies of charts in its folder, each a row of ``chart_copies``."""


UNKNOWN = Origin()


class Results:
    """A results database: a mirror of sessions.

    Raises what ``connection.Database`` raises.
    """

    def __init__(self, url: str | None, *, create: bool = True, patience: float = PATIENCE) -> None:
        self.database = Database(url, create=create, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def add_folder(self, folder: Path, trust: Sequence[Path] = ()) -> bool:
        """Add the session of a folder, if its folder and its report are as they were sealed.

        ``trust``: files with root certificates, as for ``verify``; without them signatures are
        not checked, and the row says so. Where the very same session and report are there already,
        nothing is done and the folder is not read again: False. Raises SessionError for a changed
        session and for another one of the same number; InputError; OutputError.
        """
        total, report = _hash(folder / store.FILE), _hash(folder / store.REPORT)
        if not trust and total and self._known(total, report):
            return False
        from acceptance.signing import predecessors  # noqa: PLC0415 -- late: brings pyHanko

        vouched = predecessors.examine(folder, Precedence.BASELINE, trust)
        session = store.load(folder)
        origin = Origin(
            folder=str(folder.resolve()),
            sha256=vouched.sha256,
            report_sha256=report,
            checked=datetime.now(UTC).isoformat(timespec="seconds"),
            vouched=vouched,
            packs=self._packs(session, folder),
            copies=rows.chart_copies(folder / "data" / "charts"),
        )
        self.add(session, origin)
        return True

    def add(self, session: Session, origin: Origin = UNKNOWN) -> None:
        """Add a session in one transaction; one of this number and content is replaced.

        The row says what of it was checked (``origin``): without, nothing. For a folder use
        ``add_folder``, which looks. Raises SessionError for another session of the same number,
        OutputError where it cannot be written.
        """
        digest = origin.sha256 or hashlib.sha256(store.dumps(session)).hexdigest()
        with self.database.writing() as connection:
            self._make_room(connection, session.id, digest)
            _enter(connection, session, origin, digest)

    def add_register(self, path: Path) -> int:
        """Add what a register holds, so that what falls due is known before it is used.

        Returns how many entries it has. Raises PlanError as ``forms.register.read`` does, also for
        an instrument with a wrong date; OutputError.
        """
        held = register.read(path)
        listed, people = tuple(held.instruments.values()), tuple(held.people.values())
        resources.check(Plan(instruments=listed, people=people))
        files = [held.folder / file for file in held.copies.values()]
        entries = {
            schema.instruments: [rows.instrument_row(instrument) for instrument in listed],
            schema.people: [rows.person_row(person) for person in people],
            schema.chart_copies: [row for file in files for row in rows.chart_copy(file)],
        }
        with self.database.writing() as connection:
            for table, found in entries.items():
                ids(connection, table, found)
        return sum(map(len, entries.values()))

    def _known(self, total: str, report: str) -> bool:
        table = schema.sessions.c
        same = select(table.id).where(table.sha256 == total, table.report_sha256 == report)
        with self.database.reading() as connection:
            return connection.scalar(same.where(table.checked != "")) is not None

    def _packs(self, session: Session, folder: Path) -> tuple[Pack, ...]:
        """Load the packs of a session, unless all of them are known with their titles."""
        keys = [rows.pack_key(session, name) for name in session.plan.packs]
        table = schema.packs.c
        known = select(table.key).where(table.key.in_(keys), table.title != "")
        with self.database.reading() as connection:
            if set(keys) <= set(connection.scalars(known)):
                return ()
        return store.load_packs(session.plan, folder / store.PACKS)

    @staticmethod
    def _make_room(connection: Connection, number: str, digest: str) -> None:
        """Take out a session that is added again. Raises SessionError for another one."""
        table, same = schema.sessions, schema.sessions.c.number == rows.text(number)
        before = connection.scalar(select(table.c.sha256).where(same))
        if before is None:
            return
        if before != digest:
            what = tr("another session of this number is in the database")
            hint = tr("Find out which is right: acceptance verify; a number is given once")
            raise SessionError(what, where=number, hint=hint)
        connection.execute(delete(table).where(same))


def _hash(file: Path) -> str:
    """Hash a file; empty where there is none that can be read, and for what is too large."""
    with contextlib.suppress(InputError, OSError):
        read = file.is_file() and file.stat().st_size <= contents.most(file.name)
        return evidence.hash_file(file) if read else ""
    return ""


def _enter(connection: Connection, session: Session, origin: Origin, digest: str) -> None:
    made = rows.SessionRows(session, origin.packs)
    own = rows.session_row(session) | {
        "sha256": digest,
        "report_sha256": origin.report_sha256,
        "folder": rows.text(origin.folder),
        "checked": origin.checked,
        "signature": str(origin.vouched.signature) if origin.vouched else "not_checked",
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    number = _number(connection.execute(insert(schema.sessions), own).inserted_primary_key)
    packs = ids(connection, schema.packs, made.packs)
    asked = ids(connection, schema.requirements, made.requirements(packs))
    devices = ids(connection, schema.devices, made.devices())
    subjects = _subjects(connection, made.subjects(number, devices))
    _many(connection, schema.session_packs, _links(number, "pack", packs))
    _many(connection, schema.shots, made.shots(number, subjects))
    _many(connection, schema.measurements, made.measurements(number, subjects))
    _many(connection, schema.findings, made.findings(number, subjects, asked))
    _many(connection, schema.signers, rows.signers(number, origin.vouched))
    for table, link, held in (
        (schema.instruments, schema.session_instruments, made.instruments),
        (schema.people, schema.session_people, made.people),
        (schema.chart_copies, schema.session_chart_copies, origin.copies),
    ):
        column = next(one.name for one in link.c if one.name != "session")
        _many(connection, link, _links(number, column, ids(connection, table, held)))


def _number(key: Sequence[object] | None) -> int:
    assert key is not None  # noqa: S101 -- an INSERT of one row has one
    return int(str(key[0]))


def _many(connection: Connection, table: Table, values: Sequence[Mapping[str, object]]) -> None:
    if values:
        connection.execute(insert(table), values)


def _links(session: int, column: str, found: Mapping[str, int]) -> list[dict[str, int]]:
    return [{"session": session, column: other} for other in dict.fromkeys(found.values())]


def _subjects(connection: Connection, values: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """Enter the subjects of a session; return their numbers by their ids."""
    table = schema.subjects
    if not values:
        return {}
    _many(connection, table, values)
    own = select(table.c.subject, table.c.id).where(table.c.session == values[0]["session"])
    return {str(subject): int(number) for subject, number in connection.execute(own)}


def ids(
    connection: Connection, table: Table, values: Sequence[Mapping[str, object]]
) -> dict[str, int]:
    """Return the numbers of rows by their ``key``, entering those that are new."""
    wanted = {str(row["key"]): row for row in values}
    found = _found(connection, table, [*wanted])
    new = [row for key, row in wanted.items() if key not in found]
    if new:
        _many(connection, table, new)
        found |= _found(connection, table, [str(row["key"]) for row in new])
    return found


def _found(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), MOST_VARIABLES):
        part = keys[start : start + MOST_VARIABLES]
        query = select(table.c.key, table.c.id).where(table.c.key.in_(part))
        found |= {str(key): int(number) for key, number in connection.execute(query)}
    return found
