"""The questions of ``new`` about each clip: its chart, where it was taken, conditions, tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.charts import definition
from acceptance.checks import resources
from acceptance.files import written_unit
from acceptance.forms import vocabulary
from acceptance.model import Condition, Shot, SignalPath, Tap
from acceptance.report import plan_form
from acceptance.scene import first_look
from acceptance.session import new_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.cli.asking import Asker
    from acceptance.model import Pack
    from acceptance.session.new_plan import Given

ANY = "any"  # no chart is named: all are looked for when the clip is measured
SETTINGS = ("off", "auto", "on")  # what is chosen of for a condition that is no number


def shots(
    asker: Asker, found: Given, packs: Sequence[Pack], filmed: Mapping[Path, str]
) -> tuple[Shot, ...]:
    """Look at the beginning of each clip, and ask what it is; ``filmed`` names its device."""
    questions = _ShotQuestions(asker, found, new_plan.asked(packs, ()))
    for clip, subject in filmed.items():
        questions.shot(clip, subject)
    return tuple(questions.made)


class _ShotQuestions:
    """Asks about one clip after the other; printed copy and day stay what they were before."""

    def __init__(self, asker: Asker, found: Given, asked: plan_form.Asked) -> None:
        self.asker, self.found, self.asked = asker, found, asked
        self.made: list[Shot] = []
        self.copy = ""
        self.day = ""

    def shot(self, clip: Path, subject: str) -> None:
        """Ask about one clip and add its shot."""
        name = self.found.path(clip)
        seen = first_look.charts_at_start(clip)
        self._say_seen(name, seen)
        chart = self._chart(name, seen)
        screens = chart == "clock" and seen.count("clock") > 1
        tap = self._tap(name, screens=screens)
        playback = tap is Tap.RECORDER
        shown = "screens" if screens else {None: "clip", "clock": "clock"}.get(chart, "chart")
        printed = chart in self.asked.printed
        shot = Shot(
            id=self._identity(subject, f"{shown}-playback" if playback else shown),
            subject=subject,
            clip=name,
            filmed=self._day(clip, name),
            tap=tap,
            path=SignalPath.PLAYBACK if playback else SignalPath.LIVE,
            chart=chart,
            chart_copy=self._copy(name) if printed else "",
            conditions=self._conditions(name) if printed else (),
        )
        shot = self._with_capture(shot, clip)
        self.made.append(self._with_tables(shot, clip) if shown == "clock" else shot)

    def _identity(self, subject: str, shown: str) -> str:
        return new_plan.shot_id(subject, shown, {shot.id for shot in self.made})

    def _say_seen(self, name: str, seen: Sequence[str]) -> None:
        named = {_title(chart, self.asker.lang): seen.count(chart) for chart in seen}
        titles = ", ".join(f"{title} × {n}" if n > 1 else title for title, n in named.items())
        self.asker.say("seen" if seen else "nothing_seen", clip=name, charts=titles)

    def _chart(self, name: str, seen: Sequence[str]) -> str | None:
        charts = {chart: _title(chart, self.asker.lang) for chart in definition.names()}
        charts[ANY] = wording.word(ANY, "plan_choice", self.asker.lang)
        default = seen[0] if len(set(seen)) == 1 else ANY
        chosen = self.asker.choice("chart", charts, default, clip=name)
        return None if chosen in {"", ANY} else chosen

    def _tap(self, name: str, *, screens: bool) -> Tap:
        taps = {tap.value: wording.word(tap, "tap", self.asker.lang) for tap in Tap}
        default = Tap.RECORDER if new_plan.played_back(name) else Tap.CAMERA
        default = Tap.SCREEN if screens else default
        return Tap(self.asker.choice("tap", taps, default, "tap", clip=name) or default)

    def _day(self, clip: Path, name: str) -> str:
        """Ask for the day of filming: what the clip says, or else as before."""

        def read(line: str) -> None:
            if not resources.is_day(line):
                raise self.asker.wrong("no_day", answer=line)

        default = new_plan.filmed_on(clip) or self.day
        self.day = self.asker.text("filmed", default, read, clip=name)
        return self.day

    def _copy(self, name: str) -> str:
        def read(line: str) -> None:
            if line.endswith(".toml"):
                new_plan.check_copy(self.found, line)

        self.copy = self.asker.text("chart_copy", self.copy, read, clip=name)
        return self.copy

    def _conditions(self, name: str) -> tuple[Condition, ...]:
        found = (self._condition(name, condition) for condition in self.asked.conditions)
        return tuple(condition for condition in found if condition)

    def _condition(self, name: str, condition: str) -> Condition | None:
        example, unit = plan_form.CONDITIONS.get(condition, ("", ""))
        title = wording.word(condition, "condition", self.asker.lang)
        parameters = {"clip": name, "condition": title}
        if isinstance(example, str):
            choices = {
                word: wording.word(word, "plan_choice", self.asker.lang) for word in SETTINGS
            }
            word = self.asker.choice("setting", choices, **parameters)
            return Condition(name=condition, value=word) if word else None
        line = self.asker.text(
            "reading", "", lambda text: self._number(text, unit), **parameters, unit=unit
        )
        return (
            Condition(name=condition, value=self._number(line, unit), unit=unit) if line else None
        )

    def _number(self, text: str, unit: str) -> float:
        """Read a number above 0, with or without its unit. Raises ValueError."""
        found = vocabulary.figure(text)
        value = written_unit.in_unit(*found, unit) if found else None
        if value is None or value <= 0:
            raise self.asker.wrong("no_number", answer=text, unit=unit)
        return value

    def _with_capture(self, shot: Shot, clip: Path) -> Shot:
        """Add what a capture left beside the clip: its names leave no question."""
        found = new_plan.captured(clip)
        names = {field: self.found.path(file) for field, file in found.items()}
        return replace(
            shot,
            packets=names.get("packets", ""),
            stream_record=names.get("stream_record", ""),
            arrivals=names.get("arrivals", ""),
        )

    def _with_tables(self, shot: Shot, clip: Path) -> Shot:
        """Ask whether the tables beside a clock's film belong to it."""
        for field, file in new_plan.side_tables(clip).items():
            name = self.found.path(file)
            if getattr(shot, field):
                continue
            if self.asker.yes(field, clip=shot.clip, file=name):
                kept = {"arrivals": shot.arrivals, "screen_log": shot.screen_log, field: name}
                shot = replace(shot, arrivals=kept["arrivals"], screen_log=kept["screen_log"])
        return shot


def _title(name: str, lang: str) -> str:
    chart = definition.load(name)
    return chart.title if lang == "zh" else chart.title_en
