"""Every guard is held by the function that does the work; the command only hands it on.

Each row calls the library with a bad input, and the command line with the same one: both give the
same refusal. The table for readers is in ``docs/architecture.md``.
"""

from __future__ import annotations

import ipaddress
import json
import math
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from marks import slow

from acceptance import api, metrics
from acceptance.batch.database.results import Results
from acceptance.charts import advice, clock_page, copy_template, definition, drawing
from acceptance.checks import pack, sampling
from acceptance.cli import verbs
from acceptance.errors import (
    AcceptanceError,
    InputError,
    KeyFileError,
    OutputError,
    PackError,
    PlanError,
    SessionError,
    SetupError,
    UsageError,
)
from acceptance.files.output import require_apart, require_outside
from acceptance.forms import panel_key
from acceptance.live import authorisation, discovered, sweep
from acceptance.live.audit import auditing
from acceptance.live.gb28181 import examination
from acceptance.live.gb28181.platform import Platform
from acceptance.live.rtsp import capture
from acceptance.model import Plan, Recordings
from acceptance.recorder import capacity
from acceptance.report import overlay_form, questionnaire, regression, render
from acceptance.session import baseline, evidence, intake, plan, retests, runner, site_status, store
from acceptance.signing import handing_out, issuing, predecessors
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import DEMO_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.signing.certificates import Signer
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
HERE = Path(__file__).resolve().parent
SITE = HERE.parent / "examples" / "site"
OLD, CHANGED, RESEALED, NONE = (Path(name) for name in ("old", "changed", "resealed", "none"))
PLAN, LIST, EMPTY = Path("site/plan.toml"), Path("list.csv"), Plan(subjects=(), shots=())
ROW = "channel,start,end\n1,{},{}\n"
BASE = 'extends = "db50_216_2006"\n'
JUDGE = ("--pack", "gb_50395_2007", "-o", "out", "--why", "x", "--by")
LENS = ("chart", "--advise", "--field-of-view", "90")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A bad input, as the library and as the command line get it, and how both refuse it."""

    name: str
    call: Callable[[], object]
    command: tuple[object, ...]
    error: type[AcceptanceError]
    words: str


def again(old: Path, by: str = "y") -> object:
    asked = {"why": "x", "by": by, "issue": issuing.Issuing()}
    return runner.judge_again(old, ["gb_50395_2007"], Path("out"), **asked)  # type: ignore[arg-type]


def trusting(root: Path) -> object:
    packs = ["gb_50395_2007"]
    return api.judge_again(OLD, packs, "out", why="x", by="y", trust=[root])


def signer() -> Signer:
    return load_signer(Path("keys/demo-signer.p12"), DEMO_PASSWORD)


def looked(source: Path, **fields: object) -> object:
    asked = Recordings(id="recordings", subject="recorder", source=str(source))
    return intake.look_at(replace(asked, **fields), source)  # type: ignore[arg-type]


def panel(leader: str, folder: Path) -> object:
    key = panel_key.draw_up((), raters=5, seed=1, leader=leader)
    return questionnaire.write_panel(key, (), EMPTY, folder, "zh")


def sheet(file: str, fill: str | None = None) -> object:
    table = Path(fill) if fill else None
    return questionnaire.write_sheet((), EMPTY, Path(file), table, "zh")


def overlay(name: str, base: str = "db50_216_2006") -> object:
    return overlay_form.start(base, Path(name), "zh", metrics.quantities())


def copied(chart: str, serial: str, file: str) -> object:
    return copy_template.start(definition.load(chart), serial, Path(file))


def seen(distance: float, rise: float = 0.0) -> object:
    return advice.viewpoint(picture=(1920, 1080), distance=distance, rise=rise, field_of_view=90.0)


def read_lines() -> object:
    view = advice.viewpoint(picture=(1920, 1080), distance=5.0, field_of_view=90.0)
    return advice.advise(view, [definition.load("acceptance")], math.nan)


def again_from(session: Path) -> object:
    asked = plan.read(PLAN)
    packs, examine = store.load_packs(asked), predecessors.examine
    return retests.draw_up(asked, packs, session, name="", seed="1", examine=examine)


def nothing_drawn() -> object:
    asked = plan.read(Path("taken_out.toml"))
    return sampling.drawn(store.load_packs(asked), asked, (), "taken_out.toml")


def loaded(name: str) -> object:
    return pack.load(name, metrics.quantities())


def calculated(usable: float) -> object:
    return capacity.calculate([1e12], [1e6], usable=usable, accuracy=0.1)


def rates() -> object:
    asked = Recordings(id="recordings", subject="recorder", source=str(LIST))
    return capacity.recorded_rates(intake.look_at(asked, LIST))


def unknown_tolerance() -> None:
    before = baseline.read(OLD / "session.json")
    regression.require_known(regression.read_tolerances(["x.y.z=1"]), before)


def row(
    name: str,
    call: Callable[[], object],
    command: tuple[object, ...],
    error: type[AcceptanceError],
    words: str,
) -> Guard:
    return Guard(name=name, call=call, command=command, error=error, words=words)


TAKEN_OUT = """
[[subjects]]
id = "a"
kind = "fixed"
[[out_of_scope]]
clause = "5.4.2"
reason = "r"
by = "b"
"""
ZERO = """
[[subjects]]
id = "camera"
kind = "fixed"
[[shots]]
id = "s"
subject = "camera"
clip = "x.mp4"
coding = { sample_aspect = [16, 0] }
"""


def run(name: str = "zero.toml") -> object:
    return runner.run(plan.read(Path(name)), Path(), Path("out"), issue=issuing.Issuing())


SESSIONS = (
    row("a pixel without height", run, ("run", "zero.toml", "-o", "out"), PlanError,
        "shot s, coding.sample_aspect: must be above 0"),
    row("something unknown taken out", lambda: run("taken_out.toml"),
        ("run", "taken_out.toml", "-o", "out"), PlanError,
        "out_of_scope 1: no pack has the clause '5.4.2'"),
    row("the JSON of verify into the session", lambda: require_outside(OLD / "v.json", OLD),
        ("verify", OLD, "--json", OLD / "v.json"), OutputError, "lies inside the session folder"),
    row("judging a changed session", lambda: again(CHANGED), ("judge", CHANGED, *JUDGE, "y"),
        SessionError, "session.json changed"),
    row("judging a session that contradicts its report", lambda: again(RESEALED),
        ("judge", RESEALED, *JUDGE, "y"), SessionError, "but '演示检测机构' was signed"),
    row("judging where there is no session", lambda: again(NONE), ("judge", NONE, *JUDGE, "y"),
        SessionError, "none: there is no session here"),
    row("judging by nobody", lambda: again(OLD, " "), ("judge", OLD, *JUDGE, " "), UsageError,
        "say why the session is judged again"),
    row("reporting a changed session", lambda: issuing.write(CHANGED, Path("x.pdf")),
        ("report", CHANGED, "-o", "x.pdf"), SessionError, "session.json changed"),
    row("reporting over a signed report", lambda: issuing.issue(OLD), ("report", OLD),
        SessionError, "issued and signed"),
    row("a report over a file of the session",
        lambda: issuing.write(OLD, OLD / "report.pdf"), ("report", OLD, "-o", OLD / "report.pdf"),
        OutputError, "lies inside the session folder"),
    row("a report over a file of the session by a link",
        lambda: issuing.write(OLD, Path("link.pdf")), ("report", OLD, "-o", "link.pdf"),
        OutputError, "lies inside the session folder"),
    row("a paper of a changed session", lambda: handing_out.summary(CHANGED, Path("x.pdf")),
        ("report", CHANGED, "--summary", "-o", "x.pdf"), SessionError, "session.json changed"),
    row("a paper in the session", lambda: handing_out.summary(OLD, OLD / "x.pdf"),
        ("report", OLD, "--summary", "-o", OLD / "x.pdf"), OutputError, "inside the session"),
    row("a notice of nothing", lambda: handing_out.notice(OLD, Path("x.pdf")),
        ("report", OLD, "--notice", "-o", "x.pdf"), SessionError, "nothing failed"),
    row("signing a changed session", lambda: issuing.sign(CHANGED, signer()),
        ("sign", CHANGED, "--key", "keys/demo-signer.p12"), SessionError, "session.json changed"),
    row("comparing with a changed session", lambda: predecessors.compare(OLD, CHANGED),
        ("diff", OLD, CHANGED), SessionError, "session.json changed"),
    row("a re-test of a changed session", lambda: again_from(CHANGED),
        ("sample", PLAN, "--retest", CHANGED, "--seed", "1"), SessionError,
        "session.json changed"),
    row("a re-test of a session that contradicts its report", lambda: again_from(RESEALED),
        ("sample", PLAN, "--retest", RESEALED, "--seed", "1"), SessionError,
        "but '演示检测机构' was signed"),
    row("judging with a root that is none", lambda: trusting(PLAN),
        ("judge", OLD, *JUDGE, "y", "--trust", PLAN), InputError, "contains no certificate"),
    row("judging what leads to none of the roots", lambda: trusting(Path("keys/demo-root.pem")),
        ("judge", OLD, *JUDGE, "y", "--trust", "keys/demo-root.pem"), SessionError,
        "leads to none of the given root certificates"),
    row("comparing what leads to none of the roots",
        lambda: predecessors.compare(OLD, OLD, [Path("keys/demo-root.pem")]),
        ("diff", OLD, OLD, "--trust", "keys/demo-root.pem"), SessionError,
        "leads to none of the given root certificates"),
    row("running with a root that is none", lambda: api.run(PLAN, "out", trust=[PLAN]),
        ("run", PLAN, "-o", "out", "--trust", PLAN), InputError, "contains no certificate"),
    row("the state of a folder with neither plan nor session",
        lambda: site_status.of(Path("keys")), ("status", "keys"), SessionError,
        "there is no plan and no session here"),
)  # fmt: skip
FORMS = (
    row("a panel without leader", lambda: panel(" ", Path("p")),
        ("panel", PLAN, "-o", "p", "--leader", " "), UsageError, "say who leads the panel"),
    row("a panel over its scores", lambda: panel("Li", Path("site")),
        ("panel", PLAN, "-o", "site"), OutputError, "site/panel.csv: already exists"),
    row("a panel over another's key", lambda: panel("Li", Path("key")),
        ("panel", PLAN, "-o", "key", "--seed", "1"), OutputError,
        "key/panel.key.toml: already exists"),
    row("a sheet that is no PDF", lambda: sheet("x.txt"), ("sheet", PLAN, "-o", "x.txt"),
        UsageError, "x.txt: the name must end in .pdf"),
    row("a table that is none", lambda: sheet("x.pdf", "x.ods"),
        ("sheet", PLAN, "-o", "x.pdf", "--fill", "x.ods"), UsageError, "must end in .xlsx / .csv"),
    row("a sheet over answers", lambda: sheet("x.pdf", "site/answers.csv"),
        ("sheet", PLAN, "-o", "x.pdf", "--fill", "site/answers.csv"), OutputError,
        "already exists and may be filled in"),
    row("an overlay over another", lambda: overlay("number.toml"),
        ("pack", "new-overlay", "db50_216_2006", "-o", "number.toml"), UsageError,
        "may hold confirmations"),
    row("an overlay that is no TOML", lambda: overlay("x.TOML"),
        ("pack", "new-overlay", "db50_216_2006", "-o", "x.TOML"), UsageError, "must end in .toml"),
    row("an overlay named as its base", lambda: overlay("db50_216_2006.toml"),
        ("pack", "new-overlay", "db50_216_2006", "-o", "db50_216_2006.toml"), UsageError,
        "is the pack that it extends"),
    row("a copy of a screen", lambda: copied("clock", "1", "x.toml"),
        ("chart", "clock", "--copy", "1", "-o", "x.toml"), UsageError, "has no printed copies"),
    row("a copy without serial number", lambda: copied("acceptance", " ", "x.toml"),
        ("chart", "acceptance", "--copy", " ", "-o", "x.toml"), UsageError,
        "give the copy a serial number"),
    row("a copy over another", lambda: copied("acceptance", "1", "number.toml"),
        ("chart", "acceptance", "--copy", "1", "-o", "number.toml"), UsageError,
        "may hold measurements"),
    row("a page of a printed chart", lambda: clock_page.html(definition.load("acceptance")),
        ("chart", "acceptance", "-o", "x.html"), UsageError, "is for print"),
    row("a distance that is no number", lambda: seen(math.nan), (*LENS, "--distance", "nan"),
        UsageError, "--distance must be above 0, not nan"),
    row("a height that is no number", lambda: seen(5.0, math.nan),
        (*LENS, "--distance", 5, "--height", "nan"), UsageError, "must be finite numbers"),
    row("lines that are no number", read_lines, (*LENS, "--distance", 5, "--tv-lines", "nan"),
        UsageError, "--tv-lines must be above 0, not nan"),
)  # fmt: skip
FILES = (
    row(
        "database that is not there",
        lambda: Results("none.db", create=False),
        ("query", "retakes", "--db", "none.db"),
        InputError,
        "no database here",
    ),
    row("no stream", lambda: capacity.bit_rate_of("0x4Mbit/s"),
        ("recordings", LIST, "--disc", "8TB", "--stream", "0x4Mbit/s"), PlanError,
        "0x4Mbit/s: is not a bit rate"),
    row("no disc", lambda: capacity.storage_of("0x8TB"), ("recordings", LIST, "--disc", "0x8TB",
        "--stream", "4Mbit/s"), PlanError, "0x8TB: is not storage"),
    row("a share that is no number", lambda: calculated(math.nan),
        ("recordings", LIST, "--disc", "8TB", "--stream", "4Mbit/s", "--usable", "nan"), UsageError,
        "shares run from 0 to 1: usable nan"),
    row("no bit rate", rates, ("recordings", LIST, "--disc", "8TB"), PlanError,
        "no bit rate is known"),
    row("a gap that is no number", lambda: looked(LIST, gap=math.nan),
        ("recordings", LIST, "--gap", "nan"), PlanError, "must be 0 seconds or more"),
    row("a recording of the year 1", lambda: looked(Path("year1.csv")),
        ("recordings", "year1.csv"), PlanError,
        "year1.csv, row 2, start: '0001-01-01 00:00:00' is not a date and time"),
    row("a recording of the year 9999", lambda: looked(Path("year9999.csv")),
        ("recordings", "year9999.csv"), PlanError,
        "row 2, end: '9999-12-31 23:59:59' is not a date and time"),
    row("a draw over its plan", lambda: require_apart(PLAN, [PLAN]), ("sample", PLAN, "-o", PLAN),
        OutputError, "is an input of this command"),
    row("a draw over its plan by a link", lambda: require_apart(Path("soft.toml"), [PLAN]),
        ("sample", PLAN, "-o", "soft.toml"), OutputError, "is an input of this command"),
    row("a draw over its plan by a hard link", lambda: require_apart(Path("hard.toml"), [PLAN]),
        ("sample", PLAN, "-o", "hard.toml"), OutputError, "is an input of this command"),
    row("a plan that draws nothing", nothing_drawn,
        ("sample", "taken_out.toml"), PlanError, "taken_out.toml: draws nothing"),
    row("samples as JSON over the plan", lambda: require_apart(PLAN, [PLAN]),
        ("sample", PLAN, "--json", PLAN), OutputError, "is an input of this command"),
    row("a list over itself", lambda: require_apart(LIST, [LIST]),
        ("recordings", LIST, "--list", "./list.csv"), OutputError, "is an input of this command"),
    row("an unknown metric", lambda: metrics.quantities_of(["sharpness"]),
        ("measure", "x.mp4", "--metric", "sharpness"), InputError, "sharpness: unknown metric"),
    row("a baseline without figures", lambda: baseline.read(PLAN),
        ("measure", "x.mp4", "--baseline", PLAN), PlanError, "holds no measurements"),
    row("a tolerance below 0", lambda: regression.read_tolerances(["snr=-1"]),
        ("measure", "x.mp4", "--baseline", OLD / "session.json", "--tolerance", "snr=-1"),
        UsageError, "write NAME=VALUE or NAME=VALUE%, not negative"),
    row("a tolerance of nothing", unknown_tolerance,
        ("measure", "x.mp4", "--baseline", OLD / "session.json", "--tolerance", "x.y.z=1"),
        UsageError, "no figure of the baseline is called 'x.y.z'"),
    row("an overlay whose id is a number", lambda: loaded("number.toml"),
        ("pack", "check", "number.toml"), PackError, "field id: must be text in quotes, not 5"),
    row("an overlay whose id is a list", lambda: loaded("id_list.toml"),
        ("pack", "check", "id_list.toml"), PackError, "field id: must be text in quotes, not [1]"),
    *(row(f"an overlay with an empty table of {kind}", lambda kind=kind: loaded(f"{kind}.toml"),
          ("pack", "check", f"{kind}.toml"), PackError, f"field {field}: this field is missing")
      for kind, field in (("samplings", "id"), ("requirements", "id"), ("clauses", "number"))),
)  # fmt: skip
RECORD = Path("authorisation.toml")
ALLOWED = ("--authorised", RECORD)


def swept(text: str) -> object:
    network = ipaddress.ip_network(text)
    return sweep.require(network, authorisation.load(RECORD), ports=sweep.PORTS, rate=sweep.RATE)


def audited(host: str, rate: float = 4.0) -> object:
    return auditing.permitted(
        [host], authorisation.load(RECORD), users=(), paths=(), rate=rate, seconds=5.0
    )


def device_listed(name: str) -> object:
    return discovered.check_list(Path(name))


CODE = "34020000002000000001"
GB28181 = ("gb28181", "127.0.0.1:9")
PLATFORM = (*GB28181, "--platform", CODE)


def platform_of(code: str, timeout: float = 10.0) -> object:
    """Refused before anything is done with link and record."""
    return Platform(
        None,
        None,
        id=code,
        passwords=lambda _: None,
        timeout=timeout,  # type: ignore[arg-type]
    )


LIVE = (
    row("a sweep outside its permission", lambda: swept("198.51.100.0/24"),
        ("discover", "--sweep", "198.51.100.0/24", *ALLOWED), PlanError, "does not allow"),
    row("a sweep of too many addresses", lambda: swept("192.0.0.0/16"),
        ("discover", "--sweep", "192.0.0.0/16", *ALLOWED), UsageError, "1024 at most"),
    row("an audit outside its permission", lambda: audited("198.51.100.1"),
        ("probe", "--audit", "198.51.100.1", *ALLOWED), PlanError, "does not allow 198.51.100.1"),
    row("an audit in haste", lambda: audited("192.0.2.1", 100),
        ("probe", "--audit", "192.0.2.1", "--rate", "100", *ALLOWED), UsageError,
        "at most 10 requests a second"),
    row("a device list over another", lambda: device_listed("list.csv"),
        ("discover", "-o", LIST), OutputError, "already exists"),
    row("a platform without a code", lambda: platform_of("123"), (*GB28181, "--platform", "123"),
        UsageError, "123: a code has 20 digits"),
    row("a platform that waits for ever", lambda: platform_of(CODE, math.nan),
        (*PLATFORM, "--timeout", "nan"), UsageError, "timeout must be 0 or more"),
    row("a device without a code", lambda: examination.Awaited(devices=("12",)),
        (*PLATFORM, "--device", "12"), UsageError, "12: a code has 20 digits"),
    row("a wait that is no number", lambda: examination.Awaited(wait=math.nan),
        (*PLATFORM, "--wait", "nan"), UsageError, "wait must be 0 or more, not nan"),
    row("a channel without a code", lambda: examination.Questions(channels=("34",)),
        (*PLATFORM, "--channel", "34"), UsageError, "34: a code has 20 digits"),
    row("records from the end to the beginning", lambda: examination.Questions(records=(2.0, 1.0)),
        (*PLATFORM, "--records", "2026-11-26", "2026-11-25"), UsageError,
        "--records: write two times, the earlier first"),
)  # fmt: skip
GUARDS = (*SESSIONS, *FORMS, *FILES, *LIVE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Make a folder with every bad input; nothing in it may change."""
    folder = tmp_path_factory.mktemp("guards")
    shutil.copytree(chain.root.parent, folder / "keys")
    _write_sessions(folder)
    shutil.copytree(SITE, folder / "site", ignore=shutil.ignore_patterns("footage"))
    (folder / "key").mkdir()
    shutil.copy(SITE / "panel.key.toml", folder / "key")
    (folder / "soft.toml").symlink_to(PLAN)
    (folder / "hard.toml").hardlink_to(folder / PLAN)
    (folder / "link.pdf").symlink_to(OLD / "report.pdf")
    (folder / "zero.toml").write_text(ZERO)
    now, day = datetime.now(UTC), timedelta(days=1)
    (folder / RECORD).write_text(
        'authorised_by = "Li"\nauthorised = ["Wang"]\nactions = ["sweep", "audit"]\n'
        'ranges = ["192.0.0.0/16"]\n'
        f"valid_from = {(now - day).isoformat()}\nvalid_until = {(now + day).isoformat()}\n"
    )
    (folder / "taken_out.toml").write_text(TAKEN_OUT)
    good, late = "2026-11-20 00:00:00", "9999-12-31 23:59:59"
    (folder / LIST).write_text(ROW.format(good, "2026-11-20 01:00:00"))
    (folder / "year1.csv").write_text(ROW.format("0001-01-01 00:00:00", good))
    (folder / "year9999.csv").write_text(ROW.format(good, late))
    overlays = {"number": "id = 5\n", "id_list": "id = [1]\n"}
    overlays |= {
        kind: f'id = "own"\n[[{kind}]]\n' for kind in ("samplings", "requirements", "clauses")
    }
    for name, text in overlays.items():
        (folder / f"{name}.toml").write_text(BASE + text)
    return folder


