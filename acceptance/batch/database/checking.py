"""Whether a results database still says what its sessions say: a row can be changed by anybody."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from acceptance.batch.database import schema
from acceptance.batch.database.results import Results
from acceptance.errors import SessionError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Column, Connection, RowMapping, Table

    from acceptance.session.measuring import Progress

# What is of the database and not of the session; words of packs, which may have been added later.
LEFT_OUT = frozenset(
    {"id", "session", "folder", "checked", "added", "signature", "text", "text_en", "title",
     "title_en", "number", "edition"}
)  # fmt: skip


def changed(
    results: Results, trust: Sequence[Path] = (), progress: Progress | None = None
) -> Iterator[str]:
    """Say which sessions the database holds otherwise than their folders, which are checked.

    ``trust`` is as for ``Results.add_folder``, ``progress`` is told the sessions that are done.
    """
    with results.database.reading() as connection:
        own = schema.sessions.c
        known = [*connection.execute(select(own.number, own.folder).order_by(own.id))]
    for done, (number, folder) in enumerate(known, start=1):
        for problem in _differences(results, number, folder, trust):
            yield f"{number}: {problem}"
        if progress:
            progress(tr("session"), done, len(known))


def _differences(
    results: Results, number: str, folder: str, trust: Sequence[Path]
) -> Iterator[str]:
    if not folder or not Path(folder).is_dir():
        yield tr("its folder is not there: {folder}", folder=folder or "-")
        return
    with (
        tempfile.TemporaryDirectory() as place,
        Results(str(Path(place, "again.db"))) as again,
    ):
        try:
            again.add_folder(Path(folder), trust)
        except SessionError as error:
            yield str(error)
            return
        apart = [
            table.name for table in _of_sessions()
            if _held(results, number, table) != _held(again, number, table)
        ]  # fmt: skip
    if apart:
        yield tr("not what its folder says: {tables}", tables=", ".join(apart))


def _of_sessions() -> Iterator[Table]:
    for table in schema.TABLES.sorted_tables:
        if table is schema.sessions or "session" in table.c:
            yield table


def _held(results: Results, number: str, table: Table) -> list[str]:
    """Return the rows of a session, each with all that it refers to, in an order of their own."""
    with results.database.reading() as connection:
        own = schema.sessions.c
        session = connection.scalar(select(own.id).where(own.number == number))
        column = own.id if table is schema.sessions else table.c.session
        rows = connection.execute(select(table).where(column == session)).mappings()
        content = _RowContent(connection)
        return sorted(content.row(table, row) for row in rows.all())


class _RowContent:
    """What rows hold, each with the rows that it refers to by their numbers."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.seen: dict[tuple[str, object], str] = {}

    def row(self, table: Table, row: RowMapping) -> str:
        """Return all that a row says of its session."""
        columns = [one for one in table.c if one.name not in LEFT_OUT]
        return repr([(one.name, self.value(one, row[one.name])) for one in columns])

    def value(self, column: Column[object], value: object) -> str:
        """Return a value, or, where it is the number of a row, what that row holds."""
        target = next((key.column for key in column.foreign_keys), None)
        if target is None or value is None:
            return repr(value)
        place = (target.table.name, value)
        if place not in self.seen:
            query = select(target.table).where(target == value)
            found = self.connection.execute(query).mappings().one_or_none()
            self.seen[place] = self.row(target.table, found) if found else ""
        return self.seen[place]
