"""The command line: verbs, options, exit codes (``docs/cli.md``)."""

from __future__ import annotations

import functools
import io
import os
import signal
import sys
import tempfile
import traceback
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from acceptance import __version__, metrics, wording
from acceptance.checks import clause_table
from acceptance.checks import pack as packs
from acceptance.cli import chart, demo, doctor, pack, people, recordings, site, terminal
from acceptance.cli.options import (
    LANG,
    OUT,
    PASSWORD,
    clip_options,
    json_option,
    metric_option,
    pair,
    prepare_json,
    quantities,
    shot_fields,
    sign_options,
    signer,
    write_json,
)
from acceptance.errors import AcceptanceError
from acceptance.files.output import put
from acceptance.model import Plan, Scope, Tap, Verdict
from acceptance.report import before_after, playback, render
from acceptance.session import intake, plan, runner
from acceptance.signing import issuing, verification

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.model import Session
    from acceptance.signing.pades import Signer

    Command = Callable[..., Any]

FAILED = {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}
INTERRUPTED = "run the same command again; `run` goes on from the shots that were measured"
PASSED = {Verdict.PASS, Verdict.CONDITIONAL_PASS}


def main() -> None:
    """Run the command line and exit with its documented code; no traceback reaches the user."""
    for number in (signal.SIGINT, signal.SIGTERM):  # ended from outside is interrupted too
        signal.signal(number, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8
    try:
        code = cli.main(prog_name="acceptance", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        code = 64
    except AcceptanceError as error:
        terminal.errors.print(f"error: {error}", style="red", markup=False)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        terminal.errors.print(f"interrupted: {INTERRUPTED}", markup=False)
        code = 130
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:  # noqa: BLE001 -- the last resort: a bug is written down, not shown
        code = _bug()
    sys.exit(code or 0)


def _bug() -> int:
    text = f"acceptance {__version__}, {sys.version}\n{sys.argv}\n{traceback.format_exc()}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="acceptance-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(text)
        place = f"written down in {log.name}"
    except OSError as error:
        place = f"which could not be written down ({error.strerror}): {text.splitlines()[-1]}"
    terminal.errors.print(
        f"error: this is a fault of the toolkit, {place}; what was measured is kept", markup=False
    )
    return 70


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="acceptance")
def cli() -> None:
    """Measure video systems against DB50/216-2006 and write signed acceptance reports."""


cli.add_command(chart.chart)
cli.add_command(pack.pack)
cli.add_command(people.panel)
cli.add_command(people.sheet)
cli.add_command(recordings.recordings)
for verb in (site.devices, site.sample, site.status):
    cli.add_command(verb)


@cli.command()
@click.argument("inputs", nargs=-1, required=True, type=OUT, metavar="PLAN.toml | CLIP...")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("out"),
    show_default=True,
    help="Where the session folder goes.",
)
@click.option("--pack", "packs", multiple=True, help="Standard to judge by, or a pack's TOML file.")
@click.option(
    "--scope",
    type=click.Choice([one.value for one in Scope]),
    help="What the plan sets out to show.",
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the device, e.g. picture=colour.",
)
@click.option("--operator", default="", help="Who measures.")
@click.option("--strict", is_flag=True, help="A provisional or conditional pass exits with 3.")
@clip_options
@sign_options
@LANG
def run(inputs: tuple[Path, ...], output: Path, lang: str, *, strict: bool, **options: Any) -> int:  # noqa: ANN401 -- what click collected
    """Measure, judge and report: a plan, or clips named here.

    Exits 0 pass, 1 fail, 2 no session, 3 open.
    """
    seal = signer(options.pop("key"), options.pop("password_file"))
    render.check_fonts()
    wanted, folder = _plan(inputs, options)
    site.check_retests(wanted, output)
    with terminal.progress() as tell:
        done, place = runner.run(wanted, folder, output, progress=tell, issue=_issue(lang, seal))
    terminal.findings(done)
    return _conclude(done, place, strict=strict)


def _issue(lang: str, seal: Signer | None) -> Callable[[Path], Path]:
    return functools.partial(issuing.issue, lang=lang, signer=seal)


