"""What no session can have given a results database: asked where a question to it fails.

SQLite keeps any value in any column, and compares keys only where it was told to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Float, Integer, Text, and_, func, not_, or_, select, true

from acceptance.batch.database import schema
from acceptance.batch.database.rows import SEVERITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, ColumnElement, Connection, Table

KEPT_AS = ((Boolean, ("integer",)), (Integer, ("integer",)), (Float, ("real", "integer")),
           (Text, ("text",)))  # by SQLite  # fmt: skip


def found(connection: Connection) -> str:
    """Return the first column (``table.column``) that holds such a thing; empty: none does."""
    for table in schema.TABLES.sorted_tables:
        for column in table.columns:
            wrong = or_(*_wrong(column, in_sqlite=connection.dialect.name == "sqlite"))
            if connection.execute(select(column).where(wrong).limit(1)).first():
                return f"{table.name}.{column.name}"
        for name, dangling in _dangling(table):
            if connection.execute(select(table).where(dangling).limit(1)).first():
                return f"{table.name}.{name}"
    return ""


def _wrong(column: Column[object], *, in_sqlite: bool) -> Iterator[ColumnElement[bool]]:
    """Yield conditions of which each is met by values that the column cannot have."""
    yield not_(true())
    if in_sqlite:
        kept = next(kinds for kind, kinds in KEPT_AS if isinstance(column.type, kind))
        yield and_(column.is_not(None), func.typeof(column).not_in(kept))
        if isinstance(column.type, Boolean):
            yield func.abs(column) > 1
    if not column.nullable:
        yield column.is_(None)
    if column.name == "verdict":
        yield column.not_in([str(verdict) for verdict in SEVERITY])
    if column.name == "severity":
        yield column.not_in([*SEVERITY.values()])


def _dangling(table: Table) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield, by the column at fault, the condition that a row names another that is not there."""
    for key in table.foreign_key_constraints:
        other = key.referred_table.alias()
        pairs = [(each.parent, other.c[each.column.name]) for each in key.elements]
        named = and_(*(own.is_not(None) for own, _ in pairs))
        there = select(1).where(*(own == theirs for own, theirs in pairs)).exists()
        yield pairs[-1][0].name, and_(named, not_(there))
