"""A plan as TOML that explains itself: each field is described above it, in one language.

What the plan leaves open stands as a comment with an example. Prose begins with ``##``, what can be
filled in with ``#``; a field is described where it stands first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.files.strict_toml import quoted
from acceptance.model import Coding, Condition, Institute, Shot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Plan

# Fields of a plan and of its tables, in the order in which they are written.
TOP = (
    *("packs", "scope", "operator", "minimum_duration", "institute", "register"),
    "device_list",
    "answer_files",
    "score_files",
    "commitment_file",
)
TABLES: Mapping[str, tuple[str, ...]] = {
    "project": (
        *("title", "customer", "customer_contact", "designer", "builder", "inspected"),
        *("laboratory", "laboratory_address"),
        *("place", "kind", "received", "contract", "description", "report_title"),
    ),
    "deviations": ("what", "value", "why"),
    "out_of_scope": ("requirement", "reason", "by"),
    "subjects": (
        *("id", "kind", "name", "parent", "manufacturer", "model", "serial", "address", "source"),
        "facts",
    ),
    "draws": ("sampling", "seed"),
    "matrix": ("kinds", "paths", "streams", "light", "sampling"),
    "instruments": (
        *("id", "name", "model", "serial", "range", "accuracy", "certificate", "calibrated_on"),
        *("due", "unit", "range_from", "range_to", "largest_error", "largest_error_share"),
    ),
    "people": ("name", "role", "methods"),
    "shots": (
        *(
            "id",
            "subject",
            "clip",
            "source",
            "seconds",
            "transport",
            "fingerprint",
            "filmed",
            "tap",
            "path",
            "live",
            "chart",
            "chart_copy",
            "conditions",
        ),
        *("arrivals", "screen_log", "packets", "stream_record", "drive", "chip", "instruments"),
        *("screen", "reference"),
        *("regions", "wall", "plain_edges", "coding", "retaken"),
    ),
    "recordings": (
        *("id", "subject", "source", "name_pattern", "utc_offset", "until", "in_service"),
        *("clock_error", "clock_offset", "gap", "longest_break"),
    ),
    "device_records": ("id", "subject", "probe", "audit"),
    "concessions": ("subject", "requirement", "decision", "by", "when", "why", "expires"),
}
# Examples that are the same in every language, as TOML; others are phrases (``plan_example``).
EXAMPLES: Mapping[str, str] = {
    "minimum_duration": "30",
    "answer_files": '["answers.xlsx"]',
    "score_files": '["panel/panel.csv"]',
    "institute": '"../institute.toml"',
    "register": '"../register.toml"',
    "device_list": '"devices.csv"',
    "commitment_file": '"commitments.jsonl"',
    "project.received": '"2026-11-20"',
    "deviations.what": '"minimum_duration"',
    "deviations.value": "30",
    "out_of_scope.requirement": '"db50_216_2006#5.4.2/latency"',
    "subjects.id": '"cam-99"',
    "subjects.kind": '"fixed"',
    "subjects.parent": '"site"',
    "subjects.model": '"IPC-0000"',
    "subjects.serial": '"A0001"',
    "subjects.address": '"192.0.2.11"',
    "subjects.source": '"rtsp://192.0.2.11/live"',
    "subjects.facts": '{ system = "digital", picture = "colour" }',
    "draws.sampling": '"gb_50348_2004#devices"',
    "draws.seed": '"2026-216"',
    "matrix.kinds": '["fixed", "dome", "ptz"]',
    "matrix.paths": '["live"]',
    "matrix.streams": '["main", "sub"]',
    "matrix.light": '["day", "night"]',
    "matrix.sampling": '"gb_50348_2004#devices"',
    "instruments.id": '"lux-1"',
    "instruments.model": '"LX-00"',
    "instruments.serial": '"L-118"',
    "instruments.calibrated_on": '"2026-03-02"',
    "instruments.due": '"2027-03-01"',
    "instruments.unit": '"lx"',
    "instruments.range_from": "0.1",
    "instruments.range_to": "20000",
    "instruments.largest_error": "0.02",
    "instruments.largest_error_share": "0.04",
    "people.methods": '["measured", "rated"]',
    "shots.id": '"cam-99-chart"',
    "shots.subject": '"cam-99"',
    "shots.clip": '"cam-99/chart.mp4"',
    "shots.source": '"rtsp://192.0.2.11/live"',
    "shots.seconds": "60",
    "shots.transport": '"udp"',
    "shots.fingerprint": '"3f9a0c5e7b12d48669e0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455f"',
    "shots.filmed": '"2026-11-20"',
    "shots.tap": '"camera"',
    "shots.path": '"live"',
    "shots.live": '"cam-99-chart"',
    "shots.chart": '"acceptance"',
    "shots.chart_copy": '"2026-007"',
    "shots.arrivals": '"arrivals.csv"',
    "shots.screen_log": '"screen.csv"',
    "shots.packets": '"gate.packets.csv"',
    "shots.stream_record": '"gate.stream.jsonl"',
    "shots.drive": '"drive.csv"',
    "shots.chip": "0.0173",
    "shots.instruments": '["lux-1"]',
    "shots.screen": '"lux-1"',
    "shots.reference": '"reference.mp4"',
    "shots.regions": '{ "centre.edge_horizontal" = [610, 330, 60, 80] }',
    "shots.wall": '[["cam-99", ""], ["", ""]]',
    "shots.plain_edges": "true",
    "shots.coding": "{ full_range = false }",
    "recordings.id": '"nvr-1-kept"',
    "recordings.subject": '"nvr-1"',
    "recordings.source": '"recordings.csv"',
    "recordings.name_pattern": '"{channel}_{start}*"',
    "recordings.utc_offset": '"+08:00"',
    "recordings.until": '"2026-11-24 17:00:00"',
    "recordings.in_service": '"2026-03-01"',
    "recordings.clock_error": "30",
    "recordings.clock_offset": "600",
    "recordings.gap": "5",
    "recordings.longest_break": "86400",
    "device_records.id": '"cam-99-net"',
    "device_records.subject": '"cam-99"',
    "device_records.probe": '"probes/192.0.2.11-80.probe.jsonl"',
    "device_records.audit": '"probes/20261120-101500.audit.jsonl"',
    "concessions.subject": '"cam-99"',
    "concessions.requirement": '"db50_216_2006#5.3.1/height-outdoor"',
    "concessions.when": '"2026-11-25"',
    "concessions.expires": '"2026-12-31"',
}
# Conditions of a shot, in the order in which they are offered, each with an example.
CONDITIONS: Mapping[str, tuple[float | str, str]] = {
    "illuminance": (500, "lx"),
    "agc": ("off", ""),
    "colour_temperature": (5000, "K"),
    "day_night": ("day", ""),
    "profile": ("main", ""),
    "bit_rate": (4096, "kbit/s"),
    "sharpening": ("off", ""),
    "noise_reduction": ("off", ""),
    "fed_to_encoder": ("yes", ""),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the plan's packs ask it to state."""

    facts: Mapping[str, Sequence[str]]
    """Words by fact."""

    conditions: Sequence[str]
    """Conditions of a shot of a printed chart without which figures cannot be judged."""

    printed: Sequence[str]
    """Names of the printed charts."""