def _plan(inputs: Sequence[Path], options: dict[str, Any]) -> tuple[Plan, Path]:
    """Read or make the plan; return it and the folder that its paths count from."""
    if inputs[0].suffix.lower() == ".toml":
        if len(inputs) > 1:
            raise click.UsageError("give one plan, or clips, not both")
        if given := [name for name, value in options.items() if value and value != Tap.CAMERA]:
            raise click.UsageError(
                f"a plan says these itself, change it there: {', '.join(sorted(given))}"
            )
        return plan.read(inputs[0]), inputs[0].parent
    made = plan.of_clips(
        inputs,
        packs=options["packs"],
        facts=dict(pair(text, "--fact") for text in options["facts"]),
        **shot_fields(options),
    )
    return replace(
        made, operator=options["operator"], scope=Scope(options["scope"] or Scope.DEVICE)
    ), Path()


def _conclude(done: Session, folder: Path, *, strict: bool) -> int:
    packs = runner.load_packs(done.plan, folder / "data" / "packs")
    terminal.say(f"Conclusion: {render.bottom_line(done, 'en', packs)}")
    for one in done.conclusions:
        terminal.say(
            f"Acceptance group's conclusion by {one.pack}: {wording.word(one.outcome, 'outcome', 'en')}"
        )
    terminal.say(f"Session and report: {folder / issuing.REPORT}")
    if done.verdict in FAILED:
        return 1
    firm = done.verdict is Verdict.PASS and not done.bottom_line.provisional
    return 0 if done.verdict in PASSED and (firm or not strict) else 3


@cli.command()
@click.argument("clips", nargs=-1, required=True, type=OUT)
@click.option("--playback", type=OUT, help="Playback of the last clip: what it differs in.")
@json_option
@metric_option
@clip_options
def measure(
    clips: tuple[Path, ...],
    json_file: Path | None,
    names: tuple[str, ...],
    **options: Any,  # noqa: ANN401 -- what click collected
) -> int:
    """Measure only: a table, or JSON. Exits 0 when something was measured, 3 when nothing was."""
    asked = plan.of_clips(clips, playback=options["playback"], **shot_fields(options))
    wanted = quantities(names)
    intake.check(asked, Path())
    prepare_json(json_file)
    done: list[runner.Measured] = []
    try:
        with terminal.progress() as tell:
            for shot in asked.shots:
                done.append(
                    runner.look(
                        shot, wanted, progress=functools.partial(tell, Path(shot.clip).name)
                    )
                )
                stream = done[-1].shot.stream.items()
                terminal.say(", ".join(f"{name} {value}" for name, value in stream if value != ""))
    finally:  # what was measured before a clip that cannot be read is not lost
        found, notes = runner.together(done)
        pairs = playback.pairs([one.shot for one in done], found, notes)
        if json_file and done:
            rows = [asdict(item) | {"expanded": item.expanded} for item in found]
            told = {"measurements": rows, "notes": [asdict(note) for note in notes]}
            write_json(
                told | {"differences": [row for pair in pairs for row in playback.rows(pair)]},
                json_file,
            )
        elif done:
            terminal.measurements(found, notes)
            for pair in pairs:
                terminal.differences(pair)
    return 0 if found else 3


@cli.command()
@click.argument("folder", type=OUT)
@click.option("--pack", "packs", multiple=True, required=True, help="Pack to judge by.")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("out"),
    show_default=True,
    help="Where the new session goes.",
)
@click.option("--why", required=True, help="Why it is judged again.")
@click.option("--by", required=True, help="Who judges again.")
@click.option("--strict", is_flag=True, help="A provisional or conditional pass exits with 3.")
@sign_options
@LANG
def judge(
    folder: Path,
    packs: tuple[str, ...],
    output: Path,
    lang: str,
    *,
    strict: bool,
    **options: Any,  # noqa: ANN401 -- what click collected
) -> int:
    """Judge an old session against other packs, without its video.

    The old session stays as it is.
    """
    seal = signer(options["key"], options["password_file"])
    render.check_fonts()
    verification.require_intact(folder)
    told = {"why": options["why"], "by": options["by"]}
    done, place = runner.judge_again(folder, packs, output, **told, issue=_issue(lang, seal))
    terminal.findings(done)
    return _conclude(done, place, strict=strict)


@cli.command(name="diff")
@click.argument("before", type=OUT, metavar="SESSION_A")
@click.argument("after", type=OUT, metavar="SESSION_B")
@click.option("--all", "every", is_flag=True, help="Also what is the same in both.")
@json_option
def diff_(before: Path, after: Path, json_file: Path | None, *, every: bool) -> int:
    """Compare two sessions clause by clause, before and after a repair say.

    Exits 1 where B is worse in what counts.
    """
    prepare_json(json_file)
    for folder in (before, after):
        verification.require_intact(folder)
    found = before_after.compare(runner.load(before), runner.load(after))
    if json_file:
        write_json(before_after.rows(found), json_file)
    else:
        terminal.compared(found, every=every)
    return 1 if found.worse else 0


