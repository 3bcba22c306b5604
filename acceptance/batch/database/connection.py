"""A results database opened: SQLite or PostgreSQL, made where it is new, upgraded where it is old.

SQLite has one writer at a time (WAL, ``synchronous=NORMAL``: what was committed survives a crash of
the program); PostgreSQL is given the same order by a lock.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import (
    Connection,
    create_engine,
    event,
    exc,
    insert,
    inspect,
    make_url,
    select,
    text,
)

from acceptance.batch.database import damage, schema
from acceptance.errors import InputError, OutputError, SessionError, SetupError
from acceptance.files import paths
from acceptance.messages import tr, visible

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import URL, Engine

Answer = TypeVar("Answer")
PATIENCE = 20.0  # s that a writer waits for another
LOCK = 50216  # of PostgreSQL's advisory locks
# Statements that lead from a version of the tables to the next one.
UPGRADES: dict[int, Sequence[str]] = {}
MAGIC = b"SQLite format 3\0"
IN_FILES = {"sqlite", "sqlite+pysqlite"}
SQLITE = make_url("sqlite+pysqlite://")
DRIVERS = {"postgresql+psycopg", *IN_FILES}  # others were never tried
UNKNOWN = 0  # version of a database without tables
IN_MEMORY = ":memory:"  # SQLite's word for what is gone with the process


class Database:
    """An open database; every use is one transaction, done whole or not at all.

    ``url``: that of SQLAlchemy (``postgresql://...``, ``sqlite:///...``), or the path of an SQLite
    file; None: in memory, gone with the object. ``create``: whether to make it where there is none.
    Raises SetupError where the driver is missing, InputError for what is no such database or a
    newer one, OutputError where it cannot be opened or written.
    """

    def __init__(self, url: str | None, *, create: bool = True, patience: float = PATIENCE) -> None:
        self.url = SQLITE.set(database=IN_MEMORY) if url is None else _url(url)
        self.name = self.url.render_as_string(hide_password=True)
        if self.url.get_backend_name() == "sqlite":
            self.name = self.url.database or self.name
        self._require_file(create=create)
        with self.told():
            self.engine = _engine(self.url, patience)
        try:
            self._bring_up_to_date(create=create)
        except BaseException:
            self.close()
            raise

    def _require_file(self, *, create: bool) -> None:
        """Refuse an SQLite file that is not there: opening it would make it; and what is none.

        SQLite waits for ever for a pipe, and takes a file of less than 512 bytes for an empty one,
        whatever it holds.
        """
        file = self.url.database
        if self.url.get_backend_name() != "sqlite" or not file:
            return
        if Path(file).exists() and not _is_sqlite(Path(file)):
            raise InputError(tr("is no database"), where=file, hint=tr("Check the path"))
        if create or Path(file).exists():
            return
        hint = tr("Add sessions first: acceptance database add")
        raise InputError(tr("there is no database here"), where=file, hint=hint)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read what one moment holds."""
        with self.told(), self.engine.connect() as connection:
            yield connection

    def asked(self, question: Callable[[Connection], Answer]) -> Answer:
        """Put a question to a database that lay where anybody could change it.

        Raises InputError where it fails and the database holds what no session gave it; an error
        of a question to a sound one is a fault of ours, and stays what it is.
        """
        with self.reading() as connection:
            try:
                return question(connection)
            except (TypeError, ValueError, LookupError, MemoryError) as error:
                if not (where := damage.found(connection)):
                    raise
                what = tr("holds what no session gave it ({cause})", cause=where)
                hint = tr("Make a new one of the session folders: acceptance database add")
                raise InputError(what, where=self.name, hint=hint) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write as the only writer; all of it is kept, or nothing."""
        writer = self.engine.execution_options(writes=True)
        with self.told(), writer.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn errors of the database into sentences."""
        try:
            yield
        except ModuleNotFoundError as error:
            what = tr("{library} is not installed", library=error.name)
            hint = tr("Install it: pip install 'db50-acceptance[postgresql]'")
            raise SetupError(what, where=self.name, hint=hint) from error
        except (exc.DataError, exc.IntegrityError, OverflowError) as error:
            what = tr("holds what no database can ({cause})", cause=_cause(error))
            hint = tr("Check the session: acceptance verify")
            raise SessionError(what, where=self.name, hint=hint) from error
        except (exc.SQLAlchemyError, UnicodeDecodeError) as error:  # of a damaged file: SQLite
            what = tr("the database cannot be used ({cause})", cause=_cause(error))
            raise OutputError(what, where=self.name, hint=_hint(error)) from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _bring_up_to_date(self, *, create: bool) -> None:
        with self.reading() as connection:
            version = self._version(connection)
        if version == schema.VERSION:
            return
        if version == UNKNOWN and not create:
            hint = tr("Add sessions first: acceptance database add")
            raise InputError(tr("there is no session in it"), where=self.name, hint=hint)
        if version == UNKNOWN:
            self._keep_ahead_log()
        with self.writing() as connection:
            self._upgrade(connection, self._version(connection))  # another may have been faster

    def _keep_ahead_log(self) -> None:
        """Let readers and the writer of a new SQLite file work side by side; it stays so."""
        if self.engine.name == "sqlite":
            with self.told(), contextlib.closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA journal_mode = WAL")

    def _version(self, connection: Connection) -> int:
        """Return the version of the tables. Raises InputError for others' tables and newer ones."""
        tables = inspect(connection).get_table_names()
        if not tables:
            return UNKNOWN
        found = None
        if schema.schema_version.name in tables and schema.sessions.name in tables:
            found = connection.scalar(select(schema.schema_version.c.version))
        if not isinstance(found, int) or found <= UNKNOWN:
            what = tr("this is the database of another program")
            raise InputError(what, where=self.name, hint=tr("Give another file or database"))
        if found > schema.VERSION:
            what = tr(
                "its tables are of version {found}, made by a newer version of this toolkit; "
                "this one knows version {known}",
                found=found, known=schema.VERSION,
            )  # fmt: skip
            raise InputError(what, where=self.name, hint=tr("Use the newer version"))
        return found

    def _upgrade(self, connection: Connection, version: int) -> None:
        if version == UNKNOWN:
            schema.TABLES.create_all(connection)
            connection.execute(insert(schema.schema_version).values(version=schema.VERSION))
            return
        for step in range(version, schema.VERSION):
            for statement in UPGRADES[step]:
                connection.execute(text(statement))
        connection.execute(schema.schema_version.update().values(version=schema.VERSION))


def _is_sqlite(file: Path) -> bool:
    """Whether a file is an SQLite database, or empty; one that cannot be read, SQLite refuses."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            return opened.read(len(MAGIC)) in {b"", MAGIC}
    except OSError:
        return True


def _url(address: str) -> URL:
    """Read a URL; what is none is the path of an SQLite file."""
    scheme, separator, _ = address.partition("://")
    if address and not separator and not paths.CONTROLS.search(address):
        return _of_file(SQLITE.set(database=address))
    try:
        url = make_url(address)
    except (exc.ArgumentError, ValueError) as error:
        raise _no_address(visible(scheme)) from error
    named = url.drivername in {"postgresql", "postgres"}
    url = url.set(drivername="postgresql+psycopg") if named else url
    if url.drivername not in DRIVERS:
        raise _no_address(url.render_as_string(hide_password=True))
    return _of_file(url) if url.drivername in IN_FILES else url


def _of_file(url: URL) -> URL:
    """Refuse what SQLite takes for something else than a path: of that no file would be checked."""
    path = url.database or ""
    if path in {"", IN_MEMORY} or path.startswith("file:") or "uri" in url.query:
        raise _no_address(url.render_as_string(hide_password=True))
    return url


def _no_address(where: str) -> InputError:
    what = tr("this is no address of a database")
    hint = tr("Give the path of an SQLite file, or postgresql://USER@HOST/NAME")
    return InputError(what, where=where, hint=hint)


def file_of(address: str) -> Path | None:
    """Return the file of an SQLite database; None: it is none. Raises InputError."""
    url = _url(address)
    return Path(url.database) if url.drivername in IN_FILES and url.database else None


def _engine(url: URL, patience: float) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": patience, "isolation_level": None})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    seconds = max(2, round(patience))
    options = f"-c lock_timeout={int(patience * 1000)}"
    engine = create_engine(url, connect_args={"connect_timeout": seconds, "options": options})
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    for pragma in ("foreign_keys = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _cause(error: BaseException) -> str:
    """Return the driver's first line, without statement and parameters."""
    origin = getattr(error, "orig", None) or error
    return next(iter(str(origin).strip().splitlines()), type(origin).__name__)


def _hint(error: BaseException) -> str:
    """Say what to do about the usual causes."""
    cause = _cause(error)
    hints: Mapping[str, str] = {
        "locked": tr("Another program is writing to it: try again when that has ended"),
        "lock timeout": tr("Another program is writing to it: try again when that has ended"),
        "full": tr("Make room: what was added before is kept"),
        "not a database": tr("Give another file"),
        "malformed": tr("Delete the file and add the sessions again: it only mirrors them"),
        "codec": tr("Delete the file and add the sessions again: it only mirrors them"),
    }
    usual = tr("Check its address, and whether it can be reached and written")
    return next((hint for word, hint in hints.items() if word in cause), usual)