def _write_sessions(folder: Path) -> None:
    with tarfile.open(HERE / "sessions_of_0_4_0" / "demo-good.tar.xz") as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (session,) = (folder / "unpacked").iterdir()
    for name in (OLD, CHANGED, RESEALED):
        shutil.copytree(session, folder / name)
    for name in (CHANGED, RESEALED):
        file = folder / name / store.FILE
        content = json.loads(file.read_text("utf-8"))
        content["plan"]["project"]["laboratory"] = "other"
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    evidence.seal(folder / RESEALED, store.load(folder / RESEALED))


@pytest.mark.parametrize("guard", GUARDS, ids=[guard.name for guard in GUARDS])
def test_library_and_command_refuse_alike(
    guard: Guard,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And nothing is written by either."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("ACCEPTANCE_KEY_PASSWORD", DEMO_PASSWORD)
    before = contents(place)
    with pytest.raises(guard.error) as caught:
        guard.call()
    assert type(caught.value) is guard.error
    assert guard.words in str(caught.value)
    monkeypatch.setattr(sys, "argv", ["acceptance", *map(str, guard.command)])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    assert ended.value.code == caught.value.exit_code
    err = capsys.readouterr().err
    assert str(caught.value) in err
    assert contents(place) == before


def contents(place: Path) -> dict[str, int]:
    """Every file with the time of its last change."""
    return {
        str(path.relative_to(place)): path.lstat().st_mtime_ns
        for path in sorted(place.rglob("*"))
        if not path.is_dir()
    }


def test_every_guard_has_a_row_of_its_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
    assert len({tuple(map(str, guard.command)) for guard in GUARDS}) == len(GUARDS)


def test_a_changed_session_is_not_judged_even_without_a_report(place: Path, tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"session\.json changed"):
        runner.judge_again(place / CHANGED, ["gb_50395_2007"], tmp_path, why="x", by="y")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("missing", ["fonts", "key", "language"])
def test_what_issuing_lacks_is_said_before_anything_is_read_or_written(
    missing: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan names no clip that exists: the refusal comes first. Without a key HTML is enough."""
    monkeypatch.chdir(place)

    def no_fonts() -> None:
        raise SetupError("no Chinese font is installed", code="font_missing")

    if missing == "fonts":
        monkeypatch.setattr(render, "check_fonts", no_fonts)
    expired = replace(signer(), expires=datetime.now(UTC) - timedelta(days=1))
    issue, error = {
        "fonts": (issuing.Issuing(signer=signer()), SetupError),
        "key": (issuing.Issuing(signer=expired), KeyFileError),
        "language": (issuing.Issuing(lang="xx"), InputError),
    }[missing]
    with pytest.raises(error) as caught:
        runner.run(plan.read(PLAN), PLAN.parent, tmp_path / "out", issue=issue)
    assert type(caught.value) is error
    with pytest.raises(error):
        runner.judge_again(OLD, [], tmp_path / "out", why="x", by="y", issue=issue)
    assert not (tmp_path / "out").exists()


def test_sizes_and_counts_that_options_bound_are_bounded_in_the_library_too() -> None:
    """Click refuses them in words of its own."""
    with pytest.raises(UsageError, match="1 rater or more"):
        panel_key.draw_up((), raters=0, seed=1, leader="Li")
    with pytest.raises(UsageError, match="at least 1 pixel wide"):
        drawing.png(definition.load("acceptance"), 0)
    with pytest.raises(UsageError, match="604800 s at most"):
        capture("rtsp://127.0.0.1:9/x", Path("x.mp4"), seconds=1e6)
    with pytest.raises(UsageError, match="at least 1 pixel wide and high"):
        advice.viewpoint(picture=(1920, 0), distance=5, field_of_view=90)


OUTPUTS = {"full": "> /dev/full", "closed": ">&-"}
WRITING = ("clauses", "clauses --json -", "--help")
REPEATED = {("closed", "clauses"), ("full", "clauses --json -")}


@pytest.mark.parametrize(
    ("output", "command"),
    [
        slow(output, command) if (output, command) in REPEATED else (output, command)
        for output in OUTPUTS
        for command in WRITING
    ],
)
def test_standard_output_that_takes_nothing_is_said_in_one_sentence(
    output: str, command: str
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    line = f"{sys.executable} -m acceptance {command} {OUTPUTS[output]}"
    done = subprocess.run(
        ["/bin/sh", "-c", line], stderr=subprocess.PIPE, text=True, check=False, env={**os.environ}
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: standard output: cannot be written (")
