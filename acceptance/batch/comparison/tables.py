"""A comparison of devices as tables for XLSX, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.files import spreadsheet

if TYPE_CHECKING:
    from acceptance.batch.comparison.device_comparison import (
        DeviceComparison,
        DeviceRank,
        Distribution,
        JudgedFigure,
        Outlier,
    )

    Row = list[str | float | None]


def content(found: DeviceComparison) -> dict[str, Any]:
    """Return all that the comparison tells, as JSON holds it; devices by their places from 0."""
    matrix = found.matrix
    columns = range(len(matrix.clauses))
    return {
        "devices": [_without(device, "id") for device in matrix.devices],
        "clauses": [{"pack": pack, "clause": clause} for pack, clause in matrix.clauses],
        "verdicts": [
            [matrix.verdict(row, column) for column in columns]
            for row in range(len(matrix.devices))
        ],
        "vendors": [asdict(vendor) for vendor in found.vendors],
        "distributions": [_distribution(distribution) for distribution in found.distributions],
        "worst": [_rank(rank) for rank in found.ranks],
        "outliers": [_outlier(outlier) for outlier in found.outliers],
        "drift": [_without(row, "device", "beyond") for row in found.drifts],
    }


def _without(row: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in left_out}


def _rank(rank: DeviceRank) -> dict[str, Any]:
    return {
        "device": rank.device,
        "verdict": rank.verdict,
        "failed": rank.failed,
        "requirement": rank.distribution.requirement if rank.distribution else None,
        "margin": rank.figure.margin if rank.figure else None,
    }


def _outlier(outlier: Outlier) -> dict[str, Any]:
    return {
        "device": outlier.figure.device,
        "requirement": outlier.distribution.requirement,
        "value": outlier.figure.value,
        "median": outlier.median,
        "score": outlier.score,
        "U": outlier.expanded,
    }


def _distribution(distribution: Distribution) -> dict[str, Any]:
    held = asdict(distribution)
    return held | {"figures": [_figure(figure) for figure in distribution.figures]}


def _figure(figure: JudgedFigure) -> dict[str, Any]:
    return {
        "device": figure.device,
        "value": figure.value,
        "U": figure.expanded,
        "verdict": figure.verdict,
        "margin": figure.margin,
    }


def workbook(found: DeviceComparison, lang: str = "zh") -> bytes:
    """Return the comparison as an XLSX workbook: matrix, devices, figures, outliers, drift."""
    words = wording.phrases(lang)["devices"]
    heads: Row = [words["manufacturer"], words["model"], words["serial"], words["device"]]
    return spreadsheet.tables_of(
        {
            words["heading_matrix"]: _matrix(found, heads, lang),
            words["heading_ranks"][:31]: _ranks(found, heads, words, lang),
            words["heading_figures"]: _figures(found, heads, words, lang),
            words["heading_outliers"]: _outliers(found, heads, words, lang),
            words["heading_drift"][:31]: _drift(found, heads, words, lang),
        }
    )


def _device(found: DeviceComparison, row: int) -> Row:
    return _stated(found.matrix.devices[row])


def _stated(device: dict[str, Any]) -> Row:
    names = ("manufacturer", "model", "serial")
    return [*(device[name] for name in names), device["name"] or device["subject"]]


def _matrix(found: DeviceComparison, heads: Row, lang: str) -> list[Row]:
    columns = range(len(found.matrix.clauses))
    table: list[Row] = [[*heads, *(" ".join(place) for place in found.matrix.clauses)]]
    for rank in found.ranks:
        verdicts = (found.matrix.verdict(rank.device, column) for column in columns)
        cells = [wording.word(one, "verdict_item", lang) if one else "" for one in verdicts]
        table.append([*_device(found, rank.device), *cells])
    return table


def _ranks(found: DeviceComparison, heads: Row, words: dict[str, str], lang: str) -> list[Row]:
    own = [words[name] for name in ("verdict", "clauses_failed", "margin", "item")]
    table: list[Row] = [[*heads, *own]]
    for rank in found.ranks:
        verdict = wording.word(rank.verdict, "verdict_item", lang) if rank.verdict else ""
        nearest: Row = [None, ""]
        if rank.figure and rank.distribution:
            nearest = [rank.figure.margin, rank.distribution.requirement]
        table.append([*_device(found, rank.device), verdict, rank.failed, *nearest])
    return table


def _figures(found: DeviceComparison, heads: Row, words: dict[str, str], lang: str) -> list[Row]:
    own = [words["item"], words["quantity"], words["figure"], "U", "≥", "≤"]
    own += [words["unit"], words["verdict"], words["margin"]]
    table: list[Row] = [[*heads, *own]]
    for distribution in found.distributions:
        limit = distribution.limit
        for figure in distribution.figures:
            verdict = wording.word(figure.verdict, "verdict_item", lang)
            ends: Row = [limit.at_least, limit.at_most]
            unit = wording.unit(limit.unit, lang)
            judged: Row = [figure.value, figure.expanded, *ends, unit, verdict, figure.margin]
            asked = [distribution.requirement, wording.quantity(distribution.quantity, lang)]
            table.append([*_device(found, figure.device), *asked, *judged])
    return table


def _outliers(found: DeviceComparison, heads: Row, words: dict[str, str], lang: str) -> list[Row]:
    own = [words[name] for name in ("item", "figure", "median", "score")]
    table: list[Row] = [[*heads, *own, "U", words["unit"]]]
    for outlier in found.outliers:
        figures: Row = [
            outlier.distribution.requirement,
            outlier.figure.value,
            outlier.median,
            outlier.score,
            outlier.expanded,
        ]
        unit = wording.unit(outlier.distribution.limit.unit, lang)
        table.append([*_device(found, outlier.figure.device), *figures, unit])
    return table


def _drift(found: DeviceComparison, heads: Row, words: dict[str, str], lang: str) -> list[Row]:
    own = [words[name] for name in ("quantity", "day", "now", "change", "combined", "session")]
    table: list[Row] = [[*heads, *own, words["unit"]]]
    for row in found.drifts:
        named = ".".join(filter(None, (row["quantity"], row["region"])))
        day = row["filmed"] or row["finished"][:10]
        changed = [row["value"], row["change"], row["U_change"], row["session"]]
        table.append([*_stated(row), named, day, *changed, wording.unit(row["unit"], lang)])
    return table
