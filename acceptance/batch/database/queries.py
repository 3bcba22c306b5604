"""The common questions to a results database; each answer is a list of rows by column.

More is asked in plain SQL (``docs/database.md``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Text, and_, cast, func, literal, or_, select, union_all

from acceptance.batch.database import schema
from acceptance.batch.database.rows import SEVERITY, text
from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Select, Table

    Answer = dict[str, Any]

VERDICTS = tuple(SEVERITY)
_S, _D, _B = schema.sessions.c, schema.devices.c, schema.subjects.c
_F, _R, _P = schema.findings.c, schema.requirements.c, schema.packs.c
_M, _T = schema.measurements.c, schema.shots.c
_DEVICE = (_B.subject, _B.name, _D.manufacturer, _D.model, _D.serial)
SERIES = (
    "device", "quantity", "unit", "tap", "path", "stream", "light", "region", "direction",
    "statistic",
)  # fmt: skip
"""What must be the same for two figures to be of the same thing."""
BOUNDS = ("lower_bound", "upper_bound")


def failed(connection: Connection, asked: str, *, since: str = "", pack: str = "") -> list[Answer]:
    """Return the failures of a clause, or of a requirement (``id`` or ``pack#id``), newest first.

    ``decides``: whether it counts; advice (宜, 可) that was not followed does not.

    ``since``: ISO date of judging from which on they count. ``pack``: only by this pack. Raises
    PlanError where no session was judged by such a clause: that is not the same as no failure.
    """
    wanted = text(asked)
    named = or_(
        _R.clause == wanted,
        _R.requirement == wanted,
        _R.requirement == _P.pack + literal("#") + literal(wanted),
    )
    ids = select(_R.id).join(schema.packs, _P.id == _R.pack).where(named)
    ids = ids.where(_P.pack == text(pack)) if pack else ids
    hint = tr("See `acceptance clauses` for clauses and requirements")
    what = tr("no session was judged by this")
    _require_some(connection, ids, PlanError(what, where=f"{pack} {asked}".strip(), hint=hint))
    query = (
        select(
            *_DEVICE, _R.clause, _R.requirement, _F.verdict, _F.value, _F.expanded.label("U"),
            _F.unit, _F.at_least, _F.at_most, _F.decides, _F.provisional,
            _S.number.label("session"),
            _S.finished,
        )
        .join_from(schema.findings, schema.requirements, _R.id == _F.requirement)
        .join(schema.subjects, _B.id == _F.subject)
        .join(schema.devices, _D.id == _B.device, isouter=True)
        .join(schema.sessions, _S.id == _F.session)
        .where(_F.requirement.in_(ids), _F.severity >= SEVERITY[Verdict.CONDITIONAL_FAIL])
        .order_by(_S.finished.desc(), _S.number, _F.position)
    )  # fmt: skip
    return _rows(connection, query.where(_S.finished >= since) if since else query)


def drift(
    connection: Connection, *, device: str = "", model: str = "", quantity: str = ""
) -> list[Answer]:
    """Return each figure that was measured in several sessions, in the order of the days.

    ``device``: serial number, or id in the plan; ``model``: of all such devices. ``change`` is the
    difference from the first figure of the same thing (``SERIES``), ``U_change`` the combined
    expanded uncertainty of both (root of the sum of squares); ``beyond`` says whether the change
    is larger, never where either figure is a bound. What both share of their uncertainty is not
    taken off: a change beyond it is one.
    Raises PlanError where no session has such a device, model or quantity.
    """
    _require_known(connection, device, model, quantity)
    query = (
        select(
            *_DEVICE, _B.device, _M.quantity, _M.unit, _T.tap, _T.path, _T.stream, _T.light,
            _M.region, _M.direction, _M.statistic, _M.value, _M.expanded.label("U"),
            *(_M[side] for side in BOUNDS), _T.filmed,
            _S.number.label("session"), _S.finished,
        )
        .join_from(schema.measurements, schema.subjects, _B.id == _M.subject)
        .join(schema.devices, _D.id == _B.device)
        .join(schema.sessions, _S.id == _M.session)
        .join(schema.shots, and_(_T.session == _M.session, _T.position == _M.shot), isouter=True)
        .where(_B.device.in_(_seen_twice()), *_chosen(device, model, quantity))
        .order_by(*(_column(name) for name in SERIES), func.coalesce(_T.filmed, ""), _S.finished,
                  _S.number, _M.position)
    )  # fmt: skip
    found = groupby(_rows(connection, query), key=lambda row: tuple(row[one] for one in SERIES))
    return [row for _, series in found for row in _compared([*series])]


def _require_known(connection: Connection, device: str, model: str, quantity: str) -> None:
    """Refuse a device, model or quantity that no session has."""
    devices = select(_B.id).join(schema.devices, _D.id == _B.device)
    devices = devices.where(*_chosen(device, model, ""))
    figures = select(_M.quantity).where(*_chosen("", "", quantity))
    for name, query in ((device or model, devices), (quantity, figures)):
        if name:
            what, hint = tr("no session has this"), tr("Check the spelling")
            _require_some(connection, query, PlanError(what, where=name, hint=hint))


def _require_some(connection: Connection, query: Select[Any], error: PlanError) -> None:
    """Raise an error where there is no row: nobody may read a misspelt name as: none failed."""
    if connection.execute(query.limit(1)).first() is None:
        raise error


def _column(name: str) -> ColumnElement[Any]:
    table = next(one for one in (_B, _M, _T) if name in one)
    return table[name]


def _seen_twice() -> Select[Any]:
    """Select the devices of several sessions."""
    sessions = func.count(_B.session.distinct())
    return select(_B.device).where(_B.device.is_not(None)).group_by(_B.device).having(sessions > 1)


def _chosen(device: str, model: str, quantity: str) -> Iterator[ColumnElement[bool]]:
    if device:
        yield or_(_D.serial == text(device), _B.subject == text(device))
    if model:
        yield _D.model == text(model)
    if quantity:
        whole = _M.quantity == text(quantity)
        yield or_(whole, func.substr(_M.quantity, 1, len(quantity) + 1) == f"{text(quantity)}.")


def _compared(series: Sequence[Answer]) -> Iterator[Answer]:
    """Add the change since the first figure; a series of one session has none to tell."""
    if len({row["session"] for row in series}) < 2:
        return
    first = series[0]
    for row in series:
        change = row["value"] - first["value"]
        combined = math.hypot(row["U"], first["U"])
        bounded = any(each[side] for each in (first, row) for side in BOUNDS)
        beyond = row is not first and not bounded and abs(change) > combined
        yield row | {"change": change, "U_change": combined, "beyond": beyond}


def due(connection: Connection, before: str) -> list[Answer]:
    """Return instruments and printed copies whose last calibration ends before a day (ISO).

    ``last_used``: the day on which the last session with it was judged; empty: in none.
    """
    queries = [
        _due(schema.instruments, schema.session_instruments, "instrument", "name", "certificate"),
        _due(schema.chart_copies, schema.session_chart_copies, "chart_copy", "chart", ""),
    ]
    both = union_all(*queries).subquery()
    last = (
        select(both, func.max(both.c.due)
               .over(partition_by=(both.c.what, both.c.of, both.c.id, both.c.serial))
               .label("latest"))
    ).subquery()  # fmt: skip
    shown = [one for one in last.c if one.name not in {"latest", "of"}]
    query = select(*shown).where(last.c.due == last.c.latest, last.c.due < before)
    query = query.where(last.c.due != "").order_by(last.c.due, last.c.id)
    return _rows(connection, query)


def _due(table: Table, link: Table, what: str, name: str, certificate: str) -> Select[Any]:
    column = link.c[what]
    used = (
        select(func.max(_S.finished))
        .join_from(link, schema.sessions, _S.id == link.c.session)
        .where(column == table.c.id)
        .scalar_subquery()
    )
    identity = table.c.instrument if what == "instrument" else table.c.serial
    of = literal("") if what == "instrument" else table.c.chart  # copies of all charts begin at 1
    return select(
        literal(what).label("what"),
        of.label("of"),
        identity.label("id"),
        table.c[name].label("name"),
        table.c.serial,
        (table.c[certificate] if certificate else literal("")).label("certificate"),
        table.c.due,
        func.substr(func.coalesce(used, ""), 1, 10).label("last_used"),
    )


def retakes(connection: Connection) -> list[Answer]:
    """Return what was filmed more than once of a device: tap, path, stream and light alike.

    ``clips``: how many different ones; ``sessions``: in how many; ``verdicts`` of those sessions,
    in the order of judging; ``reasons`` as the plans state them.
    """
    query = (
        select(
            *_DEVICE, _B.device, _T.tap, _T.path, _T.stream, _T.light, _T.sha256, _T.retaken,
            _S.number.label("session"), _S.verdict,
        )
        .join_from(schema.shots, schema.subjects, _B.id == _T.subject)
        .join(schema.devices, _D.id == _B.device)
        .join(schema.sessions, _S.id == _T.session)
        .order_by(_B.device, _T.tap, _T.path, _T.stream, _T.light, _S.finished, _S.number,
                  _T.position)
    )  # fmt: skip
    view = ("device", "tap", "path", "stream", "light")
    found = groupby(_rows(connection, query), key=lambda row: tuple(row[one] for one in view))
    return [row for _, shots in found for row in _retaken([*shots])]


def _retaken(shots: Sequence[Answer]) -> Iterator[Answer]:
    """Yield the row of a view, where it was filmed more than once, or the plan says so."""
    reasons = dict.fromkeys(shot["retaken"] for shot in shots if shot["retaken"])
    clips = {shot["sha256"] for shot in shots}
    if len(clips) < 2 and not reasons:
        return
    sessions = {shot["session"]: shot["verdict"] for shot in shots}
    left_out = {"device", "sha256", "retaken", "session", "verdict"}
    yield {name: value for name, value in shots[-1].items() if name not in left_out} | {
        "clips": len(clips),
        "sessions": len(sessions),
        "verdicts": ", ".join(sessions.values()),
        "reasons": "; ".join(reasons),
    }


def _rows(connection: Connection, query: Select[Any]) -> list[Answer]:
    return [dict(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, kw_only=True)
class ClauseMatrix:
    """The worst verdict that counts, of each device on each clause, in its last session."""

    devices: list[Answer]
    """One for each row: ``id`` (of its row in ``subjects``), ``subject``, ``name``,
    ``manufacturer``, ``model``, ``serial``, ``session``, ``finished``."""

    clauses: list[tuple[str, str]]
    """One for each column: id of the pack, number of the clause."""

    severity: NDArray[np.int8]
    """(devices, clauses): place of the verdict in ``rows.SEVERITY``; -1: nothing
    that counts was asked."""

    def verdict(self, device: int, clause: int) -> Verdict | None:
        """Return a verdict; None: nothing was asked."""
        place = int(self.severity[device, clause])
        return VERDICTS[place] if place >= 0 else None


def matrix(connection: Connection, *, model: str = "", pack: str = "") -> ClauseMatrix:
    """Return devices by clauses; ``model``: such devices only; ``pack``: its clauses only.

    Raises PlanError for a pack by which no session was judged.
    """
    if pack:
        error = PlanError(tr("no session was judged by this"), where=pack)
        _require_some(connection, select(_P.id).where(_P.pack == text(pack)), error)
    last = _last(connection, model)
    numbers, column_of, clauses = _columns(connection, pack)
    severity = np.full((len(last), len(clauses)), -1, np.int8)
    row_of = {row["id"]: number for number, row in enumerate(last)}
    for subjects, requirements, places in _verdicts(connection, row_of):
        columns = column_of[_places(numbers, requirements)]
        known = columns >= 0
        where = (subjects[known], columns[known])
        np.maximum.at(severity, where, places[known].astype(np.int8))
    return ClauseMatrix(devices=last, clauses=clauses, severity=severity)


def _places(numbers: NDArray[np.intp], sought: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return where each number stands among ``numbers``, in order. Raises LookupError."""
    places = np.searchsorted(numbers, sought)
    if np.any(numbers[np.minimum(places, len(numbers) - 1)] != sought):
        raise LookupError(sought)
    return places


def _last(connection: Connection, model: str = "") -> list[Answer]:
    """Return each device as it was in its last session."""
    order = func.row_number().over(
        partition_by=_B.device, order_by=(_S.finished.desc(), _S.number.desc(), _B.id)
    )
    query = (
        select(_B.id, *_DEVICE, _S.number.label("session"), _S.finished, order.label("place"))
        .join_from(schema.subjects, schema.devices, _D.id == _B.device)
        .join(schema.sessions, _S.id == _B.session)
    )
    ranked = (query.where(_D.model == text(model)) if model else query).subquery()
    shown = [column for column in ranked.c if column.name != "place"]
    names = (ranked.c.manufacturer, ranked.c.model, ranked.c.serial, ranked.c.subject)
    return _rows(connection, select(*shown).where(ranked.c.place == 1).order_by(*names))


def _columns(
    connection: Connection, pack: str
) -> tuple[NDArray[np.intp], NDArray[np.intp], list[tuple[str, str]]]:
    """Return the numbers of all requirements in order, the column of each (-1: none), the clauses.

    Numbers may lie far apart where somebody changed them, so that none is an index.
    """
    query = select(_R.id, _P.pack, _R.clause).join(schema.packs, _P.id == _R.pack).order_by(_R.id)
    found = [(number, (of, clause)) for number, of, clause in connection.execute(query)]
    clauses = list(dict.fromkeys(place for _, place in found if not pack or place[0] == pack))
    column_of = {clause: column for column, clause in enumerate(clauses)}
    columns = np.array([column_of.get(place, -1) for _, place in found], np.intp)
    return np.array([number for number, _ in found], np.intp), columns, clauses


def _verdicts(
    connection: Connection, row_of: Mapping[int, int]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
    """Yield rows, requirements and severities of many findings at a time.

    Each subject is one text that the database puts together: a row for each finding takes three
    times as long. Raises ValueError for a severity that is none: it would count as another
    requirement's.
    """
    packed = _F.requirement * len(VERDICTS) + _F.severity
    joined = func.aggregate_strings(cast(packed, Text), ",")
    bounds = func.min(_F.severity), func.max(_F.severity)
    query = select(_F.subject, joined, func.count(), *bounds)
    query = query.where(_F.decides).group_by(_F.subject)
    for part in connection.execute(query).partitions(1000):
        if not all(0 <= least <= most < len(VERDICTS) for *_, least, most in part):
            raise ValueError(bounds)
        used = [(row_of[subject], *rest) for subject, *rest, _, _ in part if subject in row_of]
        if used:
            numbers = np.fromstring(",".join(line for _, line, _ in used), np.intp, sep=",")
            counts = [count for _, _, count in used]
            subjects = np.repeat(np.array([row for row, _, _ in used], np.intp), counts)
            yield subjects, numbers // len(VERDICTS), numbers % len(VERDICTS)


def judged(connection: Connection, *, pack: str = "") -> Iterator[tuple[int, Answer]]:
    """Yield every figure that was compared with a limit, after the number of its subject's row.

    ``pack``: only by this pack.
    """
    query = (
        select(
            _F.subject, _P.pack, _R.clause, _R.requirement, _R.text, _R.text_en, _F.quantity,
            _F.unit, _F.at_least, _F.at_most, _F.value, _F.expanded.label("U"), _F.verdict,
            _F.decides,
        )
        .join_from(schema.findings, schema.requirements, _R.id == _F.requirement)
        .join(schema.packs, _P.id == _R.pack)
        .where(_F.value.is_not(None), or_(_F.at_least.is_not(None), _F.at_most.is_not(None)))
    )  # fmt: skip
    for row in connection.execute(query.where(_P.pack == text(pack)) if pack else query).mappings():
        yield row["subject"], dict(row)