@cli.command(name="report")
@click.argument("folder", type=OUT)
@click.option(
    "-o", "--output", type=OUT, help="PDF file to write instead, the folder staying as it is."
)
@sign_options
@LANG
def report_(
    folder: Path, output: Path | None, lang: str, key: Path | None, password_file: Path | None
) -> int:
    """Write the report of a session folder again.

    Where it is signed, to another file (-o), say in English.
    """
    seal = signer(key, password_file)
    render.check_fonts()
    verification.require_intact(folder)
    if output:
        put(output, issuing.render(folder, lang=lang, signer=seal))
    terminal.say(f"Report: {output or issuing.issue(folder, lang=lang, signer=seal)}")
    return 0


@cli.command()
@click.argument("folder", type=OUT)
@click.option("--key", type=OUT, required=True, help="PKCS#12 file to sign with.")
@click.option("--password-file", type=OUT, help=f"File with the key's password (else ${PASSWORD}).")
def sign(folder: Path, key: Path, password_file: Path | None) -> int:
    """Sign the report of a session folder."""
    seal = signer(key, password_file)
    verification.require_intact(folder)
    if seal:
        terminal.say(f"Signed: {issuing.sign(folder, seal)}")
    return 0


@cli.command(name="verify")
@click.argument("target", type=OUT)
@click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate (PEM or DER) to trust; no other is trusted.",
)
def verify_(target: Path, trust: tuple[Path, ...]) -> int:
    """Check a session folder or a report.

    0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate.
    """
    result = verification.verify(target, trust)
    rows = [(step.name, step.state, "; ".join(step.details)) for step in result.steps]
    terminal.table(f"Verification of {target}", ("step", "state", "details"), rows)
    terminal.say(f"{result.state} (exit code {result.exit_code})")
    return result.exit_code


@cli.command()
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every shipped pack.")
@click.option(
    "--against",
    metavar="NAME",
    help="Only where this other pack asks the same requirements differently.",
)
@json_option
def clauses(
    names: tuple[str, ...], against: str | None, json_file: Path | None, *, every: bool
) -> int:
    """Show every clause of a pack.

    How it is checked and by what, its limit, and where both come from.
    """
    known = metrics.quantities()
    wanted = packs.load_all(packs.names() if every else names or ("db50_216_2006",), known)
    if against and len(wanted) > 1:
        raise click.UsageError("--against compares one pack with one other")
    other = packs.load(against, known) if against else None
    rows = [
        row
        for one in wanted
        for row in (
            clause_table.against(one, other, known) if other else clause_table.rows(one, known)
        )
    ]
    if json_file:
        prepare_json(json_file)
        write_json(rows, json_file)
    elif other:
        terminal.against(rows, wanted[0].id, other.id)
    else:
        terminal.clauses(rows)
    return 0


@cli.command(name="doctor")
def doctor_() -> int:
    """Show what this machine has, what is missing and what that costs.

    Exits 2 when something needed is missing.
    """
    checks = doctor.checks()
    rows = [
        (
            one.name,
            "yes" if one.present else "NO",
            one.found,
            "" if one.present else f"{one.costs} {one.remedy}",
        )
        for one in checks
    ]
    terminal.table(
        "This machine", ("what", "there", "found", "what its absence costs, and the remedy"), rows
    )
    return 0 if all(one.present or not one.needed for one in checks) else 2


@cli.command(name="demo")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("demo"),
    show_default=True,
    help="Where everything goes.",
)
@LANG
def demo_(output: Path, lang: str) -> int:
    """Film, measure, judge, report, sign and verify two simulated devices.

    Exits 0 when that went as promised.
    """
    render.check_fonts()
    with terminal.progress() as tell:
        outcomes = demo.run(output, lang=lang, progress=tell)
    for one in outcomes:
        terminal.findings(one.session)
        terminal.say(
            f"{one.name}: planted {_listed(one.planted)}; found {_listed(one.found)}; "
            f"signature and evidence {'valid' if one.valid else 'NOT VALID'}"
        )
        terminal.say(f"  report: {one.folder / issuing.REPORT}")
    terminal.say(
        f"Check it yourself: acceptance verify {outcomes[0].folder} --trust {output / 'keys' / 'demo-root.pem'}"
    )
    return 0 if all(one.kept for one in outcomes) else 1


def _listed(quantities: frozenset[str]) -> str:
    return ", ".join(wording.quantity(name, "en") for name in sorted(quantities)) or "nothing"
