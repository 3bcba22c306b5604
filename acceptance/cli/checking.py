"""The verb ``check``: everything about a plan but its figures, before anybody drives anywhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from acceptance import wording
from acceptance.cli import closing, terminal
from acceptance.cli.options import OUT, json_option, language_option, prepare_json, write_json
from acceptance.messages import language
from acceptance.report import warning_lines
from acceptance.session import readiness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Finding
    from acceptance.session.readiness import Readiness

MOST = 12  # names in a line


@click.command()
@click.argument("plan", type=OUT, metavar="PLAN.toml")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("out"),
    show_default=True,
    help="Where sessions lie: those of re-tests are looked for there.",
)
@language_option(help="Language of what is said.", default=language)
@json_option
def check(plan: Path, output: Path, lang: str, json_file: Path | None) -> int:
    """Check a plan without measuring: all problems, what stays open and why, how long it takes.

    Also what page 1 of the report would warn of, as far as it is known before measuring.

    Exits 0 ready, 2 it cannot run, 3 something mandatory would stay open.
    """
    prepare_json(json_file, [plan])
    found = readiness.of(plan, output)
    if json_file:
        write_json(_content(found), json_file)
    else:
        _print(found, lang)
    return found.exit_code


def _content(found: Readiness) -> dict[str, Any]:
    return {
        "exit_code": found.exit_code,
        "problems": [
            {"where": one.where, "what": one.what, "hint": one.hint} for one in found.problems
        ],
        "open": [_finding(one) for one in found.open],
        "outside": found.outside,
        "failed": [_finding(one) for one in found.failed],
        "samples": [
            {"sampling": one.sampling, "seed": one.seed, "drawn": one.drawn}
            for one in found.samples
        ],
        "warnings": [asdict(one) for one in found.warnings],
        "left_out": [
            {"where": one.where, "what": one.what, "hint": one.hint} for one in found.left_out
        ],
        "shots": found.shots,
        "live": [
            {
                "shot": live.shot.id,
                "source": live.source,
                "by_onvif": live.by_onvif,
                "profile": live.profile,
                "seconds": live.seconds,
                "transport": live.transport,
            }
            for live in found.live
        ],
        "undated": found.undated,
        "seconds": found.seconds,
        "expected": found.expected,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    reason = {"code": finding.reason.code, "parameters": dict(finding.reason.parameters)}
    return {
        "requirement": finding.requirement,
        "subject": finding.subject,
        "verdict": finding.verdict,
        "reason": reason,
    }


def _print(found: Readiness, lang: str) -> None:
    words = wording.phrases(lang)["plan_check"]
    for problem in found.problems:
        terminal.say(str(problem), "red")
    if found.problems:
        terminal.say(words["cannot_run"].format(count=len(found.problems)), "red")
        return
    for sample in found.samples:
        drawn = _few(sample.drawn, lang)
        terminal.say(
            words["sample"].format(sampling=sample.sampling, seed=sample.seed, drawn=drawn)
        )
    for live in found.live:
        terminal.say(
            words["live_by_onvif" if live.by_onvif else "live"].format(
                shot=live.shot.id, source=live.source,
                seconds=live.seconds, transport=live.transport,
                profile=live.profile or words["first_profile"],
            )
        )  # fmt: skip
    for title, findings in (("open", found.open), ("failed", found.failed)):
        _print_findings(words[title], findings, lang)
    for code, names in (("outside", found.outside), ("undated", found.undated)):
        if names:
            terminal.say(words[code].format(names=_few(names, lang)), "yellow")
    for line in warning_lines.lines(found.warnings, lang, ()):
        severity = wording.word(line.severity, "severity", lang)
        terminal.say(
            words["warned"].format(severity=severity, title=line.title, said=line.sentence)
        )
    closing.usual_pages(found.left_out)
    terminal.say(_time(found, lang))
    terminal.say(words["ready" if not found.exit_code else "stays_open"], "bold")


def _print_findings(title: str, findings: Sequence[Finding], lang: str) -> None:
    """Print findings by their reasons, which many of them share."""
    if not findings:
        return
    terminal.say(title.format(count=len(findings)), "bold")
    reasons: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in findings:
        what = f"{finding.requirement.partition('#')[2]} ({finding.subject})"
        reasons[wording.reason(finding.reason, lang)][what] = None
    for reason, named in reasons.items():
        terminal.say(f"  {reason}: {_few([*named], lang)}")


def _few(names: Sequence[str], lang: str) -> str:
    """Name the first of many, and say how many more there are."""
    phrases = wording.phrases(lang)
    shown = str(phrases["bottom_line"]["comma"]).join(names[:MOST])
    more = str(phrases["plan_check"]["more"]).format(count=len(names) - MOST)
    return shown if len(names) <= MOST else f"{shown} {more}"


def _time(found: Readiness, lang: str) -> str:
    words = wording.phrases(lang)["plan_check"]
    known = found.seconds is not None and found.expected is not None
    if not known:
        return str(words["no_time"]).format(shots=found.shots)
    return str(words["time"]).format(
        shots=found.shots, seconds=f"{found.seconds:.0f}", expected=f"{found.expected:.0f}"
    )