def form(plan: Plan, name: str, asked: Asked, lang: str) -> str:
    """Write the plan as TOML; ``name`` is that of its file, as commands are to name it."""
    head = wording.word("head", "plan_form", lang).format(name=name)
    writer = _Writer(asked, lang)
    lines = [*_prose(head), "", *writer.fields(plan, "", TOP)]
    for table in TABLES:
        nouns = [plan.project] if table == "project" else getattr(plan, table)
        lines += writer.tables(table, nouns)
    return "\n".join([*lines, ""])


def _prose(text: str) -> Iterator[str]:
    """Write sentences as comments: what cannot stand in a comment becomes a space."""
    for line in text.splitlines():
        yield f"## {''.join(char if char.isprintable() else ' ' for char in line)}".rstrip()


class _Writer:
    """Writes tables, and remembers which fields were described."""

    def __init__(self, asked: Asked, lang: str) -> None:
        self.asked, self.lang = asked, lang
        self.described: set[str] = set()

    def tables(self, table: str, nouns: Sequence[object]) -> Iterator[str]:
        """Write every table of a name; where there is none an example, commented out."""
        yield from ("", f"## {'-' * 8} {wording.word(table, 'plan_part', self.lang)}")
        header = f"[{table}]" if table == "project" else f"[[{table}]]"
        for noun in nouns or [None]:
            yield from ("", f"# {header}" if noun is None else header)
            yield from self.fields(noun, f"{table}.", TABLES[table])

    def fields(self, noun: object, prefix: str, names: Sequence[str]) -> Iterator[str]:
        """Write the fields of a noun; without a noun examples of them, commented out."""
        for name in names:
            first = prefix + name not in self.described
            if first:
                self.described.add(prefix + name)
                yield from self._description(prefix + name)
            value = getattr(noun, name, None)
            value = value.file if isinstance(value, Institute) else value
            if prefix + name == "shots.conditions":
                yield from self._conditions(noun if isinstance(noun, Shot) else None, first=first)
            elif value not in (None, "", (), {}, False, Coding()):
                yield f"{name} = {_toml(value)}"
            elif first:
                yield f"# {name} = {self._example(prefix + name)}"

    def _description(self, code: str) -> Iterator[str]:
        yield from _prose(wording.word(code, "plan_field", self.lang))
        if code == "subjects.facts":
            yield from map(self._fact, self.asked.facts)

    def _fact(self, name: str) -> str:
        words = (self._worded(word, "fact_value") for word in self.asked.facts[name])
        return f"##   {self._worded(name, 'fact')}: {' / '.join(words)}"

    def _worded(self, code: str, section: str) -> str:
        word = wording.word(code, section, self.lang)
        return code if word == code else f"{code} {word}"

    def _example(self, code: str) -> str:
        return EXAMPLES.get(code) or quoted(wording.word(code, "plan_example", self.lang))

    def _conditions(self, shot: Shot | None, *, first: bool) -> Iterator[str]:
        """Write the conditions one a line; those that figures need and others, commented out."""
        stated = shot.conditions if shot else ()
        needed = self.asked.conditions if shot and self._printed(shot) else ()
        left = dict.fromkeys([*needed, *(CONDITIONS if first else ())])
        for condition in stated:
            left.pop(condition.name, None)
        lines = [f"{_condition(condition)}," for condition in stated]
        lines += [f"{'# ' if shot else ''}{self._offered(name)}" for name in left]
        if lines:
            whole = ["conditions = [", *(f"  {line}" for line in lines), "]"]
            yield from whole if shot else (f"# {line}" for line in whole)

    def _printed(self, shot: Shot) -> bool:
        """Whether a printed chart is in the picture, or may be."""
        return shot.chart in {None, *self.asked.printed}

    def _offered(self, name: str) -> str:
        value, unit = CONDITIONS.get(name, ("", ""))
        example = _condition(Condition(name=name, value=value, unit=unit))
        return f"{example},  ## {wording.word(name, 'condition', self.lang)}"


def _condition(condition: Condition) -> str:
    fields = ("name", "value", "unit", "instrument", "source")
    values = {name: getattr(condition, name) for name in fields}
    return _toml({name: value for name, value in values.items() if value != ""})


def _toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(str(value))
    if isinstance(value, int | float):
        return f"{value:g}" if value == float(f"{value:g}") else repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{_key(str(name))} = {_toml(inner)}" for name, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_toml, value))}]"
    raise TypeError(value)


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else quoted(name)
